"""Strict checks of one loop share a round trip, and none is answered by a question older than itself."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Sequence

import pytest
from tests.redis_server import Server

from rescind import Issued, Refused, Rescind, Session
from rescind.model.session import Facts

TASKS = 16


@pytest.fixture
def server() -> Iterator[Server]:
    with Server("redis") as made:
        yield made


@pytest.fixture
def auth(server: Server) -> Iterator[Rescind[str]]:
    # Patient, because a busy machine is no outage.
    with Rescind(server.url, lease=0.5, authority_timeout="10s") as engine:
        yield engine


def known(auth: Rescind[str], count: int) -> list[Issued[str]]:
    """Sessions that memory has judged and may be asked about."""
    issued = [auth.sessions.start(f"p{n}") for n in range(count)]
    for one in issued:
        assert isinstance(auth.check(one.token, strict=True), Session)
    return issued


def questions(server: Server) -> int:
    """MGET commands so far."""
    return int(server.do("INFO", "commandstats").get("cmdstat_mget", {"calls": 0})["calls"])


def test_tasks_of_one_loop_share_a_round_trip(auth: Rescind[str], server: Server) -> None:
    issued = known(auth, TASKS)

    async def main() -> list[Session[str] | Refused]:
        await auth.aio.check(issued[0].token, strict=True)
        before = questions(server)
        answers = await asyncio.gather(*(auth.aio.check(one.token, strict=True) for one in issued))
        assert questions(server) - before <= 2, "the keeper may have looked, too"
        return list(answers)

    answers = asyncio.run(main())
    assert [isinstance(one, Session) and one.id for one in answers] == [one.session.id for one in issued]


def test_who_has_ended_is_refused_among_those_who_have_not(auth: Rescind[str], server: Server) -> None:
    issued = known(auth, 5)
    with Rescind(server.url) as other:
        other.revoke(session=issued[2].session, reason="x")

    async def main() -> list[Session[str] | Refused]:
        tokens = [*(one.token for one in issued), "junk", "", None]
        return list(await asyncio.gather(*(auth.aio.check(token, strict=True) for token in tokens)))

    answers = asyncio.run(main())
    codes = [one.code if isinstance(one, Refused) else "" for one in answers]
    assert codes == ["", "", "revoked", "", "", "malformed", "missing", "missing"]


def test_tenants_are_told_apart(auth: Rescind[str]) -> None:
    (issued,) = known(auth, 1)

    async def main() -> tuple[Session[str] | Refused, Session[str] | Refused]:
        one, other = await asyncio.gather(
            auth.aio.check(issued.token, strict=True), auth.aio.check(issued.token, strict=True, tenant="t")
        )
        return one, other

    one, other = asyncio.run(main())
    assert isinstance(one, Session)
    assert isinstance(other, Refused)
    assert other.code == "wrong_tenant"


def test_a_question_on_its_way_answers_nobody_who_came_later(
    auth: Rescind[str], server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first question is read at the authority and its reply is held back; then the session is ended; then
    somebody asks again. The reply that is on its way says "unchanged", and must not be theirs."""
    (issued,) = known(auth, 1)
    store, read, go_on = auth.core.store, threading.Event(), threading.Event()
    plain = store.unchanged_all

    def held_back(facts: Sequence[Facts]) -> list[bool]:
        answers = plain(facts)
        if not read.is_set():
            read.set()
            go_on.wait(10)
        return answers

    monkeypatch.setattr(store, "unchanged_all", held_back)

    def end() -> None:
        with Rescind(server.url) as other:
            other.revoke(session=issued.session, reason="x", wait=False)

    async def main() -> tuple[Session[str] | Refused, Session[str] | Refused]:
        first = asyncio.create_task(auth.aio.check(issued.token, strict=True))
        await asyncio.to_thread(read.wait, 10)
        await asyncio.to_thread(end)
        later = asyncio.create_task(auth.aio.check(issued.token, strict=True))
        await asyncio.sleep(0.05)
        go_on.set()
        return await first, await later

    first, later = asyncio.run(main())
    assert isinstance(first, Session), "it began before the end"
    assert isinstance(later, Refused)


def test_an_outage_refuses_all_of_them_and_a_cancelled_one_disturbs_nobody(
    auth: Rescind[str], server: Server
) -> None:
    issued = known(auth, 4)

    async def main() -> None:
        tasks = [asyncio.create_task(auth.aio.check(one.token, strict=True)) for one in issued]
        await asyncio.sleep(0)
        tasks[1].cancel()
        done = await asyncio.gather(*tasks, return_exceptions=True)
        assert [isinstance(one, Session) for one in done] == [True, False, True, True]
        server.kill()
        refused = await asyncio.gather(*(auth.aio.check(one.token, strict=True) for one in issued))
        assert [one.code for one in refused if isinstance(one, Refused)] == ["store_unavailable"] * 4
        server.start()

    asyncio.run(main())


def test_loops_after_one_another_work(auth: Rescind[str]) -> None:
    """Redis clients bound to a loop die with it (asks F2)."""
    (issued,) = known(auth, 1)
    for _ in range(3):
        answer = asyncio.run(auth.aio.check(issued.token, strict=True))
        assert isinstance(answer, Session)
