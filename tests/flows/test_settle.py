"""From the commit to ``final``: what is outside of the promise, and on which threads it is waited for."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest
from tests.test_aio import eventually
from tests.world import PATIENCE, World, code, row, spy_of

from rescind import Receipt, Refused, Rescind
from rescind.errors import UseAio


def with_a_stream(auth: Rescind[Any], principal: str) -> threading.Event:
    """A live connection of a new session; the event is set when it is closed."""
    closed = threading.Event()
    session = auth.sessions.start(principal).session

    def close(_: Refused) -> None:
        closed.set()

    auth.core.streams.register(session.id, close)
    return closed


@pytest.mark.parametrize("scope", ["principal", "everything", "suspension"])
def test_live_connections_are_named_with_the_longest_that_they_may_go_on(world: World, scope: str) -> None:
    auth = world.engine(lease=2, stream_grace="5s")
    closed = with_a_stream(auth, "ada")
    if scope == "suspension":
        receipt = auth.principals.set("ada", active=False, reason="for a test")
    elif scope == "everything":
        receipt = auth.revoke(everything=True, confirm="default", reason="for a test")
    else:
        receipt = auth.revoke(principal="ada", reason="for a test")
    told = "live connections close as each worker hears of it, at the latest in 7 s"
    assert (receipt.state, receipt.outside) == ("final", (told,))
    assert f"outside: {told}" in str(receipt)
    assert closed.wait(PATIENCE)


def test_where_no_connection_can_close_nothing_is_said(world: World) -> None:
    auth, silent = world.engine(), world.engine()
    with_a_stream(auth, "ada")
    silent.sessions.start("bob")
    receipts = [
        silent.revoke(principal="bob", reason="by a process that serves none"),
        auth.revoke(principal="nobody", reason="nothing was ended"),
        auth.principals.set("ada", roles=["a"], reason="promoted, which closes nothing"),
    ]
    assert not any("live connections" in str(receipt) for receipt in receipts)


# -- waiting on a loop -----------------------------------------------------------------------------------


def committed(auth: Rescind[Any]) -> Receipt:
    auth.sessions.start("ada")
    return auth.revoke(principal="ada", reason="for a test", wait=False)


@pytest.mark.parametrize("word", ["wait", "complete"])
def test_a_receipt_blocks_no_loop_and_names_the_word_to_use(world: World, word: str) -> None:
    auth = world.engine()
    receipt = committed(auth)

    async def main() -> None:
        with pytest.raises(UseAio, match=rf"await auth\.aio\.{word}\(receipt\)"):
            getattr(receipt, word)()
        assert str(receipt).startswith("committed")
        assert await getattr(auth.aio, word)(receipt) is receipt
        assert str(receipt).startswith("final")
        assert getattr(receipt, word)() is receipt, "there is nothing to wait for"

    asyncio.run(main())


def test_waiting_on_a_loop_leaves_it_free(world: World) -> None:
    auth = world.engine(spy=True)
    row(auth.core.store, "behind", term=20.0)
    spy_of(auth).calls.clear()
    receipt = committed(auth)

    async def main() -> None:
        waiting = asyncio.create_task(auth.aio.wait(receipt))
        await eventually(lambda: spy_of(auth).calls["registry"] > 2)
        assert not waiting.done()
        auth.core.store.acknowledge("behind", receipt.seq, at=1)
        await waiting

    asyncio.run(asyncio.wait_for(main(), PATIENCE))
    assert (receipt.state, receipt.workers_lapsed) == ("final", 0)


def test_a_pending_receipt_cannot_be_waited_for_on_a_loop_either(world: World) -> None:
    auth = world.engine()
    with pytest.raises(RuntimeError, match="commit it"):
        asyncio.run(auth.aio.wait(Receipt("pending", "r1")))


def test_a_notebook_may_wait(world: World) -> None:
    auth = world.engine(allow_sync_on_loop=True)
    receipt = committed(auth)

    async def main() -> None:
        assert receipt.wait().state == "final"

    asyncio.run(main())


def test_it_is_counted_once_also_when_it_is_waited_for_later(world: World) -> None:
    auth = world.engine(spy=True)
    auth.sessions.start("ada")
    receipt = auth.revoke(everything=True, confirm="default", reason="for a test", wait=False)
    assert (receipt.state, dict(receipt.ended)) == ("committed", {"session": 1})
    assert receipt.wait().state == "final"
    assert spy_of(auth).calls["count"] == 1
    assert code(auth.check(auth.sessions.start("ada").token)) == "live"
