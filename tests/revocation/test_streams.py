"""Live connections: closed when their session ends, whoever ended it; listeners hurt nobody."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

import pytest
from tests.world import PATIENCE, World, spy_of

from rescind import Refused, Rescind
from rescind._clock import SystemClock
from rescind.errors import StoreUnavailable
from rescind.model.revocation import LogEntry
from rescind.revocation.keeper import IDLE_LEASES


class Connection:
    """Notes why it was closed."""

    def __init__(self) -> None:
        self.closed = threading.Event()
        self.codes: list[str] = []

    def close(self, refused: Refused) -> None:
        self.codes.append(refused.code)
        self.closed.set()


def until(done: Callable[[], bool]) -> None:
    clock, pause = SystemClock(), threading.Event()
    limit = clock.lease() + PATIENCE
    while not done():
        assert clock.lease() < limit, "it never happened"
        pause.wait(0.002)


def opened(auth: Rescind[Any], principal: str = "ada") -> tuple[Connection, Any]:
    issued = auth.sessions.start(principal)
    connection = Connection()
    auth.core.streams.register(issued.session.id, connection.close)
    return connection, issued


def test_closes_when_another_worker_revokes(world: World) -> None:
    auth, other = world.engine(), world.engine()
    connection, _ = opened(auth)
    bystander, _ = opened(auth, "bob")
    other.revoke(principal="ada", reason="for a test")
    assert connection.closed.wait(PATIENCE)
    assert connection.codes == ["revoked"]
    assert not bystander.closed.is_set()
    assert len(auth.core.streams) == 1


def test_registered_first_and_checked_after_nothing_slips_between(world: World) -> None:
    """Mutation: socket registered after its check."""
    auth, other = world.engine(), world.engine()
    issued = auth.sessions.start("ada")
    connection = Connection()
    auth.core.streams.register(issued.session.id, connection.close)
    other.revoke(session=issued.session, reason="between registration and check")
    assert isinstance(auth.check(issued.token), Refused) or connection.closed.wait(PATIENCE)
    assert connection.closed.wait(PATIENCE)


def test_a_change_of_standing_closes_what_may_not_go_on(world: World) -> None:
    auth, other = world.engine(), world.engine()
    connection, _ = opened(auth)
    other.principals.set("ada", roles=["auditor"], reason="promoted")
    other.principals.set("ada", active=False, reason="left")
    assert connection.closed.wait(PATIENCE)
    assert connection.codes == ["principal_disabled"]


def test_expiry_is_noticed_without_any_entry(world: World) -> None:
    auth = world.engine(absolute="1h", idle="1h")
    connection, _ = opened(auth)
    world.clock.advance(hours=1)
    assert connection.closed.wait(PATIENCE)
    assert connection.codes == ["expired"]


def test_an_unregistered_stream_is_left_alone(world: World) -> None:
    auth = world.engine()
    connection, issued = opened(auth)
    second = Connection()
    stream = auth.core.streams.register(issued.session.id, second.close)
    auth.core.streams.unregister(stream)
    auth.revoke(session=issued.session, reason="for a test")
    assert connection.closed.wait(PATIENCE)
    assert not second.closed.is_set()


def gone(auth: Rescind[Any], error: Exception) -> None:
    spy = spy_of(auth)
    spy.failing("facts", error)
    spy.failing("renew", error)


@pytest.mark.parametrize("error", [StoreUnavailable("gone"), RuntimeError("unforeseen")])
def test_a_stream_outlives_its_lease_by_the_grace_and_no_longer(world: World, error: Exception) -> None:
    auth = world.engine(spy=True, stream_grace=10)
    connection, _ = opened(auth)
    gone(auth, error)
    world.clock.advance(seconds=6)
    until(lambda: all(s.patience.since is not None for s in auth.core.streams._streams.values()))
    world.clock.advance(seconds=9)
    assert not connection.closed.wait(0.1)
    world.clock.advance(seconds=1.5)
    assert connection.closed.wait(PATIENCE)
    assert connection.codes == ["store_unavailable"]


def test_an_authority_that_comes_back_within_the_grace_closes_nothing(world: World) -> None:
    auth = world.engine(spy=True, stream_grace=10)
    connection, _ = opened(auth)
    gone(auth, StoreUnavailable("gone"))
    world.clock.advance(seconds=6)
    until(lambda: all(s.patience.since is not None for s in auth.core.streams._streams.values()))
    spy_of(auth).works("facts")
    spy_of(auth).works("renew")
    until(lambda: all(s.patience.since is None for s in auth.core.streams._streams.values()) or tick(world))
    assert not connection.closed.is_set()


def test_a_stream_does_not_open_a_closing_engine_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its dispatcher judges until it is stopped, and a check wakes the keeper: so it is stopped first."""
    auth = world.engine()
    _, issued = opened(auth)
    stop = auth.core.keeper.stop

    def stop_and_be_judged() -> None:
        stop()
        if auth.core.streams.running:
            world.clock.advance(seconds=60)
            auth.core.judge_live(issued.session.id, None)

    monkeypatch.setattr(auth.core.keeper, "stop", stop_and_be_judged)
    auth.close()
    assert not auth.core.keeper.running
    assert auth.core.store.workers() == []


