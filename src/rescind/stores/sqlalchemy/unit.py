"""A unit of work: statements inside one writing transaction, ours or the caller's."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol

from rescind.model.audit_event import AuditEvent
from rescind.model.credential import Account, PasswordCredential
from rescind.model.principal import Standing
from rescind.model.revocation import Head, LogEntry
from rescind.model.session import Facts, SessionRecord
from rescind.stores.base import Selection
from rescind.stores.sqlalchemy import rows, selections
from rescind.stores.sqlalchemy import statements as s
from rescind.stores.sqlalchemy.query import Query
from rescind.stores.sqlalchemy.reads import facts_of
from rescind.stores.sqlalchemy.tokens import SqlTokenUnit


class Cursor(Protocol):
    """What a statement gives back, from the driver or from the caller's SQLAlchemy connection."""

    @property
    def rowcount(self) -> int: ...
    def fetchone(self) -> Any: ...
    def fetchall(self) -> Sequence[Any]: ...


class SqlUnit(SqlTokenUnit):
    """See ``rescind.stores.base.UnitOfWork``. What the databases do differently is abstract here."""

    __slots__ = ()

    @abstractmethod
    def run(self, query: Query, *, conflict: str = "", **values: Any) -> Cursor:
        """Run one statement.

        Raises:
            Conflict: a unique key is violated and ``conflict`` says what that means.
            StoreUnavailable: see ``faults``.
            RuntimeError: the unit is over.
        """

    @abstractmethod
    def append(self, entry: LogEntry) -> LogEntry: ...

    @abstractmethod
    def numbered(self, entry: LogEntry) -> LogEntry: ...

    @abstractmethod
    def reach(self) -> Head: ...

    def hold_session(self, session_id: str) -> None:
        """Until the end of this transaction nobody else holds this session, which has no row here. A write
        lock does that by itself."""

    @abstractmethod
    def keep_openers_out(self) -> None:
        """Until the end of this transaction nobody inserts a session: what is forgotten now would have ended
        one that this transaction cannot see."""

    @abstractmethod
    def forget_entry(self, entry: LogEntry) -> None:
        """Delete an entry; the floor rises to its number in the same transaction."""

    def one(self, query: Query, **values: Any) -> Any:
        """The first row, ``None`` if there is none."""
        return self.run(query, **values).fetchone()

    # -- the log -----------------------------------------------------------------------------------------

    def head(self) -> Head:
        return Head(*self.run(s.HEAD).fetchone())

    def head_of(self, entry: LogEntry) -> Head:
        return replace(self.head(), seq=entry.seq)

    def find_entry(self, id: str) -> LogEntry | None:
        row = self.run(s.ENTRY, id=id).fetchone()
        return None if row is None else rows.entry_of(row)

    def audit(self, event: AuditEvent) -> None:
        self.run(s.INSERT_EVENT, conflict=f"audit event {event.id} exists", **rows.event_values(event))

    # -- sessions ----------------------------------------------------------------------------------------

    def session(self, session_id: str) -> SessionRecord | None:
        row = self.run(s.SESSION, id=session_id).fetchone()
        return None if row is None else SessionRecord(*row)

    def facts(self, session_id: str) -> Facts | None:
        row = self.run(s.FACTS, id=session_id).fetchone()
        if row is None:
            return None
        ended = None if row[-1] is None else self._entry_at(row[-1])
        return facts_of(row, Head(*row[-5:-1]), ended)

    def successor(self, record: SessionRecord) -> SessionRecord | None:
        whose = {"realm": record.realm, "principal": record.principal_id}
        row = self.run(s.SUCCESSOR, parent=record.id, **whose).fetchone()
        return None if row is None else SessionRecord(*row)

    def insert_session(self, record: SessionRecord) -> None:
        taken = f"session {record.id} or its token exists"
        self.run(s.INSERT_SESSION, conflict=taken, **rows.session_values(record))

    def end_session(
        self, session_id: str, *, at: int, reason: str, by: str, last_seen: int | None = None
    ) -> bool:
        query = s.END_SESSION if last_seen is None else s.END_IDLE_SESSION
        ended = self.run(query, of_id=session_id, seen=last_seen, to_at=at, to_reason=reason, to_by=by)
        return ended.rowcount == 1

    def end_counted(self, session_id: str, *, at: int, reason: str, by: str) -> int | None:
        found = self.one(s.IS_LIVE, id=session_id, now=at)
        ended = found is not None and self.end_session(session_id, at=at, reason=reason, by=by)
        return found[0] if ended else None

    def limit_session(self, session_id: str, *, last_seen: int, expires_at: int, idle: int | None) -> bool:
        limited = self.run(
            s.LIMIT_SESSION, of_id=session_id, to_seen=last_seen, to_end=expires_at, to_idle=idle
        )
        return limited.rowcount == 1

    def end_sessions(self, selection: Selection, *, at: int, reason: str, by: str) -> int:
        query = selections.marking(selections.shape_of(selection))
        values = selections.values_of(selection) | {"to_at": at, "to_reason": reason, "to_by": by}
        return self.run(query, **values).rowcount

    def count(self, selection: Selection, *, now: int) -> tuple[int, int]:
        query = selections.counting(selections.shape_of(selection))
        rows_, live = self.run(query, now=now, **selections.values_of(selection)).fetchone()
        return rows_, live

    def save_data(self, session_id: str, changed: dict[str, Any], removed: Sequence[str]) -> bool:
        texts = {key: rows.json_text(value) for key, value in changed.items()}
        if self.run(s.IS_UNENDED, id=session_id).fetchone() is None:
            return False
        for key in removed:
            self.run(s.DELETE_DATUM, of_id=session_id, of_key=key)
        for key, text in texts.items():
            if not self.run(s.UPDATE_DATUM, of_id=session_id, of_key=key, to_value=text).rowcount:
                self.run(s.INSERT_DATUM, session_id=session_id, key=key, value=text)
        return True

    def first_end(self, session_id: str) -> LogEntry | None:
        """The first entry wider than the session that ends it."""
        found = self.run(s.FIRST_END, id=session_id).fetchone() or ()
        numbers = [seq for seq in found if seq is not None]
        return self._entry_at(min(numbers)) if numbers else None

    def materialise(self, session_id: str) -> None:
        """Mark the session as what the log says that it is, before the log can no longer say it."""
        entry = self.first_end(session_id)
        if entry is not None:
            self.end_session(session_id, at=entry.at, reason=entry.reason, by=entry.initiator)

    # -- people ------------------------------------------------------------------------------------------

    def standing(self, realm: str, principal_id: str) -> Standing | None:
        row = self.run(s.STANDING, realm=realm, id=principal_id).fetchone()
        return None if row is None else rows.standing_of(row)

    def put_standing(self, standing: Standing) -> None:
        old = self.standing(standing.realm, standing.id)
        values = rows.standing_values(standing)
        if old is None:
            taken = f"principal {standing.id} was added by somebody else"
            self.run(s.INSERT_STANDING, conflict=taken, **values)
            return
        if old.tenant != standing.tenant:
            self.mark_before_moving(old)
        self.run(s.UPDATE_STANDING, of_realm=standing.realm, of_id=standing.id, **values)

    def account(self, realm: str, login: str) -> Account | None:
        row = self.run(s.ACCOUNT, realm=realm, login=login).fetchone()
        return None if row is None else Account(*row)

    def insert_account(self, account: Account) -> None:
        values = {name: getattr(account, name) for name in rows.ACCOUNT}
        self.run(s.INSERT_ACCOUNT, conflict=f"the login exists in realm {account.realm}", **values)

    def password(self, realm: str, principal_id: str) -> PasswordCredential | None:
        row = self.run(s.PASSWORD, realm=realm, id=principal_id).fetchone()
        return None if row is None else PasswordCredential(*row)

    def put_password(self, credential: PasswordCredential) -> None:
        values = {name: getattr(credential, name) for name in rows.PASSWORD}
        owner = {"of_realm": credential.realm, "of_id": credential.principal_id}
        if self.run(s.UPDATE_PASSWORD, **owner, **values).rowcount == 0:
            taken = f"the password of {credential.principal_id} was set by somebody else"
            self.run(s.INSERT_PASSWORD, conflict=taken, **values)

    # -- inside ------------------------------------------------------------------------------------------

    def _entry_at(self, seq: int) -> LogEntry:
        return rows.entry_of(self.run(s.ENTRY_AT, seq=seq).fetchone())

    def mark_before_moving(self, old: Standing) -> None:
        """What was ended in the old tenant stays ended: in the new one its entry would not be found."""
        for (session_id,) in self.run(s.ENDED_UNMARKED, realm=old.realm, principal=old.id).fetchall():
            self.materialise(session_id)
