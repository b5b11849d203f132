"""A unit of work on PostgreSQL: locks on what it read, and numbers that the commit takes.

Locks in the order name (revocation id, tenant), principal, session, log. The log itself is locked by nothing
but COMMIT, in the trigger that takes the number: a transaction that is slow blocks nobody.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from rescind.errors import CommitUnknown, Conflict, StoreUnavailable
from rescind.model.principal import NOBODY, Standing
from rescind.model.revocation import Head, Kind, LogEntry, Scope
from rescind.model.session import Facts, SessionRecord
from rescind.stores.sqlalchemy import rows
from rescind.stores.sqlalchemy import statements as s
from rescind.stores.sqlalchemy.postgres import statements as p
from rescind.stores.sqlalchemy.postgres.faults import translating
from rescind.stores.sqlalchemy.query import Query, Text
from rescind.stores.sqlalchemy.unit import Cursor, SqlUnit

Execute = Callable[[str, tuple[Any, ...]], Cursor]


class PostgresUnit(SqlUnit):
    """Made by ``PostgresStore.write``.

    Attributes:
        appended: ids of the entries that wait for their number.
        numbers: what the commit gave them, once it is known.
        joined: the transaction is the caller's.
    """

    __slots__ = ("_execute", "_head", "appended", "joined", "numbers")

    def __init__(self, execute: Execute, *, joined: bool) -> None:
        self._execute: Execute | None = execute
        self.joined = joined
        self.appended: list[str] = []
        self._head: Head | None = None
        self.numbers: dict[str, int] = {}

    def close(self) -> None:
        self._execute = None

    def run(self, query: Query, *, conflict: str = "", **values: Any) -> Cursor:
        cursor = self.run_text(query.on_postgres, **values)
        if conflict and cursor.rowcount == 0:
            raise Conflict(conflict)
        return cursor

    def run_text(self, text: Text, **values: Any) -> Cursor:
        if self._execute is None:
            raise RuntimeError("this unit of work is over: use it inside its with block")
        with translating():
            return self._execute(text.sql, text.bind(**values))

    # -- the log -----------------------------------------------------------------------------------------

    def reach(self) -> Head:
        head = self.head()
        pending = self.run_text(p.PENDING).fetchone()[0]
        return replace(head, seq=head.seq + pending)

    def find_entry(self, id: str) -> LogEntry | None:
        # Whoever has found nothing acts on it: until the commit nobody else is told that this id is free.
        self._lock_name("entry", id)
        return super().find_entry(id)

    def append(self, entry: LogEntry) -> LogEntry:
        if entry.scope is Scope.TENANT and entry.kind is Kind.END:
            # Whoever leaves the tenant meanwhile looks for its ends before and after this one, never during.
            self._lock_name("tenant", entry.realm, entry.target)
        *head, appended = self.run_text(p.APPEND, **rows.entry_values(entry)).fetchone()
        if appended is None:
            known = super().find_entry(entry.id)
            if known is None:
                raise StoreUnavailable(f"entry {entry.id} was pruned while this one waited for it: ask again")
            return known
        self.appended.append(entry.id)
        self._head = Head(*head)
        return replace(entry, seq=0)

    def head_of(self, entry: LogEntry) -> Head:
        return replace(self._head or self.head(), seq=entry.seq)

    def numbered(self, entry: LogEntry) -> LogEntry:
        """Raises:
        CommitUnknown: it is committed, and the number could not be read.
        """
        if entry.seq or self.joined:
            return entry
        if entry.id not in self.numbers:
            raise CommitUnknown(f"entry {entry.id} is committed, its number could not be read")
        return replace(entry, seq=self.numbers[entry.id])

    def hold_session(self, session_id: str) -> None:
        self._lock_name("session", session_id)

    def keep_openers_out(self) -> None:
        self.run_text(p.LOCK_OPENERS, key=p.OPENERS)

    def forget_entry(self, entry: LogEntry) -> None:
        # The floor rises at commit, in a trigger.
        self.run(s.DELETE_ENTRY, of_id=entry.id)

    def end_counted(self, session_id: str, *, at: int, reason: str, by: str) -> int | None:
        values = {"to_at": at, "to_reason": reason, "to_by": by, "now": at}
        found = self.run_text(p.END_COUNTED, id=session_id, of_id=session_id, **values).fetchone()
        return None if found is None else found[0]

    # -- what is read stays so ---------------------------------------------------------------------------

    def facts(self, session_id: str) -> Facts | None:
        self.run(s.SESSION, id=session_id)
        return super().facts(session_id)

    def standing(self, realm: str, principal_id: str) -> Standing | None:
        row = self.run_text(p.LOCK_STANDING, realm=realm, id=principal_id).fetchone()
        if row is None:
            # There is no row to lock yet: lock its name, and look whether somebody has just made it.
            self._lock_name("principal", realm, principal_id)
            row = self.run_text(p.LOCK_STANDING, realm=realm, id=principal_id).fetchone()
        return None if row is None else rows.standing_of(row)

    def insert_session(self, record: SessionRecord) -> None:
        # A principal who moves between tenants would be marked without the session that nobody sees yet. Who
        # has no standing moves nowhere: visitors do not wait for each other's units.
        if record.principal_id != NOBODY:
            self.standing(record.realm, record.principal_id)
        super().insert_session(record)

    def mark_before_moving(self, old: Standing) -> None:
        if old.tenant is not None:
            self._lock_name("tenant", old.realm, old.tenant, shared=True)
        super().mark_before_moving(old)

    def _lock_name(self, *names: str, shared: bool = False) -> None:
        text = p.LOCK_NAME_SHARED if shared else p.LOCK_NAME
        self.run_text(text, name=rows.json_text(names))
