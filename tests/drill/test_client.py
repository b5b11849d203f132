"""The client against a real server: moments, kept connections, and everything that is not a proper answer."""

from __future__ import annotations

import asyncio
import gc
import socket
import sys
from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import TypeVar

import pytest
from tests.drill.local_server import Call, LocalServer, Reply

from rescind.drill.client import MAX_BODY, Answer, Line, NoAnswer, Request
from rescind.drill.consent import endpoints

T = TypeVar("T")
GET = Request("GET", "/thing", [("Accept", "*/*")])


def talk(
    answer: Callable[[Call], Reply],
    task: Callable[[Line], Awaitable[T]],
    *,
    keep: bool = True,
    timeout: float = 5,
) -> T:
    """Runs `task` with a line to a server that answers so."""

    async def run(base: str) -> T:
        line = Line(endpoints([base])[0], keep=keep, timeout=timeout)
        try:
            return await task(line)
        finally:
            line.close()

    with LocalServer(answer) as server:
        return asyncio.run(run(server.base))


async def three(line: Line) -> list[Answer]:
    return [await line.ask(GET) for _ in range(3)]


def test_a_request_and_its_answer() -> None:
    seen: list[Call] = []

    def answer(call: Call) -> Reply:
        seen.append(call)
        return Reply(201, "héllo", (("X-One", "a"), ("X-One", "b")))

    request = Request("POST", "/thing?a=b", [("X-Mine", "1")], b"body")
    got = talk(answer, lambda line: line.ask(request))
    assert (got.status, got.body.decode(), got.header("X-ONE"), got.header("x-two")) == (
        201,
        "héllo",
        "a",
        None,
    )
    (call,) = seen
    assert (call.method, call.path, call.headers["x-mine"], call.body) == ("POST", "/thing?a=b", "1", b"body")
    assert call.headers["host"].startswith("127.0.0.1:")


def test_moments_lie_around_what_the_server_saw() -> None:
    calls: list[Call] = []

    def answer(call: Call) -> Reply:
        calls.append(call)
        return Reply(delay=0.05)

    before = perf_counter()
    got = talk(answer, lambda line: line.ask(GET))
    assert before < got.started <= calls[0].at < calls[0].at + 0.05 <= got.ended < perf_counter()


def test_a_kept_line_keeps_its_connection_and_the_other_does_not() -> None:
    connections: list[int] = []

    def answer(call: Call) -> Reply:
        connections.append(call.connection)
        return Reply()

    talk(answer, three, keep=True)
    assert connections == [1, 1, 1]
    connections.clear()
    talk(answer, three, keep=False)
    assert connections == [1, 2, 3]


def test_a_connection_that_the_server_closed_is_opened_again() -> None:
    connections: list[int] = []

    def answer(call: Call) -> Reply:
        connections.append(call.connection)
        return Reply(headers=(("Connection", "close"),))

    assert [got.status for got in talk(answer, three)] == [200, 200, 200]
    assert connections == [1, 2, 3]


def test_an_answer_without_length_ends_with_the_connection() -> None:
    raw = Reply(raw=b"HTTP/1.1 200 OK\r\n\r\nto the end")
    assert talk(lambda call: raw, lambda line: line.ask(GET)).body == b"to the end"


def test_a_chunked_answer_is_put_together() -> None:
    raw = Reply(raw=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
    assert talk(lambda call: raw, lambda line: line.ask(GET)).body == b"abcde"


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (Reply(drop=True), "broken off"),
        (Reply(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"), "broken off"),
        (Reply(raw=b"SSH-2.0-OpenSSH_9.2\r\n\r\n"), "not HTTP"),
        (Reply(raw=b"HTTP/1.1 200 OK\r\nContent-Length: nonsense\r\n\r\n"), "not HTTP"),
        (Reply(body="x" * (MAX_BODY + 1)), "body too large"),
        (Reply(delay=1.0), "timeout"),
    ],
)
def test_what_is_no_answer_says_why(reply: Reply, why: str) -> None:
    timeout = 0.1 if reply.delay else 5
    with pytest.raises(NoAnswer, match=f"^({why})$") as caught:
        talk(lambda call: reply, lambda line: line.ask(GET), timeout=timeout)
    assert caught.value.started < caught.value.ended


def test_a_line_works_again_after_silence() -> None:
    async def twice(line: Line) -> int:
        with pytest.raises(NoAnswer):
            await line.ask(Request("GET", "/slow"))
        assert not line.busy
        return (await line.ask(GET)).status

    assert talk(lambda call: Reply(delay=1.0 if call.path == "/slow" else 0), twice, timeout=0.15) == 200


def test_a_port_where_nobody_listens_is_no_connection() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        base = f"http://127.0.0.1:{listener.getsockname()[1]}"

    async def ask() -> None:
        await Line(endpoints([base])[0], keep=True, timeout=5).ask(GET)

    with pytest.raises(NoAnswer, match="no connection"):
        asyncio.run(ask())


def test_the_server_of_these_tests_leaves_no_connection_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also of whoever connects as it stops: what is left open is found later, and another test is blamed."""
    found: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda one: found.append(one.exc_value))
    for _ in range(10):
        with LocalServer(lambda call: Reply()) as server:
            client = socket.create_connection(("127.0.0.1", server.port))
        client.close()
    gc.collect()
    assert found == []
