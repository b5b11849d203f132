"""Idle, absolute, activity, and clocks that are stepped."""

from __future__ import annotations

from typing import Any

import pytest
from tests.world import World, append, code, entry, spy_of

from rescind import Rescind, Session
from rescind._clock import SECOND
from rescind.errors import StoreUnavailable
from rescind.model.revocation import Scope

MICROSECOND = 1e-6


def start(auth: Rescind[Any]) -> str:
    token = auth.sessions.start("ada").token
    assert code(auth.check(token)) == "live"
    return token


def last_seen(auth: Rescind[Any], token: str) -> int:
    session = auth.check(token, touch=False)
    assert isinstance(session, Session)
    facts = auth.core.store.facts(session.id)
    assert facts is not None
    return facts.record.last_seen


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize(("before", "expected"), [(1, "live"), (0, "expired"), (-1, "expired")])
def test_the_absolute_end_to_the_microsecond(world: World, strict: bool, before: int, expected: str) -> None:
    auth = world.engine(absolute="1h", idle=None)
    token = start(auth)
    world.clock.advance(seconds=3600 - before * MICROSECOND)
    assert code(auth.check(token, strict=strict)) == expected


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize(("before", "expected"), [(1, "live"), (0, "idle"), (-1, "idle")])
def test_the_idle_end_to_the_microsecond(world: World, strict: bool, before: int, expected: str) -> None:
    auth = world.engine(absolute="1d", idle="30m")
    token = start(auth)
    world.clock.advance(seconds=1800 - before * MICROSECOND)
    assert code(auth.check(token, strict=strict)) == expected


def test_activity_puts_off_the_idle_end_and_never_the_absolute_one(world: World) -> None:
    auth = world.engine(absolute="1h", idle="10m")
    token = start(auth)
    for minute in range(1, 13):
        world.clock.advance(minutes=5)
        assert code(auth.check(token)) == ("live" if minute < 12 else "expired")


@pytest.mark.parametrize("strict", [False, True])
def test_polling_is_no_activity(world: World, strict: bool) -> None:
    auth = world.engine(absolute="1d", idle="10m")
    token = start(auth)
    for _ in range(9):
        world.clock.advance(minutes=1)
        assert code(auth.check(token, touch=False, strict=strict)) == "live"
    world.clock.advance(minutes=1)
    assert code(auth.check(token, touch=False, strict=strict)) == "idle"


def test_activity_is_written_about_once_an_interval_by_all_workers_together(world: World) -> None:
    workers = [world.engine(idle="1h", spy=True) for _ in range(3)]
    token = start(workers[0])
    moved = 0

    def counted(rows: int) -> int:
        nonlocal moved
        moved += rows
        return rows

    for worker in workers:
        spy_of(worker).after["touch"] = counted
    for _ in range(600):  # ten minutes, one request of every worker a second
        world.clock.advance(seconds=1)
        for worker in workers:
            assert code(worker.check(token)) == "live"
            worker.core.touches.flush()
    assert 9 <= moved <= 21, "an interval is one minute, and half of it must have passed"


def test_a_worker_with_an_old_copy_does_not_refuse_who_was_active_elsewhere(world: World) -> None:
    """B8 (1): an idle refusal is confirmed by the authority."""
    here, there = world.engine(idle="10m", reread_every="1h"), world.engine(idle="10m", reread_every="1h")
    token = start(here)
    assert code(there.check(token)) == "live"
    for _ in range(3):
        world.clock.advance(minutes=5)
        assert code(here.check(token)) == "live"
        here.core.touches.flush()
    assert code(there.check(token)) == "live"


def test_an_idle_refusal_ends_the_session_so_no_late_touch_brings_it_back(world: World) -> None:
    """B8 (2). Mutation: touch after an idle refusal."""
    here, there = world.engine(idle="10m"), world.engine(idle="10m")
    token = start(here)
    session = here.check(token)
    assert isinstance(session, Session)
    seen = world.clock.wall() + 8 * 60 * SECOND
    world.clock.advance(minutes=10)
    assert code(there.check(token)) == "idle"
    here.core.touches.add(session.id, seen)
    assert here.core.touches.flush() == 0
    assert code(here.check(token)) == "idle"
    assert code(there.check(token, strict=True)) == "idle"


