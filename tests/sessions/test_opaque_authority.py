"""The check and the authority: gone, behind, of another log, or asked every time."""

from __future__ import annotations

import dataclasses
import threading
from typing import Any

from tests.world import PATIENCE, World, code, held, once_back, spy_of

from rescind import Refused
from rescind.errors import StoreUnavailable, UnknownEntry
from rescind.model.session import Facts


def test_lease_0_reads_the_authority_every_time(world: World) -> None:
    auth = world.engine(spy=True, lease=0)
    token = held(auth)
    spy_of(auth).calls.clear()
    for _ in range(5):
        assert code(auth.check(token)) == "live"
    assert spy_of(auth).calls["facts"] >= 5
    assert auth.core.store.workers() == []


def test_an_authority_that_is_gone_refuses_with_503_and_says_when_to_come_back(world: World) -> None:
    auth = world.engine(spy=True)
    token = held(auth)
    spy = spy_of(auth)
    for name in ("facts", "renew", "head"):
        spy.failing(name, StoreUnavailable("gone"))
    assert code(auth.check(token)) == "live", "memory holds while the lease does"
    world.clock.advance(seconds=1)
    refused = auth.check(token)
    assert isinstance(refused, Refused)
    assert (refused.code, refused.retry_after) == ("store_unavailable", 1)
    for name in ("facts", "renew", "head"):
        spy.works(name)
    assert code(once_back(auth, token)) == "live", "the cache survives a lapse"


def test_a_birth_of_another_log_refuses_everything_older(world: World) -> None:
    workers = [world.engine() for _ in range(2)]
    token = held(workers[0])
    assert code(workers[1].check(token)) == "live"
    workers[0].new_birth(reason="restored from a backup")
    world.told()
    assert {code(worker.check(token)) for worker in workers} == {"superseded"}
    again = workers[0].sessions.start("ada").token
    assert {code(worker.check(again)) for worker in workers} == {"live"}


def test_a_row_issued_beyond_the_head_means_the_log_went_backwards(world: World) -> None:
    """A token of a lost branch would outlive every revocation until the head has passed its number."""
    auth = world.engine(spy=True)
    token = auth.sessions.start("ada").token
    birth = auth.core.store.head().birth

    def beyond(facts: Facts) -> Facts:
        spy_of(auth).after.pop("facts")
        return dataclasses.replace(facts, record=dataclasses.replace(facts.record, issued_seq=99))

    spy_of(auth).after["facts"] = beyond
    assert code(auth.check(token)) == "superseded"
    assert auth.core.store.head().birth != birth
    assert auth.core.store.head().seq > 99


def test_a_log_that_went_backwards_under_a_store_that_cannot_write_is_a_refusal(world: World) -> None:
    auth = world.engine(spy=True)
    token = auth.sessions.start("ada").token
    spy_of(auth).after["facts"] = lambda facts: dataclasses.replace(
        facts, record=dataclasses.replace(facts.record, issued_seq=99)
    )
    spy_of(auth).failing("new_birth", StoreUnavailable("read-only"))
    assert code(auth.check(token)) == "store_unavailable"


def test_a_worker_that_meets_an_unknown_entry_goes_on_strictly(world: World) -> None:
    auth, other = world.engine(spy=True), world.engine()
    token = held(auth)
    spy_of(auth).failing("renew", UnknownEntry("entry 1 is of kind 'pardon'"))
    other.revoke(principal="bob", reason="for a test")
    assert code(auth.check(token)) == "live"
    assert auth.core.worker.current(world.clock.lease()) is None
    other.revoke(principal="ada", reason="for a test")
    assert code(auth.check(token)) == "revoked"


def test_waits_for_a_catch_up_under_way_but_not_for_ever(world: World) -> None:
    """Past the deadline a check waits at most 250 ms, then it asks the row."""
    auth = world.engine(spy=True)
    token = held(auth)
    inside, free = threading.Event(), threading.Event()

    def stuck(*_: Any) -> None:
        inside.set()
        assert free.wait(PATIENCE)

    spy_of(auth).before["renew"] = stuck
    world.clock.advance(seconds=1)
    holder = threading.Thread(target=lambda: auth.core.worker.renew(register=True))
    holder.start()
    assert inside.wait(PATIENCE)
    assert code(auth.check(token)) == "live"
    free.set()
    holder.join(PATIENCE)
