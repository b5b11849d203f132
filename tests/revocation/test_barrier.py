"""Waiting until every worker has it, or cannot act without it: by no wall clock, no longer than a term."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.world import Reader, Spy, World, append, entry, row

from rescind.errors import StoreUnavailable
from rescind.model.revocation import Head
from rescind.revocation.barrier import LAST_PAUSE, LONGEST_TERM, Barrier
from rescind.revocation.registry import CLEARING
from rescind.stores.base import Incarnation, Store


def barrier(world: World, spy: Spy) -> Barrier:
    head = append(spy.as_store)
    return Barrier(spy.as_store, world.clock, head, world.clock.lease())


def at_look(spy: Spy, number: int, work: Callable[[Store], object]) -> None:
    """Do something before the ``number``-th look at the registry."""

    def run(*_: object) -> None:
        if spy.calls["registry"] == number:
            work(spy.real)

    spy.before["registry"] = run


def test_nobody_there_is_final_at_once(world: World, spy: Spy) -> None:
    result = barrier(world, spy).wait()
    assert (result.confirmed, result.lapsed) == (0, [])


def test_waits_for_an_acknowledgement(world: World, spy: Spy) -> None:
    row(spy.as_store)
    one = barrier(world, spy)
    assert not one.done()
    at_look(spy, 3, lambda store: store.acknowledge("other", store.head().seq, at=1))
    result = one.wait()
    assert (result.confirmed, result.proof) == (1, "acknowledged")
    assert world.clock.lease() < 1.0


def test_an_older_acknowledgement_is_not_enough(world: World, spy: Spy) -> None:
    row(spy.as_store, acked=0)
    append(spy.as_store)
    spy.acknowledge("other", spy.head().seq, at=1)
    assert not barrier(world, spy).done()


def test_who_deregisters_is_not_waited_for(world: World, spy: Spy) -> None:
    row(spy.as_store)
    at_look(spy, 2, lambda store: store.deregister("other"))
    result = barrier(world, spy).wait()
    assert (result.confirmed, result.lapsed) == (0, [])


def test_a_term_that_passes_on_the_revokers_clock_ends_it(world: World, spy: Spy) -> None:
    row(spy.as_store, term=2.0, host="web-3", pid=77)
    one = barrier(world, spy)
    began = world.clock.lease()
    result = one.wait()
    assert world.clock.lease() - began == pytest.approx(2.0, abs=0.05)
    assert result.proof == "term"
    assert len(result.lapsed) == 1
    assert "web-3" in result.lapsed[0]
    assert "77" in result.lapsed[0]
    assert [one.retired for one in spy.workers()] == [True]


def test_a_worker_that_acknowledged_meanwhile_is_not_retired(world: World, spy: Spy) -> None:
    row(spy.as_store, term=2.0)
    head = append(spy.as_store)
    one = Barrier(spy.as_store, world.clock, head, world.clock.lease())
    world.clock.advance(seconds=3)
    spy.before["retire"] = lambda *_: spy.real.acknowledge("other", head.seq, at=1)
    one.wait()
    assert [one.retired for one in spy.workers()] == [False]


def test_each_row_is_waited_for_by_its_own_term(world: World, spy: Spy) -> None:
    """Mutation: revoker with a shorter L than the worker."""
    row(spy.as_store, "short", term=0.5)
    row(spy.as_store, "long", term=5.0)
    began = world.clock.lease()
    result = barrier(world, spy).wait()
    assert len(result.lapsed) == 2
    assert world.clock.lease() - began == pytest.approx(5.0, abs=0.05)


@pytest.mark.parametrize("step", [3600, -3600])
def test_a_stepped_wall_clock_neither_shortens_nor_lengthens_it(world: World, spy: Spy, step: int) -> None:
    """Mutation: barrier by the authority's clock with a step."""
    row(spy.as_store, term=1.0)
    one = barrier(world, spy)
    began = world.clock.lease()
    world.clock.step_wall(step)
    assert not one.done()
    one.wait()
    assert world.clock.lease() - began == pytest.approx(1.0, abs=0.05)


def test_who_registers_after_the_commit_is_not_waited_for(world: World, spy: Spy) -> None:
    """It reads the log after it registered, so it has the entry."""
    row(spy.as_store)
    one = barrier(world, spy)
    assert not one.done()
    row(spy.as_store, "late", term=30.0)
    one.wait()
    assert world.clock.lease() < 2


