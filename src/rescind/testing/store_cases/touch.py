"""Touching: ``last_seen`` moves forward, seldom, and never on what has ended."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from rescind.model.session import SessionRecord
from rescind.policy.session_lifetime import touch_interval
from rescind.stores.base import Store
from rescind.testing.records import DAY, HOUR, MINUTE, NOW
from rescind.testing.store_cases.base import StoreCases
from rescind.testing.threads import race

ROUNDS = 15


class TouchCases(StoreCases):
    """A touch is an update of a live row, and nothing else."""

    def test_it_moves_last_seen_and_nothing_else(self, store: Store) -> None:
        record, other = self.start(store, idle=HOUR), self.start(store)
        assert store.touch([(record.id, NOW + 30 * MINUTE)]) == 1
        assert self.record(store, record.id) == replace(record, last_seen=NOW + 30 * MINUTE)
        assert self.record(store, other.id) == other

    def test_it_never_moves_back(self, store: Store) -> None:
        record = self.start(store)
        assert store.touch([(record.id, NOW - HOUR)]) == 0
        assert store.touch([(record.id, NOW)]) == 0
        assert self.record(store, record.id) == record

    @pytest.mark.parametrize("idle", [None, DAY, 10 * MINUTE, MINUTE])
    def test_half_an_interval_must_have_passed(self, store: Store, idle: int | None) -> None:
        """All workers together write a session at most about once an interval."""
        half = touch_interval(idle) // 2
        record = self.start(store, idle=idle)
        assert store.touch([(record.id, NOW + half - 1)]) == 0
        assert self.record(store, record.id) == record
        assert store.touch([(record.id, NOW + half)]) == 1
        assert store.touch([(record.id, NOW + half + 1)]) == 0, "the interval begins anew"
        assert self.record(store, record.id).last_seen == NOW + half

    def test_the_same_session_twice_in_a_batch_moves_to_the_later(self, store: Store) -> None:
        record = self.start(store)
        assert store.touch([(record.id, NOW + HOUR), (record.id, NOW + HOUR - MINUTE)]) == 1
        assert self.record(store, record.id).last_seen == NOW + HOUR

    def test_a_batch_touches_what_it_can(self, store: Store) -> None:
        live, ended, fresh = (self.start(store) for _ in range(3))
        with store.write() as unit:
            unit.end_session(ended.id, at=NOW, reason="x", by="system")
        late = NOW + HOUR
        batch = [(live.id, late), ("unknown", late), (ended.id, late), (fresh.id, NOW + 1), ("", late)]
        assert store.touch(batch) == 1
        assert self.record(store, live.id).last_seen == late
        assert store.facts("unknown") is None
        assert store.facts("") is None

    def test_limits_are_set_on_what_has_not_ended(self, store: Store, second: Store) -> None:
        record, other, ended = self.start(store), self.start(store), self.start(store)
        limits: dict[str, Any] = {"last_seen": NOW + HOUR, "expires_at": NOW + 2 * HOUR, "idle": MINUTE}
        with store.write() as unit:
            unit.end_session(ended.id, at=NOW, reason="x", by="system")
            assert unit.limit_session(record.id, **limits) is True
            assert unit.session(record.id) == replace(record, **limits)
            assert unit.limit_session(ended.id, **limits) is False
            assert unit.limit_session("unknown", **limits) is False
        assert self.record(second, record.id) == replace(record, **limits)
        assert self.record(second, other.id) == other
        assert second.facts("unknown") is None
        with store.write() as unit:
            assert unit.limit_session(record.id, last_seen=NOW, expires_at=NOW + DAY, idle=None) is True
        assert self.record(second, record.id).idle is None

    def test_nothing_seen_is_nothing_to_do(self, store: Store) -> None:
        assert store.touch([]) == 0

    def test_many_sessions_in_one_batch(self, store: Store) -> None:
        ids = [self.start(store).id for _ in range(3)]
        batch = [(ids[n % 3] if n < 3 else f"unknown {n}", NOW + HOUR) for n in range(2500)]
        assert store.touch(batch) == 3

    def test_what_has_ended_is_not_touched(self, store: Store) -> None:
        marked = self.start(store)
        with store.write() as unit:
            unit.end_session(marked.id, at=NOW, reason="x", by="system")
        by_log = self.start(store, principal_id="8")
        self.append(store, target="8")
        old_birth = self.start(store, birth="another log")
        for record in (marked, by_log, old_birth):
            before = self.record(store, record.id)
            assert store.touch([(record.id, NOW + HOUR)]) == 0
            assert self.record(store, record.id) == before

    @pytest.mark.parametrize("limit", ["absolute", "idle"])
    def test_at_its_limit_a_session_is_not_touched(self, store: Store, limit: str) -> None:
        facts = {"expires_at": NOW + HOUR} if limit == "absolute" else {"idle": HOUR}
        last, over, late = (self.start(store, **facts) for _ in range(3))
        assert store.touch([(last.id, NOW + HOUR - 1), (over.id, NOW + HOUR), (late.id, NOW + DAY)]) == 1
        assert self.record(store, last.id).last_seen == NOW + HOUR - 1
        assert self.record(store, over.id) == over
        assert self.record(store, late.id) == late

    def test_activity_never_moves_the_absolute_end(self, store: Store) -> None:
        record = self.start(store, expires_at=NOW + DAY)
        for hour in range(1, 30):
            store.touch([(record.id, NOW + hour * HOUR)])
        after = self.record(store, record.id)
        assert (after.expires_at, after.last_seen) == (NOW + DAY, NOW + 23 * HOUR)

    def test_a_touch_racing_an_end_brings_nothing_back(self, store: Store, second: Store) -> None:
        for number in range(ROUNDS):
            record = self.start(store, principal_id=str(number))
            by_log = number % 2 == 1
            end = self.end_by_log if by_log else self.end_by_mark
            race([partial(end, store, record), partial(self.touch_later, second, record)])
            facts = second.facts(record.id)
            assert facts is not None
            assert (facts.ended_by is not None) is by_log
            assert (facts.record.ended_at is not None) is not by_log
            assert second.touch([(record.id, NOW + 2 * HOUR)]) == 0
            assert self.record(second, record.id) == facts.record

    def test_an_idle_refusal_and_a_touch_exclude_each_other(self, store: Store, second: Store) -> None:
        """Either the session was seen active and lives, or it is over and stays as it was."""
        for _ in range(ROUNDS):
            record = self.start(store)
            ended, touched = race(
                [partial(self.end_as_idle, store, record), partial(self.touch_later, second, record)]
            )
            assert ended is not touched
            after = self.record(store, record.id)
            assert (after.ended_at is not None, after.last_seen != NOW) == (ended, touched)

    def touch_later(self, store: Store, record: SessionRecord) -> bool:
        return store.touch([(record.id, NOW + HOUR)]) == 1

    def end_by_log(self, store: Store, record: SessionRecord) -> bool:
        self.append(store, target=record.principal_id)
        return True

    def end_by_mark(self, store: Store, record: SessionRecord) -> bool:
        with store.write() as unit:
            return unit.end_session(record.id, at=NOW, reason="x", by="system")

    def end_as_idle(self, store: Store, record: SessionRecord) -> bool:
        with store.write() as unit:
            return unit.end_session(record.id, at=NOW, reason="idle", by="system", last_seen=NOW)
