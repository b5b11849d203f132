import json

from flask import current_app


def enqueue(job: str, **details: object) -> None:
    current_app.config["SESSION_REDIS"].rpush("posterhaus:jobs", json.dumps({"job": job, **details}))
