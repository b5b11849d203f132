"""A refusal as idle is written: off the loop, once, in bounded units, whatever comes in between."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from typing import Any

import pytest
from tests.test_aio import eventually
from tests.world import World, code, spy_of

from rescind import Rescind
from rescind._clock import SECOND
from rescind.errors import StoreUnavailable
from rescind.model.revocation import Head
from rescind.model.session import SessionRecord
from rescind.revocation import idle_ends as module
from rescind.revocation.idle_ends import IdleEnds
from rescind.testing.records import a_session


def idle_record(id: str = "s") -> SessionRecord:
    return a_session(Head("birth", 0), id=id)


class Written:
    """Ends whose writing is noted, or fails."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.error: Exception | None = None
        self.ends = IdleEnds(
            end_now=lambda _: True, end_told=self.write, may_write=lambda: False, wake=lambda: None
        )

    def write(self, records: Sequence[SessionRecord]) -> None:
        if self.error is not None:
            raise self.error
        self.batches.append([record.id for record in records])


def test_once_however_often_it_is_refused() -> None:
    written = Written()
    for _ in range(3):
        assert written.ends.end(idle_record())
    assert written.ends.flush() == 1
    assert written.ends.flush() == 0
    assert written.batches == [["s"]]


def test_in_bounded_transactions_and_in_bounded_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", module.BATCH + 3)
    written = Written()
    for number in range(module.MOST + 10):
        assert written.ends.end(idle_record(f"s{number}"))
    written.ends.flush()
    assert [len(batch) for batch in written.batches] == [module.BATCH, 3]


def test_what_could_not_be_written_waits() -> None:
    written = Written()
    written.ends.end(idle_record())
    written.error = StoreUnavailable("gone")
    with pytest.raises(StoreUnavailable):
        written.ends.flush()
    assert "s" in written.ends
    written.error = None
    assert written.ends.flush() == 1
    assert "s" not in written.ends


# -- in an engine ----------------------------------------------------------------------------------------


def idle_at(world: World, auth: Rescind[Any]) -> tuple[str, str]:
    """A session that is at its idle limit: token and id."""
    issued = auth.sessions.start("ada")
    assert code(auth.check(issued.token)) == "live"
    world.clock.advance(minutes=10)
    return issued.token, issued.session.id


def test_on_a_loop_nothing_is_written_on_its_thread(file_world: World) -> None:
    auth = file_world.engine(idle="10m", spy=True)
    token, session_id = idle_at(file_world, auth)
    spy, threads = spy_of(auth), set[int]()
    for name in ("write", "touch"):
        spy.before[name] = lambda *_, **__: threads.add(threading.get_ident())

    async def main() -> None:
        for _ in range(3):
            assert code(auth.check(token)) == "idle"
            assert code(await auth.aio.check(token, strict=True)) == "idle"
        await eventually(lambda: not len(auth.core.idle_ends))

    asyncio.run(main())
    assert threads
    assert threading.get_ident() not in threads
    facts = auth.core.store.facts(session_id)
    assert facts is not None
    assert facts.record.ended_reason == "idle"
    ended = [event for event in auth.core.store.audit_events("default") if event.type == "session.idle"]
    assert len(ended) == 1


def test_a_write_lock_that_others_hold_does_not_hold_the_loop(file_world: World) -> None:
    auth, other = file_world.engine(idle="10m"), file_world.engine()
    token, _ = idle_at(file_world, auth)
    inside, free = threading.Event(), threading.Event()

    def hold() -> None:
        with other.core.store.write():
            inside.set()
            assert free.wait(20)

    holder = threading.Thread(target=hold)
    holder.start()
    assert inside.wait(20)

    async def main() -> None:
        assert code(auth.check(token)) == "idle"
        assert code(auth.check(token)) == "idle"
        free.set()
        await eventually(lambda: not len(auth.core.idle_ends))

    try:
        asyncio.run(main())
    finally:
        free.set()
        holder.join(20)


def test_between_the_answer_and_the_write_nobody_here_lets_it_in(file_world: World) -> None:
    """Another worker's late activity changes no answer that was given."""
    auth, other = file_world.engine(idle="10m"), file_world.engine(idle="10m")
    token, session_id = idle_at(file_world, auth)
    seen = file_world.clock.wall() - SECOND
    auth.core.keeper.stop()

    async def main() -> None:
        auth.core.keeper.ensure = lambda: None  # type: ignore[method-assign]
        assert code(auth.check(token)) == "idle"
        assert other.core.store.touch([(session_id, seen)]) == 1
        for strict in (False, True):
            assert code(await auth.aio.check(token, strict=strict)) == "idle"

    asyncio.run(main())
    assert auth.core.idle_ends.flush() == 1
    for engine in (auth, other):
        assert code(engine.check(token)) == "idle"
        assert code(engine.check(token, strict=True)) == "idle"


def test_activity_of_this_process_that_is_not_written_yet_counts_on_a_loop_too(file_world: World) -> None:
    auth = file_world.engine(idle="10m", spy=True)
    token = auth.sessions.start("ada").token
    spy_of(auth).failing("touch", StoreUnavailable("locked"))

    async def main() -> None:
        for _ in range(3):
            file_world.clock.advance(minutes=6)
            assert code(auth.check(token)) == "live"

    asyncio.run(main())
    spy_of(auth).works("touch")


def test_closing_writes_what_waits(file_world: World) -> None:
    auth = file_world.engine(idle="10m")
    token, session_id = idle_at(file_world, auth)
    auth.core.keeper.stop()

    async def main() -> None:
        auth.core.keeper.ensure = lambda: None  # type: ignore[method-assign]
        assert code(auth.check(token)) == "idle"

    asyncio.run(main())
    auth.close()
    facts = file_world.engine().core.store.facts(session_id)
    assert facts is not None
    assert facts.record.ended_reason == "idle"
