"""The memory store itself: locks, the counter, the registry, and the methods of the contract."""

from __future__ import annotations

import json
import os
import threading
import weakref
from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from itertools import islice, takewhile
from typing import Any, cast

from rescind.errors import ConfigurationError, Conflict, StoreUnavailable
from rescind.model.audit_event import AuditEvent
from rescind.model.credential import SignInEvidence
from rescind.model.family import KeyEnd
from rescind.model.principal import Standing
from rescind.model.revocation import Head, LogEntry, Renewal, WorkerRow
from rescind.model.session import Facts, SessionRecord
from rescind.policy.session_lifetime import touch_interval
from rescind.stores.base import Capabilities, Incarnation, PruneReport, Selection, UnitOfWork, Word
from rescind.stores.births import first_of, new_head
from rescind.stores.kept import is_kept
from rescind.stores.memory.prune import drop_entries, drop_sessions, old_entries, old_sessions
from rescind.stores.memory.tables import Tables
from rescind.stores.memory.unit import MemoryUnit, Saved, data_texts

WRITE_LOCK_TIMEOUT = 5.0
"""Seconds that a writer waits for the write lock, as SQLite's busy time-out."""

NO_CONNECTIONS = "connection=: the memory store has no connections to join; leave connection out"


class MemoryStore:
    """A store for one process; see ``rescind.stores.base.Store``.

    Two locks: ``_writing`` is the write lock, held for a whole unit of work; ``_tables_lock`` guards the
    committed tables and is held only while a method reads them or a commit changes them. So a reader never
    waits for a caller's unit and never sees the inside of one.
    """

    def __init__(self) -> None:
        self._tables = Tables()
        self._data: dict[str, dict[str, str]] = {}
        self._workers: dict[str, WorkerRow] = {}
        self._word = array("Q", [0])
        self._writer: int | None = None
        self._renew_locks()
        _renew_locks_in_child(self)

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(
            name="memory",
            shared=False,
            durable=False,
            counter=True,
            inline_reads=True,
            joins_transactions=False,
        )

    def open(self) -> None:
        """Nothing to connect to."""

    def close(self) -> None:
        """Nothing to release; what is remembered stays for as long as this object."""

    # -- the log and its readers ------------------------------------------------------------------------

    @property
    def word(self) -> Word:
        return self._word

    def head(self) -> Head:
        with self._tables_lock:
            return self._tables.head

    def find_entry(self, id: str) -> LogEntry | None:
        with self._tables_lock:
            return self._tables.entry(id)

    def renew(self, worker_id: str, applied: int, *, limit: int = 1000) -> Renewal:
        self._lower_word()
        with self._tables_lock:
            row = self._workers.get(worker_id)
            at_applied = self._tables.log.get(applied)
            page = tuple(islice(_after(self._tables, applied), limit + 1))
            return Renewal(
                head=self._tables.head,
                registered=row is not None and not row.retired,
                applied_id=None if at_applied is None else at_applied.id,
                entries=page[:limit],
                more=len(page) > limit,
            )

    def keeps(self, head: Head, entry_id: str | None) -> bool:
        return is_kept(self, head, entry_id)

    def register(self, worker: WorkerRow) -> None:
        with self._committing():
            if worker.id in self._workers:
                raise Conflict(f"worker {worker.id} exists: an id is for one incarnation")
            self._workers[worker.id] = worker

    def acknowledge(self, worker_id: str, seq: int, *, at: int) -> None:
        with self._committing():
            row = self._workers.get(worker_id)
            if row is not None and row.acked < seq:
                self._workers[worker_id] = replace(row, acked=seq, seen_at=at)

    def deregister(self, worker_id: str) -> None:
        with self._committing():
            self._workers.pop(worker_id, None)

    def workers(self) -> Sequence[WorkerRow]:
        with self._tables_lock:
            return list(self._workers.values())

    def retire(self, worker_id: str, seq: int) -> None:
        with self._committing():
            row = self._workers.get(worker_id)
            if row is not None and row.acked < seq:
                self._workers[worker_id] = replace(row, retired=True)

    def forget(self, worker_id: str) -> None:
        with self._committing():
            row = self._workers.get(worker_id)
            if row is not None and row.retired:
                del self._workers[worker_id]

    def incarnation(self) -> Incarnation:
        return Incarnation()

    def registry(self) -> tuple[Sequence[WorkerRow], Incarnation]:
        return self.workers(), self.incarnation()

    def settle(self, incarnation: str) -> None:
        """There is one process."""

    def push(self) -> None:
        """There is nobody to tell."""

    def listen(self, wake: Callable[[], None]) -> None:
        return None

    def new_birth(self, *, expected: str, at_least: int, reason: str, initiator: str, at: int) -> Head:
        with self._committing() as tables:
            old = tables.head
            if old.birth != expected:
                return old
            tables.head = new_head(old, above=max(self._word[0], at_least))
            self._word[0] = tables.head.seq
            first, event = first_of(tables.head, old.birth, reason=reason, initiator=initiator, at=at)
            tables.add_entry(first)
            tables.audit[event.id] = event
            return tables.head

    # -- sessions -----------------------------------------------------------------------------------------

    def facts(self, session_id: str) -> Facts | None:
        with self._tables_lock:
            return self._tables.facts(session_id)

    def unchanged(self, facts: Facts) -> bool:
        return self.facts(facts.record.id) == facts

    def unchanged_all(self, facts: Sequence[Facts]) -> list[bool]:
        return [self.unchanged(one) for one in facts]

    def sessions(
        self, selection: Selection, *, now: int, limit: int = 100, after: str | None = None
    ) -> Sequence[SessionRecord]:
        with self._tables_lock:
            rows = sorted(self._tables.selected(selection), key=lambda record: record.id)
            live = (
                record
                for record in rows
                if (after is None or record.id > after) and self._tables.is_live(record, now)
            )
            return list(islice(live, limit))

    def count(self, selection: Selection, *, now: int) -> tuple[int, int]:
        with self._tables_lock:
            return self._tables.count(selection, now)

    def touch(self, seen: Sequence[tuple[str, int]]) -> int:
        with self._committing() as tables:
            return sum(touched(tables, session_id, at) for session_id, at in seen)

    def load_data(self, session_id: str) -> dict[str, Any]:
        with self._tables_lock:
            return {key: json.loads(text) for key, text in self._data.get(session_id, {}).items()}

    def save_data(self, session_id: str, changed: dict[str, Any], removed: Sequence[str]) -> bool:
        texts = data_texts(changed)
        with self._committing() as tables:
            record = tables.sessions.get(session_id)
            if record is None or tables.has_ended(record):
                return False
            self._put_data(Saved(record, texts, tuple(removed)))
            return True

    def _put_data(self, saved: Saved) -> None:
        data = self._data.setdefault(saved.record.id, {})
        for key in saved.removed:
            data.pop(key, None)
        data.update(saved.texts)

    # -- people -------------------------------------------------------------------------------------------

    def standing(self, realm: str, principal_id: str) -> Standing | None:
        with self._tables_lock:
            return self._tables.standings.get((realm, principal_id))

    def standings(self, realm: str, *, limit: int = 100, after: str | None = None) -> Sequence[Standing]:
        with self._tables_lock:
            found = [
                standing
                for standing in self._tables.standings.values()
                if standing.realm == realm and (after is None or standing.id > after)
            ]
        return sorted(found, key=lambda standing: standing.id)[:limit]

    def sign_in_evidence(self, realm: str, login: str) -> SignInEvidence:
        with self._tables_lock:
            tables = self._tables
            account = tables.accounts.get((realm, login))
            if account is None:
                return SignInEvidence(tables.head, None, None, None)
            key = (realm, account.principal_id)
            return SignInEvidence(tables.head, account, tables.passwords.get(key), tables.standings.get(key))

    def password_evidence(self, realm: str, principal_id: str) -> SignInEvidence:
        with self._tables_lock:
            tables, key = self._tables, (realm, principal_id)
            return SignInEvidence(tables.head, None, tables.passwords.get(key), tables.standings.get(key))

    # -- signed tokens ------------------------------------------------------------------------------------

    def require_families(self) -> None:
        """They are kept like everything else."""

    def key_end(self, realm: str, kid: str) -> KeyEnd | None:
        with self._tables_lock:
            return self._tables.ended_keys.get((realm, kid))

    def count_signed(self, realm: str, kid: str, *, now: int) -> tuple[int, int]:
        with self._tables_lock:
            return self._tables.count_signed(realm, kid, now)

    # -- writing ------------------------------------------------------------------------------------------

    def write(self, connection: Any = None, *, urgent: bool = False) -> AbstractContextManager[UnitOfWork]:
        if connection is not None:
            raise ConfigurationError(NO_CONNECTIONS)
        return self._unit()

    def watch_transaction(self, connection: Any, done: Callable[[bool], None]) -> None:
        raise ConfigurationError(NO_CONNECTIONS)

    def audit_events(
        self, realm: str, *, subject: str | None = None, limit: int = 100, before: str | None = None
    ) -> Sequence[AuditEvent]:
        with self._tables_lock:
            events = list(self._tables.audit.values())
        if before is not None:
            ids = [event.id for event in events]
            events = events[: ids.index(before)] if before in ids else []
        wanted = (
            replace(event, data=dict(event.data))
            for event in reversed(events)
            if event.realm == realm and (subject is None or event.subject == subject)
        )
        return list(islice(wanted, limit))

    def prune(
        self, *, now: int, keep_ended: int, access_life: int, session_life: int, batch: int = 1000
    ) -> PruneReport:
        if batch < 1:
            raise ValueError(f"batch={batch}: at least 1")
        with self._committing() as tables:
            ages = {"now": now, "access_life": access_life, "session_life": session_life}
            sessions = drop_sessions(tables, self._data, now - keep_ended, batch)
            entries = list(islice(old_entries(tables, **ages), batch - sessions))
            drop_entries(tables, entries)
            more = _any(old_sessions(tables, now - keep_ended)) or _any(old_entries(tables, **ages))
            return PruneReport(sessions, len(entries), tables.head.floor, more)

    # -- locks --------------------------------------------------------------------------------------------

    @contextmanager
    def _unit(self) -> Iterator[UnitOfWork]:
        with self._write_lock():
            with self._tables_lock:
                unit = MemoryUnit(self._tables.layer(), self._word)
            try:
                yield unit
            except BaseException:
                unit.close()
                raise
            layer = unit.close()
            with self._tables_lock:
                self._tables.absorb(layer)
                for saved in unit.saved:
                    self._put_data(saved)

    @contextmanager
    def _committing(self) -> Iterator[Tables]:
        """Both locks, for a method that changes the committed tables in one step."""
        with self._write_lock(), self._tables_lock:
            yield self._tables

    @contextmanager
    def _write_lock(self) -> Iterator[None]:
        if self._writer == threading.get_ident():
            raise StoreUnavailable("this thread has a unit of work open: write inside it, or after it")
        if not self._writing.acquire(timeout=WRITE_LOCK_TIMEOUT):
            raise StoreUnavailable(f"the write lock was not to be had within {WRITE_LOCK_TIMEOUT:g} s")
        self._writer = threading.get_ident()
        try:
            yield
        finally:
            self._writer = None
            self._writing.release()

    def _lower_word(self) -> None:
        """After a rollback the word is ahead; only who holds the write lock may move it back."""
        if self._writing.acquire(blocking=False):
            try:
                self._word[0] = self._tables.head.seq
            finally:
                self._writing.release()

    def _renew_locks(self) -> None:
        self._writing = threading.Lock()
        self._tables_lock = threading.Lock()
        self._writer = None


def _after(tables: Tables, applied: int) -> Iterator[LogEntry]:
    """The entries after ``applied`` in order, at the cost of those alone."""
    log = cast("dict[int, LogEntry]", tables.log)
    newest_first = takewhile(lambda seq: seq > applied, reversed(log))
    return (log[seq] for seq in reversed(list(newest_first)))


def _any(found: Iterator[object]) -> bool:
    return next(found, None) is not None


def touched(tables: Tables, session_id: str, at: int) -> bool:
    """Move ``last_seen`` of one session, if it is due; see ``Store.touch``."""
    record = tables.sessions.get(session_id)
    if record is None or 2 * (at - record.last_seen) < touch_interval(record.idle):
        return False
    if not tables.is_live(record, at):
        return False
    tables.sessions[session_id] = replace(record, last_seen=at)
    return True


def _renew_locks_in_child(store: MemoryStore) -> None:
    """After a fork the locks may belong to threads that do not exist here."""
    if not hasattr(os, "register_at_fork"):
        return
    reference = weakref.ref(store)

    def renew() -> None:
        forked = reference()
        if forked is not None:
            forked._renew_locks()

    os.register_at_fork(after_in_child=renew)
