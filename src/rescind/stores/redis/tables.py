"""The tables of the memory store, filled from Redis: one place decides what a session is worth."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar, cast

from rescind.model.revocation import Head
from rescind.model.session import SessionRecord
from rescind.policy.ending import targets
from rescind.stores.memory.tables import Tables
from rescind.stores.redis import codec, keys

K = TypeVar("K")
V = TypeVar("V")


class Fetched(Mapping[K, V]):
    """Rows that are fetched when they are asked for, and then known: also that there is none.

    Args:
        fetch: brings one row into ``known``.
    """

    def __init__(self, fetch: Callable[[K], V | None]) -> None:
        self._fetch = fetch
        self.known: dict[K, V | None] = {}

    def __getitem__(self, key: K) -> V:
        if key not in self.known:
            self.known[key] = self._fetch(key)
        found = self.known[key]
        if found is None:
            raise KeyError(key)
        return found

    def __iter__(self) -> Iterator[K]:
        return (key for key, value in self.known.items() if value is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def filled(head: Head, gathered: list[Any]) -> Tables:
    """Tables that answer for the sessions of one reply of ``gather.lua``, and for no others."""
    tables = Tables(head)
    put(gathered, tables.sessions, tables.standings, tables.wide)
    return tables


def put(gathered: list[Any], sessions: Any, standings: Any, wide: Any) -> None:
    """Bring a reply of ``gather.lua`` into tables, and of what belongs to its sessions also that it is not
    there."""
    _, rows, people, ends = gathered
    found_people = dict(zip(people[::2], people[1::2], strict=True))
    for value in rows[1::2]:
        record = codec.decode_session(value)
        row = found_people.get(keys.who(record.realm, record.principal_id).encode())
        standing = None if row is None else codec.decode_standing(row)
        sessions[record.id] = record
        standings[record.realm, record.principal_id] = standing
        put_wide(ends, record, None if standing is None else standing.tenant, wide)


def put_wide(ends: list[Any], record: SessionRecord, tenant: str | None, wide: Any) -> None:
    """Bring what a reply of ``gather.lua`` says of the targets of a session into the table."""
    found = dict(zip(ends[::2], ends[1::2], strict=True))
    for scope, target in targets(record, tenant):
        entries = found.get(keys.wide(scope, record.realm, target).encode(), ())
        wide[record.realm, scope, target] = tuple(map(codec.decode_entry, entries))


def written(table: Any) -> dict[Any, Any]:
    """What a unit of work wrote into the layer over a table."""
    return cast("dict[Any, Any]", table.maps[0])
