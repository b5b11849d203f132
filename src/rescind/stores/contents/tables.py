"""The tables of the memory store over both places: rows from Redis, everything that judges them from SQL.

So what a session is worth is decided by the same code as everywhere, and what SQL says comes first: a
tombstone, an ``end`` in the log, the standing. What Redis says beside that can only be a refusal more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from rescind.model.principal import Standing
from rescind.model.revocation import Head, LogEntry, Scope
from rescind.model.session import SessionRecord
from rescind.policy.ending import targets
from rescind.stores.base import Selection
from rescind.stores.redis.reads import PAGE, Reader
from rescind.stores.redis.tables import written
from rescind.stores.redis.unit import UnitTables, fetched, layer
from rescind.stores.sqlalchemy.contents import Many

BURIED = ""
"""Realm of a tombstone that nobody is to find any more."""
Key = tuple[str, str]
Target = tuple[str, Scope, str]


class ContentsTables(UnitTables):
    """Args:
        many: asks the database.
        bury: writes a tombstone, inside a unit.

    Attributes:
        page: these ids and no others, where a listing goes page by page.
    """

    __slots__ = ("_bury", "_contents", "_many", "page")

    def __init__(
        self, head: Head, reader: Reader, many: Many, bury: Callable[[SessionRecord], None] | None = None
    ) -> None:
        super().__init__(head, reader)
        self._contents = reader
        self._many = many
        self._bury = bury
        self.page: list[str] | None = None
        self.standings = layer(self._standing)
        self.wide = layer(self._ends)

    # -- fetching ----------------------------------------------------------------------------------------

    def _standing(self, key: Key) -> Standing | None:
        realm, principal_id = key
        return self._many.standings(realm, [principal_id]).get(principal_id)

    def _ends(self, target: Target) -> tuple[LogEntry, ...]:
        realm, scope, text = target
        return self._many.ends(realm, scope, [text]).get(text, ())

    def load(self, ids: list[str]) -> None:
        """Fetch sessions with all that judges them: Redis first, so that what SQL says is never older."""
        rows = fetched(self.sessions)
        missing = [one for one in ids if one not in rows]
        for start in range(0, len(missing), PAGE):
            some = missing[start : start + PAGE]
            known = {record.id: record for record in self._contents.records(some)}
            known |= self._many.tombstones(some)
            for session_id in some:
                record = known.get(session_id)
                rows[session_id] = None if record is None or record.realm == BURIED else record
            self._judge_together([record for one in some if (record := rows[one]) is not None])

    def _judge_together(self, records: list[SessionRecord]) -> None:
        """Fetch what judges these sessions in few questions."""
        for realm in {record.realm for record in records}:
            here = [record for record in records if record.realm == realm]
            people = {record.principal_id for record in here}
            known = self._many.standings(realm, people)
            for one in people:
                fetched(self.standings).setdefault((realm, one), known.get(one))
            wanted: dict[Scope, set[str]] = {}
            for record in here:
                standing = fetched(self.standings)[realm, record.principal_id]
                for scope, target in targets(record, None if standing is None else standing.tenant):
                    wanted.setdefault(scope, set()).add(target)
            for scope, names in wanted.items():
                ends = self._many.ends(realm, scope, names)
                for name in names:
                    fetched(self.wide).setdefault((realm, scope, name), ends.get(name, ()))

    def forget(self, *, standing: Key | None = None, entry: LogEntry | None = None) -> None:
        """What this unit has just written in SQL is to be read from there."""
        if standing is not None:
            fetched(self.standings).pop(standing, None)
        if entry is not None:
            fetched(self.wide).pop((entry.realm, entry.scope, entry.target), None)

    # -- choosing ----------------------------------------------------------------------------------------

    def pages(self, selection: Selection, after: str | None = None) -> Iterator[list[str]]:
        """Pages of the ids that a selection may name, in order, after ``after``."""
        if selection.scope is not Scope.TENANT:
            yield from self._contents.candidates(selection, after)
            return
        people = self._many.members(selection.realm, selection.target)
        ids = sorted({one for who in people for one in self._of(selection.realm, who, after)})
        yield from (ids[start : start + PAGE] for start in range(0, len(ids), PAGE))

    def few(self, selection: Selection, limit: int) -> list[str] | None:
        """The ids that a selection may name, ``None`` if they are more than ``limit``."""
        if selection.scope is Scope.EVERYTHING:
            return None
        if selection.scope is not Scope.TENANT:
            return _at_most(limit, self._contents.indexed(selection, limit + 1))
        people = _at_most(limit, self._many.few_members(selection.realm, selection.target, limit + 1))
        ids: list[str] = []
        for one in people or ():
            whose = Selection(selection.realm, Scope.PRINCIPAL, one)
            ids += self._contents.indexed(whose, limit + 1 - len(ids))
            if len(ids) > limit:
                break
        return None if people is None else _at_most(limit, ids)

    def _of(self, realm: str, principal_id: str, after: str | None) -> Iterable[str]:
        for page in self._contents.candidates(Selection(realm, Scope.PRINCIPAL, principal_id), after):
            yield from page

    def _candidates(self, selection: Selection) -> list[SessionRecord]:
        ids = self.page
        if ids is None:
            ids = [one for page in self.pages(selection) for one in page]
        self.load(ids)
        found = {one: record for one in ids if (record := self.sessions.get(one)) is not None}
        return [*(found | written(self.sessions)).values()]

    # -- ending ------------------------------------------------------------------------------------------

    def mark(self, record: SessionRecord) -> None:
        """Put a session that has been marked as ended in the place of what it was."""
        if self._bury is not None:
            self._bury(record)
        self.sessions[record.id] = record

    def materialise(self, record: SessionRecord, entry: LogEntry) -> None:
        self.mark(replace(record, ended_at=entry.at, ended_reason=entry.reason, ended_by=entry.initiator))


def _at_most(limit: int, found: list[str]) -> list[str] | None:
    return found if len(found) <= limit else None
