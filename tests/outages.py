"""An authority that stops: PostgreSQL, Redis and Valkey of the tests' own, and engines on them."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from tests.postgres import PostgresServer
from tests.redis_server import Server
from tests.world import PATIENCE, code

from rescind import Refused, Rescind, RescindError, Session

SMALL = 3.0
"""Seconds that an answer may be late because this machine is busy with something else."""
BACK_WITHIN = 4.0
"""Seconds from the moment that the authority answers again: a pause between two probes and what they take,
and as much again for a busy machine."""


class Site:
    """One authority, and the processes in front of it: here each engine stands for one.

    Args:
        postgres: the server; ``None`` for Redis.
        tcp: Redis listens on a port, and not on a socket of this machine.
    """

    def __init__(self, kind: str, postgres: PostgresServer | None, *, tcp: bool = False) -> None:
        self.kind = kind
        self.postgres = postgres
        self.redis = None if postgres is not None else Server(kind, tcp=tcp)
        self.database = "" if postgres is None else postgres.create("rescind_empty")
        self.engines: list[Rescind[Any]] = []

    @property
    def url(self) -> str:
        if self.postgres is not None:
            return self.postgres.url(self.database)
        assert self.redis is not None
        return self.redis.url

    @property
    def port(self) -> int:
        server = self.redis if self.postgres is None else self.postgres
        assert server is not None
        return server.port

    def engine(self, **settings: Any) -> Rescind[Any]:
        made: Rescind[Any] = Rescind(self.url, **{"lease": 0.25} | settings)
        self.engines.append(made)
        return made

    def freeze(self) -> None:
        """It accepts connections and answers nothing."""
        if self.postgres is not None:
            self.postgres.freeze()
        elif self.redis is not None:
            os.kill(self.redis.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        if self.postgres is not None:
            self.postgres.thaw()
        elif self.redis is not None and self.redis.running:
            os.kill(self.redis.pid, signal.SIGCONT)

    def kill(self) -> None:
        """Nobody listens any more."""
        if self.postgres is not None:
            self.postgres.stop(signal.SIGQUIT)
        elif self.redis is not None:
            self.redis.kill()

    def start(self) -> None:
        if self.postgres is not None:
            self.postgres.start()
        elif self.redis is not None:
            self.redis.start()

    def close(self) -> None:
        self.thaw()
        for engine in self.engines:
            with suppress(RescindError):
                engine.close()
        if self.postgres is not None:
            self.postgres.drop(self.database)
        elif self.redis is not None:
            self.redis.remove()


class Network:
    """A wire between us and a server that can be cut: packets go nowhere, and nobody is told.

    Attributes:
        port: of this machine, where it begins.
    """

    def __init__(self, port: int) -> None:
        self._far = port
        self._whole = threading.Event()
        self._whole.set()
        self._ends: list[socket.socket] = []
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port: int = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        self._whole.clear()

    def mend(self) -> None:
        """Packets go through again; what was open before is gone, as after a router that forgot it."""
        ends, self._ends = self._ends, []
        for end in ends:
            end.close()
        self._whole.set()

    def close(self) -> None:
        self._listening.close()
        self.mend()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listening.accept()
                threading.Thread(target=self._join, args=(near,), daemon=True).start()

    def _join(self, near: socket.socket) -> None:
        self._ends.append(near)
        self._whole.wait()
        with suppress(OSError):
            far = socket.create_connection(("127.0.0.1", self._far))
            self._ends.append(far)
            threading.Thread(target=self._pump, args=(far, near), daemon=True).start()
            self._pump(near, far)

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                self._whole.wait()
                sink.sendall(data)
        with suppress(OSError):
            sink.shutdown(socket.SHUT_WR)


def site_of(request: pytest.FixtureRequest) -> Iterator[Site]:
    """A fixture, for the kind that its parameter names: ``pytest.fixture(params=[...])(site_of)``."""
    made = Site(
        request.param, request.getfixturevalue("postgres_server") if request.param == "postgres" else None
    )
    yield made
    made.close()


@contextmanager
def frozen(site: Site) -> Iterator[None]:
    site.freeze()
    try:
        yield
    finally:
        site.thaw()


def open_sockets() -> int:
    """Sockets that this process holds."""
    count = 0
    for entry in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            count += str(entry.readlink()).startswith("socket:")
    return count


def warmed(auth: Rescind[Any], sessions: int = 50) -> list[str]:
    """Tokens of sessions that memory knows, under a view that holds."""
    tokens = [auth.sessions.start(f"person {number}").token for number in range(sessions)]
    until = time.monotonic() + PATIENCE
    while True:
        answers = {code(auth.check(token)) for token in tokens}
        if answers == {"live"} and auth.core.worker.current(auth.core.clock.lease()) is not None:
            return tokens
        assert time.monotonic() < until, answers
        time.sleep(0.01)


def wait_for_lapse(auth: Rescind[Any]) -> None:
    """Until the last view is past its deadline."""
    clock = auth.core.clock
    until = time.monotonic() + PATIENCE
    while auth.core.worker.current(clock.lease()) is not None:
        assert time.monotonic() < until
        time.sleep(0.01)


def resumes(auth: Rescind[Any], token: str) -> float:
    """Seconds until a check is answered by yes."""
    began = time.monotonic()
    while code(auth.check(token)) != "live":
        assert time.monotonic() - began < PATIENCE, "the authority is back, and nobody noticed"
        time.sleep(0.01)
    return time.monotonic() - began


def at_once(number: int, check: Callable[[int], Session[Any] | Refused]) -> tuple[list[str], float]:
    """Checks on as many threads; what they were answered, and the longest that one took, seconds."""
    answers: list[str] = []
    took: list[float] = []

    def one(index: int) -> None:
        began = time.monotonic()
        answer = check(index)
        took.append(time.monotonic() - began)
        answers.append(code(answer))

    threads = [threading.Thread(target=one, args=(index,), daemon=True) for index in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    return answers, max(took)
