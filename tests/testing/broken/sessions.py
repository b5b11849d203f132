"""Faults of sessions: inserting, ending, listing, touching."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

from tests.testing.broken.base import CAUGHT_BY, caught_by, with_unit

from rescind.model.principal import Standing
from rescind.model.session import Facts, SessionRecord
from rescind.stores.base import Selection
from rescind.stores.memory import MemoryStore
from rescind.stores.memory.tables import within_limits
from rescind.stores.memory.unit import MemoryUnit


class _Upsert(MemoryUnit):
    __slots__ = ()

    def insert_session(self, record: SessionRecord) -> None:
        self._tables.sessions[record.id] = record


CAUGHT_BY[with_unit(_Upsert)] = "test_an_id_is_inserted_once_even_when_ended"


class _EndsTwice(MemoryUnit):
    __slots__ = ()

    def end_session(
        self, session_id: str, *, at: int, reason: str, by: str, last_seen: int | None = None
    ) -> bool:
        record = self.session(session_id)
        if record is None:
            return False
        self._mark(record, at, reason, by)
        return True


CAUGHT_BY[with_unit(_EndsTwice)] = "test_an_end_is_consumed_by_one_of_sixteen"


class _IdleAlways(MemoryUnit):
    __slots__ = ()

    def end_session(
        self, session_id: str, *, at: int, reason: str, by: str, last_seen: int | None = None
    ) -> bool:
        return super().end_session(session_id, at=at, reason=reason, by=by)


CAUGHT_BY[with_unit(_IdleAlways)] = "test_an_idle_refusal_ends_only_what_it_saw"


class _MovesFreely(MemoryUnit):
    __slots__ = ()

    def put_standing(self, standing: Standing) -> None:
        self._tables.standings[standing.realm, standing.id] = standing


CAUGHT_BY[with_unit(_MovesFreely)] = "test_moving_to_another_tenant_brings_nothing_back"


class _MarksTheDead(MemoryUnit):
    __slots__ = ()

    def end_sessions(self, selection: Selection, *, at: int, reason: str, by: str) -> int:
        rows = [row for row in self._tables.selected(selection) if row.ended_at is None]
        for row in rows:
            self._mark(row, at, reason, by)
        return len(rows)


CAUGHT_BY[with_unit(_MarksTheDead)] = "test_marking_counts_what_was_alive"


@caught_by("test_spellings_are_not_one_another")
class CaseInsensitive(MemoryStore):
    def facts(self, session_id: str) -> Facts | None:
        same = [known for known in self._tables.sessions if known.casefold() == session_id.casefold()]
        return super().facts(min(same, default=session_id))


@caught_by("test_row_and_head_are_one_snapshot")
class TwoSnapshots(MemoryStore):
    """Reads the row, lets others write, then reads the head."""

    def facts(self, session_id: str) -> Facts | None:
        found = super().facts(session_id)
        for _ in range(10_000):
            head = self.head()
        return found and replace(found, head=head)


def _forgetting(name: str) -> type[MemoryStore]:
    """A store whose ``unchanged`` does not look at one part of the facts."""

    class Forgets(MemoryStore):
        def unchanged(self, facts: Facts) -> bool:
            now = self.facts(facts.record.id)
            return now is not None and replace(now, **{name: getattr(facts, name)}) == facts

    Forgets.__name__ = f"Forgets_{name}"
    return Forgets


CAUGHT_BY[_forgetting("standing")] = "test_a_change_is_seen"
CAUGHT_BY[_forgetting("head")] = "test_a_change_is_seen"
CAUGHT_BY[_forgetting("record")] = "test_activity_is_seen"


@caught_by("test_a_session_that_is_not_there_has_changed")
class AbsentIsUnchanged(MemoryStore):
    def unchanged(self, facts: Facts) -> bool:
        return self.facts(facts.record.id) in {None, facts}


@caught_by("test_a_change_is_seen")
class AnswersFromMemory(MemoryStore):
    """Remembers the answer of a moment ago."""

    def unchanged(self, facts: Facts) -> bool:
        known = self.__dict__.setdefault("known", set())
        if super().unchanged(facts):
            known.add(facts.record.id)
        return facts.record.id in known


@caught_by("test_a_session_inserted_behind_a_racing_end_is_ended")
class MarksDecide(MemoryStore):
    """Believes the row."""

    def facts(self, session_id: str) -> Facts | None:
        found = super().facts(session_id)
        return found and replace(found, ended_by=None)


@caught_by("test_a_session_inserted_behind_a_racing_end_is_ended")
class ListsByMark(MemoryStore):
    def sessions(
        self, selection: Selection, *, now: int, limit: int = 100, after: str | None = None
    ) -> Sequence[SessionRecord]:
        rows = sorted(self._tables.selected(selection), key=lambda row: row.id)
        return [row for row in rows if row.ended_at is None and within_limits(row, now)][:limit]


@caught_by("test_paging_misses_and_repeats_nothing_while_others_write")
class PagesByOffset(MemoryStore):
    """Counts how many came before instead of remembering the last."""

    given = 0

    def sessions(
        self, selection: Selection, *, now: int, limit: int = 100, after: str | None = None
    ) -> Sequence[SessionRecord]:
        self.given = 0 if after is None else self.given
        rows = super().sessions(selection, now=now, limit=10_000)
        page = list(islice(rows, self.given, self.given + limit))
        self.given += len(page)
        return page


@caught_by("test_at_the_limit_it_is_over")
class AliveAtTheLimit(MemoryStore):
    def count(self, selection: Selection, *, now: int) -> tuple[int, int]:
        return super().count(selection, now=now - 1)


@caught_by("test_a_touch_racing_an_end_brings_nothing_back")
class TouchBringsBack(MemoryStore):
    def touch(self, seen: Sequence[tuple[str, int]]) -> int:
        for session_id, at in seen:
            row = self._tables.sessions.get(session_id)
            if row is not None:
                self._tables.sessions[session_id] = replace(row, last_seen=at, ended_at=None)
        return super().touch(seen)


@caught_by("test_half_an_interval_must_have_passed")
class TouchesAtEveryRequest(MemoryStore):
    def touch(self, seen: Sequence[tuple[str, int]]) -> int:
        return super().touch([(session_id, at + 60 * 10**6) for session_id, at in seen])


@caught_by("test_what_has_ended_is_not_touched")
class TouchAsksTheRowOnly(MemoryStore):
    def touch(self, seen: Sequence[tuple[str, int]]) -> int:
        rows = [(self._tables.sessions.get(session_id), at) for session_id, at in seen]
        live = [(row, at) for row, at in rows if row is not None and row.ended_at is None]
        for row, at in live:
            self._tables.sessions[row.id] = replace(row, last_seen=at)
        return len(live)
