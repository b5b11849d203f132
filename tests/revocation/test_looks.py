"""One read of the registry serves all who asked before it began, and nobody who came later."""

from __future__ import annotations

import asyncio
import threading

from tests.world import Spy, World, row

from rescind.errors import StoreUnavailable
from rescind.revocation.looks import Look, Looks, LoopLooks, look_at
from rescind.testing.threads import WAIT, race

WAITERS = 64


def test_many_who_wait_share_few_reads(world: World) -> None:
    spy = Spy(world.store())
    spy.open()
    looks, first, pause = Looks(spy.as_store), threading.Event(), threading.Event()

    def hold_until_all_have_asked() -> None:
        first.set()
        for _ in range(int(WAIT / 0.001)):
            if looks._asked == WAITERS + 1:
                return
            pause.wait(0.001)
        raise TimeoutError

    spy.once("registry", hold_until_all_have_asked)
    leader = threading.Thread(target=looks.now)
    leader.start()
    assert first.wait(WAIT)
    race([looks.now] * WAITERS)
    leader.join()
    assert spy.calls["registry"] == 2, "the first alone, all others together"


def test_nobody_gets_a_look_that_began_before_it_asked(world: World) -> None:
    """A worker that registered before the question is in the answer, whatever is under way."""
    spy = Spy(world.store())
    spy.open()
    looks, begun, registered = Looks(spy.as_store), threading.Event(), threading.Event()

    def read_the_old_registry(read: object) -> object:
        if not begun.is_set():
            begun.set()
            registered.wait(WAIT)
        return read

    spy.after["registry"] = read_the_old_registry
    early: list[Look] = []
    leader = threading.Thread(target=lambda: early.append(looks.now()))
    leader.start()
    assert begun.wait(WAIT)
    row(spy.real)
    late: list[Look] = []
    follower = threading.Thread(target=lambda: late.append(looks.now()))
    follower.start()
    registered.set()
    leader.join()
    follower.join()
    assert [len(look.rows) for look in early + late] == [0, 1]


def test_an_authority_that_is_away_is_seen_as_such(world: World) -> None:
    spy = Spy(world.store())
    spy.open()
    spy.failing("registry", StoreUnavailable("gone"))
    assert isinstance(Looks(spy.as_store).now().failed, StoreUnavailable)
    spy.works("registry")
    assert look_at(spy.as_store).failed is None


def test_tasks_of_a_loop_share_too() -> None:
    made = 0

    async def look() -> Look:
        nonlocal made
        made += 1
        await asyncio.sleep(0.01)
        return Look()

    async def main() -> int:
        looks = LoopLooks(look)
        return len(await asyncio.gather(*(looks.now() for _ in range(WAITERS))))

    assert asyncio.run(main()) == WAITERS
    assert made == 2, "the first alone, all others together"
