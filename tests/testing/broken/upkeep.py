"""Faults of the registry, of pruning and of a new birth."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.testing.broken.base import caught_by

from rescind.model.revocation import Head, WorkerRow
from rescind.stores.base import PruneReport
from rescind.stores.memory import MemoryStore
from rescind.stores.memory import prune as pruning


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
