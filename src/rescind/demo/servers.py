"""Starts and stops the demo's server processes: real uvicorn, several workers, one port of 127.0.0.1."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from time import monotonic, sleep

from rescind.demo.app import FOLDER, KEY, PEERS_DATABASE, REDIS
from rescind.demo.peers import create_tables
from rescind.demo.port import HOST, reserve
from rescind.demo.processes import ServersFailed, start, stop, tail
from rescind.demo.valkey import valkey

WORKERS = 2
LOG = "servers.log"
STARTS_WITHIN = 30.0  # seconds


@dataclass(frozen=True, slots=True)
class Servers:
    """Where they listen, and the processes behind it."""

    port: int
    workers: tuple[int, ...]

    @property
    def base(self) -> str:
        """Asked by address, so that no name has to be looked up."""
        return f"http://{HOST}:{self.port}"


@contextmanager
def servers(folder: Path, key: str, port: int) -> Iterator[Servers]:
    """Runs the application from `folder` while the block runs, and a Valkey server of its own beside it.

    `port` is the wish; a taken one is replaced. Raises ServersFailed when they do not answer. Every process
    is gone when the block ends, however it ends.
    """
    create_tables(folder / PEERS_DATABASE)
    log = folder / LOG
    processes: list[subprocess.Popen[bytes]] = []
    with reserve(port) as held, log.open("w", encoding="utf-8") as written, valkey(written) as redis:
        number = held.getsockname()[1]
        environ = os.environ | {FOLDER: str(folder), KEY: key, REDIS: redis}
        try:
            for _ in range(WORKERS):
                processes.append(  # noqa: PERF401 - each must be stopped
                    start("serve", str(number), log=written, environ=environ)
                )
            _wait(number, processes, log)
            yield Servers(number, tuple(process.pid for process in processes))
        finally:
            stop(processes)


def _wait(port: int, processes: Sequence[subprocess.Popen[bytes]], log: Path) -> None:
    """Until every worker has answered."""
    expected = {process.pid for process in processes}
    seen: set[int] = set()
    until = monotonic() + STARTS_WITHIN
    while not expected <= seen:
        if any(process.poll() is not None for process in processes) or monotonic() > until:
            raise ServersFailed(f"{len(seen)} of {len(expected)} workers answered:\n{tail(log)}")
        try:
            seen.add(int(get(port, "/ready", timeout=1)["worker"]))
        except OSError:
            sleep(0.02)


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
