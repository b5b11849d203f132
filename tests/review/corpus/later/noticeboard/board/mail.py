# -*- coding: utf-8 -*-
import json
import logging
import os

import redis

log = logging.getLogger("board.mail")
r = redis.StrictRedis(host=os.environ.get("REDIS_HOST", "localhost"), db=4)


def queue(to, subject, body):
    r.lpush("mail", json.dumps({"to": to, "subject": subject, "body": body}))


def queue_sms(number, text):
    r.lpush("sms", json.dumps({"to": number, "text": text}))


def next_mail():
    _, raw = r.brpop("mail")
    message = json.loads(raw)
    log.info("mail to %s: %s", message["to"], message["subject"])
    return message
