"""The thread that keeps a process fresh: begins when needed, ends when idle, survives what goes wrong."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from tests.revocation.test_idle_ends import idle_record
from tests.world import PATIENCE, Reader, Spy, World, append

from rescind._clock import SystemClock
from rescind.errors import StoreUnavailable
from rescind.model.session import SessionRecord
from rescind.revocation.idle_ends import IdleEnds
from rescind.revocation.keeper import IDLE_LEASES, Keeper
from rescind.revocation.registry import RegistryWatch
from rescind.revocation.touches import Touches


class Kept:
    """A worker with its keeper, and a way to wait for what the keeper does."""

    def __init__(self, world: World, lease: float = 1.0) -> None:
        self.world = world
        self.others = set(threading.enumerate())
        self.spy = Spy(world.store())
        self.spy.open()
        self.reader = Reader(self.spy.as_store, world.clock, lease=lease)
        self.touches = Touches(self.spy.as_store)
        self.written: list[str] = []
        self.idle_ends = IdleEnds(
            end_now=lambda _: True, end_told=self.end_told, may_write=lambda: False, wake=lambda: None
        )
        watch = RegistryWatch(self.spy.as_store, world.clock)
        self.keeper = Keeper(self.reader.worker, self.idle_ends, self.touches, watch, world.clock)

    def until(self, done: Callable[[], bool]) -> None:
        """Push the keeper until something holds."""
        clock = SystemClock()
        until = clock.lease() + PATIENCE
        pause = threading.Event()
        while not done():
            assert clock.lease() < until, "it never happened"
            self.keeper.push()
            pause.wait(0.001)

    def end_told(self, records: Sequence[SessionRecord]) -> None:
        self.written.append("end")

    @property
    def threads(self) -> int:
        """How many keepers have begun since."""
        begun = set(threading.enumerate()) - self.others
        return sum(thread.name == "rescind-keeper" for thread in begun)

    @property
    def rows(self) -> int:
        return len(self.spy.real.workers())


@pytest.fixture
def kept(world: World) -> Iterator[Kept]:
    made = Kept(world)
    yield made
    made.keeper.stop()


def test_registers_renews_and_acknowledges(kept: Kept) -> None:
    assert not kept.keeper.running
    kept.keeper.ensure()
    kept.until(lambda: kept.rows == 1)
    append(kept.spy.as_store)
    kept.until(lambda: [row.acked for row in kept.spy.real.workers()] == [1])


def test_there_is_one_thread_however_often_it_is_asked_for(kept: Kept) -> None:
    from rescind.testing.threads import race

    race([kept.keeper.ensure] * 16)
    assert kept.threads == 1


def test_stop_waits_for_the_thread_and_ensure_starts_another(kept: Kept) -> None:
    kept.keeper.ensure()
    kept.keeper.stop()
    assert not kept.keeper.running
    assert kept.threads == 0
    kept.keeper.ensure()
    assert kept.keeper.running


def test_idle_for_long_it_gives_the_lease_back_and_ends(kept: Kept) -> None:
    kept.keeper.ensure()
    kept.until(lambda: kept.rows == 1 and not kept.reader.worker.used)
    kept.world.clock.advance(seconds=IDLE_LEASES + 1)
    kept.until(lambda: not kept.keeper.running and kept.rows == 0)
    assert kept.reader.worker.current(kept.world.clock.lease()) is None


def test_while_checks_are_answered_it_stays(kept: Kept) -> None:
    kept.keeper.ensure()
    kept.until(lambda: kept.rows == 1 and not kept.reader.worker.used)
    for _ in range(5):
        kept.reader.worker.used = True
        kept.world.clock.advance(seconds=IDLE_LEASES - 1)
        kept.until(lambda: not kept.reader.worker.used)
    assert kept.keeper.running
    assert kept.rows == 1


def test_an_authority_that_does_not_answer_is_asked_again(
    kept: Kept, caplog: pytest.LogCaptureFixture
) -> None:
    kept.spy.failing("renew", StoreUnavailable("gone"))
    with caplog.at_level(logging.WARNING):
        kept.keeper.ensure()
        kept.until(lambda: kept.spy.calls["renew"] > 2)
    kept.spy.works("renew")
    kept.until(lambda: kept.reader.worker.view.deadline > 0)
    assert "gone" in caplog.text


def test_an_unforeseen_error_does_not_end_it(kept: Kept, caplog: pytest.LogCaptureFixture) -> None:
    """A keeper that dies takes acknowledgements and activity with it, and nobody would notice."""
    kept.spy.failing("renew", RuntimeError("unforeseen"))
    with caplog.at_level(logging.ERROR):
        kept.keeper.ensure()
        kept.until(lambda: kept.spy.calls["renew"] > 2)
        assert kept.keeper.running
    kept.spy.works("renew")
    kept.until(lambda: kept.reader.worker.view.deadline > 0)
    assert "unforeseen" in caplog.text


def test_no_thread_to_be_had_is_no_refusal(
    kept: Kept, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def none(*_: Any) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch, caplog.at_level(logging.WARNING):
        patch.setattr(threading.Thread, "start", none)
        kept.keeper.ensure()
    assert not kept.keeper.running
    kept.keeper.ensure()
    assert kept.keeper.running


def test_one_that_was_given_up_on_ends_when_it_wakes(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stuck in a slow call it outlives ``stop()``; it must not go on beside its successor."""
    stuck, free = threading.Event(), threading.Event()

    def slow(*_: Any) -> None:
        stuck.set()
        assert free.wait(PATIENCE)

    kept.spy.before["renew"] = slow
    kept.keeper.ensure()
    assert stuck.wait(PATIENCE)
    old = kept.keeper.thread.thread
    assert old is not None
    monkeypatch.setattr(old, "join", lambda timeout: None)
    kept.keeper.stop()
    monkeypatch.undo()
    kept.spy.works("renew")
    free.set()
    old.join(PATIENCE)
    assert not old.is_alive()


def test_writes_activity_also_without_a_lease(world: World) -> None:
    kept = Kept(world, lease=0)
    kept.touches.add("s", 1)
    kept.keeper.ensure()
    kept.until(lambda: not kept.touches)
    kept.keeper.stop()
    assert kept.rows == 0, "with lease 0 nobody registers"


def test_ends_of_idle_sessions_are_written_before_activity(kept: Kept) -> None:
    """The other way round a late touch would come first."""
    kept.spy.before["touch"] = lambda _: kept.written.append("touch")
    kept.touches.add("s", 1)
    kept.idle_ends.end(idle_record())
    kept.keeper.ensure()
    kept.until(lambda: not kept.touches)
    assert kept.written == ["end", "touch"]
