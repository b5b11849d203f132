"""When a pool has been closed the server has no connection of it, whatever was under way."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from functools import partial

import psycopg
import pytest
from tests.world import PATIENCE

from rescind.errors import StoreUnavailable
from rescind.stores.sqlalchemy.postgres.link import Link
from rescind.stores.sqlalchemy.postgres.links import Links
from rescind.testing.threads import WAIT, race

NAME = "rescind-links"
Connect = Callable[[], Link]


@pytest.fixture
def connect(postgres: str) -> Connect:
    mark = "&" if "?" in postgres else "?"
    return partial(Link, f"{postgres}{mark}application_name={NAME}")


@pytest.fixture
def backends(postgres: str) -> Iterator[Callable[[int], None]]:
    """``backends(n)``: the server comes to have so many of our connections, and keeps them."""
    with psycopg.connect(postgres, autocommit=True) as asking:

        def count() -> int:
            query = "SELECT count(*) FROM pg_stat_activity WHERE application_name = %s"
            found = asking.execute(query, (NAME,)).fetchone()
            assert found is not None
            return int(found[0])

        def come_to(number: int) -> None:
            until = time.monotonic() + PATIENCE
            while count() != number:
                assert time.monotonic() < until, f"{count()} connections"
                time.sleep(0.01)

        yield come_to
        come_to(0)


def test_what_is_made_while_the_pool_closes_is_closed(
    connect: Connect, backends: Callable[[int], None]
) -> None:
    going, go = threading.Event(), threading.Event()

    def slowly() -> Link:
        going.set()
        assert go.wait(WAIT)
        return connect()

    links = Links(slowly, 2, patience=5.0)
    with pytest.raises(StoreUnavailable, match="let nobody in"):
        links.take(0.01)
    assert going.wait(WAIT)
    links.close()
    made = makers()
    go.set()
    for one in made:
        one.join(WAIT)
    backends(0)
    link = links.take()  # a pool that was closed may be used again, and is of the same size
    links.give(link)
    backends(1)
    links.close()


def makers() -> list[threading.Thread]:
    return [one for one in threading.enumerate() if one.name == "rescind-connect"]


def test_who_waits_for_it_is_told(connect: Connect, backends: Callable[[int], None]) -> None:
    going, go, said = threading.Event(), threading.Event(), list[str]()

    def slowly() -> Link:
        going.set()
        assert go.wait(WAIT)
        return connect()

    links = Links(slowly, 1, patience=5.0)

    def take() -> None:
        with pytest.raises(StoreUnavailable) as error:
            links.take()
        said.append(str(error.value))

    waiting = threading.Thread(target=take)
    waiting.start()
    assert going.wait(WAIT)
    links.close()
    go.set()
    waiting.join(WAIT)
    assert said == ["the store was closed meanwhile"]
    backends(0)


def test_what_was_in_use_is_closed_when_it_is_given_back(
    connect: Connect, backends: Callable[[int], None]
) -> None:
    links = Links(connect, 2, patience=5.0)
    link = links.take()
    links.close()
    backends(1)
    links.give(link)
    backends(0)
    again = [links.take(), links.take()]
    for one in again:
        links.give(one)
    links.close()


def test_many_who_read_while_others_close_leave_nothing_open(
    connect: Connect, backends: Callable[[int], None]
) -> None:
    links = Links(connect, 4, patience=5.0)

    def read() -> None:
        for _ in range(10):
            try:
                links.give(links.take())
            except StoreUnavailable as error:
                assert "closed meanwhile" in str(error)  # noqa: PT017 - it may or may not be

    def close() -> None:
        for _ in range(20):
            links.close()

    race([*[read] * 6, close, close])
    for thread in makers():
        thread.join(WAIT)
    links.close()
    backends(0)
    held = race([links.take] * links.size)
    backends(links.size)
    with pytest.raises(StoreUnavailable):
        links.take(0.01)
    for one in held:
        one.close()
