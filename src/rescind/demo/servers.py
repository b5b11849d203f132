"""Starts and stops the demo's server processes: real uvicorn, several workers, one port of 127.0.0.1."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from time import monotonic, sleep
from typing import TextIO

from rescind.demo.app import FOLDER, KEY, PEERS_DATABASE
from rescind.demo.peers import create_tables
from rescind.demo.port import HOST, reserve

WORKERS = 2
LOG = "servers.log"
STARTS_WITHIN = 30.0  # seconds
STOPS_WITHIN = 8.0  # seconds, before it is killed


class ServersFailed(RuntimeError):
    """The servers did not come up; the message holds what they wrote."""


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
    """Runs the application from `folder` while the block runs. `port` is the wish; a taken one is replaced.

    Raises ServersFailed when they do not answer. Every process is gone when the block ends, however it ends.
    """
    create_tables(folder / PEERS_DATABASE)
    log = folder / LOG
    processes: list[subprocess.Popen[bytes]] = []
    with reserve(port) as held, log.open("w", encoding="utf-8") as written:
        number = held.getsockname()[1]
        try:
            environ = os.environ | {FOLDER: str(folder), KEY: key}
            for _ in range(WORKERS):
                processes.append(_start(number, environ, written))  # noqa: PERF401 - each must be stopped
            _wait(number, processes, log)
            yield Servers(number, tuple(process.pid for process in processes))
        finally:
            _stop(processes)


def _start(port: int, environ: Mapping[str, str], log: TextIO) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - our own module, no input of others
        [sys.executable, "-m", "rescind.demo.serve", str(port)],
        stdin=subprocess.PIPE,
        stdout=log,
        stderr=log,
        env=environ,
        start_new_session=True,  # Ctrl-C reaches the demo, which then stops them in order
    )


def _wait(port: int, processes: Sequence[subprocess.Popen[bytes]], log: Path) -> None:
    """Until every worker has answered."""
    expected = {process.pid for process in processes}
    seen: set[int] = set()
    until = monotonic() + STARTS_WITHIN
    while not expected <= seen:
        if any(process.poll() is not None for process in processes) or monotonic() > until:
            raise ServersFailed(f"{len(seen)} of {len(expected)} workers answered:\n{_tail(log)}")
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


def _stop(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    """Asks every worker to end, and kills those that have not after `STOPS_WITHIN`."""
    try:
        for process in processes:
            process.terminate()
        until = monotonic() + STOPS_WITHIN
        for process in processes:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, until - monotonic()))
    finally:
        for process in processes:
            process.kill()  # nothing happens to those that have ended
            process.wait()
            if process.stdin is not None:
                process.stdin.close()


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-12:])
