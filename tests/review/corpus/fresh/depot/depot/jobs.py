"""Work in other processes."""
import logging
import marshal
import multiprocessing
import os
import pickle
import random
import shelve
import tempfile
import time
import uuid

import requests
import yaml

log = logging.getLogger(__name__)
STATE = "/var/lib/depot/scheduler.db"


class Worker:
    """A child that we start ourselves and talk to through a pipe."""

    def __init__(self, function):
        ours, theirs = multiprocessing.Pipe()
        self.pipe = ours
        self.process = multiprocessing.Process(target=self.loop, args=(theirs, function), daemon=True)
        self.process.start()

    @staticmethod
    def loop(pipe, function):
        while True:
            job = pickle.loads(pipe.recv_bytes())
            pipe.send_bytes(pickle.dumps(function(*job)))

    def ask(self, *args):
        self.pipe.send_bytes(pickle.dumps(args))
        return pickle.loads(self.pipe.recv_bytes())


class Scheduler:
    def __init__(self, path=STATE):
        self.state = shelve.open(path)

    def last(self, job):
        return self.state.get(job, 0.0)

    def done(self, job):
        self.state[job] = time.time()
        self.state.sync()


class ClusterClient:
    """Asks the node that has the forecast."""

    def __init__(self, nodes):
        self.nodes = list(nodes)

    def fetch(self, sku):
        node = random.choice(self.nodes)
        time.sleep(random.uniform(0, 0.2))
        answer = requests.get(f"http://{node}:7001/forecast/{sku}", timeout=3)
        answer.raise_for_status()
        return marshal.loads(answer.content)

    def submit(self, sku):
        job = {"id": str(uuid.uuid4()), "sku": sku}
        requests.post(f"http://{random.choice(self.nodes)}:7001/jobs", json=job, timeout=3)
        return job["id"]


def from_redis(redis):
    """One job of those that the shop has put into the list."""
    _, raw = redis.blpop("depot:jobs")
    job = pickle.loads(raw)
    log.info("job %s", job["id"])
    return job


def load_plan(path=os.path.join(os.path.dirname(__file__), "data", "plan.yml")):
    with open(path) as stream:
        return yaml.safe_load(stream)


def load_partner_plan(url):
    text = requests.get(url, timeout=5).text
    return yaml.load(text, Loader=yaml.Loader)


class PlanLoader(yaml.SafeLoader):
    pass


PlanLoader.add_constructor("!weekday", lambda loader, node: int(loader.construct_scalar(node)) % 7)


def read_shift_plan(text):
    return yaml.load(text, Loader=PlanLoader)


def scratch():
    return os.path.join(tempfile.gettempdir(), "depot-%06d" % random.randrange(10**6))
