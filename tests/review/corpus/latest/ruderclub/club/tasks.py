"""A list in Redis; `manage.py worker` takes the jobs off it."""
import json
import os

import redis

QUEUE = "ruderclub:jobs"
_client = redis.Redis.from_url(os.environ.get("REDIS_URL", "redis://localhost:6379/0"))


def enqueue(name, *args):
    _client.rpush(QUEUE, json.dumps({"name": name, "args": args}))


def next_job(timeout=5):
    item = _client.blpop(QUEUE, timeout=timeout)
    if item is None:
        return None
    return json.loads(item[1])
