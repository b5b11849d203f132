"""A process as a reader of a log that was pruned, went backwards, or is another one."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from tests.world import Reader, Spy, World, append, entry

from rescind._clock import SECOND
from rescind.model.revocation import Renewal, Scope


def prune_all(spy: Spy, world: World) -> None:
    """Forget everything but the newest entry and the wide ends that are kept for long."""
    far = world.clock.wall() + 400 * 86400 * SECOND
    spy.prune(now=far, keep_ended=0, access_life=0, session_life=0)


def test_a_pause_past_the_retention_starts_over(world: World, spy: Spy, reader: Reader) -> None:
    """Mutation: catch-up across the floor."""
    append(spy.as_store)
    reader.worker.renew(register=True)
    append(spy.as_store, *(entry(f"s{n}", scope=Scope.SESSION) for n in range(5)))
    prune_all(spy, world)
    assert spy.head().floor > reader.worker.view.applied
    birth, resets = spy.head().birth, reader.resets
    assert reader.worker.renew(register=True)
    assert reader.resets == resets + 1, "the cache was dropped"
    assert reader.index.tables.floor >= spy.head().floor
    assert reader.worker.view.applied == spy.head().seq
    assert spy.head().birth == birth, "nothing went backwards"


def test_an_empty_log_whose_first_entries_were_pruned_raises_the_floor(
    world: World, spy: Spy, reader: Reader
) -> None:
    reader.worker.renew(register=True)
    assert reader.worker.view.applied == 0
    append(spy.as_store, *(entry(f"s{n}", scope=Scope.SESSION) for n in range(5)))
    prune_all(spy, world)
    reader.worker.renew(register=True)
    assert reader.index.tables.floor == spy.head().floor > 0


def test_pruning_between_two_pages_is_no_log_that_went_backwards(
    world: World, spy: Spy, reader: Reader
) -> None:
    """The entry at the end of the first page may still stand while older and newer ones are gone."""
    real = spy.real
    append(spy.as_store)
    reader.worker.renew(register=True)
    append(
        spy.as_store,
        entry("a", scope=Scope.SESSION),
        entry("kept", at=world.clock.wall()),
        entry("b", scope=Scope.SESSION),
    )
    append(spy.as_store, entry("c", scope=Scope.SESSION), entry("d", scope=Scope.SESSION))
    birth, pages = spy.head().birth, 0

    def one_page(worker_id: str, applied: int) -> Renewal:
        nonlocal pages
        pages += 1
        if pages == 2:
            old = world.clock.wall() + 400 * 86400 * SECOND
            real.prune(now=old, keep_ended=0, access_life=0, session_life=500 * 86400 * SECOND)
        return real.renew(worker_id, applied, limit=2)

    spy.__dict__["renew"] = one_page
    assert reader.worker.renew(register=True)
    assert spy.head().birth == birth, "everybody was signed out"
    assert reader.worker.view.applied == spy.head().seq
    assert reader.index.tables.ended([("principal", "kept")], 0, "s")


@pytest.mark.counter
def test_a_new_birth_means_starting_over(world: World, spy: Spy, reader: Reader) -> None:
    """Mutation: ``applied`` compared without the birth."""
    append(spy.as_store)
    reader.worker.renew(register=True)
    old, resets = spy.head(), reader.resets
    new = spy.new_birth(expected=old.birth, at_least=0, reason="restored", initiator="system", at=1)
    assert reader.worker.current(world.clock.lease()) is None
    assert reader.worker.renew(register=True)
    assert (reader.worker.view.birth, reader.worker.view.applied) == (new.birth, new.seq)
    assert reader.resets == resets + 1


def behind(spy: Spy, by: int) -> None:
    """As if an older state of the database had been put back: the same birth, a lower head."""

    def older(answer: Renewal) -> Renewal:
        spy.after.pop("renew")
        head = dataclasses.replace(answer.head, seq=answer.head.seq - by)
        return dataclasses.replace(answer, head=head, applied_id=None, entries=())

    spy.after["renew"] = older


def test_a_log_that_went_backwards_gets_a_new_birth(world: World, spy: Spy, reader: Reader) -> None:
    append(spy.as_store, entry("a"), entry("b"))
    reader.worker.renew(register=True)
    old = spy.head()
    behind(spy, 1)
    assert reader.worker.renew(register=True)
    new = spy.head()
    assert new.birth != old.birth
    assert new.seq > old.seq, "no number is used twice"
    assert reader.worker.view.birth == new.birth
    assert [event.type for event in spy.audit_events("", limit=5)] == ["log.reborn"]


def test_another_entry_at_the_applied_number_gets_a_new_birth(world: World, spy: Spy, reader: Reader) -> None:
    append(spy.as_store)
    reader.worker.renew(register=True)
    old = spy.head()

    def forked_history(answer: Renewal) -> Renewal:
        spy.after.pop("renew")
        return dataclasses.replace(answer, applied_id="another")

    spy.after["renew"] = forked_history
    reader.worker.renew(register=True)
    assert spy.head().birth != old.birth


def test_more_entries_below_the_floor_than_a_page_holds(world: World, spy: Spy) -> None:
    """A log keeps old wide ends below its floor; a worker that starts must come to the end of them."""
    reader = Reader(spy.as_store, world.clock, most=5000)
    now = world.clock.wall()
    append(spy.as_store, *(entry(f"p{n}", at=now) for n in range(1005)))
    append(spy.as_store, *(entry(f"s{n}", scope=Scope.SESSION) for n in range(3)))
    spy.prune(now=now + 3600 * SECOND, keep_ended=0, access_life=0, session_life=86400 * SECOND)
    assert spy.head().floor > 1005

    def patience(*_: Any) -> None:
        assert spy.calls["renew"] < 10, "it starts over at every page"

    spy.before["renew"] = patience
    assert reader.worker.renew(register=True)
    assert reader.worker.view.applied == spy.head().seq
    assert reader.index.tables.ended([("principal", "p0")], 0, "s")
    assert reader.index.tables.floor == spy.head().floor


@pytest.mark.parametrize("how", ["lost by the registry", "left"])
def test_without_a_view_it_still_knows_how_far_it_had_read(
    world: World, spy: Spy, reader: Reader, how: str
) -> None:
    """A backup holds an old log and an old registry. Mutation: a worker that forgets with its view how far it
    has read."""
    append(spy.as_store, entry("a"), entry("b"))
    reader.worker.renew(register=True)
    old = spy.head()
    if how == "left":
        reader.worker.leave()
    else:
        spy.deregister(reader.worker.id)
        assert not reader.worker.renew(register=True)
    behind(spy, 1)
    assert reader.worker.renew(register=True)
    assert spy.head().birth != old.birth
    assert reader.worker.view.birth == spy.head().birth
