"""How often the two servers are asked, and what the store says of itself."""

from __future__ import annotations

import asyncio

import pytest
from tests.redis_server import Server
from tests.stores.contents.house import House

from rescind import Rescind, Session
from rescind.stores.redis import connections, keys
from rescind.stores.sqlalchemy.postgres.links import Links

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
