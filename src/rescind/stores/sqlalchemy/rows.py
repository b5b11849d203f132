"""Rows to records and back. Column order is field order, so that a row can be handed over as it is."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields
from functools import lru_cache
from typing import Any

from rescind.errors import UnknownEntry
from rescind.model.audit_event import AuditEvent
from rescind.model.credential import Account, PasswordCredential
from rescind.model.principal import Standing
from rescind.model.revocation import Head, Kind, LogEntry, Scope, What, WorkerRow
from rescind.model.session import SessionRecord

Row = Sequence[Any]

HEAD = tuple(field.name for field in fields(Head))
STANDING = tuple(field.name for field in fields(Standing))
SESSION = tuple(field.name for field in fields(SessionRecord))
ENTRY = tuple(field.name for field in fields(LogEntry))
WORKER = tuple(field.name for field in fields(WorkerRow))
EVENT = tuple(field.name for field in fields(AuditEvent))
ACCOUNT = tuple(field.name for field in fields(Account))
PASSWORD = tuple(field.name for field in fields(PasswordCredential))

MICROS = 1_000_000
_KINDS = {kind.value: kind for kind in Kind}
_SCOPES = {scope.value: scope for scope in Scope}


def json_text(value: Any) -> str:
    """Canonical JSON: sorted keys, no white space, ASCII.

    Raises:
        TypeError, ValueError: ``value`` is not JSON (NaN and infinities are not).
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


@lru_cache(maxsize=1024)
def roles_of(text: str) -> tuple[str, ...]:
    """Roles from their canonical JSON text. Few texts serve many principals."""
    return tuple(json.loads(text))


def standing_of(row: Row) -> Standing:
    realm, key, active, roles, tenant, kind, updated_at, version = row
    return Standing(realm, key, active != 0, roles_of(roles), tenant, kind, updated_at, version)


def standing_values(standing: Standing) -> dict[str, Any]:
    values = {name: getattr(standing, name) for name in STANDING}
    return values | {"active": int(standing.active), "roles": json_text(list(standing.roles))}


def session_values(record: SessionRecord) -> dict[str, Any]:
    return {name: getattr(record, name) for name in SESSION}


def entry_of(row: Row) -> LogEntry:
    """An entry of the log.

    Raises:
        UnknownEntry: its kind or scope is of a newer version.
    """
    key, kind, realm, scope, target, what, reason, initiator, at, keep, seq = row
    if kind not in _KINDS or scope not in _SCOPES or what not in range(What.ALL + 1):
        raise UnknownEntry(
            f"entry {seq} of the log ({kind!r}, {scope!r}, {what!r}) is of a newer rescind: update this one"
        )
    return LogEntry(
        key, _KINDS[kind], realm, _SCOPES[scope], target, What(what), reason, initiator, at, keep, seq or 0
    )


def entry_values(entry: LogEntry) -> dict[str, Any]:
    values = {name: getattr(entry, name) for name in ENTRY}
    return values | {"kind": str(entry.kind), "scope": str(entry.scope), "what": int(entry.what)}


def worker_of(row: Row) -> WorkerRow:
    key, birth, term, protocol, acked, retired, counter_id, host, pid, seen_at = row
    return WorkerRow(key, birth, term / MICROS, protocol, acked, retired != 0, counter_id, host, pid, seen_at)


def worker_values(worker: WorkerRow) -> dict[str, Any]:
    values = {name: getattr(worker, name) for name in WORKER}
    return values | {"term": round(worker.term * MICROS), "retired": int(worker.retired)}


def event_of(row: Row) -> AuditEvent:
    values = dict(zip(EVENT, row, strict=True))
    return AuditEvent(**values | {"data": json.loads(values["data"])})


def event_values(event: AuditEvent) -> dict[str, Any]:
    return {name: getattr(event, name) for name in EVENT} | {"data": json_text(event.data)}


def optional(make: Any, row: Row) -> Any:
    """``make(*row)``, or ``None`` for the all-``NULL`` row of an outer join without a partner."""
    return None if row[0] is None else make(*row)
