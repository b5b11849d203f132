"""What the SQL stores share: statements, and what becomes of their rows. Running them is each one's own."""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

from rescind.errors import StoreUnavailable
from rescind.model.audit_event import AuditEvent
from rescind.model.credential import SignInEvidence
from rescind.model.principal import Standing
from rescind.model.revocation import Head, LogEntry, Renewal, WorkerRow
from rescind.model.session import Facts, SessionRecord
from rescind.stores.base import Incarnation, PruneReport, Selection, UnitOfWork, Word
from rescind.stores.kept import is_kept
from rescind.stores.sqlalchemy import contents, joined, reads, rows, selections
from rescind.stores.sqlalchemy import prune as pruning
from rescind.stores.sqlalchemy import statements as s
from rescind.stores.sqlalchemy.query import Query
from rescind.stores.sqlalchemy.tokens import SqlTokenStore
from rescind.stores.sqlalchemy.unit import SqlUnit

ATTEMPTS = 5
BEFORE_TIME = -(10**15)


class SqlStore(SqlTokenStore):
    """See ``rescind.stores.base.Store``.

    Attributes:
        place: where the tables are, for messages; no secret.
        dialect: SQLAlchemy's name of the database; connections that join have the same.
    """

    place: str
    dialect: str

    # -- how statements are run --------------------------------------------------------------------------

    @abstractmethod
    def _all(self, query: Query, **values: Any) -> list[Any]:
        """Run one reading statement: its rows, of the newest commit."""

    @abstractmethod
    def _writing(self, *, durable: bool) -> AbstractContextManager[SqlUnit]:
        """A transaction of this store's own that appends nothing; ``durable``: it survives a power cut."""

    @abstractmethod
    def _unit(self, *, urgent: bool) -> AbstractContextManager[UnitOfWork]: ...

    @abstractmethod
    def _joined_unit(self, connection: Any) -> AbstractContextManager[UnitOfWork]: ...

    def _one(self, query: Query, **values: Any) -> Any:
        found = self._all(query, **values)
        return found[0] if found else None

    def _change(self, query: Query, **values: Any) -> None:
        with self._writing(durable=False) as unit:
            unit.run(query, **values)

    # -- the log and its readers -------------------------------------------------------------------------

    @property
    def word(self) -> Word | None:
        return None

    def head(self) -> Head:
        return Head(*self._one(s.HEAD))

    def find_entry(self, id: str) -> LogEntry | None:
        row = self._one(s.ENTRY, id=id)
        return None if row is None else rows.entry_of(row)

    @abstractmethod
    def renew(self, worker_id: str, applied: int, *, limit: int = 1000) -> Renewal: ...

    def keeps(self, head: Head, entry_id: str | None) -> bool:
        return is_kept(self, head, entry_id)

    def register(self, worker: WorkerRow) -> None:
        taken = f"worker {worker.id} exists: an id is for one incarnation"
        with self._writing(durable=True) as unit:
            unit.run(s.INSERT_WORKER, conflict=taken, **rows.worker_values(worker))

    def acknowledge(self, worker_id: str, seq: int, *, at: int) -> None:
        self._change(s.ACKNOWLEDGE, of_id=worker_id, to_seq=seq, to_at=at)

    def deregister(self, worker_id: str) -> None:
        self._change(s.DEREGISTER, of_id=worker_id)

    def workers(self) -> Sequence[WorkerRow]:
        return [rows.worker_of(row) for row in self._all(s.WORKERS)]

    @abstractmethod
    def incarnation(self) -> Incarnation: ...

    def registry(self) -> tuple[Sequence[WorkerRow], Incarnation]:
        return self.workers(), self.incarnation()

    def retire(self, worker_id: str, seq: int) -> None:
        self._change(s.RETIRE, of_id=worker_id, below=seq)

    def forget(self, worker_id: str) -> None:
        self._change(s.FORGET, of_id=worker_id)

    # -- sessions ----------------------------------------------------------------------------------------

    def facts(self, session_id: str) -> Facts | None:
        for _ in range(ATTEMPTS):
            row = self.row_with_head(s.FACTS, id=session_id)
            if row is None:
                return None
            if row[-1] is None:
                return reads.facts_of(row, Head(*row[-5:-1]), None)
            ended_by = self.entry_row(row[-1])
            if ended_by is not None:
                return reads.facts_of(row, Head(*row[-5:-1]), rows.entry_of(ended_by))
            # Pruned in between: by then the row bears a mark.
        raise StoreUnavailable(f"{self.place} changed at every look")

    def row_with_head(self, query: Query, **values: Any) -> Any:
        """The first row of what a check asks, ``None`` if there is none. It ends with the head of the log and
        one more column."""
        return self._one(query, **values)

    def housekeeping(self) -> AbstractContextManager[SqlUnit]:
        """A transaction that appends nothing and opens no session."""
        return self._writing(durable=False)

    def ask(self, query: Query, **values: Any) -> list[Any]:
        """Every row of a reading statement, of the newest commit."""
        return self._all(query, **values)

    def entry_row(self, seq: int) -> Any:
        return self._one(s.ENTRY_AT, seq=seq)

    @abstractmethod
    def unchanged(self, facts: Facts) -> bool: ...

    def unchanged_all(self, facts: Sequence[Facts]) -> list[bool]:
        return [self.unchanged(one) for one in facts]

    def sessions(
        self, selection: Selection, *, now: int, limit: int = 100, after: str | None = None
    ) -> Sequence[SessionRecord]:
        query = selections.listing(selections.shape_of(selection), after is not None)
        values = selections.values_of(selection) | {"now": now, "page": limit, "after": after}
        return [SessionRecord(*row) for row in self._all(query, **values)]

    def count(self, selection: Selection, *, now: int) -> tuple[int, int]:
        query = selections.counting(selections.shape_of(selection))
        found, live = self._one(query, now=now, **selections.values_of(selection))
        return found, live

    def load_data(self, session_id: str) -> dict[str, Any]:
        return {key: json.loads(text) for key, text in self._all(s.LOAD_DATA, id=session_id)}

    def save_data(self, session_id: str, changed: dict[str, Any], removed: Sequence[str]) -> bool:
        with self._writing(durable=False) as unit:
            return unit.save_data(session_id, changed, removed)

    # -- people ------------------------------------------------------------------------------------------

    def standing(self, realm: str, principal_id: str) -> Standing | None:
        row = self._one(s.STANDING, realm=realm, id=principal_id)
        return None if row is None else rows.standing_of(row)

    def standings(self, realm: str, *, limit: int = 100, after: str | None = None) -> Sequence[Standing]:
        query = s.FIRST_STANDINGS if after is None else s.STANDINGS
        return [rows.standing_of(row) for row in self._all(query, realm=realm, after=after, page=limit)]

    def sign_in_evidence(self, realm: str, login: str) -> SignInEvidence:
        return reads.sign_in_evidence_of(self._one(s.SIGN_IN_EVIDENCE, realm=realm, login=login))

    def password_evidence(self, realm: str, principal_id: str) -> SignInEvidence:
        return reads.password_evidence_of(self._one(s.PASSWORD_EVIDENCE, realm=realm, id=principal_id))

    # -- writing -----------------------------------------------------------------------------------------

    def write(self, connection: Any = None, *, urgent: bool = False) -> AbstractContextManager[UnitOfWork]:
        return self._unit(urgent=urgent) if connection is None else self._joined_unit(connection)

    def watch_transaction(self, connection: Any, done: Callable[[bool], None]) -> None:
        joined.watch(connection, self.dialect, done)

    def audit_events(
        self, realm: str, *, subject: str | None = None, limit: int = 100, before: str | None = None
    ) -> Sequence[AuditEvent]:
        number = None
        if before is not None:
            found = self._one(s.EVENT_NUMBER, id=before)
            if found is None:
                return []
            number = found[0]
        query = selections.trail(subject is not None, number is not None)
        values = {"realm": realm, "subject": subject, "before": number, "page": limit}
        return [rows.event_of(row) for row in self._all(query, **values)]

    def prune(
        self, *, now: int, keep_ended: int, access_life: int, session_life: int, batch: int = 1000
    ) -> PruneReport:
        if batch < 1:
            raise ValueError(f"batch={batch}: at least 1")
        times = pruning.times(now, keep_ended=keep_ended, access_life=access_life, session_life=session_life)
        if contents.in_use(self._all, self.head().birth):
            # Who sees their rows marks what an end ends before it is forgotten; this store does not.
            times["session"] = BEFORE_TIME
        # Looked at first without the write lock: mostly there is nothing to do.
        if not pruning.has_work(self._one, **times):
            return PruneReport(floor=self.head().floor)
        with self._writing(durable=False) as unit:
            unit.keep_openers_out()
            report = pruning.prune_batch(unit, pruning.materialise, batch=batch, **times)
        return replace(report, floor=self.head().floor)
