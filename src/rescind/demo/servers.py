"""Starts and stops the demo's server processes: real uvicorn, several workers, one port on 127.0.0.1."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from time import monotonic, sleep

from rescind.demo.app import FOLDER, KEY

WORKERS = 2
STARTS_WITHIN = 30.0  # seconds
STOPS_WITHIN = 8.0  # seconds, before it is killed


class ServersFailed(RuntimeError):
    """The servers did not come up; the message holds what they wrote."""


@dataclass(frozen=True, slots=True)
class Servers:
    """Where they listen, and the processes behind it."""

    port: int
    process: int
    workers: tuple[int, ...]

    @property
    def base(self) -> str:
        """Asked by address, so that no name has to be looked up."""
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def servers(folder: Path, key: str, port: int) -> Iterator[Servers]:
    """Runs the application from `folder` while the block runs. `port` is the wish; a taken one is replaced.

    Raises ServersFailed when they do not answer. Every process is gone when the block ends, however it ends.
    """
    log = folder / "servers.log"
    with log.open("w", encoding="utf-8") as written:
        process = subprocess.Popen(  # noqa: S603 - our own module, no input of others
            [sys.executable, "-m", "rescind.demo.serve", str(port), str(WORKERS)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=written,
            env=os.environ | {FOLDER: str(folder), KEY: key},
            start_new_session=True,  # Ctrl-C reaches this process first, which then stops them in order
        )
        try:
            line = process.stdout.readline() if process.stdout else b""
            if not line.strip().isdigit():
                raise ServersFailed(f"the servers did not start:\n{_tail(log)}")
            yield _wait(int(line), process, log)
        finally:
            _stop(process)


def _wait(port: int, process: subprocess.Popen[bytes], log: Path) -> Servers:
    """Until every worker has answered."""
    seen: set[int] = set()
    until = monotonic() + STARTS_WITHIN
    while len(seen) < WORKERS:
        broken = "Traceback" in log.read_text(encoding="utf-8", errors="replace")
        if broken or process.poll() is not None or monotonic() > until:
            raise ServersFailed(f"{len(seen)} of {WORKERS} workers answered:\n{_tail(log)}")
        try:
            seen.add(int(get(port, "/ready", timeout=1)["worker"]))
        except OSError:
            sleep(0.02)
    return Servers(port, process.pid, tuple(sorted(seen)))


def get(port: int, path: str, method: str = "GET", timeout: float = 60) -> dict[str, float]:
    """One request, its answer read as a JSON object of numbers. Raises OSError when it fails."""
    connection = HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request(method, path)
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise ServersFailed(f"{method} {path} answered {answer.status}: {body[:200]!r}")
        return dict(json.loads(body))
    finally:
        connection.close()


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Asks the process to end its workers and itself; kills their session when it does not."""
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        process.wait(STOPS_WITHIN)
    except subprocess.TimeoutExpired:
        pass
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # whoever of them is left
        process.wait()


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-12:])
