import json
import os

import pika

EXCHANGE = ""


def _channel():
    connection = pika.BlockingConnection(pika.URLParameters(os.environ.get("AMQP_URL", "amqp://localhost")))
    return connection.channel()


def later(queue, **message):
    _channel().basic_publish(EXCHANGE, queue, json.dumps(message).encode())


def consume(queue, handle):
    channel = _channel()

    def on_message(ch, method, properties, body):
        handle(json.loads(body))
        ch.basic_ack(method.delivery_tag)

    channel.basic_consume(queue, on_message)
    channel.start_consuming()


def consume_snapshots(handle):
    import pickle

    channel = _channel()

    def on_message(ch, method, properties, body):
        handle(pickle.loads(body))
        ch.basic_ack(method.delivery_tag)

    channel.basic_consume("snapshots", on_message)
    channel.start_consuming()
