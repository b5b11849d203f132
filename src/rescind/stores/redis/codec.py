"""Records as bytes and back: MessagePack arrays of the fields in their order.

What the scripts look at stands before the record, after two bytes of its length: a session names its
principal and the targets by which the log can end it, a standing names its tenant's. (The servers' own
MessagePack knows no binary strings, and a digest is one: so the record is not inside.)
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from msgspec import msgpack

from rescind.errors import StoreUnavailable, UnknownEntry
from rescind.model.audit_event import AuditEvent
from rescind.model.family import Family, KeyEnd
from rescind.model.principal import Standing
from rescind.model.revocation import Head, Kind, LogEntry, Scope, What, WorkerRow
from rescind.model.session import SessionRecord
from rescind.policy.ending import targets
from rescind.stores.redis import keys

HEADER_LENGTH = 2


class EntryMissing(StoreUnavailable):
    """The log names an entry that is not there: lost, or pruned between two commands without the lock."""


def _names(record: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(record))


SESSION, STANDING, ENTRY, WORKER, EVENT, FAMILY, KEY_END = map(
    _names, (SessionRecord, Standing, LogEntry, WorkerRow, AuditEvent, Family, KeyEnd)
)
_KINDS, _SCOPES = {kind.value: kind for kind in Kind}, {scope.value: scope for scope in Scope}
_encode = msgpack.Encoder().encode
_decode = msgpack.Decoder().decode


def _values(record: object, names: Sequence[str]) -> bytes:
    return _encode([getattr(record, name) for name in names])


def _headed(header: list[Any], record: bytes) -> bytes:
    shown = _encode(header)
    return len(shown).to_bytes(HEADER_LENGTH, "big") + shown + record


def _after_header(value: bytes) -> list[Any]:
    start = HEADER_LENGTH + int.from_bytes(value[:HEADER_LENGTH], "big")
    row: list[Any] = _decode(value[start:])
    return row


def encode_session(record: SessionRecord) -> bytes:
    """Header: issued_seq, whose, the targets wider than the session without the tenant's."""
    wide = [
        keys.wide(scope, record.realm, target)
        for scope, target in targets(record, None)
        if scope is not Scope.SESSION
    ]
    who = keys.who(record.realm, record.principal_id)
    return _headed([record.issued_seq, who, wide], _values(record, SESSION))


def decode_session(value: bytes) -> SessionRecord:
    return SessionRecord(*_after_header(value))


def encode_standing(standing: Standing) -> bytes:
    """Header: the tenant as a target, empty outside any."""
    tenant = standing.tenant
    target = "" if tenant is None else keys.wide(Scope.TENANT, standing.realm, tenant)
    return _headed([target], _values(standing, STANDING))


def decode_standing(value: bytes) -> Standing:
    row = _after_header(value)
    row[STANDING.index("roles")] = tuple(row[STANDING.index("roles")])
    return Standing(*row)


def encode_entry(entry: LogEntry) -> bytes:
    return _values(entry, ENTRY)


def decode_entry(value: bytes | None) -> LogEntry:
    """Raises:
    UnknownEntry: of a kind or scope that this version does not know.
    EntryMissing: it is not there, although the log names it.
    """
    if not value:
        raise EntryMissing("part of the log is missing: begin a new one with `rescind db new-birth`")
    row = _decode(value)
    facts: dict[str, Any] = dict(zip(ENTRY, row, strict=True))
    kind, scope, what = facts["kind"], facts["scope"], facts["what"]
    if kind not in _KINDS or scope not in _SCOPES or what not in range(What.ALL + 1):
        raise UnknownEntry(
            f"entry {facts['seq']} of the log ({kind!r}, {scope!r}, {what!r}) is of a newer rescind: "
            "update this one"
        )
    return LogEntry(**facts | {"kind": _KINDS[kind], "scope": _SCOPES[scope], "what": What(what)})


def encode_family(family: Family) -> bytes:
    return _values(family, FAMILY)


def decode_family(value: bytes) -> Family:
    return Family(*_decode(value))


def encode_key_end(end: KeyEnd) -> bytes:
    return _values(end, KEY_END)


def decode_key_end(value: bytes) -> KeyEnd:
    return KeyEnd(*_decode(value))


def encode_worker(worker: WorkerRow) -> bytes:
    return _values(worker, WORKER)


def decode_worker(value: bytes) -> WorkerRow:
    return WorkerRow(*_decode(value))


def encode_event(event: AuditEvent) -> bytes:
    return _values(event, EVENT)


def decode_event(value: bytes) -> AuditEvent:
    return AuditEvent(*_decode(value))


def encode_head(head: Head) -> bytes:
    return f"{head.birth} {head.seq} {head.floor}".encode()


def decode_head(value: bytes) -> Head:
    birth, seq, floor = value.decode().split(" ")
    return Head(birth, int(seq), int(floor))


def json_text(value: Any) -> bytes:
    """One value of a session's data.

    Raises:
        TypeError, ValueError: it is not JSON.
    """
    return json.dumps(value, allow_nan=False).encode()
