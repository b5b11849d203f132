"""Reading, outside of a unit of work or inside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rescind.errors import StoreUnavailable
from rescind.model.family import Family, KeyEnd
from rescind.model.principal import Standing
from rescind.model.revocation import Head, LogEntry, Scope
from rescind.model.session import SessionRecord
from rescind.stores.base import Selection
from rescind.stores.memory.tables import Tables
from rescind.stores.redis import codec, keys
from rescind.stores.redis.connections import Wire
from rescind.stores.redis.scripts import GATHER
from rescind.stores.redis.tables import filled

LOCK_TIME = 1000
"""Milliseconds that the write lock outlives the last sign of its holder."""
PAGE = 500
"""Sessions per question: what the server answers in about a millisecond."""
INDEXED = frozenset({Scope.PRINCIPAL, Scope.CREDENTIAL, Scope.CLIENT})


class Flushed(StoreUnavailable):
    """The log is not there (any more)."""

    def __init__(self) -> None:
        super().__init__("Redis has forgotten the log: it was flushed or replaced")


class Reader:
    """Questions on one connection.

    Args:
        token: of the unit of work that asks, empty outside any.
    """

    def __init__(self, wire: Wire, token: str = "") -> None:
        self._wire = wire
        self._token = token

    def gather(self, ids: Sequence[str], wide: Sequence[str] = ()) -> list[Any]:
        """What judges these sessions, from one snapshot; inside a unit with every wide entry.

        Args:
            wide: further keys of wide entries (``keys.wide``).
        """
        inside = "1" if self._token else ""
        found: list[Any] = self._wire.run(
            GATHER,
            keys.META,
            keys.LOCK,
            keys.FENCE,
            keys.PREFIX,
            self._token,
            LOCK_TIME,
            inside,
            len(ids),
            *ids,
            *wide,
        )
        if not found[0]:
            raise Flushed
        return found

    def records(self, ids: Sequence[str]) -> list[SessionRecord]:
        """Those of the sessions that are there."""
        return [codec.decode_session(value) for value in self.gather(ids)[1][1::2]] if ids else []

    def tables(self, ids: Sequence[str]) -> Tables:
        """Tables that answer for these sessions."""
        gathered = self.gather(ids)
        return filled(codec.decode_head(gathered[0]), gathered)

    def candidates(self, selection: Selection, after: str | None = None) -> Iterator[list[str]]:
        """Pages of the ids that a selection may name, in order, after ``after``."""
        if selection.scope is Scope.EVERYTHING:
            if not selection.target:
                yield from self._realm(selection.realm, after)
            return
        ids = sorted(one for one in self._few(selection) if after is None or one > after)
        yield from (ids[start : start + PAGE] for start in range(0, len(ids), PAGE))

    def _realm(self, realm: str, after: str | None) -> Iterator[list[str]]:
        while True:
            ids = self.page_of_realm(realm, after, PAGE)
            if ids:
                yield ids
                after = ids[-1]
            if len(ids) < PAGE:
                return

    def page_of_realm(self, realm: str, after: str | None, limit: int) -> list[str]:
        """The first ids of a realm's sessions after ``after``, in order."""
        _, by_id = keys.realm_index(realm)
        lowest = "-" if after is None else f"({after}"
        page = self._wire.call("ZRANGEBYLEX", by_id, lowest, "+", "LIMIT", 0, limit)
        return [one.decode() for one in page]

    def indexed(self, selection: Selection, limit: int) -> list[str]:
        """Ids of a principal, a credential or a client, so many at most, in no order that lasts."""
        key = keys.index(selection.scope, selection.realm, selection.target)
        return [one.decode() for one in self._wire.call("ZRANGE", key, 0, limit - 1)]

    def _few(self, selection: Selection) -> set[str]:
        scope, realm, target = selection.scope, selection.realm, selection.target
        if scope is Scope.SESSION:
            return {target}
        if scope in INDEXED:
            return self._index(keys.index(scope, realm, target))
        if scope is Scope.TENANT:
            people = self._wire.call("SMEMBERS", keys.tenant(realm, target))
            return {one for who in people for one in self._index(f"{keys.PREFIX}i:principal:{who.decode()}")}
        return set()

    def _index(self, key: str) -> set[str]:
        return {one.decode() for one in self._wire.call("ZRANGE", key, 0, -1)}

    def values(self, *names: str) -> list[bytes | None]:
        """What stands under these keys, in one snapshot."""
        found: list[bytes | None] = self._wire.call("MGET", *names)
        return found

    def data(self, session_id: str) -> dict[str, bytes]:
        """The application's data of a session, each value as JSON."""
        found = self._wire.call("HGETALL", keys.data(session_id))
        return {key.decode(): text for key, text in zip(found[::2], found[1::2], strict=True)}

    def head(self) -> Head:
        value = self._wire.call("GET", keys.META)
        if value is None:
            raise Flushed
        return codec.decode_head(value)

    def entry(self, id: str) -> LogEntry | None:
        value = self._wire.call("HGET", keys.ENTRIES, id)
        return None if value is None else codec.decode_entry(value)

    def still_there(self, entries: list[LogEntry]) -> list[LogEntry]:
        """Those of the entries that nobody has removed."""
        if not entries:
            return []
        found = self._wire.call("HMGET", keys.ENTRIES, *(entry.id for entry in entries))
        return [entry for entry, value in zip(entries, found, strict=True) if value is not None]

    def wide(self, target: tuple[str, Scope, str]) -> tuple[LogEntry, ...]:
        """The wide entries of (realm, scope, target), in order."""
        realm, scope, text = target
        (first,) = self.values(keys.FIRST)
        lowest, key = int(first or 0), keys.PREFIX + keys.wide(scope, realm, text)
        ids = self._wire.call("ZRANGEBYSCORE", key, lowest, "+inf")
        if not ids:
            return ()
        found = self._wire.call("HMGET", keys.ENTRIES, *ids)
        return tuple(map(codec.decode_entry, found))

    def standing(self, realm: str, principal_id: str) -> Standing | None:
        value = self._wire.call("GET", keys.standing(realm, principal_id))
        return None if value is None else codec.decode_standing(value)

    def standings(self, realm: str, limit: int, after: str | None) -> list[Standing]:
        lowest = "-" if after is None else f"({after}"
        ids = self._wire.call("ZRANGEBYLEX", keys.standings(realm), lowest, "+", "LIMIT", 0, limit)
        if not ids:
            return []
        found = self._wire.call("MGET", *(keys.standing(realm, one.decode()) for one in ids))
        return [codec.decode_standing(value) for value in found if value is not None]

    def family(self, session_id: str) -> Family | None:
        value = self._wire.call("GET", keys.family(session_id))
        return None if value is None else codec.decode_family(value)

    def key_end(self, realm: str, kid: str) -> KeyEnd | None:
        value = self._wire.call("HGET", keys.ended_keys(realm), kid)
        return None if value is None else codec.decode_key_end(value)

    def families(self, ids: Sequence[str]) -> dict[str, Family]:
        """Those of these sessions that have one."""
        found = self._wire.call("MGET", *(keys.family(one) for one in ids)) if ids else []
        families = [codec.decode_family(value) for value in found if value is not None]
        return {family.session_id: family for family in families}

    def named(self, key: str) -> str | None:
        """The text under a key: the id that a digest or a predecessor leads to."""
        value = self._wire.call("GET", key)
        return None if value is None else value.decode()

    def over(self, before: int, limit: int) -> list[str]:
        """Sessions that were over at ``before`` (microseconds), the first first."""
        found = self._wire.call("ZRANGEBYSCORE", keys.DUE, "-inf", before, "LIMIT", 0, limit)
        return [one.decode() for one in found]

    def log(self, after: int, limit: int) -> list[LogEntry]:
        """Entries after a number, in order."""
        ids = self._wire.call("ZRANGEBYSCORE", keys.LOG, f"({after}", "+inf", "LIMIT", 0, limit)
        if not ids:
            return []
        found = self._wire.call("HMGET", keys.ENTRIES, *ids)
        return [codec.decode_entry(value) for value in found]
