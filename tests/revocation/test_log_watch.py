"""How often the log is read for live connections: at once when it can have news, else at a bearable pace."""

from __future__ import annotations

import threading

import pytest
from tests.revocation.test_streams import Connection, gone, opened, tick, until
from tests.world import PATIENCE, World, spy_of

from rescind.errors import StoreUnavailable
from rescind.revocation.streams import LOOK_EVERY


def test_without_a_lease_nothing_is_registered_and_the_log_is_read_once_a_second(world: World) -> None:
    auth = world.engine(lease=0, spy=True)
    opened(auth)
    spy = spy_of(auth)
    until(lambda: auth.core.log_watch._heard is not None)
    spy.calls.clear()
    pause = threading.Event()
    for _ in range(20):  # looks of the dispatcher, while no second passes
        pause.wait(2 * LOOK_EVERY)
    assert spy.calls["renew"] + spy.calls["head"] == 0
    for second in range(1, 4):
        world.clock.advance(seconds=1.01)
        until(lambda second=second: spy.calls["renew"] >= second)  # type: ignore[misc]
    assert spy.calls["renew"] == 3
    assert list(auth.core.store.workers()) == []
    assert spy.calls["register"] == 0


def test_without_a_lease_streams_close_and_listeners_hear(world: World) -> None:
    auth, other = world.engine(lease=0), world.engine()
    told: list[str] = []
    auth.on_revoked(lambda entry: told.append(entry.target))
    connection, _ = opened(auth)
    bystander, _ = opened(auth, "bob")
    until(lambda: auth.core.log_watch._heard is not None)
    other.revoke(principal="ada", reason="for a test")
    until(lambda: connection.closed.is_set() or tick(world))
    assert connection.codes == ["revoked"]
    assert not bystander.closed.is_set()
    until(lambda: told == ["ada"])


def test_without_a_lease_what_ended_before_the_first_look_closes_too(world: World) -> None:
    """Registered, checked, ended: and only then the dispatcher begins to read."""
    auth, other = world.engine(lease=0, spy=True), world.engine()
    token = auth.sessions.start("ada")
    connection = Connection()
    spy_of(auth).once("head", lambda: other.revoke(session=token.session, reason="before the first look"))
    auth.core.streams.register(token.session.id, connection.close)
    assert connection.closed.wait(PATIENCE)


def test_without_a_lease_a_new_log_closes_everything(world: World) -> None:
    auth, other = world.engine(lease=0), world.engine()
    connection, _ = opened(auth)
    until(lambda: auth.core.log_watch._heard is not None)
    other.new_birth(reason="restored a backup")
    until(lambda: connection.closed.is_set() or tick(world))
    assert connection.codes == ["superseded"]


def test_an_authority_that_is_away_is_not_asked_fifty_times_a_second(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    auth = world.engine(spy=True, stream_grace=60)
    opened(auth)
    gone(auth, StoreUnavailable("gone"))
    world.clock.advance(seconds=6)
    until(lambda: auth.core.streams._unreachable)
    spy_of(auth).calls.clear()
    caplog.clear()
    pause = threading.Event()
    for _ in range(20):
        pause.wait(2 * LOOK_EVERY)
    assert spy_of(auth).calls["facts"] == 0, "no second has passed"
    assert [record for record in caplog.records if record.name == "rescind.streams"] == []


@pytest.mark.counter
def test_a_process_without_the_counter_reads_the_log_as_often_as_a_keeper(world: World) -> None:
    auth = world.engine(spy=True, lease=4)
    spy = spy_of(auth)
    spy.word = None  # type: ignore[attr-defined]
    auth.core.keeper.ensure = lambda: None  # type: ignore[method-assign]
    opened(auth)
    world.clock.advance(seconds=4)
    until(lambda: auth.core.log_watch._again > world.clock.lease())
    spy.calls.clear()
    pause = threading.Event()
    for _ in range(20):
        pause.wait(2 * LOOK_EVERY)
    assert spy.calls["renew"] == 0
    world.clock.advance(seconds=1.01)
    until(lambda: spy.calls["renew"] > 0)
