"""On an event loop: memory answers on it, everything that asks the server does so elsewhere."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from tests.stores.sqlalchemy.postgres.conftest import Opened
from tests.world import PATIENCE, Spy, row, spy_of

from rescind import Rescind, Session
from rescind.model.revocation import Scope

WAITING = 64


@pytest.fixture
def auth(postgres: str, opened: Opened) -> Iterator[Rescind[str]]:
    # Patient, because a busy machine is no outage.
    with Rescind(store=Spy(opened(postgres)).as_store, authority_timeout="10s") as engine:
        yield engine


def run(work: Any) -> Any:
    return asyncio.run(asyncio.wait_for(work, PATIENCE))


@pytest.mark.parametrize("how", ["fill", "strict", "recheck", "get"])
def test_no_read_is_made_on_the_loop(auth: Rescind[str], how: str) -> None:
    issued = auth.sessions.start("ada")
    spy, asked_on = spy_of(auth), set()
    for method in ("facts", "unchanged", "renew"):
        spy.before[method] = lambda *_: asked_on.add(threading.current_thread())

    async def work() -> object:
        if how in ("fill", "strict"):
            return await auth.aio.check(issued.token, strict=how == "strict")
        if how == "recheck":
            return await auth.aio.recheck(issued.session)
        return await auth.aio.sessions.get(issued.session.id)

    assert isinstance(run(work()), Session)
    assert asked_on
    assert threading.main_thread() not in asked_on


def test_memory_answers_on_the_loop(auth: Rescind[str]) -> None:
    token = auth.sessions.start("ada").token
    auth.core.worker.renew(register=True)
    assert isinstance(auth.check(token), Session)
    spy_of(auth).calls.clear()

    async def work() -> list[object]:
        return [await auth.aio.check(token) for _ in range(100)]

    assert all(isinstance(one, Session) for one in run(work()))
    assert spy_of(auth).calls["facts"] == 0


def test_waiting_sign_outs_do_not_delay_the_emergency(auth: Rescind[str]) -> None:
    """64 tasks wait for a worker that is silent; the one that ends everything commits meanwhile, and all of
    them together read the registry about as often as one would."""
    tokens = [auth.sessions.start(f"p{number}").token for number in range(WAITING)]
    store = auth.core.store
    row(store, "silent", term=5.0)

    async def work() -> tuple[bool, int]:
        waiting = [asyncio.ensure_future(auth.aio.sign_out(token)) for token in tokens]
        for _ in range(int(PATIENCE / 0.01)):
            if store.head().seq == WAITING:
                break
            await asyncio.sleep(0.01)
        everything = await auth.aio.revoke(
            everything=True, confirm="default", reason="for a test", wait=False
        )
        still = not any(task.done() for task in waiting)
        assert everything.state == "committed"
        spy_of(auth).calls.clear()
        await asyncio.sleep(0.5)
        looks = spy_of(auth).calls["registry"]
        store.acknowledge("silent", store.head().seq, at=1)
        await asyncio.gather(*waiting)
        return still, looks

    still, looks = run(work())
    assert still, "it was committed while all of them waited"
    assert looks < WAITING * 5, "each for itself would have looked twenty times"
    assert store.count(select_all(), now=0)[1] == 0


def select_all() -> Any:
    from rescind.stores.base import Selection

    return Selection("default", Scope.EVERYTHING)
