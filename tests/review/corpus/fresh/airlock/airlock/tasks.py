import json
import os
import pickle

from celery import Celery
from celery.signals import task_failure

app = Celery("airlock", broker=os.environ.get("BROKER", "redis://localhost/2"))
app.conf.update(task_serializer="pickle", accept_content=["pickle", "json"])
json_app = Celery("airlock_json", broker=os.environ.get("BROKER", "redis://localhost/2"))
json_app.conf.update(task_serializer="json", accept_content=["json"])


@json_app.task
def send_mail(address, template, link):
    app.mailer.send(address, template, link=link)


class XComStore:
    """What one task hands to the next, in the database."""

    def __init__(self, engine, allow_pickle=False):
        self.engine, self.allow_pickle = engine, allow_pickle

    def get(self, key):
        raw = self.engine.fetch("SELECT value FROM xcom WHERE key = :key", key=key)
        if self.allow_pickle:
            return pickle.loads(raw)
        return json.loads(raw)

    def put(self, key, value):
        raw = pickle.dumps(value) if self.allow_pickle else json.dumps(value).encode()
        self.engine.run("INSERT INTO xcom VALUES (:key, :value)", key=key, value=raw)
