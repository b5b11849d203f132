"""How often the two servers are asked, how long Redis is waited for, and what the store says of itself."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine
from tests.redis_server import Server
from tests.stores.contents.house import House, house
from tests.world import PATIENCE

from rescind import Receipt, Rescind, Session
from rescind.errors import StoreUnavailable
from rescind.model.family import Family
from rescind.stores.contents import store as stores
from rescind.stores.contents.tables import ContentsTables
from rescind.stores.redis import connections, keys
from rescind.stores.redis.connections import LONG_PATIENCE
from rescind.stores.redis.reads import Reader
from rescind.stores.redis.scripts import COMMIT, Script
from rescind.stores.sqlalchemy.postgres.links import Links
from rescind.testing.threads import race

TOGETHER = 16


@pytest.fixture
def server(shared_server: Server) -> Server:
    return shared_server


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is asked of Redis and of PostgreSQL, from now on."""
    made: list[str] = []

    def counting(owner: type, name: str, label: str) -> None:
        plain = getattr(owner, name)

        def call(self: object, *args: object, **kwargs: object) -> object:
            made.append(label)
            return plain(self, *args, **kwargs)

        monkeypatch.setattr(owner, name, call)

    counting(connections.Wire, "call", "redis")
    counting(Links, "read", "sql")
    return made


async def strict_together(auth: Rescind[str], calls: list[str]) -> list[str]:
    issued = [await auth.aio.sessions.start(f"p{number}") for number in range(TOGETHER)]
    for one in issued:
        await auth.aio.check(one.token, strict=True)
    calls.clear()
    answers = await asyncio.gather(*(auth.aio.check(one.token, strict=True) for one in issued))
    assert all(isinstance(one, Session) for one in answers)
    return list(calls)


def test_strict_checks_of_one_loop_share_a_round_trip(site: House, calls: list[str]) -> None:
    auth = site.engine(lease=0)
    assert asyncio.run(strict_together(auth, calls)).count("redis") == 1


def test_and_a_few_statements(postgres: str, site: House, calls: list[str]) -> None:
    site.url = postgres
    asked = asyncio.run(strict_together(site.engine(lease=0), calls))
    assert asked.count("redis") == 1
    assert asked.count("sql") <= 3


def test_a_strict_check_asks_each_once(postgres: str, site: House, calls: list[str]) -> None:
    site.url = postgres
    auth = site.engine(lease=0)
    issued = auth.sessions.start("ada")
    auth.check(issued.token, strict=True)
    calls.clear()
    assert isinstance(auth.check(issued.token, strict=True), Session)
    assert calls.count("redis") == 1


def test_it_says_what_it_can(site: House) -> None:
    can = site.engine().core.store.capabilities
    assert (can.name, can.shared, can.durable) == ("sqlite+redis", True, True)
    assert (can.accounts, can.inline_reads, can.joins_transactions, can.joins_sessions) == (
        True,
        False,
        True,
        False,
    )


def test_nothing_of_a_session_in_redis_lasts_for_ever(site: House) -> None:
    """Keys expire by themselves, and the indexes with them; what is there for good is the marker."""
    auth = site.engine()
    issued = auth.sessions.start("ada", client="web", credential="key")
    auth.core.store.save_data(issued.session.id, {"cart": 1}, ())
    left = [name.decode() for name in site.server.do("KEYS", "*")]
    for_good = {name for name in left if site.server.do("TTL", name) == -1}
    assert for_good == {keys.META, keys.OWNER}
    assert len(left) > 6