@pytest.mark.counter
def test_a_row_that_watches_the_counter_has_confirmed(world: World, spy: Spy) -> None:
    row(spy.as_store, counter_id=spy.head().counter_id)
    result = barrier(world, spy).wait()
    assert (result.confirmed, result.proof) == (1, "counter")


@pytest.mark.parametrize("facts", [{"counter_id": "another"}, {"counter_id": None}, {"birth": "another"}])
def test_a_row_of_another_counter_or_log_has_not(world: World, spy: Spy, facts: dict[str, str]) -> None:
    row(spy.as_store, **({"counter_id": spy.head().counter_id} | facts))
    assert not barrier(world, spy).done()


@pytest.mark.counter
def test_the_weakest_proof_is_named(world: World, spy: Spy) -> None:
    row(spy.as_store, "counts", counter_id=spy.head().counter_id)
    row(spy.as_store, "acked", acked=99)
    assert barrier(world, spy).wait().proof == "acknowledged"
    row(spy.as_store, "silent")
    assert barrier(world, spy).wait().proof == "term"


def test_ends_within_the_term_although_the_authority_is_gone(world: World, spy: Spy) -> None:
    row(spy.as_store)
    one = barrier(world, spy)
    assert not one.done()
    spy.failing("registry", StoreUnavailable("gone"))
    spy.failing("retire", StoreUnavailable("gone"))
    result = one.wait()
    assert result.proof == "term"
    assert world.clock.lease() == pytest.approx(1.0, abs=0.05)


def test_a_registry_that_cannot_be_read_is_waited_out(world: World, spy: Spy) -> None:
    """After the commit there is no failure: the revocation stands, so nobody may be told that it does not."""
    row(spy.as_store, term=LONGEST_TERM)
    one = barrier(world, spy)
    spy.failing("registry", StoreUnavailable("gone"))
    began = world.clock.lease()
    result = one.wait()
    assert result.proof == "term"
    assert result.lapsed
    assert world.clock.lease() - began == pytest.approx(LONGEST_TERM, abs=0.05)


def test_a_registry_that_comes_back_is_asked(world: World, spy: Spy) -> None:
    one = barrier(world, spy)
    spy.failing("registry", StoreUnavailable("gone"))
    assert not one.done()
    spy.works("registry")
    assert one.done()
    assert one.result.lapsed == []


def test_hundreds_that_died_at_once_hold_nobody_up(world: World, spy: Spy) -> None:
    """Each row that is marked is a write. Who is not marked is waited for again, until somebody has."""
    for number in range(40):
        row(spy.as_store, f"dead {number}")
    spy.before["retire"] = lambda *_: world.clock.advance(seconds=0.01)
    left = 40
    for _ in range(40):
        began = world.clock.lease()
        result = barrier(world, spy).wait()
        assert world.clock.lease() - began <= 1.0 + LAST_PAUSE + CLEARING + 0.01 + 1e-6
        assert len(result.lapsed) == 40
        still = sum(not one.retired for one in spy.workers())
        assert still == 0 or still < left, "at least one at a time"
        left = still
    assert left == 0


def test_pauses_grow_to_25_ms(world: World, spy: Spy) -> None:
    pauses = Barrier(spy.as_store, world.clock, Head("b", 1), 0.0).pauses()
    assert [next(pauses) for _ in range(12)] == [0.0005] * 12, "workers that were pushed answer within these"
    assert [next(pauses) for _ in range(7)] == [0.001, 0.002, 0.004, 0.008, 0.016, 0.025, 0.025]


# -- a server that nobody has watched ----------------------------------------------------------------------


def unwatched(spy: Spy, id: str = "after the failover") -> None:
    spy.after["registry"] = lambda read: (read[0], Incarnation(id, settled=False))


def test_a_server_that_nobody_has_watched_is_waited_out(world: World, spy: Spy) -> None:
    """Registrations of the last moments may be lost, and their workers trust memory for a term."""
    unwatched(spy)
    one = barrier(world, spy)
    assert not one.done()
    result = one.wait()
    assert world.clock.lease() >= 1.0
    assert (result.proof, len(result.lapsed)) == ("term", 1)
    assert spy.calls["settle"] == 1, "whoever waited tells everybody"