def test_listeners_are_told_of_ends_and_of_nothing_else(world: World) -> None:
    auth, other = world.engine(), world.engine()
    told: list[LogEntry] = []
    auth.on_revoked(told.append)
    auth.sessions.start("ada")
    other.principals.set("ada", roles=["a"], reason="promoted")
    other.revoke(principal="ada", reason="for a test")
    until(lambda: len(told) == 1)
    assert (told[0].target, told[0].reason) == ("ada", "for a test")


def test_a_raising_listener_hurts_nobody(world: World, caplog: pytest.LogCaptureFixture) -> None:
    auth, other = world.engine(), world.engine()
    told: list[LogEntry] = []

    @auth.on_revoked
    def broken(_: LogEntry) -> None:
        raise ValueError("the listener's own")

    auth.on_revoked(told.append)
    with caplog.at_level(logging.ERROR):
        for name in ("ada", "bob"):
            auth.sessions.start(name)
            other.revoke(principal=name, reason="for a test")
        until(lambda: len(told) == 2)
    assert "the listener's own" in caplog.text


def test_a_slow_listener_delays_neither_streams_nor_the_view(world: World) -> None:
    auth, other = world.engine(), world.engine()
    free, inside = threading.Event(), threading.Event()

    @auth.on_revoked
    def slow(_: LogEntry) -> None:
        inside.set()
        free.wait(PATIENCE)

    first, _ = opened(auth)
    second, issued = opened(auth, "bob")
    other.revoke(principal="ada", reason="for a test")
    assert inside.wait(PATIENCE)
    assert first.closed.wait(PATIENCE)
    other.revoke(principal="bob", reason="for a test")
    assert second.closed.wait(PATIENCE), "closing waits for somebody's listener"
    assert isinstance(auth.check(issued.token), Refused)
    free.set()


def test_a_raising_close_is_logged_and_the_next_is_closed(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    auth = world.engine()
    issued = auth.sessions.start("ada")

    def broken(_: Refused) -> None:
        raise OSError("the socket is gone")

    auth.core.streams.register(issued.session.id, broken)
    connection = Connection()
    auth.core.streams.register(issued.session.id, connection.close)
    with caplog.at_level(logging.ERROR):
        auth.revoke(session=issued.session, reason="for a test")
        assert connection.closed.wait(PATIENCE)
    assert "the socket is gone" in caplog.text


def test_the_thread_lives_while_there_are_streams(world: World) -> None:
    auth = world.engine()
    before = auth.core.streams.running
    connection, issued = opened(auth)
    assert (before, auth.core.streams.running) == (False, True)
    auth.revoke(session=issued.session, reason="for a test")
    assert connection.closed.wait(PATIENCE)
    until(lambda: not auth.core.streams.running)


def test_a_process_with_live_connections_is_not_idle(file_world: World) -> None:
    """Its keeper goes on: without it nobody acknowledges, and others retire this worker again and again."""
    auth = file_world.engine()
    opened(auth)
    until(lambda: auth.core.keeper.running or not auth.core.streams.running or tick(file_world))
    until(lambda: current(auth, file_world))
    [joined] = [row.id for row in auth.core.store.workers()]
    for _ in range(2 * IDLE_LEASES + 4):
        until(lambda: auth.core.worker.used)  # the connections were looked at
        file_world.clock.advance(seconds=auth.core.worker.lease / 2)
        auth.core.keeper.push()
        until(lambda: current(auth, file_world))
    assert auth.core.keeper.running
    assert [row.id for row in auth.core.store.workers()] == [joined]


def current(auth: Rescind[Any], world: World) -> bool:
    return auth.core.worker.current(world.clock.lease()) is not None


def tick(world: World) -> bool:
    world.clock.advance(seconds=1)
    return False


def test_listeners_hear_of_their_own_realm_only(world: World) -> None:
    """Two applications in one log: the other one's ``ada`` is somebody else."""
    auth, other = world.engine(realm="shop"), world.engine(realm="wiki")
    told: list[LogEntry] = []
    auth.on_revoked(told.append)
    other.revoke(principal="ada", reason="the other's")
    auth.revoke(principal="ada", reason="ours")
    until(lambda: bool(told))
    auth.close()
    assert [entry.reason for entry in told] == ["ours"]


def test_listeners_are_told_news_and_never_history(world: World) -> None:
    """What ended before this process listened, and what is read anew after a new birth, is nobody's news."""
    world.engine().revoke(principal="before", reason="history")
    auth, other = world.engine(), world.engine()
    told: list[str] = []
    auth.on_revoked(lambda entry: told.append(entry.target))
    other.revoke(principal="first", reason="news")
    until(lambda: told == ["first"])
    other.new_birth(reason="restored a backup")
    other.revoke(principal="second", reason="news")
    until(lambda: len(told) > 1)
    world.clock.advance(seconds=2)  # the lease ran out: the log is read again
    other.revoke(principal="third", reason="news")
    until(lambda: len(told) > 2)
    auth.close()
    assert told == ["first", "second", "third"]


def test_listeners_hear_afterwards_what_ended_while_the_process_was_idle(file_world: World) -> None:
    auth, other = file_world.engine(), file_world.engine()
    told: list[str] = []
    auth.on_revoked(lambda entry: told.append(entry.target))
    auth.core.worker.leave()
    other.revoke(principal="meanwhile", reason="news")
    until(lambda: told == ["meanwhile"])
