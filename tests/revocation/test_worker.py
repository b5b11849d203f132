"""A process as a reader of the log: the order of its steps, and when what it has read is believed."""

from __future__ import annotations

import logging
from dataclasses import replace
from threading import Event, Thread
from typing import Any

import pytest
from tests.world import Reader, Spy, World, append, append_and_fail, calls_of, entry

from rescind.errors import ConfigurationError, RescindError, StoreUnavailable, UnknownEntry
from rescind.model.revocation import Renewal
from rescind.revocation.worker import TRUST, Worker


def trusted(worker: Worker, world: World) -> bool:
    return worker.current(world.clock.lease()) is not None


def below_the_floor(spy: Spy) -> None:
    """What the next renewal is told: the worker starts over."""

    def pruned(answer: Renewal) -> Renewal:
        spy.after.pop("renew")
        return replace(answer, head=replace(answer.head, floor=99))

    spy.after["renew"] = pruned


def ids(spy: Spy) -> list[str]:
    return [row.id for row in spy.workers()]


def test_registers_durably_before_the_first_read(world: World, spy: Spy, reader: Reader) -> None:
    """Mutation: log snapshot before the registry row is visible."""
    rows: list[int] = []
    spy.before["renew"] = lambda *_: rows.append(len(spy.real.workers()))
    assert reader.worker.renew(register=True)
    assert rows
    assert all(rows), "a read was sent while no revoker could see this worker"


def test_a_revocation_between_registration_and_read_is_seen(world: World, spy: Spy, reader: Reader) -> None:
    spy.once("renew", lambda: append(spy.as_store))
    reader.worker.renew(register=True)
    assert reader.worker.view.applied == spy.head().seq
    assert reader.index.tables.ended([("principal", "ada")], 0, "s")


def test_the_deadline_counts_from_before_the_read(world: World, spy: Spy, reader: Reader) -> None:
    """Mutation: deadline counted from the receipt of the reply."""
    reader.worker.renew(register=True)
    before = world.clock.lease()

    def slow(answer: Any) -> Any:
        world.clock.advance(seconds=0.5)
        return answer

    spy.after["renew"] = slow
    append(spy.as_store)
    reader.worker.renew(register=True)
    assert reader.worker.view.deadline == pytest.approx(before + TRUST * 1.0)


def test_a_read_that_took_longer_than_the_lease_is_worth_nothing(
    world: World, spy: Spy, reader: Reader
) -> None:
    spy.before["renew"] = lambda *_: world.clock.advance(seconds=1)
    reader.worker.renew(register=True)
    assert not trusted(reader.worker, world)


