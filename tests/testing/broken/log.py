"""Faults of the log and its counter."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from tests.testing.broken.base import CAUGHT_BY, UnitStore, caught_by, with_unit

from rescind.model.revocation import LogEntry, Renewal
from rescind.stores.base import UnitOfWork
from rescind.stores.memory import MemoryStore
from rescind.stores.memory.unit import MemoryUnit


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
