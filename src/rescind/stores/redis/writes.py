"""What a unit of work wrote, as the words of ``commit.lua``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from rescind.model.audit_event import AuditEvent
from rescind.model.principal import Standing
from rescind.model.revocation import LogEntry, Scope
from rescind.model.session import SessionRecord
from rescind.policy.ending import is_wide
from rescind.stores.memory.unit import Saved
from rescind.stores.redis import codec, keys
from rescind.stores.redis.tables import written
from rescind.stores.redis.unit import UnitTables, entries_of, fetched

TRAIL_LENGTH = 100_000
"""Audit events kept per realm; the oldest go first."""

Write = Sequence[Any]


def writes_of(tables: UnitTables, tombstone: int, channel: str) -> Iterator[Write]:
    """Every write of the unit.

    Args:
        tombstone: microseconds that a row stays after its absolute end.
        channel: where a moved head is published.
    """
    for record in written(tables.sessions).values():
        if fetched(tables.sessions).get(record.id) is None:
            yield from insert_session(record, tombstone)
        else:
            yield from update_session(record)
    for family in written(tables.families).values():
        if fetched(tables.families).get(family.session_id) is None:
            life = life_of(tables.sessions[family.session_id], tombstone)
            yield "SET", keys.family(family.session_id), codec.encode_family(family), "PX", life
        else:
            yield "SET", keys.family(family.session_id), codec.encode_family(family), "XX", "KEEPTTL"
    for end in written(tables.ended_keys).values():
        yield "HSET", keys.ended_keys(end.realm), end.kid, codec.encode_key_end(end)
    for standing in written(tables.standings).values():
        yield from put_standing(standing, fetched(tables.standings).get((standing.realm, standing.id)))
    for entry in entries_of(tables):
        yield from append(entry)
    for event in written(tables.audit).values():
        yield trail(event)
    if tables.head != tables.before:
        yield "SET", keys.META, codec.encode_head(tables.head)
        yield "PUBLISH", channel, tables.head.seq


def life_of(record: SessionRecord, tombstone: int) -> int:
    """Milliseconds until the row goes by itself. A length and not a time of day: whatever the server's clock
    says, the row outlives the session, and were it to go too early, that would be a refusal."""
    return max(1, (max(0, record.expires_at - record.created_at) + tombstone) // 1000)


def _over(record: SessionRecord) -> int:
    return record.expires_at if record.ended_at is None else min(record.ended_at, record.expires_at)


def insert_session(record: SessionRecord, tombstone: int) -> Iterator[Write]:
    life = life_of(record, tombstone)
    yield "SET", keys.session(record.id), codec.encode_session(record), "PX", life
    yield "SET", keys.digest(record.digest), record.id, "PX", life
    if record.parent_id is not None:
        yield "SET", keys.child(record.parent_id), record.id, "PX", life
    for key in indexes_of(record):
        yield "INDEX", key, life, record.id
    yield "REALM", *keys.realm_index(record.realm), keys.DUE, life, _over(record), record.id


def indexes_of(record: SessionRecord) -> Iterator[str]:
    """The indexes that hold the session, besides those of its realm."""
    targets = (
        (Scope.PRINCIPAL, record.principal_id),
        (Scope.CREDENTIAL, record.credential_id),
        (Scope.CLIENT, record.client_id),
    )
    for scope, target in targets:
        if target is not None:
            yield keys.index(scope, record.realm, target)


def update_session(record: SessionRecord) -> Iterator[Write]:
    """Never creates: a row that has gone by itself meanwhile stays away."""
    yield "SET", keys.session(record.id), codec.encode_session(record), "XX", "KEEPTTL"
    yield "ZADD", keys.DUE, "XX", _over(record), record.id


def delete_session(record: SessionRecord) -> Iterator[Write]:
    yield "DEL", keys.session(record.id), keys.digest(record.digest)
    yield "DEL", keys.data(record.id), keys.family(record.id)
    if record.parent_id is not None:
        yield "DEL", keys.child(record.parent_id)
    for key in (*indexes_of(record), *keys.realm_index(record.realm), keys.DUE):
        yield "ZREM", key, record.id


def put_data(session_id: str, texts: dict[str, bytes], removed: Sequence[str], life: int) -> Iterator[Write]:
    """Args:
    life: milliseconds until the data goes by itself; see ``life_of``.
    """
    key = keys.data(session_id)
    if removed:
        yield "HDEL", key, *removed
    if texts:
        yield "HSET", key, *(word for pair in texts.items() for word in pair)
        yield "PEXPIRE", key, life


def put_saved(saved: Iterable[Saved], tombstone: int) -> Iterator[Write]:
    """What a unit wrote of the data of its sessions."""
    for record, texts, removed in saved:
        encoded = {key: text.encode() for key, text in texts.items()}
        yield from put_data(record.id, encoded, removed, life_of(record, tombstone))


def put_standing(standing: Standing, old: Standing | None) -> Iterator[Write]:
    realm, who = standing.realm, keys.who(standing.realm, standing.id)
    yield "SET", keys.standing(realm, standing.id), codec.encode_standing(standing)
    yield "ZADD", keys.standings(realm), 0, standing.id
    if old is not None and old.tenant is not None and old.tenant != standing.tenant:
        yield "SREM", keys.tenant(realm, old.tenant), who
    if standing.tenant is not None:
        yield "SADD", keys.tenant(realm, standing.tenant), who


def append(entry: LogEntry) -> Iterator[Write]:
    yield "HSET", keys.ENTRIES, entry.id, codec.encode_entry(entry)
    yield "ZADD", keys.LOG, entry.seq, entry.id
    if is_wide(entry):
        yield "ZADD", keys.PREFIX + keys.wide(entry.scope, entry.realm, entry.target), entry.seq, entry.id


def delete_entry(entry: LogEntry) -> Iterator[Write]:
    yield "HDEL", keys.ENTRIES, entry.id
    yield "ZREM", keys.LOG, entry.id
    if is_wide(entry):
        yield "ZREM", keys.PREFIX + keys.wide(entry.scope, entry.realm, entry.target), entry.id


def trail(event: AuditEvent) -> Write:
    return (
        "XADD",
        keys.trail(event.realm),
        "MAXLEN",
        "~",
        TRAIL_LENGTH,
        "*",
        "event",
        codec.encode_event(event),
    )


def words_of(writes: Iterator[Write] | Sequence[Write]) -> list[Any]:
    """For the script: every write with the number of its words before it."""
    words: list[Any] = []
    for write in writes:
        words.append(len(write))
        words.extend(write)
    return words