@pytest.mark.counter
def test_the_index_is_changed_before_the_view_is_published(
    world: World, spy: Spy, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mutation: the view published before the entries are in the index."""
    reader.worker.renew(register=True)
    seen = calls_of(
        monkeypatch,
        reader.index,
        "apply",
        lambda _: (reader.worker.view.applied, trusted(reader.worker, world)),
    )
    append(spy.as_store, entry("ada"), entry("bob"))
    reader.worker.renew(register=True)
    assert [applied for applied, _ in seen] == [0, 0]
    assert not any(current for _, current in seen), "the counter is ahead, so memory is not trusted meanwhile"
    assert reader.worker.view.applied == 2


def test_acknowledges_what_was_applied_and_only_when_it_moved(world: World, spy: Spy, reader: Reader) -> None:
    """Mutation: acknowledging before applying."""
    reader.worker.renew(register=True)
    append(spy.as_store)
    reader.worker.acknowledge()
    assert [row.acked for row in spy.workers()] == [0], "entry 1 is not applied yet"
    reader.worker.renew(register=True)
    reader.worker.acknowledge()
    assert [row.acked for row in spy.workers()] == [1]
    writes = spy.calls["acknowledge"]
    reader.worker.renew(register=True)
    reader.worker.acknowledge()
    assert spy.calls["acknowledge"] == writes, "nothing moved: no write"


def test_a_lapsed_view_is_not_current_and_a_renewal_brings_it_back(
    world: World, spy: Spy, reader: Reader
) -> None:
    reader.worker.renew(register=True)
    world.clock.advance(seconds=0.8)
    assert not trusted(reader.worker, world)
    assert reader.worker.renew(register=False)
    assert trusted(reader.worker, world)


@pytest.mark.counter
def test_an_append_ends_the_trust_at_once(world: World, spy: Spy, reader: Reader) -> None:
    """Mutation: counter stored after the commit."""
    reader.worker.renew(register=True)
    with spy.write() as unit:
        unit.append(entry())
        assert not trusted(reader.worker, world), "the counter moves before the commit"
    assert not trusted(reader.worker, world)


def test_a_rolled_back_append_costs_one_renewal(world: World, spy: Spy, reader: Reader) -> None:
    reader.worker.renew(register=True)
    with pytest.raises(InterruptedError):
        append_and_fail(spy.as_store)
    reader.worker.renew(register=False)
    assert trusted(reader.worker, world)
    assert reader.worker.view.applied == 0


def test_does_not_register_unless_asked(world: World, spy: Spy, reader: Reader) -> None:
    assert not reader.worker.renew(register=False)
    assert ids(spy) == []


def test_retired_means_no_view_until_registered_anew(world: World, spy: Spy, reader: Reader) -> None:
    reader.worker.renew(register=True)
    [old] = ids(spy)
    spy.retire(old, 1)
    assert not reader.worker.renew(register=False)
    assert not trusted(reader.worker, world)
    assert not reader.worker.registered
    assert reader.worker.renew(register=True)
    assert trusted(reader.worker, world)
    assert reader.worker.id != old, "an id is for one incarnation"


def test_a_row_that_the_registry_lost_means_no_view(world: World, spy: Spy, reader: Reader) -> None:
    """Mutation: registry lost in a crash."""
    reader.worker.renew(register=True)
    spy.deregister(reader.worker.id)
    assert not reader.worker.renew(register=False)
    assert not trusted(reader.worker, world)


def test_leaving_drops_the_view_first_and_deletes_the_row_second(
    world: World, spy: Spy, reader: Reader
) -> None:
    reader.worker.renew(register=True)
    seen: list[bool] = []
    spy.before["deregister"] = lambda *_: seen.append(trusted(reader.worker, world))
    reader.worker.leave()
    assert seen == [False]
    assert ids(spy) == []


def test_leaving_while_a_renewal_is_under_way_leaves_no_view(world: World, spy: Spy, reader: Reader) -> None:
    """A view published after the row is gone would be trusted by a process that no revoker waits for."""
    reader.worker.renew(register=True)
    leaver = Thread(target=reader.worker.leave)

    def leave_meanwhile(answer: Renewal) -> Renewal:
        spy.after.pop("renew")
        leaver.start()
        leaver.join(0.2)  # either it is done, or it waits for this renewal
        return answer

    spy.after["renew"] = leave_meanwhile
    reader.worker.renew(register=False)
    leaver.join(20)
    assert ids(spy) == []
    assert not trusted(reader.worker, world), "a view without a row in the registry"


def test_a_renewal_that_waited_for_the_leaver_does_not_register(
    world: World, spy: Spy, reader: Reader
) -> None:
    reader.worker.renew(register=True)
    inside, goes_on = Event(), Event()

    def hold(*_: Any) -> None:
        inside.set()
        assert goes_on.wait(20)

    spy.before["deregister"] = hold
    leaver = Thread(target=reader.worker.leave)
    leaver.start()
    assert inside.wait(20)
    late = Thread(target=lambda: reader.worker.renew(register=False, timeout=20))
    late.start()
    goes_on.set()
    leaver.join(20)
    late.join(20)
    assert ids(spy) == [], "a check thread must not write to the registry"


@pytest.mark.parametrize("error", [StoreUnavailable("away"), ConfigurationError("the folder is gone")])
def test_who_cannot_deregister_leaves_all_the_same(
    spy: Spy, reader: Reader, caplog: pytest.LogCaptureFixture, error: RescindError
) -> None:
    """Its thread ends quietly: the row is somebody else's to remove."""
    reader.worker.renew(register=True)
    spy.failing("deregister", error)
    with caplog.at_level(logging.WARNING):
        reader.worker.leave()
    assert f"could not deregister: {error}" in caplog.text
    assert reader.worker.id == ""


def test_an_unknown_entry_makes_it_strict_for_good_and_unacknowledged(
    world: World, spy: Spy, reader: Reader, caplog: pytest.LogCaptureFixture
) -> None:
    """Mutation: entry of unknown kind acknowledged."""
    reader.worker.renew(register=True)
    append(spy.as_store)
    spy.failing("renew", UnknownEntry("entry 1 is of kind 'pardon'"))
    with caplog.at_level(logging.ERROR):
        assert not reader.worker.renew(register=True)
    assert "pardon" in caplog.text
    reader.worker.acknowledge()
    assert [row.acked for row in spy.workers()] == [0]
    spy.works("renew")
    assert not reader.worker.renew(register=True), "until the process is replaced"
    assert not trusted(reader.worker, world)


def test_an_authority_that_does_not_answer_leaves_the_view_to_its_deadline(
    world: World, spy: Spy, reader: Reader
) -> None:
    reader.worker.renew(register=True)
    deadline = reader.worker.view.deadline
    spy.failing("renew", StoreUnavailable("gone"))
    with pytest.raises(StoreUnavailable):
        reader.worker.renew(register=True)
    assert reader.worker.view.deadline == deadline
    assert trusted(reader.worker, world)


def test_no_deadline_before_the_last_page(world: World, spy: Spy, reader: Reader) -> None:
    reader.worker.renew(register=True)
    append(spy.as_store, *(entry(f"p{n}") for n in range(1005)))
    views: list[int] = []
    spy.before["renew"] = lambda *_: views.append(reader.worker.view.applied)
    reader.worker.renew(register=True)
    assert views == [0, 0]
    assert reader.worker.view.applied == 1005
    assert len(reader.told) == 1005


def test_renewals_that_find_nothing_keep_the_mark(world: World, spy: Spy, reader: Reader) -> None:
    reader.worker.renew(register=True)
    mark = reader.worker.view.mark
    world.clock.advance(seconds=0.3)
    reader.worker.renew(register=True)
    assert reader.worker.view.mark is mark
    append(spy.as_store)
    reader.worker.renew(register=True)
    assert reader.worker.view.mark is not mark


@pytest.mark.parametrize("step", [3600, -3600])
@pytest.mark.parametrize("renewals", [0, 1])
def test_a_stepped_wall_clock_changes_the_mark(
    world: World, spy: Spy, reader: Reader, step: int, renewals: int
) -> None:
    """Records must be judged again: what has expired is another question now."""
    reader.worker.renew(register=True)
    for _ in range(renewals):
        reader.worker.renew(register=True)
    mark = reader.worker.view.mark
    world.clock.step_wall(step)
    reader.worker.renew(register=True)
    assert reader.worker.view.mark is not mark


def test_the_index_is_not_believed_while_it_is_filled_anew(
    spy: Spy, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A check that still holds an older view must not find an index from which entries are missing."""
    append(spy.as_store)
    reader.worker.renew(register=True)
    below_the_floor(spy)
    believed = calls_of(monkeypatch, reader.index, "apply", lambda _: reader.index.tables.birth)
    reader.worker.renew(register=True)
    assert believed == [""]
    assert reader.index.tables.birth == reader.worker.view.birth


def test_retired_it_goes_on_from_where_it_was(world: World, spy: Spy, reader: Reader) -> None:
    append(spy.as_store, entry("first"))
    reader.worker.renew(register=True)
    spy.retire(reader.worker.id, 99)
    append(spy.as_store, entry("second"))
    reader.worker.renew(register=False)
    assert reader.index.tables.size == 1
    resets = reader.resets
    reader.worker.renew(register=True)
    assert (reader.index.tables.size, reader.worker.view.applied) == (2, spy.head().seq)
    assert reader.resets == resets, "what is cached may stay"


def test_history_is_applied_and_told_to_nobody(world: World, spy: Spy, reader: Reader) -> None:
    """A process that starts must not announce the ends of the last month."""
    append(spy.as_store, entry("old"))
    reader.worker.renew(register=True)
    assert reader.told == []
    append(spy.as_store, entry("new"))
    reader.worker.renew(register=True)
    assert [one.target for one in reader.told] == ["new"]


def test_nothing_is_told_twice_and_nothing_left_out_when_it_starts_over(
    world: World, spy: Spy, reader: Reader
) -> None:
    reader.worker.renew(register=True)
    append(spy.as_store, entry("first"))
    reader.worker.renew(register=True)
    below_the_floor(spy)
    append(spy.as_store, entry("second"))
    reader.worker.renew(register=True)
    assert [one.target for one in reader.told] == ["first", "second"]
