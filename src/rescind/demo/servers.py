"""Starts and stops the demo's servers: FastAPI under uvicorn, Flask and Django under gunicorn, on 127.0.0.1.

All of them load side by side. Django's migrations make the tables of the shared database, so the two Django
projects begin, and the others listen when those answer.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from time import monotonic, sleep
from typing import NamedTuple

from rescind.demo.port import HOST, reserve
from rescind.demo.processes import WORKERS, ServersFailed, go, start, stop, tail
from rescind.demo.sites.peers import create_tables
from rescind.demo.sites.people import People
from rescind.demo.sites.places import FOLDER, KEY, PAGES, PEERS, PEOPLE, REDIS
from rescind.demo.valkey import valkey

LOG = "servers.log"
STARTS_WITHIN = 60.0  # seconds


@dataclass(frozen=True, slots=True)
class Site:
    """One application. `module` and `arguments` start one of its `processes`; they get the port too."""

    name: str
    label: str
    module: str
    arguments: tuple[str, ...] = ()
    processes: int = 1
    first: bool = False


FASTAPI = Site("fastapi", "FastAPI", "serve", processes=WORKERS)
FLASK = Site("flask", "Flask", "prefork", ("flask_site",))
DJANGO = Site("django", "Django", "prefork", ("django_site",), first=True)
STOCK = Site("stock", "Django, stock", "prefork", ("django_stock",), first=True)
OURS = (FASTAPI, FLASK, DJANGO)
"""On ports next to each other, where they are free."""
SITES = (*OURS, STOCK)


@dataclass(frozen=True, slots=True)
class Servers:
    """Where they listen, by the name of the site, the processes behind it, and their environment."""

    ports: Mapping[str, int]
    environ: Mapping[str, str]
    workers: dict[str, frozenset[int]] = field(default_factory=dict)

    def base(self, name: str) -> str:
        """Asked by address, so that no name has to be looked up."""
        return f"http://{HOST}:{self.ports[name]}"

    def page(self, site: Site) -> str:
        """For a browser, which keeps our cookie on this name."""
        return _page(self.ports[site.name])


class Started(NamedTuple):
    """A process of a site."""

    site: Site
    process: subprocess.Popen[bytes]


@contextmanager
def servers(folder: Path, key: str, port: int, sites: Sequence[Site] = SITES) -> Iterator[Servers]:
    """Runs the applications from `folder` while the block runs, and a Valkey server of their own beside them.

    `port` is the wish for the first; taken ones are replaced. Raises ServersFailed when they do not answer.
    Every process is gone when the block ends, however it ends.
    """
    create_tables(folder / PEERS)
    People(folder / PEOPLE).create()
    with ExitStack() as running:
        log = running.enter_context((folder / LOG).open("w", encoding="utf-8"))
        ports = {}
        for number, site in enumerate(sites):
            held = running.enter_context(reserve(port + number if port and site in OURS else 0))
            ports[site.name] = held.getsockname()[1]
        environ = os.environ | {
            FOLDER: str(folder.resolve()),
            KEY: key,
            REDIS: running.enter_context(valkey(log)),
            PAGES: json.dumps({site.label: _page(ports[site.name]) for site in sites if site in OURS}),
        }
        started: list[Started] = []
        running.callback(lambda: stop([one.process for one in started]))
        for site in sites:
            for _ in range(site.processes):
                process = start(site.module, *site.arguments, str(ports[site.name]), log=log, environ=environ)
                started.append(Started(site, process))
        served = Servers(ports, environ)
        for first in (True, False):
            for one in started:
                if one.site.first == first:
                    go(one.process)
            for site in sites:
                if site.first == first:
                    served.workers[site.name] = _wait(ports[site.name], started, folder / LOG)
        yield served


def _page(port: int) -> str:
    return f"http://localhost:{port}"


def _wait(port: int, started: Sequence[Started], log: Path) -> frozenset[int]:
    """Until every worker behind the port has answered."""
    seen: set[int] = set()
    until = monotonic() + STARTS_WITHIN
    while len(seen) < WORKERS:
        ended = [one.site.label for one in started if one.process.poll() is not None]
        if ended or monotonic() > until:
            why = f"{ended[0]} ended" if ended else f"{len(seen)} of {WORKERS} workers answered"
            raise ServersFailed(f"{why}:\n{tail(log)}")
        try:
            seen.add(int(get(port, "/ready", timeout=1)["worker"]))
        except OSError:
            sleep(0.02)
    return frozenset(seen)


def get(port: int, path: str, method: str = "GET", timeout: float = 60) -> dict[str, float]:
    """One request, its answer read as a JSON object of numbers. Raises OSError when it fails."""
    connection = HTTPConnection(HOST, port, timeout=timeout)
    try:
        connection.request(method, path)
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise ServersFailed(f"{method} {path} answered {answer.status}: {body[:200]!r}")
        return dict(json.loads(body))
    finally:
        connection.close()