def test_activity_between_the_read_and_the_end_lets_it_live(world: World) -> None:
    auth = world.engine(idle="10m", spy=True)
    token = start(auth)
    session = auth.check(token)
    assert isinstance(session, Session)
    world.clock.advance(minutes=10)

    def active_elsewhere() -> None:
        auth.core.store.touch([(session.id, world.clock.wall() - SECOND)])

    spy_of(auth).once("write", active_elsewhere)
    assert code(auth.check(token)) == "live"


def test_an_idle_session_that_cannot_be_ended_is_refused_all_the_same(world: World) -> None:
    auth = world.engine(idle="10m", spy=True)
    token = start(auth)
    world.clock.advance(minutes=10)
    spy_of(auth).failing("write", StoreUnavailable("read-only"))
    assert code(auth.check(token)) == "idle"


def test_activity_that_is_not_written_yet_counts(world: World) -> None:
    auth = world.engine(idle="10m", spy=True, reread_every="60s")
    token = start(auth)
    auth.core.keeper.stop()
    spy_of(auth).failing("touch", StoreUnavailable("locked"))
    world.clock.advance(minutes=6)
    assert code(auth.check(token)) == "live"
    spy_of(auth).works("touch")
    world.clock.advance(minutes=6)
    assert code(auth.check(token)) == "live", "the row says idle, this worker knows better"


def test_activity_that_cannot_be_written_refuses_nobody(world: World) -> None:
    auth = world.engine(idle="10m", spy=True)
    token = start(auth)
    spy_of(auth).failing("touch", StoreUnavailable("read-only"))
    world.clock.advance(minutes=2)
    assert code(auth.check(token)) == "live"


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("lease", [0, 1])
def test_a_clock_stepped_forward_expires_within_a_lease(world: World, strict: bool, lease: int) -> None:
    auth = world.engine(absolute="1d", idle=None, lease=lease)
    token = start(auth)
    world.clock.step_wall(86400)
    if not strict:
        world.clock.advance(seconds=0.8)
    assert code(auth.check(token, strict=strict)) == "expired"


def test_a_clock_stepped_forward_and_back_brings_nothing_back(world: World) -> None:
    auth = world.engine(absolute="1d", idle=None)
    token = start(auth)
    world.clock.step_wall(86400)
    world.clock.advance(seconds=1)
    assert code(auth.check(token)) == "expired"
    world.clock.step_wall(-86400)
    world.clock.advance(seconds=1)
    assert code(auth.check(token)) == "expired"


def test_a_clock_stepped_back_neither_ends_nor_brings_back(world: World) -> None:
    auth = world.engine(absolute="1d", idle="1h")
    dead, alive = start(auth), start(auth)
    auth.revoke(session=auth.sessions.list("ada")[0].id, reason="for a test")
    before = {code(auth.check(token)) for token in (dead, alive)}
    world.clock.step_wall(-7200)
    world.clock.advance(seconds=1)
    assert before == {"live", "revoked"}
    assert {code(auth.check(token)) for token in (dead, alive)} == before


def test_a_worker_that_slept_past_the_retention_believes_nothing_old(world: World) -> None:
    """A4: entries that it never saw are gone from the log."""
    here, there = world.engine(idle=None, reread_every="30d"), world.engine(idle=None)
    token = start(here)
    there.revoke(principal="ada", reason="while it slept")
    append(there.core.store, *(entry(f"s{n}", scope=Scope.SESSION) for n in range(5)))
    there.core.store.prune(
        now=world.clock.wall() + 40 * 86400 * SECOND,
        keep_ended=90 * 86400 * SECOND,
        access_life=0,
        session_life=0,
    )
    assert there.core.store.head().floor > here.core.worker.view.applied
    world.clock.advance(hours=1)
    assert code(here.check(token)) == "revoked"


def test_polling_and_activity_share_a_record_without_mixing(world: World) -> None:
    auth = world.engine(idle="10m")
    token = start(auth)
    first = last_seen(auth, token)
    world.clock.advance(seconds=61)
    auth.check(token, touch=False)
    auth.core.touches.flush()
    assert last_seen(auth, token) == first
    auth.check(token)
    auth.core.touches.flush()
    assert last_seen(auth, token) == first + 61 * SECOND
