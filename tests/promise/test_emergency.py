"""Sign-outs that wait for a worker which does not answer hold up nothing: an emergency ends at once."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from tests.programs import Program, text
from tests.redis_server import Server

from rescind import Refused, Rescind, Session

LEASE = 3.0
SIGN_OUTS = 64
SMALL = 1.0
"""Seconds that a busy machine may take for what needs milliseconds; far below a term."""
WORKER = """
import sys, time
from rescind import Rescind
auth = Rescind(sys.argv[1], lease=float(sys.argv[3]))
while True:
    auth.check(sys.argv[2])
    time.sleep(0.01)
"""


@contextmanager
def stopped_worker(url: str, auth: Rescind[str]) -> Iterator[None]:
    """One that is registered and stands still: everybody waits for its term."""
    token = auth.sessions.start("probe").token
    process = Program(text, WORKER, url, token, LEASE)
    try:
        until = time.monotonic() + 30
        while not any(row.pid == process.pid for row in auth.core.store.workers()):
            assert time.monotonic() < until
            time.sleep(0.01)
        os.kill(process.pid, signal.SIGSTOP)
        yield
    finally:
        process.kill()
        process.wait()


@pytest.fixture(params=["postgres", pytest.param("redis", marks=pytest.mark.long)])
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    if request.param == "postgres":
        yield request.getfixturevalue("postgres")
    else:
        with Server("redis") as server:
            yield server.url


def test_waiting_sign_outs_do_not_delay_an_emergency(url: str) -> None:
    with Rescind(url, lease=LEASE) as auth, Rescind(url, lease=LEASE) as other:
        auth.revoke(principal="nobody", reason="the first on a server waits until it was watched")
        sessions = [auth.sessions.start(f"person {number}").session for number in range(SIGN_OUTS)]
        last = auth.sessions.start("in danger")
        with stopped_worker(url, auth):
            asyncio.run(emergency(auth, other, sessions, last.token))


async def emergency(
    auth: Rescind[str], other: Rescind[str], sessions: list[Session[str]], token: str
) -> None:
    seq = auth.core.store.head().seq
    waiting = [asyncio.create_task(auth.aio.revoke(session=one, reason="signed out")) for one in sessions]
    until = time.monotonic() + LEASE
    while (await asyncio.to_thread(auth.core.store.head)).seq < seq + SIGN_OUTS:
        assert time.monotonic() < until, "a sign-out that waits keeps others from being written"
    assert not any(task.done() for task in waiting)
    began = time.monotonic()
    ending = asyncio.create_task(auth.aio.revoke(everything=True, confirm="default", reason="stolen"))
    while not isinstance(await other.aio.check(token, strict=True), Refused):
        assert time.monotonic() - began < SMALL, "it waited for somebody else's sign-out"
        await asyncio.sleep(0.005)
    receipt = await ending
    assert receipt.state == "final"
    assert time.monotonic() - began < 1.1 * LEASE + SMALL
    assert {(await task).state for task in waiting} == {"final"}
