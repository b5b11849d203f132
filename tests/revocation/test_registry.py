"""Rows of workers that died: retired after a while, forgotten after another, and never before."""

from __future__ import annotations

import pytest
from tests.world import Spy, World, append, row

from rescind.revocation.registry import CLEARING, LOOKS, RegistryWatch
from rescind.stores.base import Incarnation, Store


@pytest.fixture
def store(world: World) -> Store:
    made = world.store()
    made.open()
    return made


@pytest.fixture
def watch(world: World, store: Store) -> RegistryWatch:
    return RegistryWatch(store, world.clock)


def state(store: Store, id: str = "other") -> str:
    found = [one for one in store.workers() if one.id == id]
    return "gone" if not found else "retired" if found[0].retired else "there"


def look(world: World, watch: RegistryWatch, store: Store, seconds: float) -> str:
    """Let time pass in steps that a keeper makes, looking each time."""
    for _ in range(round(seconds)):
        world.clock.advance(seconds=1)
        watch.observe(store.head().seq, own="me")
    return state(store)


def test_a_dead_worker_is_retired_and_later_forgotten(
    world: World, store: Store, watch: RegistryWatch
) -> None:
    """Mutation: registry row deleted when it did not ack."""
    row(store, term=4.0)
    append(store)
    watch.observe(store.head().seq, own="me")
    assert look(world, watch, store, 4) == "there", "its reply may be in flight"
    assert look(world, watch, store, 5) == "retired"
    assert look(world, watch, store, 3) == "retired", "it may still trust what it had"
    assert look(world, watch, store, 3) == "gone"


def test_who_acknowledges_in_time_stays(world: World, store: Store, watch: RegistryWatch) -> None:
    row(store, term=2.0)
    for _ in range(6):
        append(store)
        watch.observe(store.head().seq, own="me")
        world.clock.advance(seconds=2)
        store.acknowledge("other", store.head().seq, at=1)
    assert look(world, watch, store, 10) == "there"


def test_the_patience_is_the_rows_own_term(world: World, store: Store, watch: RegistryWatch) -> None:
    """Mutation: revoker with a shorter L than the worker."""
    row(store, term=30.0)
    append(store)
    watch.observe(store.head().seq, own="me")
    assert look(world, watch, store, 29) == "there"


def test_nobody_is_behind_by_what_nobody_appended(world: World, store: Store, watch: RegistryWatch) -> None:
    row(store)
    assert look(world, watch, store, 30) == "there"


def test_leaves_its_own_row_alone(world: World, store: Store, watch: RegistryWatch) -> None:
    row(store, "me")
    append(store)
    for _ in range(9):
        world.clock.advance(seconds=1)
        watch.observe(store.head().seq, own="me")
    assert state(store, "me") == "there"


def test_a_stepped_wall_clock_retires_nobody(world: World, store: Store, watch: RegistryWatch) -> None:
    """Mutation: barrier by the authority's clock with a step."""
    row(store)
    append(store)
    watch.observe(store.head().seq, own="me")
    world.clock.step_wall(86400)
    watch._next = 0.0
    watch.observe(store.head().seq, own="me")
    assert state(store) == "there"


def test_looks_at_most_once_in_a_while(world: World, store: Store, watch: RegistryWatch) -> None:
    from tests.world import Spy

    spy = Spy(store)
    watch = RegistryWatch(spy.as_store, world.clock)
    for _ in range(10):
        watch.observe(0, own="me")
    assert spy.calls["registry"] == 1


def test_a_child_has_watched_nothing(world: World, store: Store, watch: RegistryWatch) -> None:
    row(store)
    append(store)
    look(world, watch, store, 1)
    watch.after_fork()
    assert look(world, watch, store, 2) == "there", "the two terms begin again"


