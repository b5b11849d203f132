"""Several engines on one store: each stands for a worker process. The store is real; it can be watched."""

from __future__ import annotations

import dataclasses
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, cast

import pytest

from rescind import Refused, Rescind, Session
from rescind._clock import Clock
from rescind._tokens import new_id
from rescind.model.principal import PrincipalIds
from rescind.model.revocation import Head, Kind, LogEntry, Scope, What, WorkerRow
from rescind.revocation.index import RevocationIndex
from rescind.revocation.worker import Worker
from rescind.stores.base import Store, UnitOfWork
from rescind.stores.memory import MemoryStore
from rescind.stores.sqlalchemy import SqliteStore
from rescind.stores.sqlalchemy.postgres import PostgresStore
from rescind.testing import FakeClock

PATIENCE = 20.0
"""Seconds after which something that should have happened counts as not happening."""


class Spy:
    """A real store whose calls are counted; before or instead of one, something else can happen.

    Attributes:
        calls: how often each method was called.
        before: by method: run before it, with its arguments.
        after: by method: given what it returned; returns what the caller gets.
    """

    def __init__(self, real: Store) -> None:
        self.real = real
        self.calls: Counter[str] = Counter()
        self.before: dict[str, Callable[..., object]] = {}
        self.after: dict[str, Callable[[Any], Any]] = {}

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.real, name)
        if not callable(found):
            return found

        def call(*args: Any, **kwargs: Any) -> Any:
            self.calls[name] += 1
            if name in self.before:
                self.before[name](*args, **kwargs)
            answer = found(*args, **kwargs)
            return self.after[name](answer) if name in self.after else answer

        return call

    def write(self, connection: Any = None, *, urgent: bool = False) -> AbstractContextManager[UnitOfWork]:
        self.calls["write"] += 1
        if "write" in self.before:
            self.before["write"](connection)
        return self.real.write(connection, urgent=urgent)

    def failing(self, name: str, error: Exception) -> None:
        """From now on the method raises; ``works`` ends that."""

        def fail(*_: Any, **__: Any) -> None:
            raise error

        self.before[name] = fail

    def once(self, name: str, work: Callable[[], object]) -> None:
        """Before the next call of the method, and only that one."""

        def run(*_: Any, **__: Any) -> None:
            del self.before[name]
            work()

        self.before[name] = run

    def works(self, name: str) -> None:
        self.before.pop(name, None)

    def quiet(self) -> bool:
        """Whether nothing was asked."""
        return not self.calls

    @property
    def as_store(self) -> Store:
        return cast("Store", self)


class World:
    """A store, a clock, and as many engines as a test wants."""

    def __init__(self, kind: str, folder: Path, clock: Clock | None = None, *, url: str = "") -> None:
        self.kind = kind
        self.url = url
        self.clock: Any = clock or FakeClock()
        self.path = folder / "app.db"
        self.memory = MemoryStore()
        self.engines: list[Rescind[Any]] = []

    def store(self) -> Store:
        """The memory store itself, or another handle on the file or the database."""
        if self.kind == "memory":
            return self.memory
        if self.kind == "postgres":
            return PostgresStore.from_url(self.url, clock=self.clock)
        return SqliteStore.from_url(f"sqlite:///{self.path}", clock=self.clock)

    def engine(self, *, joined: bool = True, spy: bool = False, **settings: Any) -> Rescind[Any]:
        """An engine; ``joined``: it is a worker already, so that checks are answered from memory."""
        store = self.store()
        settings.setdefault("authority_timeout", 5.0)  # this machine is busy with other tests, too
        made: Rescind[Any] = Rescind(
            store=Spy(store).as_store if spy else store, clock=self.clock, **settings
        )
        self.engines.append(made)
        made.open()
        if joined and made.settings.lease:
            made.core.worker.renew(register=True)
        return made

    def told(self) -> None:
        """What was appended without a barrier has reached every worker, as a push would see to.

        Only where nothing but the lease says so: elsewhere a check notices by itself, which is to be tested.
        """
        for engine in self.engines:
            if engine.core.store.capabilities.lease_alone:
                engine.core.worker.renew(register=False)

    def close(self) -> None:
        for engine in self.engines:
            engine.close()


class Reader:
    """A worker on its own, with its index and what it was told."""

    def __init__(self, store: Store, clock: Clock, *, lease: float = 1.0, most: int = 1000) -> None:
        self.index = RevocationIndex("default", most)
        self.resets = 0
        self.told: list[LogEntry] = []
        self.worker = Worker(
            store,
            clock,
            self.index,
            lease=lease,
            on_reset=self._reset,
            on_fork=lambda: None,
            on_entries=self.told.extend,
        )

    def _reset(self) -> None:
        self.resets += 1


def calls_of(
    monkeypatch: pytest.MonkeyPatch,
    owner: object,
    name: str,
    note: Callable[..., object] = lambda *given: given,
) -> list[Any]:
    """From now on: what ``note`` makes of the arguments of each call of a method, which works as before."""
    calls: list[Any] = []
    method = getattr(owner, name)

    def call(*given: Any, **named: Any) -> Any:
        calls.append(note(*given))
        return method(*given, **named)

    monkeypatch.setattr(owner, name, call)
    return calls


def spy_of(engine: Rescind[Any]) -> Spy:
    return cast("Spy", engine.core.store)


def entry(
    target: str = "ada", *, scope: Scope = Scope.PRINCIPAL, kind: Kind = Kind.END, **more: Any
) -> LogEntry:
    """An entry of the log for a store."""
    facts: dict[str, Any] = {"what": What.SESSIONS, "reason": "for a test", "initiator": "system", "at": 1}
    return LogEntry(id=new_id(), kind=kind, realm="default", scope=scope, target=target, **(facts | more))


def append_and_fail(store: Store) -> None:
    """A unit of work that appended and then rolled back."""
    with store.write() as unit:
        unit.append(entry())
        raise InterruptedError


def append(store: Store, *entries: LogEntry) -> Head:
    """Append in one unit of work; the head after it."""
    with store.write() as unit:
        for one in entries or (entry(),):
            unit.append(one)
    return store.head()


def row(store: Store, id: str = "other", **facts: Any) -> WorkerRow:
    """A registered worker of another process."""
    head = store.head()
    made = dataclasses.replace(
        WorkerRow(id, head.birth, term=1.0, protocol=1, acked=0, host="elsewhere", pid=7), **facts
    )
    store.register(made)
    return made


def code(answer: Session[Any] | Refused) -> str:
    """``"live"`` or the code of the refusal."""
    return answer.code if isinstance(answer, Refused) else "live"


def once_back(auth: Rescind[Any], token: str) -> Session[Any] | Refused:
    """The first answer that is not ``store_unavailable``: after an outage a probe goes first."""
    until = time.monotonic() + PATIENCE
    while True:
        answer = auth.check(token)
        if code(answer) != "store_unavailable":
            return answer
        assert time.monotonic() < until, "the authority is back, and nobody noticed"
        time.sleep(0.02)


def held(auth: Rescind[Any], **facts: Any) -> str:
    """The token of a session of ada that this engine has in memory."""
    token = auth.sessions.start("ada", **facts).token
    assert code(auth.check(token)) == "live"
    return token


def text_ids() -> PrincipalIds[str]:
    return PrincipalIds(str)
