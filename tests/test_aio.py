"""The same words for event loops: several loops, nothing that blocks them, sync calls refused on them."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from tests.world import PATIENCE, World, code, row, spy_of

from rescind import Refused, Rescind
from rescind.errors import UseAio
from rescind.testing.threads import race


def run(work: Callable[[], Awaitable[Any]]) -> Any:
    async def main() -> Any:
        return await asyncio.wait_for(work(), PATIENCE)

    return asyncio.run(main())


async def eventually(done: Callable[[], bool]) -> None:
    for _ in range(int(PATIENCE / 0.001)):
        if done():
            return
        await asyncio.sleep(0.001)
    raise TimeoutError


@pytest.mark.counter
def test_a_whole_life(world: World) -> None:
    auth, other = world.engine(), world.engine()

    async def life() -> None:
        mark = await auth.aio.mark()
        issued = await auth.aio.sessions.start("ada", mark=mark, label="Firefox")
        assert code(await auth.aio.check(issued.token)) == "live"
        assert code(await other.aio.check(issued.token, strict=True)) == "live"
        receipt = await auth.aio.principals.set("ada", roles=["a"], tenant="t", reason="hired")
        assert receipt.state == "final"
        session = await auth.aio.recheck(issued.session)
        assert (session.roles, session.tenant) == (("a",), "t")
        assert (await auth.aio.sessions.get(session.id)).id == session.id
        assert [one.label for one in await auth.aio.sessions.list("ada")] == ["Firefox"]
        assert await auth.aio.sessions.save_data(session, {"cart": [1]})
        rotated = await auth.aio.sessions.rotate(session)
        assert await auth.aio.sessions.load_data(rotated.session) == {"cart": [1]}
        assert code(await other.aio.check(issued.token)) == "superseded"
        receipt = await other.aio.revoke(principal="ada", reason="for a test")
        assert (receipt.state, dict(receipt.ended)) == ("final", {"session": 1})
        assert code(await auth.aio.check(rotated.token)) == "revoked"
        assert (await auth.aio.sign_out(rotated.token)).state == "final"
        assert (await auth.aio.principals.get("ada")) is not None
        assert len(await auth.aio.principals.list()) == 1
        await auth.aio.prune()

    run(life)


BLOCKING: dict[str, Callable[[Rescind[Any], Any], object]] = {
    "open": lambda auth, _: auth.open(),
    "mark": lambda auth, _: auth.mark(),
    "strict check": lambda auth, issued: auth.check(issued.token, strict=True),
    "sign_in": lambda auth, _: auth.sign_in("ada", "a password of ada"),
    "sign_out": lambda auth, issued: auth.sign_out(issued.token),
    "revoke": lambda auth, _: auth.revoke(principal="ada", reason="for a test"),
    "prune": lambda auth, _: auth.prune(),
    "new_birth": lambda auth, _: auth.new_birth(reason="for a test"),
    "sessions.start": lambda auth, _: auth.sessions.start("ada"),
    "sessions.list": lambda auth, _: auth.sessions.list("ada"),
    "sessions.rotate": lambda auth, issued: auth.sessions.rotate(issued.session),
    "sessions.step_up": lambda auth, issued: auth.sessions.step_up(issued.session, "a password"),
    "sessions.load_data": lambda auth, issued: auth.sessions.load_data(issued.session),
    "sessions.save_data": lambda auth, issued: auth.sessions.save_data(issued.session, {}),
    "principals.get": lambda auth, _: auth.principals.get("ada"),
    "principals.list": lambda auth, _: auth.principals.list(),
    "principals.set": lambda auth, _: auth.principals.set("ada", active=False, reason="for a test"),
    "accounts.create": lambda auth, _: auth.accounts.create(login="ada", password="a password of ada"),
    "passwords.hash": lambda auth, _: auth.passwords.hash("a password of ada"),
}


@pytest.mark.parametrize("name", BLOCKING)
def test_a_blocking_call_on_a_loop_names_the_word_to_use(world: World, name: str) -> None:
    auth = world.engine()
    issued = auth.sessions.start("ada")

    async def block() -> None:
        with pytest.raises(UseAio, match=r"await|thread"):
            BLOCKING[name](auth, issued)

    run(block)
    assert code(auth.check(issued.token)) == "live", "nothing happened"


def test_a_check_from_memory_is_answered_on_the_loop(world: World) -> None:
    auth = world.engine()
    token = auth.sessions.start("ada").token

    async def check() -> None:
        assert code(auth.check(token)) == "live"
        assert code(auth.check(token, touch=False)) == "live"

    run(check)


def test_allowed_where_it_is_asked_for(world: World) -> None:
    auth = world.engine(allow_sync_on_loop=True)

    async def notebook() -> None:
        token = auth.sessions.start("ada").token
        auth.revoke(principal="ada", reason="for a test")
        assert code(auth.check(token)) == "revoked"

    run(notebook)


@pytest.mark.counter
def test_a_check_makes_no_thread(world: World) -> None:
    before = set(threading.enumerate())  # of other tests' engines
    auth = world.engine()
    issued = auth.sessions.start("ada")

    async def check() -> None:
        for strict in (False, True):
            assert code(await auth.aio.check(issued.token, strict=strict)) == "live"
            await auth.aio.recheck(issued.session)

    run(check)
    assert not [t for t in set(threading.enumerate()) - before if t.name.startswith("rescind-flow")]


def test_several_loops_in_one_process(world: World) -> None:
    auth = world.engine()

    def loop(name: str) -> bool:
        async def life() -> bool:
            for _ in range(5):
                issued = await auth.aio.sessions.start(name)
                assert code(await auth.aio.check(issued.token)) == "live"
                await auth.aio.revoke(session=issued.session, reason="for a test")
                assert code(await auth.aio.check(issued.token)) == "revoked"
            return True

        return bool(run(life))

    assert all(race([lambda name=name: loop(name) for name in "abcd"]))  # type: ignore[misc]


@pytest.mark.counter
def test_waiting_for_workers_leaves_the_loop_and_the_threads_free(world: World) -> None:
    """As many revocations wait as there are flow threads, and another one still gets through."""
    auth = world.engine()
    row(auth.core.store, "behind", term=20.0)
    finished: list[str] = []

    async def revoke(name: str) -> None:
        await auth.aio.revoke(principal=name, reason="for a test")
        finished.append(name)

    async def main() -> None:
        waiting = [asyncio.create_task(revoke(f"p{n}")) for n in range(8)]
        await eventually(lambda: auth.core.store.head().seq == 8)
        assert finished == []
        receipt = await auth.aio.revoke(principal="emergency", reason="for a test", wait=False)
        assert receipt.state == "committed"
        auth.core.store.acknowledge("behind", auth.core.store.head().seq, at=1)
        await asyncio.gather(*waiting)

    run(main)
    assert len(finished) == 8


def test_a_cancelled_caller_does_not_leave_half_a_transaction(world: World) -> None:
    auth = world.engine(spy=True)
    token = auth.sessions.start("ada").token
    inside, free = threading.Event(), threading.Event()

    def slow() -> None:
        inside.set()
        assert free.wait(PATIENCE)

    spy_of(auth).once("write", slow)

    async def main() -> None:
        task = asyncio.create_task(auth.aio.revoke(principal="ada", reason="for a test"))
        await asyncio.to_thread(inside.wait, PATIENCE)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        free.set()
        await eventually(lambda: auth.core.store.head().seq == 1)

    run(main)
    assert code(auth.check(token)) == "revoked"


def test_arguments_are_judged_before_anything_happens(world: World) -> None:
    auth = world.engine(spy=True)
    spy_of(auth).calls.clear()

    async def wrong() -> None:
        with pytest.raises(TypeError):
            await auth.aio.revoke(principal=None, reason="for a test")
        with pytest.raises(TypeError):
            await auth.aio.revoke(principal="ada")
        with pytest.raises(TypeError):
            await auth.aio.principals.set("ada", active=False, reason="x", id="")

    run(wrong)
    assert spy_of(auth).calls["write"] == 0


def test_close_from_a_loop_leaves_no_thread(world: World) -> None:
    before = set(threading.enumerate())  # of other tests' engines
    auth = world.engine()

    async def main() -> None:
        await auth.aio.sessions.start("ada")
        await auth.aio.close()

    run(main)
    pause = threading.Event()
    for _ in range(int(PATIENCE / 0.01)):
        if not any(t.name.startswith("rescind") for t in set(threading.enumerate()) - before):
            break
        pause.wait(0.01)
    left = set(threading.enumerate()) - before
    assert [thread.name for thread in left if thread.name.startswith("rescind")] == []


def test_refusals_are_raised_by_words_that_cannot_go_on(world: World) -> None:
    auth = world.engine()
    session = auth.sessions.start("ada").session
    auth.revoke(session=session, reason="for a test")

    async def main() -> None:
        for call in (auth.aio.recheck(session), auth.aio.sessions.get(session.id)):
            with pytest.raises(Refused):
                await call

    run(main)
