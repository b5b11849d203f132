"""Nobody is let in by a server that nobody has watched for a term."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.world import Reader, World, append, code

from rescind import Rescind
from rescind.errors import StoreUnavailable, StoreUnwatched
from rescind.stores.sqlalchemy.postgres.takeover import LEAST, Takeover
from rescind.testing import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def takeover(clock: FakeClock) -> Takeover:
    return Takeover(clock.lease, 0.5)


def greet(takeover: Takeover, server: str, *, settled: bool = False, term: float = 3.0) -> None:
    takeover.greeted(server, settled=settled, term=term, place="here")


def test_a_server_that_was_watched_is_believed_at_once(takeover: Takeover) -> None:
    greet(takeover, "a", settled=True)
    takeover.require()


def test_another_is_not_until_the_longest_term_has_passed(takeover: Takeover, clock: FakeClock) -> None:
    greet(takeover, "a", settled=True)
    greet(takeover, "b")
    with pytest.raises(StoreUnwatched, match="failover, restore"):
        takeover.require()
    clock.advance(seconds=2.9)
    assert takeover.unwatched
    clock.advance(seconds=0.2)
    takeover.require()
    greet(takeover, "b")  # that a log begins anew on it makes it no other server
    takeover.require()


def test_more_connections_do_not_prolong_it(takeover: Takeover, clock: FakeClock) -> None:
    greet(takeover, "b")
    clock.advance(seconds=2.0)
    greet(takeover, "b")
    clock.advance(seconds=1.1)
    assert not takeover.unwatched


def test_it_ends_when_somebody_else_has_watched(takeover: Takeover) -> None:
    greet(takeover, "b")
    greet(takeover, "b", settled=True)
    assert not takeover.unwatched


def test_an_empty_registry_is_waited_for_as_well(takeover: Takeover, clock: FakeClock) -> None:
    greet(takeover, "b", term=0.0)
    clock.advance(seconds=LEAST - 0.1)
    assert takeover.unwatched


def test_a_registry_that_was_lost_is_waited_for_by_the_lease_of_this_process(clock: FakeClock) -> None:
    """Whoever knows of an end looks within a lease of theirs, and no row says how long that is. Mutation: a
    server that took over waited for by what its registry says alone."""
    takeover = Takeover(clock.lease, 10.0)
    greet(takeover, "b", term=3.0)
    clock.advance(seconds=9.9)
    assert takeover.unwatched
    clock.advance(seconds=0.2)
    assert not takeover.unwatched


def test_each_who_waited_gets_an_error_of_their_own() -> None:
    """As ``Flights`` hands them out."""
    error = StoreUnwatched()
    assert copy(error) is not error
    assert str(copy(error)) == str(error)


# -- the store -------------------------------------------------------------------------------------------


@pytest.fixture
def world(new_postgres: str, tmp_path: Path) -> Iterator[World]:
    made = World("postgres", tmp_path, url=new_postgres)
    yield made
    made.close()


def taken_over(world: World, *stores: Any) -> None:
    """As after a failover: what is noted as watched is another server, and what ``stores`` had met was one;
    their connections are gone."""
    with psycopg.connect(world.url) as connection:
        connection.execute("UPDATE rescind_meta SET incarnation = 'of a server that is gone'")
    for store in stores:
        store._takeover._server = None
        store.close()


def test_a_process_waits_for_its_own_lease_where_the_registry_is_empty(world: World) -> None:
    token = world.engine().sessions.start("ada").token
    taken_over(world)
    with Rescind(world.url, clock=world.clock, lease=3, authority_timeout=5.0) as fresh:
        assert code(fresh.check(token)) == "store_unavailable"
        world.clock.advance(seconds=2.9)
        assert code(fresh.check(token)) == "store_unavailable"
        world.clock.advance(seconds=0.2)
        assert code(fresh.check(token)) == "live"


@pytest.mark.parametrize("lease", [1, 0])
def test_a_process_that_starts_then_lets_nobody_in_and_takes_revocations(world: World, lease: int) -> None:
    old = world.engine()
    kept, ended = old.sessions.start("ada").token, old.sessions.start("ben").token
    taken_over(world)
    fresh = world.engine(joined=False, lease=lease)
    for strict in (False, True):
        assert code(fresh.check(kept, strict=strict)) == "store_unavailable"
    assert not fresh.core.outage.open, "it answers: changes are not refused"
    assert fresh.revoke(principal="ben", reason="x", wait=False).state == "committed"
    world.clock.advance(seconds=1.1)
    assert code(fresh.check(kept)) == "live"
    assert code(fresh.check(ended)) == "revoked"


def test_what_a_process_had_in_memory_is_no_evidence_of_such_a_server(world: World) -> None:
    """Stopped across the failover, with a row that reads the same: as if nothing could have changed."""
    auth = world.engine()
    token = auth.sessions.start("ada").token
    assert code(auth.check(token, strict=True)) == "live"
    facts = auth.core.store.facts(auth.sessions.list("ada")[0].id)
    assert facts is not None
    assert auth.core.store.unchanged(facts)
    taken_over(world, auth.core.store)
    assert not auth.core.store.unchanged(facts)
    assert code(auth.check(token, strict=True)) == "store_unavailable"


def test_a_worker_reads_on_and_publishes_nothing(world: World) -> None:
    store = world.store()
    store.open()
    reader = Reader(store, world.clock)
    reader.worker.renew(register=True)
    view = reader.worker.view
    taken_over(world, store)
    append(store)
    with pytest.raises(StoreUnwatched):
        reader.worker.renew(register=False)
    assert reader.worker.view is view, "what the old server said is good until its deadline"
    world.clock.advance(seconds=1.1)
    assert reader.worker.renew(register=True)
    assert reader.worker.view.applied == 1
    store.close()


def test_an_outage_is_over_when_such_a_server_answers(world: World) -> None:
    auth = world.engine()
    auth.core.outage.failed(StoreUnavailable("away"))
    with pytest.raises(StoreUnwatched):
        auth.core.outage.watched(_unwatched(world).require)
    assert not auth.core.outage.open


def _unwatched(world: World) -> Takeover:
    made = Takeover(world.clock.lease, 1.0)
    greet(made, "b")
    return made