def test_a_server_watched_for_a_term_is_said_to_be(world: World) -> None:
    spy = Spy(world.store())
    spy.open()
    row(spy.as_store, "own", term=3.0)
    watch = RegistryWatch(spy.as_store, world.clock)
    seen = Incarnation("one", settled=False)
    spy.after["registry"] = lambda read: (read[0], seen)
    for _ in range(3):
        watch.observe(0, own="own")
        world.clock.advance(seconds=1.1)
    assert spy.calls["settle"] == 0, "not a whole term yet"
    seen = Incarnation("two", settled=False)
    for _ in range(3):
        watch.observe(0, own="own")
        world.clock.advance(seconds=1.1)
    assert spy.calls["settle"] == 0, "another one: from the beginning"
    watch.observe(0, own="own")
    assert spy.calls["settle"] == 1


# -- many ----------------------------------------------------------------------------------------------------

MANY = 48


def crowd(store: Store, count: int = MANY) -> None:
    for number in range(count):
        row(store, f"w{number}")


def looks_in(world: World, spy: Spy, watch: RegistryWatch, seconds: int) -> int:
    before = spy.calls["registry"]
    for _ in range(seconds * 4):
        watch.observe(0, own="w0")
        world.clock.advance(seconds=0.25)
    return spy.calls["registry"] - before


def test_a_crowd_together_looks_no_more_often_than_a_few(world: World, store: Store) -> None:
    """A look reads every row: of N workers that look once a second the authority would read N * N."""
    spy = Spy(store)
    watch = RegistryWatch(spy.as_store, world.clock)
    assert looks_in(world, spy, watch, 100) >= 98, "alone, once a second"
    crowd(store)
    looks = looks_in(world, spy, watch, 1000)
    assert looks * MANY / 1000 <= 1.2 * LOOKS, "all of them together"
    assert looks * MANY / 1000 >= 0.8 * LOOKS


def test_what_is_to_be_watched_is_looked_at_again_soon_in_a_crowd_too(
    world: World, store: Store, watch: RegistryWatch
) -> None:
    crowd(store)
    store.retire("w7", 1)
    watch.observe(0, own="w0")
    assert state(store, "w7") == "retired"
    look(world, watch, store, 2)
    assert state(store, "w7") == "gone", "a term after it was seen, and not when this process looks next"


def test_a_server_that_is_not_settled_is_watched_again_soon_in_a_crowd_too(
    world: World, store: Store
) -> None:
    spy = Spy(store)
    crowd(store)
    watch = RegistryWatch(spy.as_store, world.clock)
    spy.after["registry"] = lambda read: (read[0], Incarnation("new", settled=False))
    looks_in(world, spy, watch, 3)
    assert spy.calls["settle"] >= 1


def test_a_term_is_watched_from_when_the_word_was_missed(world: World, store: Store) -> None:
    """Between two looks of a large fleet there may be many terms, and nothing was watched in them."""
    spy = Spy(store)
    watch = RegistryWatch(spy.as_store, world.clock)
    settled = True
    spy.after["registry"] = lambda read: (read[0], Incarnation("same", settled=settled))
    row(spy.as_store, "own")
    watch.observe(0, own="own")
    world.clock.advance(seconds=60)
    settled = False
    watch.observe(0, own="own")
    assert spy.calls["settle"] == 0
    world.clock.advance(seconds=1)
    watch.observe(0, own="own")
    assert spy.calls["settle"] == 1


def test_a_keeper_is_not_kept_from_reading_by_hundreds_that_died(
    world: World, store: Store, watch: RegistryWatch
) -> None:
    """Each row is a write: more of them than a lease has time for."""
    crowd(store)
    spy = Spy(store)
    for method in ("retire", "forget"):
        spy.before[method] = lambda *_: world.clock.advance(seconds=0.02)
    watch = RegistryWatch(spy.as_store, world.clock)
    append(store)
    watch.observe(store.head().seq, own="me")
    world.clock.advance(seconds=60)
    looks = 0
    while store.workers() and looks < 500:
        looks, before = looks + 1, world.clock.lease()
        watch.observe(store.head().seq, own="me")
        assert world.clock.lease() - before <= CLEARING + 0.02 + 1e-6
        world.clock.advance(seconds=1)
    assert not store.workers(), "all the same they are gone in the end"
    assert looks >= 2 * MANY * 0.02 / (CLEARING + 0.02)
