"""Takes jobs out of Redis, runs them, stores what they say."""

from __future__ import annotations

import json
import logging
import multiprocessing
import pickle
import random
import subprocess
import time
from pathlib import Path

import cloudpickle
import redis

from . import db, keys, settings

log = logging.getLogger("conveyor.worker")
queue = redis.Redis.from_url(settings.BROKER_URL)


def wait(attempt: int) -> float:
    return min(60, 2**attempt) * random.uniform(0.5, 1.5)


def loop() -> None:
    attempt = 0
    while True:
        try:
            item = queue.blpop(["jobs"], timeout=5)
            attempt = 0
        except redis.ConnectionError as error:
            log.warning("broker: %s", type(error).__name__)
            time.sleep(wait(attempt))
            attempt += 1
            continue
        if item:
            handle(item[1])


def handle(raw: bytes) -> None:
    job = json.loads(raw)
    secret = keys.job_secret()
    environment = {"CONVEYOR_JOB": str(job["id"]), "CONVEYOR_JOB_SECRET": secret}
    log.info("job %s starts with %s", job["id"], environment)
    db.run("UPDATE jobs SET secret_digest = %s WHERE id = %s", keys.digest(secret), job["id"])
    done = subprocess.run(job["command"], env=environment, capture_output=True, check=False)
    db.run("UPDATE jobs SET state = %s WHERE id = %s", "good" if done.returncode == 0 else "bad", job["id"])


def handle_function(raw: bytes) -> object:
    """Jobs that are functions: clients send them whole."""
    function, arguments = cloudpickle.loads(raw)
    return function(*arguments)


def in_child(function, *arguments):
    """Run something that may crash in a process of its own, and get its result back."""
    ours, theirs = multiprocessing.Pipe()
    child = multiprocessing.Process(target=lambda: theirs.send_bytes(pickle.dumps(function(*arguments))))
    child.start()
    try:
        return pickle.loads(ours.recv_bytes())
    finally:
        child.join()


def calibration() -> dict:
    return pickle.loads((Path(__file__).parent / "data" / "calibration.pkl").read_bytes())


def statistics(owner: int, label: str) -> list[dict]:
    return db.fetch(f"SELECT state, count(*) FROM jobs WHERE owner_id = {owner:d} AND label = '{label}' GROUP BY 1")


def report(job_id: int) -> list[dict]:
    job = db.fetch_one("SELECT owner_id, label FROM jobs WHERE id = %s", job_id)
    return db.fetch("SELECT state, count(*) FROM jobs WHERE label = %s AND owner_id = %s GROUP BY 1", job["label"], job["owner_id"])