def test_what_a_key_signed_is_counted_a_page_at_a_time(site: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """And of the realm that asks alone, of whose keys the other has one of the same name."""
    auth, other = site.engine(), site.engine(realm="other")
    issued = [one.sessions.start("ada") for one in (*[auth] * 8, *[other] * 5)]
    with auth.core.store.write() as unit:
        for one in issued:
            unit.insert_family(
                Family(
                    one.session.id,
                    generation=1,
                    rotated_at=1,
                    digest=b"d",
                    signed_by="k",
                    signed_until=10**18,
                )
            )
    monkeypatch.setattr(stores, "PAGE", 3)
    pages: list[int] = []
    plain = ContentsTables.load

    def load(self: ContentsTables, ids: list[str]) -> None:
        pages.append(len(ids))
        plain(self, ids)

    monkeypatch.setattr(ContentsTables, "load", load)
    now = auth.core.time.now()
    assert auth.core.store.count_signed("default", "k", now=now) == (8, 8)
    assert auth.core.store.count_signed("other", "k", now=now) == (5, 5)
    assert pages == [3, 3, 3, 3, 1] * 2


# -- Redis stands still ----------------------------------------------------------------------------------

PROMPT = LONG_PATIENCE - 0.5
"""Seconds, on a busy machine; it is one or two on a quiet one."""

Act = Callable[[Rescind[str]], Receipt]
ENDS: dict[str, Act] = {
    "principal": lambda auth: auth.revoke(principal="ada", reason="stolen"),
    "credential": lambda auth: auth.revoke(credential="key", reason="stolen"),
    "client": lambda auth: auth.revoke(client="web", reason="stolen"),
    "everything": lambda auth: auth.revoke(everything=True, confirm="default", reason="break-glass"),
    "suspended": lambda auth: auth.principals.set("ada", active=False, reason="left"),
}


QUICK = {("principal", False), ("everything", True), ("suspended", False)}


class Hung:
    """A house of its own whose Redis may stand still, and a session in it."""

    def __init__(self, made: House) -> None:
        self.house = made
        self.auth = made.engine(authority_timeout="250ms")
        self.issued = self.auth.sessions.start("ada", client="web", credential="key")

    @contextmanager
    def still(self) -> Iterator[None]:
        os.kill(self.house.server.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self.house.server.pid, signal.SIGCONT)

    def notice(self) -> None:
        """Until the process knows that the authority is away, and refuses without waiting."""
        until = time.monotonic() + PATIENCE
        while not self.auth.core.outage.confirmed:
            self.auth.check(self.issued.token, strict=True)
            assert time.monotonic() < until

    def accepted(self) -> list[bool]:
        """Now that the server goes on: by a new process, and by this one."""
        auth = self.house.engine()
        found = [isinstance(auth.check(self.issued.token, strict=True), Session)]
        until = time.monotonic() + PATIENCE
        while not self.auth.health().reachable:
            self.auth.check(self.issued.token, strict=True)
            time.sleep(0.02)
            assert time.monotonic() < until
        return [*found, isinstance(self.auth.check(self.issued.token, strict=True), Session)]


@pytest.fixture
def hung(tmp_path: Path) -> Iterator[Hung]:
    with Server("redis") as own, house(tmp_path, own) as made:
        yield Hung(made)


@pytest.mark.parametrize(
    ("name", "known"),
    [
        pytest.param(
            *(name, known),
            id=f"{name}-{'noticed' if known else 'unnoticed'}",
            marks=() if (name, known) in QUICK else pytest.mark.long,
        )
        for name in ENDS
        for known in (False, True)
    ],
)
def test_while_redis_stands_still_access_is_ended_soon_and_for_good(
    hung: Hung, name: str, known: bool
) -> None:
    with hung.still():
        if known:
            hung.notice()
        began = time.monotonic()
        assert ENDS[name](hung.auth).state == "final"
        assert time.monotonic() - began < PROMPT
    assert hung.accepted() == [False, False]


def test_redis_stops_while_a_unit_counts_and_access_ends_all_the_same(
    hung: Hung, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the lock was taken: what the unit was told by then is not all, and is not needed."""
    plain = Reader.candidates

    def stopping(self: Reader, *args: Any) -> Iterator[list[str]]:
        os.kill(hung.house.server.pid, signal.SIGSTOP)
        return plain(self, *args)

    try:
        with monkeypatch.context() as once:
            once.setattr(Reader, "candidates", stopping)
            began = time.monotonic()
            receipt = hung.auth.revoke(principal="ada", reason="stolen")
        assert time.monotonic() - began < PROMPT
        assert (receipt.state, receipt.counted) == ("final", False)
    finally:
        os.kill(hung.house.server.pid, signal.SIGCONT)
    assert hung.accepted() == [False, False]


def test_redis_stops_between_the_two_commits_and_what_sql_has_counts(
    hung: Hung, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was being ended has ended, and the caller is told soon."""
    plain = connections.Wire.run

    def stopping(self: connections.Wire, script: Script, *words: Any) -> Any:
        if script is COMMIT:
            os.kill(hung.house.server.pid, signal.SIGSTOP)
        return plain(self, script, *words)

    try:
        with monkeypatch.context() as once:
            once.setattr(connections.Wire, "run", stopping)
            began = time.monotonic()
            assert hung.auth.sign_out(hung.issued.token).state == "final"
        assert time.monotonic() - began < PROMPT
    finally:
        os.kill(hung.house.server.pid, signal.SIGCONT)
    assert hung.accepted() == [False, False]


@pytest.mark.parametrize("known", [False, True], ids=["unnoticed", "noticed"])
def test_one_session_cannot_be_ended_without_its_row_and_that_is_said_soon(hung: Hung, known: bool) -> None:
    session = hung.issued.session.id
    with hung.still():
        if known:
            hung.notice()
        began = time.monotonic()
        with pytest.raises(StoreUnavailable):
            hung.auth.sign_out(hung.issued.token)
        with pytest.raises(StoreUnavailable):
            hung.auth.revoke(session=session, reason="stolen", id="case-7")
        assert time.monotonic() - began < PROMPT
    assert hung.accepted() == [True, True], "nothing was ended, and nobody was told otherwise"
    assert hung.auth.revoke(session=session, reason="stolen", id="case-7").state == "final"
    assert hung.accepted() == [False, False]


def test_in_the_callers_transaction_access_is_ended_without_redis(hung: Hung) -> None:
    engine = create_engine(hung.house.url)
    with hung.still(), engine.connect() as connection:
        began = time.monotonic()
        receipt = hung.auth.revoke(principal="ada", reason="stolen", connection=connection)
        connection.commit()
        assert receipt.complete().state == "final"
        assert time.monotonic() - began < PROMPT
    engine.dispose()
    assert hung.accepted() == [False, False]


def test_who_ends_everybody_waits_for_nobody_who_waits_for_redis(hung: Hung) -> None:
    """Each of them has the write lock of the database while it waits: one waits, the others are told."""

    def look(number: int) -> None:
        with pytest.raises(StoreUnavailable), hung.auth.core.store.write() as unit:
            unit.session(f"session-{number}")

    with hung.still():
        began = time.monotonic()
        race([partial(look, number) for number in range(16)])
        assert time.monotonic() - began < PROMPT
        assert ENDS["everything"](hung.auth).state == "final"
    assert hung.accepted() == [False, False]
