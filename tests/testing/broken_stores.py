"""Stores with one fault each, and the case of the kit that must see it.

Every fault has been made by somebody; the reasons stand in the protocol's text and in the store contract.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from typing import Any

from rescind.model.audit_event import AuditEvent
from rescind.model.principal import Standing
from rescind.model.revocation import Head, LogEntry, Renewal, WorkerRow
from rescind.model.session import Facts, SessionRecord
from rescind.stores.base import PruneReport, Selection, UnitOfWork
from rescind.stores.memory import MemoryStore
from rescind.stores.memory import prune as pruning
from rescind.stores.memory.tables import within_limits
from rescind.stores.memory.unit import MemoryUnit

CAUGHT_BY: dict[type[MemoryStore], str] = {}


def caught_by(case: str) -> Any:
    def note(store: type[MemoryStore]) -> type[MemoryStore]:
        CAUGHT_BY[store] = case
        return store

    return note


class UnitStore(MemoryStore):
    """A store whose units are of the class ``unit``."""

    unit: type[MemoryUnit] = MemoryUnit

    @contextmanager
    def _unit(self) -> Iterator[UnitOfWork]:
        with super()._unit() as unit:
            assert isinstance(unit, MemoryUnit)
            unit.__class__ = self.unit
            yield unit


def with_unit(unit: type[MemoryUnit]) -> type[MemoryStore]:
    return type(unit.__name__, (UnitStore,), {"unit": unit})


# -- the log ---------------------------------------------------------------------------------------------


@caught_by("test_a_unit_that_fails_leaves_no_gap")
class NumbersFromAutoincrement(MemoryStore):
    """A number once given out is not given out again."""

    @contextmanager
    def _unit(self) -> Iterator[UnitOfWork]:
        with super()._unit() as unit:
            assert isinstance(unit, MemoryUnit)
            unit._tables.head = replace(unit._tables.head, seq=self._word[0])
            yield unit


class _CounterAfterCommit(MemoryUnit):
    __slots__ = ()

    def append(self, entry: LogEntry) -> LogEntry:
        before = self._word[0]
        appended = super().append(entry)
        self._word[0] = before
        return appended


@caught_by("test_the_counter_moves_before_append_returns")
class CounterAfterCommit(UnitStore):
    unit = _CounterAfterCommit

    @contextmanager
    def _unit(self) -> Iterator[UnitOfWork]:
        with super()._unit() as unit:
            yield unit
        self._word[0] = self._tables.head.seq


@caught_by("test_nobody_lowers_the_counter_while_a_unit_is_open")
class CounterLoweredByAnybody(MemoryStore):
    def _lower_word(self) -> None:
        self._word[0] = self._tables.head.seq


@caught_by("test_after_a_rollback_the_counter_is_ahead_until_renewed")
class CounterNeverLowered(MemoryStore):
    def _lower_word(self) -> None:
        pass


class _RetryAppends(MemoryUnit):
    __slots__ = ()

    def append(self, entry: LogEntry) -> LogEntry:
        self._tables.entry_ids.pop(entry.id, None)
        return super().append(entry)


CAUGHT_BY[with_unit(_RetryAppends)] = "test_a_known_id_appends_nothing"


@caught_by("test_renew_reads_in_pages_and_in_order")
class OnePageOnly(MemoryStore):
    def renew(self, worker_id: str, applied: int, *, limit: int = 1000) -> Renewal:
        return replace(super().renew(worker_id, applied, limit=limit), more=False)


@caught_by("test_renew_names_the_entry_at_applied")
class AppliedIdOfTheHead(MemoryStore):
    """Would hide that the log went backwards."""

    def renew(self, worker_id: str, applied: int, *, limit: int = 1000) -> Renewal:
        renewal = super().renew(worker_id, applied, limit=limit)
        newest = self._tables.log.get(renewal.head.seq)
        return replace(renewal, applied_id=None if newest is None else newest.id)


@caught_by("test_a_unit_sees_its_own_appends_and_nobody_else_does")
class DirtyReads(MemoryStore):
    @contextmanager
    def _unit(self) -> Iterator[UnitOfWork]:
        with self._write_lock():
            yield MemoryUnit(self._tables, self._word)


# -- sessions --------------------------------------------------------------------------------------------


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


# -- data ------------------------------------------------------------------------------------------------


@caught_by("test_a_late_write_changes_nothing")
class LateWrites(MemoryStore):
    def save_data(self, session_id: str, changed: dict[str, Any], removed: Sequence[str]) -> bool:
        if super().save_data(session_id, changed, removed):
            return True
        self._data.setdefault(session_id, {}).update(dict.fromkeys(changed, "1"))
        return False


@caught_by("test_keys_are_written_and_removed_one_by_one")
class DataAsAWhole(MemoryStore):
    def save_data(self, session_id: str, changed: dict[str, Any], removed: Sequence[str]) -> bool:
        self._data.pop(session_id, None)
        return super().save_data(session_id, changed, removed)


# -- people and units ------------------------------------------------------------------------------------


@caught_by("test_evidence_is_one_snapshot")
class EvidenceThenHead(MemoryStore):
    """The hole that lets the old password in (REVOCATION: ``issued_seq`` read too late)."""

    def password_evidence(self, realm: str, principal_id: str) -> Any:
        evidence = super().password_evidence(realm, principal_id)
        for _ in range(10_000):
            head = self.head()
        return replace(evidence, head=head)


@caught_by("test_standings_are_paged_by_id")
class RealmByPrefix(MemoryStore):
    def standings(self, realm: str, *, limit: int = 100, after: str | None = None) -> Sequence[Standing]:
        return (
            sorted(self._tables.standings.values(), key=lambda row: row.id)[:limit] if after is None else []
        )


class _OwnTransaction(MemoryUnit):
    """Audits on another connection, so that the event survives what it tells of."""

    __slots__ = ()

    def audit(self, event: AuditEvent) -> None:
        self._tables.audit.maps[1][event.id] = event  # type: ignore[attr-defined]


CAUGHT_BY[with_unit(_OwnTransaction)] = "test_a_fault_inside_leaves_nothing"


@caught_by("test_a_fault_inside_leaves_nothing")
class CommitsOnFault(MemoryStore):
    @contextmanager
    def _unit(self) -> Iterator[UnitOfWork]:
        fault = None
        with super()._unit() as unit:
            try:
                yield unit
            except BaseException as error:  # noqa: BLE001 - the fault under test
                fault = error
        if fault is not None:
            raise fault


@caught_by("test_units_come_one_after_another")
class LostUpdates(MemoryStore):
    """No write lock: two units read the same row."""

    @contextmanager
    def _write_lock(self) -> Iterator[None]:
        yield


@caught_by("test_the_newest_event_comes_first")
class OldestFirst(MemoryStore):
    def audit_events(
        self, realm: str, *, subject: str | None = None, limit: int = 100, before: str | None = None
    ) -> Sequence[AuditEvent]:
        return super().audit_events(realm, subject=subject, limit=limit, before=before)[::-1]


# -- registry --------------------------------------------------------------------------------------------


@caught_by("test_an_acknowledgement_never_goes_back")
class AcksGoBack(MemoryStore):
    def acknowledge(self, worker_id: str, seq: int, *, at: int) -> None:
        self._workers[worker_id] = replace(self._workers[worker_id], acked=seq)


@caught_by("test_a_worker_that_acknowledged_is_not_retired")
class RetiresAnybody(MemoryStore):
    def retire(self, worker_id: str, seq: int) -> None:
        super().retire(worker_id, 2**60)


@caught_by("test_only_the_retired_are_forgotten")
class ForgetsTheLiving(MemoryStore):
    def forget(self, worker_id: str) -> None:
        self.deregister(worker_id)


@caught_by("test_a_worker_that_leaves_is_gone")
class AcksRegister(MemoryStore):
    def acknowledge(self, worker_id: str, seq: int, *, at: int) -> None:
        row = self._workers.get(worker_id, WorkerRow(worker_id, "", 1.0, 1, 0))
        self._workers[worker_id] = replace(row, acked=max(row.acked, seq))


@caught_by("test_an_id_is_for_one_incarnation")
class RegistersOver(MemoryStore):
    def register(self, worker: WorkerRow) -> None:
        self._workers[worker.id] = worker


# -- prune and birth -------------------------------------------------------------------------------------


class _Pruned(MemoryStore):
    """A prune with one step replaced."""

    def without(self, name: str, **arguments: Any) -> PruneReport:
        original = getattr(pruning, name)
        setattr(pruning, name, lambda *given: None)
        try:
            return MemoryStore.prune(self, **arguments)
        finally:
            setattr(pruning, name, original)


@caught_by("test_before_a_wide_end_goes_its_sessions_are_marked")
class ForgetsWithoutMarking(_Pruned):
    def prune(self, **arguments: Any) -> PruneReport:
        return self.without("_materialise", **arguments)


@caught_by("test_the_newest_entry_is_never_removed")
class RemovesTheNewest(MemoryStore):
    def prune(self, **arguments: Any) -> PruneReport:
        report = super().prune(**arguments)
        for entry in list(self._tables.log.values()):
            self._tables.drop_entry(entry)
        return report


@caught_by("test_a_batch_is_bounded")
class Unbounded(MemoryStore):
    def prune(self, **arguments: Any) -> PruneReport:
        return super().prune(**(arguments | {"batch": 1000}))


@caught_by("test_the_floor_is_the_highest_number_removed")
class NoFloor(MemoryStore):
    def prune(self, **arguments: Any) -> PruneReport:
        report = super().prune(**arguments)
        self._tables.head = replace(self._tables.head, floor=0)
        return report


@caught_by("test_tombstones_stay_for_as_long_as_asked")
class ForgetsTombstones(MemoryStore):
    def prune(self, **arguments: Any) -> PruneReport:
        return super().prune(**(arguments | {"keep_ended": 0}))


@caught_by("test_a_wide_end_stays_until_nothing_before_it_can_live")
class ForgetsByAccessLife(MemoryStore):
    def prune(self, **arguments: Any) -> PruneReport:
        return super().prune(**(arguments | {"session_life": 0}))


@caught_by("test_one_of_many_begins_the_new_log")
class BornTwice(MemoryStore):
    def new_birth(self, *, expected: str, **arguments: Any) -> Head:
        return super().new_birth(expected=self.head().birth, **arguments)


@caught_by("test_a_counter_ahead_counts_as_seen")
class BirthForgetsTheCounter(MemoryStore):
    def new_birth(self, **arguments: Any) -> Head:
        self._lower_word()
        return super().new_birth(**arguments)


@caught_by("test_the_new_log_is_above_every_number_seen")
class BirthBelow(MemoryStore):
    def new_birth(self, *, at_least: int, **arguments: Any) -> Head:
        return super().new_birth(at_least=0, **arguments)
