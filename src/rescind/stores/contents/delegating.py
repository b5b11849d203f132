"""What the log alone answers, with the birth of the contents where a head is named."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any, Protocol

from rescind.model.audit_event import AuditEvent
from rescind.model.credential import SignInEvidence
from rescind.model.family import KeyEnd
from rescind.model.principal import Standing
from rescind.model.revocation import Head, LogEntry, WorkerRow
from rescind.stores.base import Incarnation, Store, Word
from rescind.stores.contents.births import birth_of_contents, birth_of_log, with_contents
from rescind.stores.sqlalchemy.query import Query
from rescind.stores.sqlalchemy.unit import SqlUnit


class Log(Store, Protocol):
    """A SQL store (``rescind.stores.sqlalchemy.store.SqlStore``), with what it is asked besides."""

    @property
    def place(self) -> str: ...

    def ask(self, query: Query, **values: Any) -> list[Any]: ...

    def row_with_head(self, query: Query, **values: Any) -> Any: ...

    def entry_row(self, seq: int) -> Any: ...

    def housekeeping(self) -> AbstractContextManager[SqlUnit]: ...


class Delegating:
    """The part of the store that never looks at Redis; see ``rescind.stores.base.Store``."""

    def __init__(self, log: Log) -> None:
        self._log = log

    @property
    def log(self) -> Log:
        """The store that keeps all but live sessions; ``cli.authority.log_of`` asks for it."""
        return self._log

    @abstractmethod
    def number(self, head: Head | None) -> int:
        """Of the contents that hold, as the log says; ``None``: as it said when it was last asked."""

    @property
    def word(self) -> Word | None:
        return self._log.word

    def find_entry(self, id: str) -> LogEntry | None:
        return self._log.find_entry(id)

    def keeps(self, head: Head, entry_id: str | None) -> bool:
        """Also while Redis is away, and whatever contents have begun since."""
        return self._log.keeps(replace(head, birth=birth_of_log(head.birth)), entry_id)

    def register(self, worker: WorkerRow) -> None:
        self._log.register(replace(worker, birth=birth_of_log(worker.birth)))

    def acknowledge(self, worker_id: str, seq: int, *, at: int) -> None:
        self._log.acknowledge(worker_id, seq, at=at)

    def deregister(self, worker_id: str) -> None:
        self._log.deregister(worker_id)

    def workers(self) -> Sequence[WorkerRow]:
        """A worker reads the log, whatever the contents are. Its birth matters where a counter is watched; a
        head costs microseconds there."""
        return self._of_contents(self._log.workers())

    def _of_contents(self, found: Sequence[WorkerRow]) -> Sequence[WorkerRow]:
        head = self._log.head() if found and self._log.capabilities.counter else None
        number = self.number(head) if found else 0
        return [replace(row, birth=birth_of_contents(row.birth, number)) for row in found]

    def incarnation(self) -> Incarnation:
        return self._log.incarnation()

    def registry(self) -> tuple[Sequence[WorkerRow], Incarnation]:
        found, incarnation = self._log.registry()
        return self._of_contents(found), incarnation

    def settle(self, incarnation: str) -> None:
        self._log.settle(incarnation)

    def push(self) -> None:
        self._log.push()

    def listen(self, wake: Callable[[], None]) -> Callable[[], None] | None:
        return self._log.listen(wake)

    def retire(self, worker_id: str, seq: int) -> None:
        self._log.retire(worker_id, seq)

    def forget(self, worker_id: str) -> None:
        self._log.forget(worker_id)

    def standing(self, realm: str, principal_id: str) -> Standing | None:
        return self._log.standing(realm, principal_id)

    def standings(self, realm: str, *, limit: int = 100, after: str | None = None) -> Sequence[Standing]:
        return self._log.standings(realm, limit=limit, after=after)

    def sign_in_evidence(self, realm: str, login: str) -> SignInEvidence:
        return self._with_contents(self._log.sign_in_evidence(realm, login))

    def password_evidence(self, realm: str, principal_id: str) -> SignInEvidence:
        return self._with_contents(self._log.password_evidence(realm, principal_id))

    def _with_contents(self, evidence: SignInEvidence) -> SignInEvidence:
        return replace(evidence, head=with_contents(evidence.head, self.number(evidence.head)))

    def require_families(self) -> None:
        self._log.require_families()

    def key_end(self, realm: str, kid: str) -> KeyEnd | None:
        return self._log.key_end(realm, kid)

    def watch_transaction(self, connection: Any, done: Callable[[bool], Any]) -> None:
        self._log.watch_transaction(connection, done)

    def audit_events(
        self, realm: str, *, subject: str | None = None, limit: int = 100, before: str | None = None
    ) -> Sequence[AuditEvent]:
        return self._log.audit_events(realm, subject=subject, limit=limit, before=before)
