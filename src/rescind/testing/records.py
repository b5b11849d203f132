"""Records for tests: everything has a sensible value, and a test names only what it is about."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from rescind._clock import SECOND
from rescind._tokens import new_id, new_session_id
from rescind.model.audit_event import AuditEvent
from rescind.model.credential import Account, PasswordCredential
from rescind.model.family import Family
from rescind.model.principal import Standing
from rescind.model.revocation import Head, Kind, LogEntry, Scope, What, WorkerRow
from rescind.model.session import SessionRecord
from rescind.stores.base import Selection
from rescind.testing.clock import START

REALM = "default"
NOW = START
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def a_session(head: Head, **facts: Any) -> SessionRecord:
    """A session of principal ``7``, issued at ``head`` at ``NOW``, for a day, without an idle limit."""
    session_id = facts.pop("id", None) or new_session_id()
    values: dict[str, Any] = {
        "id": session_id,
        "digest": sha256(session_id.encode("utf-8", "surrogatepass")).digest(),
        "realm": REALM,
        "principal_id": "7",
        "birth": head.birth,
        "issued_seq": head.seq,
        "method": "password",
        "created_at": NOW,
        "auth_time": NOW,
        "last_seen": NOW,
        "expires_at": NOW + DAY,
    }
    return SessionRecord(**(values | facts))


def a_family(session_id: str, **facts: Any) -> Family:
    """Refresh tokens of the first generation, with an access token of ten minutes."""
    values: dict[str, Any] = {
        "generation": 1,
        "rotated_at": NOW,
        "digest": sha256(session_id.encode("utf-8", "surrogatepass")).digest(),
        "signed_by": "kid",
        "signed_until": NOW + 10 * MINUTE,
    }
    return Family(session_id, **(values | facts))


def an_entry(scope: Scope = Scope.PRINCIPAL, target: str = "7", **facts: Any) -> LogEntry:
    """An ``end`` of everything that principal ``7`` has."""
    values: dict[str, Any] = {
        "id": new_id(),
        "kind": Kind.END,
        "realm": REALM,
        "what": What.ALL,
        "reason": "for a test",
        "initiator": "system",
        "at": NOW,
    }
    return LogEntry(scope=scope, target=target, **(values | facts))


def a_standing(id: str = "7", **facts: Any) -> Standing:
    values: dict[str, Any] = {"realm": REALM, "updated_at": NOW}
    return Standing(id=id, **(values | facts))


def an_account(login: str = "ada@example.com", **facts: Any) -> Account:
    values: dict[str, Any] = {"realm": REALM, "principal_id": "7", "created_at": NOW}
    return Account(login=login, **(values | facts))


def a_password(principal_id: str = "7", **facts: Any) -> PasswordCredential:
    values: dict[str, Any] = {
        "id": new_id(),
        "realm": REALM,
        "phc": "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2g",
        "version": 1,
        "created_at": NOW,
    }
    return PasswordCredential(principal_id=principal_id, **(values | facts))


def an_event(type: str = "session.revoked", **facts: Any) -> AuditEvent:
    values: dict[str, Any] = {
        "id": new_id(),
        "at": NOW,
        "realm": REALM,
        "actor": "system",
        "subject": "principal:7",
    }
    return AuditEvent(type=type, **(values | facts))


def a_worker(head: Head, **facts: Any) -> WorkerRow:
    values: dict[str, Any] = {
        "id": new_id(),
        "birth": head.birth,
        "term": 1.0,
        "protocol": 1,
        "acked": 0,
        "counter_id": head.counter_id,
        "host": "test",
        "pid": 1,
        "seen_at": NOW,
    }
    return WorkerRow(**(values | facts))


def select(scope: Scope = Scope.EVERYTHING, target: str = "", **facts: Any) -> Selection:
    values: dict[str, Any] = {"realm": REALM}
    return Selection(scope=scope, target=target, **(values | facts))
