"""A unit of work over a layer of the tables."""

from __future__ import annotations

import json
from array import array
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from rescind.errors import Conflict
from rescind.model.audit_event import AuditEvent
from rescind.model.credential import Account, PasswordCredential
from rescind.model.family import Family, KeyEnd
from rescind.model.principal import Standing
from rescind.model.revocation import Head, LogEntry, Scope
from rescind.model.session import Facts, SessionRecord
from rescind.stores.base import Selection
from rescind.stores.memory.tables import Tables, within_limits


class Saved(NamedTuple):
    """Data of a session to be written when the unit commits."""

    record: SessionRecord
    texts: dict[str, str]
    removed: tuple[str, ...]


class MemoryUnit:
    """See ``rescind.stores.base.UnitOfWork``; made by ``MemoryStore.write``, which holds the write lock.

    Attributes:
        saved: in the order in which it was written.
    """

    __slots__ = ("_layer", "_word", "saved")

    def __init__(self, layer: Tables, word: array[int]) -> None:
        self._layer: Tables | None = layer
        self._word = word
        self.saved: list[Saved] = []

    @property
    def _tables(self) -> Tables:
        if self._layer is None:
            raise RuntimeError("this unit of work is over: use it inside its with block")
        return self._layer

    def close(self) -> Tables:
        """End the unit and hand over its layer."""
        layer, self._layer = self._tables, None
        return layer

    def head(self) -> Head:
        return self._tables.head

    def reach(self) -> Head:
        return self._tables.head

    def numbered(self, entry: LogEntry) -> LogEntry:
        return entry

    def append(self, entry: LogEntry) -> LogEntry:
        known = self._tables.entry(entry.id)
        if known is not None:
            return known
        seq = self._tables.head.seq + 1
        appended = replace(entry, seq=seq)
        # Before the commit: whoever compares with the word sees it ahead, never behind.
        self._word[0] = seq
        self._tables.add_entry(appended)
        self._tables.head = replace(self._tables.head, seq=seq)
        return appended

    def head_of(self, entry: LogEntry) -> Head:
        return replace(self.head(), seq=entry.seq)

    def find_entry(self, id: str) -> LogEntry | None:
        return self._tables.entry(id)

    def audit(self, event: AuditEvent) -> None:
        if event.id in self._tables.audit:
            raise Conflict(f"audit event {event.id} exists")
        self._tables.audit[event.id] = replace(event, data=dict(event.data))

    def standing(self, realm: str, principal_id: str) -> Standing | None:
        return self._tables.standings.get((realm, principal_id))

    def put_standing(self, standing: Standing) -> None:
        old = self.standing(standing.realm, standing.id)
        if old is not None and old.tenant != standing.tenant:
            self._mark_before_moving(old)
        self._tables.standings[standing.realm, standing.id] = standing

    def session(self, session_id: str) -> SessionRecord | None:
        return self._tables.sessions.get(session_id)

    def facts(self, session_id: str) -> Facts | None:
        return self._tables.facts(session_id)

    def successor(self, record: SessionRecord) -> SessionRecord | None:
        sessions = self._tables.sessions.values()
        return next((one for one in sessions if one.parent_id == record.id), None)

    def insert_session(self, record: SessionRecord) -> None:
        if record.id in self._tables.sessions:
            raise Conflict(f"session {record.id} exists")
        if self._tables.digests.get(record.digest) is not None:
            raise Conflict(f"the token of session {record.id} exists")
        self._tables.sessions[record.id] = record
        self._tables.digests[record.digest] = record.id

    def end_session(
        self, session_id: str, *, at: int, reason: str, by: str, last_seen: int | None = None
    ) -> bool:
        record = self._tables.sessions.get(session_id)
        if record is None or record.ended_at is not None:
            return False
        if last_seen is not None and record.last_seen != last_seen:
            return False
        self._mark(record, at, reason, by)
        return True

    def end_counted(self, session_id: str, *, at: int, reason: str, by: str) -> int | None:
        record = self._tables.sessions.get(session_id)
        if record is None:
            return None
        _, live = self.count(Selection(record.realm, Scope.SESSION, session_id), now=at)
        return live if self.end_session(session_id, at=at, reason=reason, by=by) else None

    def limit_session(self, session_id: str, *, last_seen: int, expires_at: int, idle: int | None) -> bool:
        record = self._tables.sessions.get(session_id)
        if record is None or record.ended_at is not None:
            return False
        limited = replace(record, last_seen=last_seen, expires_at=expires_at, idle=idle)
        self._tables.sessions[session_id] = limited
        return True

    def end_sessions(self, selection: Selection, *, at: int, reason: str, by: str) -> int:
        # The log is not asked: the entry that these marks belong to may be in it already.
        ending = [
            record
            for record in self._tables.selected(selection)
            if record.ended_at is None and within_limits(record, at)
        ]
        for record in ending:
            self._mark(record, at, reason, by)
        return len(ending)

    def count(self, selection: Selection, *, now: int) -> tuple[int, int]:
        return self._tables.count(selection, now)

    def save_data(self, session_id: str, changed: dict[str, Any], removed: Sequence[str]) -> bool:
        texts = data_texts(changed)
        record = self._tables.sessions.get(session_id)
        if record is None or self._tables.has_ended(record):
            return False
        self.saved.append(Saved(record, texts, tuple(removed)))
        return True

    def account(self, realm: str, login: str) -> Account | None:
        return self._tables.accounts.get((realm, login))

    def insert_account(self, account: Account) -> None:
        key = (account.realm, account.login)
        if key in self._tables.accounts:
            raise Conflict(f"the login exists in realm {account.realm}")
        self._tables.accounts[key] = account

    def password(self, realm: str, principal_id: str) -> PasswordCredential | None:
        return self._tables.passwords.get((realm, principal_id))

    def put_password(self, credential: PasswordCredential) -> None:
        self._tables.passwords[credential.realm, credential.principal_id] = credential

    def family(self, session_id: str) -> Family | None:
        return self._tables.families.get(session_id)

    def insert_family(self, family: Family) -> None:
        if family.session_id in self._tables.families:
            raise Conflict(f"session {family.session_id} has refresh tokens")
        self._tables.families[family.session_id] = family

    def rotate_family(self, family: Family, *, expected: int) -> bool:
        record = self._tables.sessions.get(family.session_id)
        held = self._tables.families.get(family.session_id)
        if record is None or record.ended_at is not None or held is None or held.generation != expected:
            return False
        self._tables.families[family.session_id] = family
        if record.last_seen < family.rotated_at:
            self._tables.sessions[record.id] = replace(record, last_seen=family.rotated_at)
        return True

    def key_end(self, realm: str, kid: str) -> KeyEnd | None:
        return self._tables.ended_keys.get((realm, kid))

    def end_key(self, end: KeyEnd) -> bool:
        if (end.realm, end.kid) in self._tables.ended_keys:
            return False
        self._tables.ended_keys[end.realm, end.kid] = end
        return True

    def _mark_before_moving(self, old: Standing) -> None:
        """What was ended in the old tenant stays ended: in the new one its entry would not be found."""
        for record in list(self._tables.selected(Selection(old.realm, Scope.PRINCIPAL, old.id))):
            entry = self._tables.ended_by(record) if record.ended_at is None else None
            if entry is not None:
                self._tables.materialise(record, entry)

    def _mark(self, record: SessionRecord, at: int, reason: str, by: str) -> None:
        marked = replace(record, ended_at=at, ended_reason=reason, ended_by=by)
        self._tables.sessions[record.id] = marked


def data_texts(changed: dict[str, Any]) -> dict[str, str]:
    """Raises:
    TypeError, ValueError: a value is not JSON.
    """
    return {key: json.dumps(value, allow_nan=False) for key, value in changed.items()}
