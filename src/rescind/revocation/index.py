"""The log in memory: which ``end`` and ``changed`` entries concern a session.

Rules of this file:

1. Entries are only ever added to the tables in place; anything that removes builds new tables and swaps them,
   so that a check that holds one reference sees one consistent state.
2. Removing raises the floor in the same swap: below the floor nothing is believed without reading.
3. An entry of another realm is skipped; an entry of an unknown kind never gets here (``Worker.renew``).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rescind.model.revocation import Kind, LogEntry, Scope, What
from rescind.policy.ending import dominates

Key = tuple[str, str]


@dataclass(slots=True)
class Tables:
    """One consistent state of the index.

    Attributes:
        ends: per (scope, target) the entries that none of the others makes superfluous.
        changed: per (scope, target) the newest ``changed``.
        floor: records stamped before it must be read again.
        size: entries held.
        birth: the log that was read; ``""`` while the tables are being filled anew. Entries are missing then,
            and a check may still hold an older view: it believes tables of its view's birth only.
    """

    ends: dict[Key, tuple[LogEntry, ...]]
    changed: dict[Key, int]
    floor: int
    size: int
    birth: str = ""

    def ended(self, keys: Iterable[Key], issued_seq: int, session_id: str) -> bool:
        """Whether an ``end`` newer than ``issued_seq`` on one of the keys ends the session."""
        for key in keys:
            for entry in self.ends.get(key, ()):
                if entry.seq > issued_seq and entry.what & What.SESSIONS and entry.keep != session_id:
                    return True
        return False

    def changed_after(self, keys: Iterable[Key], stamp: int) -> bool:
        """Whether facts of one of the keys differ since ``stamp``."""
        return any(self.changed.get(key, 0) > stamp for key in keys)


class RevocationIndex:
    """Written by one thread at a time (the worker's lock), read by any without a lock."""

    def __init__(self, realm: str, max_entries: int) -> None:
        self._realm = realm
        self._max = max_entries
        self.tables = Tables({}, {}, 0, 0)

    def reset(self) -> None:
        """Forget everything; nothing is believed until ``believe()``."""
        self.tables = Tables({}, {}, 0, 0)

    def apply(self, entry: LogEntry) -> None:
        if entry.realm != self._realm:
            return
        tables = self.tables
        key = (entry.scope.value, entry.target)
        if entry.kind is Kind.CHANGED:
            tables.size += key not in tables.changed
            tables.changed[key] = entry.seq
        else:
            old = tables.ends.get(key, ())
            kept = tuple(one for one in old if not dominates(entry, one))
            tables.ends[key] = (*kept, entry)
            tables.size += 1 + len(kept) - len(old)
        if tables.size > self._max:
            self._trim()

    def believe(self, birth: str, floor: int) -> None:
        """All entries of this log are in; records stamped before ``floor`` will be read again."""
        old = self.tables
        if floor > old.floor or birth != old.birth:
            self.tables = Tables(old.ends, old.changed, max(floor, old.floor), old.size, birth)

    def _trim(self) -> None:
        """Drop the older half. Costs re-reads, never an acceptance: the floor rises with the swap."""
        old = self.tables
        numbers = sorted(
            [e.seq for entries in old.ends.values() for e in entries] + list(old.changed.values())
        )
        floor = numbers[len(numbers) // 2]
        kept = {key: tuple(e for e in entries if e.seq > floor) for key, entries in old.ends.items()}
        ends = {key: entries for key, entries in kept.items() if entries}
        changed = {key: seq for key, seq in old.changed.items() if seq > floor}
        size = sum(map(len, ends.values())) + len(changed)
        self.tables = Tables(ends, changed, max(floor, old.floor), size, old.birth)


# The text of each scope: an enum member's ``value`` costs more than the rest of a key.
_SESSION, _PRINCIPAL, _TENANT = Scope.SESSION.value, Scope.PRINCIPAL.value, Scope.TENANT.value
_CREDENTIAL, _CLIENT = Scope.CREDENTIAL.value, Scope.CLIENT.value
_SIGNING_KEY = Scope.SIGNING_KEY.value
_EVERYTHING: Key = (Scope.EVERYTHING.value, "")


def keys_of(
    session_id: str,
    principal: str,
    tenant: str | None,
    credential: str | None,
    client: str | None,
    *,
    signing_key: str | None = None,
) -> tuple[Key, ...]:
    """The keys under which an entry can concern this session, or this token of it."""
    keys: tuple[Key, ...] = ((_SESSION, session_id), (_PRINCIPAL, principal), _EVERYTHING)
    if tenant is not None:
        keys += ((_TENANT, tenant),)
    if credential is not None:
        keys += ((_CREDENTIAL, credential),)
    if client is not None:
        keys += ((_CLIENT, client),)
    if signing_key is not None:
        keys += ((_SIGNING_KEY, signing_key),)
    return keys