def test_the_longest_term_that_is_known_counts(world: World, spy: Spy) -> None:
    unwatched(spy)
    row(spy.as_store, term=3.0, acked=10)
    barrier(world, spy).wait()
    assert world.clock.lease() >= 3.0


def test_a_failover_while_it_waits_starts_the_term_no_later_than_the_commit(world: World, spy: Spy) -> None:
    row(spy.as_store, term=0.5)
    one = barrier(world, spy)
    assert not one.done()
    unwatched(spy)
    one.wait()
    assert world.clock.lease() >= 1.0
    assert not any("could not be read" in who for who in one.result.lapsed)


def test_a_server_is_not_said_to_be_watched_before_a_term_of_its_own(world: World, spy: Spy) -> None:
    """The commit was on the server that is lost. Who knows of another end that was lost with it may not have
    looked yet, and who starts on the new one would let in at once. Mutation: a term since the commit, called
    a term of the server that took over."""
    row(spy.as_store, term=1.0)
    one = barrier(world, spy)
    assert not one.done()
    world.clock.advance(seconds=0.9)
    unwatched(spy)
    one.wait()
    assert world.clock.lease() < 1.1, "its own workers are known to have lapsed"
    assert spy.calls["settle"] == 0
    barrier(world, spy).wait()
    assert world.clock.lease() > 2.0
    assert spy.calls["settle"] == 1


def test_a_failover_that_lost_the_revocation_begins_a_new_log(world: World, spy: Spy) -> None:
    """Nobody would ever hear of it: so everything that the old log issued is refused."""
    head = replace(append(spy.as_store), seq=7)
    unwatched(spy)
    Barrier(spy.as_store, world.clock, head, world.clock.lease()).wait()
    assert spy.head().birth != head.birth
    assert spy.head().seq > 7


def at_another_server(world: World, spy: Spy, reader: Reader) -> Barrier:
    """A failover has lost the entry, and somebody else's has its number: the worker has applied that one."""
    head = append(spy.as_store)
    reader.worker.renew(register=True)
    reader.worker.acknowledge()
    return Barrier(spy.as_store, world.clock, head, world.clock.lease(), entry_id="the one that was lost")


def test_an_entry_whose_number_another_has_is_lost(world: World, spy: Spy, reader: Reader) -> None:
    """Mutation: an entry that is looked for by its number alone."""
    before = spy.head()
    result = at_another_server(world, spy, reader).wait()
    assert spy.head().birth != before.birth, "everything that the old log issued is refused"
    assert result.proof == "term"
    assert any("went backwards" in who for who in result.lapsed)


def test_a_new_log_is_waited_for_by_a_term_of_its_own(world: World, spy: Spy, reader: Reader) -> None:
    """Who has read the old log trusts it for a while. Mutation: a new birth that nobody waits for."""
    one = at_another_server(world, spy, reader)
    world.clock.advance(seconds=0.9)
    reader.worker.renew(register=True)
    assert not one.done()
    assert reader.worker.view.birth != spy.head().birth
    began = world.clock.lease()
    one.wait()
    assert world.clock.lease() - began == pytest.approx(1.0, abs=0.05)
    assert reader.worker.current(world.clock.lease()) is None


def test_a_log_that_another_began_anew_is_waited_for(world: World, spy: Spy) -> None:
    head = append(spy.as_store)
    one = Barrier(spy.as_store, world.clock, head, world.clock.lease())
    spy.new_birth(expected=head.birth, at_least=0, reason="restored", initiator="system", at=1)
    began, new = world.clock.lease(), spy.head()
    one.wait()
    # On PostgreSQL another log is another server as well, which nobody has watched: that is a term before.
    assert 0.95 < world.clock.lease() - began < 2.1
    assert spy.head() == new, "once is enough"


def test_an_entry_that_stands_costs_one_read(world: World, spy: Spy) -> None:
    with spy.write() as unit:
        stands = unit.append(entry("a"))
    head, before = spy.head(), spy.calls["keeps"]
    Barrier(spy.as_store, world.clock, head, world.clock.lease(), entry_id=stands.id).wait()
    assert spy.head() == head
    assert world.clock.lease() < 0.1
    assert spy.calls["keeps"] == before + 1


def test_an_authority_that_is_gone_by_then_does_not_hold_it_up(world: World, spy: Spy) -> None:
    one = barrier(world, spy)
    spy.failing("keeps", StoreUnavailable("gone"))
    one.wait()
    assert world.clock.lease() < 0.1
