"""A unit of work over both places: the log first, the contents second.

The transaction is SQL's. Whoever looks at a session holds the write lock of the contents as well, from then
until both have committed, so that units which touch sessions come one after another. The locks are always
taken in the order SQL, Redis. What the unit wrote of sessions goes to Redis when SQL has committed:

* killed before: nothing has happened anywhere;
* killed in between: what was ended has ended, by its tombstone and its entry; what was opened was told to
  nobody, and never comes to be, because the fence is lost;
* paused in between, and another went on: the same.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, cast

from rescind.errors import ConfigurationError, Conflict
from rescind.model.audit_event import AuditEvent
from rescind.model.credential import Account, PasswordCredential
from rescind.model.family import Family, KeyEnd
from rescind.model.principal import Standing
from rescind.model.revocation import Head, LogEntry
from rescind.model.session import Facts, SessionRecord
from rescind.stores.base import Selection
from rescind.stores.contents.births import with_contents
from rescind.stores.contents.place import looking
from rescind.stores.contents.tables import ContentsTables
from rescind.stores.memory.unit import MemoryUnit
from rescind.stores.redis import keys
from rescind.stores.redis.reads import Reader
from rescind.stores.redis.tables import written
from rescind.stores.redis.unit import fetched
from rescind.stores.sqlalchemy import rows
from rescind.stores.sqlalchemy import statements as s
from rescind.stores.sqlalchemy.contents import Many, rotate_family
from rescind.stores.sqlalchemy.unit import SqlUnit

JOINED = (
    "connection=: a session cannot be opened inside a transaction of yours while its contents are in Redis"
)
JOINED_DATA = (
    "connection=: data of a session cannot be written inside a transaction of yours while it is in Redis"
)


class ContentsUnit(MemoryUnit):
    """See ``rescind.stores.base.UnitOfWork``; made by ``ContentsStore.write``.

    Args:
        sql: the unit of the database.
        enter: takes the lock of the contents, or only looks where the transaction is a caller's.
        settle: in a caller's transaction: waits for who has the lock of the contents.
    """

    __slots__ = ("_enter", "_joined", "_number", "_over", "_reader", "_settle", "_sql")

    def __init__(
        self, sql: SqlUnit, enter: Callable[[Head], Reader], *, settle: Callable[[], None] | None = None
    ) -> None:
        super().__init__(cast("ContentsTables", None), array("Q", [0]))
        self._sql = sql
        self._enter = enter
        self._joined = settle is not None
        self._settle = settle or (lambda: None)
        self._number: int | None = None
        self._over = False

    @property
    def _many(self) -> Many:
        return Many(lambda query, **values: self._sql.run(query, **values).fetchall())

    @property
    def _tables(self) -> ContentsTables:
        if self._over:
            raise RuntimeError("this unit of work is over: use it inside its with block")
        if self._layer is None:
            head = self.head()
            self._reader = self._enter(head)
            self._layer = ContentsTables(head, self._reader, self._many, self._write_tombstone)
        return cast("ContentsTables", self._layer)

    @property
    def tables(self) -> ContentsTables:
        """What it knows of sessions; looking takes the lock of the contents."""
        return self._tables

    @property
    def reader(self) -> Reader:
        """Asks Redis under that lock."""
        _ = self._tables
        return self._reader

    def end(self) -> ContentsTables | None:
        """The unit is over; what it knows of sessions, if it looked at any."""
        self._over = True
        return cast("ContentsTables | None", self._layer)

    @property
    def opened(self) -> bool:
        """Whether it opened a session that has not ended in it."""
        if self._layer is None:
            return False
        known = fetched(self._layer.sessions)
        return any(
            known.get(one.id) is None and one.ended_at is None
            for one in written(self._layer.sessions).values()
        )

    # -- the log -----------------------------------------------------------------------------------------

    def head(self) -> Head:
        return self._seen(self._sql.head())

    def reach(self) -> Head:
        return self._seen(self._sql.reach())

    def _seen(self, head: Head) -> Head:
        if self._number is None:
            self._number = self._many.number()
        return with_contents(head, self._number)

    def append(self, entry: LogEntry) -> LogEntry:
        appended = self._sql.append(entry)
        if self._layer is not None:
            self._tables.forget(entry=entry)
        return appended

    def head_of(self, entry: LogEntry) -> Head:
        return self._seen(self._sql.head_of(entry))

    def numbered(self, entry: LogEntry) -> LogEntry:
        return self._sql.numbered(entry)

    def find_entry(self, id: str) -> LogEntry | None:
        return self._sql.find_entry(id)

    def audit(self, event: AuditEvent) -> None:
        self._sql.audit(event)

    # -- sessions ----------------------------------------------------------------------------------------

    def session(self, session_id: str) -> SessionRecord | None:
        self._hold(session_id)
        return super().session(session_id)

    def facts(self, session_id: str) -> Facts | None:
        self._hold(session_id)
        tables = self._tables
        tables.head = self.head()
        return tables.facts(session_id)

    def _hold(self, session_id: str) -> None:
        """Nobody rotates it meanwhile. A caller's transaction keeps no lock of the contents, so it waits for
        whoever is between the two commits."""
        self._sql.hold_session(session_id)
        if self._joined:
            self._settle()

    def successor(self, record: SessionRecord) -> SessionRecord | None:
        found = self._sql.successor(record)
        if found is not None:
            return found
        own = written(self._tables.sessions).values()
        mine = next((one for one in own if one.parent_id == record.id), None)
        session_id = None if mine is not None else self._reader.named(keys.child(record.id))
        return mine if session_id is None else self.session(session_id)

    def insert_session(self, record: SessionRecord) -> None:
        if self._joined:
            raise ConfigurationError(JOINED)
        super().insert_session(record)

    def end_session(
        self, session_id: str, *, at: int, reason: str, by: str, last_seen: int | None = None
    ) -> bool:
        try:
            return super().end_session(session_id, at=at, reason=reason, by=by, last_seen=last_seen)
        except Conflict:  # in a transaction that held no lock of the contents, which has just committed
            return False

    def limit_session(self, session_id: str, *, last_seen: int, expires_at: int, idle: int | None) -> bool:
        if self._joined:
            raise ConfigurationError(JOINED_DATA)
        return super().limit_session(session_id, last_seen=last_seen, expires_at=expires_at, idle=idle)

    def save_data(self, session_id: str, changed: dict[str, Any], removed: Sequence[str]) -> bool:
        if self._joined:
            raise ConfigurationError(JOINED_DATA)
        return super().save_data(session_id, changed, removed)

    def count(self, selection: Selection, *, now: int) -> tuple[int, int]:
        with looking():
            return super().count(selection, now=now)

    def _mark(self, record: SessionRecord, at: int, reason: str, by: str) -> None:
        self._tables.mark(replace(record, ended_at=at, ended_reason=reason, ended_by=by))

    def materialise(self, record: SessionRecord, entry: LogEntry) -> None:
        """Mark a session as what the log says that it is, before the log can no longer say it."""
        self._tables.materialise(record, entry)

    def _write_tombstone(self, record: SessionRecord) -> None:
        taken = f"session {record.id} has ended"
        self._sql.run(s.INSERT_SESSION, conflict=taken, **rows.session_values(record))

    # -- people ------------------------------------------------------------------------------------------

    def standing(self, realm: str, principal_id: str) -> Standing | None:
        return self._sql.standing(realm, principal_id)

    def put_standing(self, standing: Standing) -> None:
        old = self._sql.standing(standing.realm, standing.id)
        if old is not None and old.tenant is not None and old.tenant != standing.tenant:
            self._sql.mark_before_moving(old)  # takes the locks that go before ours
            self._mark_before_moving(old)
        self._sql.put_standing(standing)
        if self._layer is not None:
            self._tables.forget(standing=(standing.realm, standing.id))

    def account(self, realm: str, login: str) -> Account | None:
        return self._sql.account(realm, login)

    def insert_account(self, account: Account) -> None:
        self._sql.insert_account(account)

    def password(self, realm: str, principal_id: str) -> PasswordCredential | None:
        return self._sql.password(realm, principal_id)

    def put_password(self, credential: PasswordCredential) -> None:
        self._sql.put_password(credential)

    # -- signed tokens: in SQL, because a generation must never go back ----------------------------------

    def family(self, session_id: str) -> Family | None:
        return self._sql.family(session_id)

    def insert_family(self, family: Family) -> None:
        self._sql.insert_family(family)

    def rotate_family(self, family: Family, *, expected: int) -> bool:
        record = self.session(family.session_id)
        if record is None or record.ended_at is not None:
            return False
        if not rotate_family(self._sql, family, expected):
            return False
        if record.last_seen < family.rotated_at:
            self._tables.sessions[record.id] = replace(record, last_seen=family.rotated_at)
        return True

    def key_end(self, realm: str, kid: str) -> KeyEnd | None:
        return self._sql.key_end(realm, kid)

    def end_key(self, end: KeyEnd) -> bool:
        return self._sql.end_key(end)
