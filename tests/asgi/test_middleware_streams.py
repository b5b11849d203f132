"""The middleware and answers that go on, message by message."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tests.asgi.wire import Wire, body, scope_of, serve, start

from rescind import Refused, Rescind
from rescind.asgi import Gate, Middleware, connection_of
from rescind.asgi.http import MAX_LATE


@pytest.mark.usefixtures("deaf")
def test_each_part_of_a_stream_is_judged(gate: Gate, auth: Rescind[str]) -> None:
    token = auth.sessions.start("ada").token

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await connection_of(scope).check()
        await send(start())
        await send(body(b"one", more=True))
        auth.revoke(principal="ada", reason="left")
        await send(body(b"two", more=True))
        assert (await receive())["type"] == "http.disconnect"
        await send(body(b"three", more=True))

    wire = serve(gate, app, scope_of(token))
    assert [message.get("body") for message in wire.sent] == [None, b"one", b""]
    assert wire.sent[-1]["more_body"] is False


def test_an_application_that_listens_is_told_by_us(gate: Gate, auth: Rescind[str]) -> None:
    """Whatever the server says or keeps to itself after the last part."""
    heard: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await connection_of(scope).check()
        await send(start())
        (stream,) = auth.core.streams._streams.values()
        stream.close(Refused("revoked"))
        heard.append(await receive())

    wire = serve(gate, app, scope_of(auth.sessions.start("ada").token))
    assert heard == [{"type": "http.disconnect"}]
    assert wire.sent[1:] == [body(b"")]


@pytest.mark.usefixtures("deaf")
def test_error_of_an_ended_stream_is_nobodys(gate: Gate, auth: Rescind[str]) -> None:
    async def app(scope: Any, _receive: Any, send: Any) -> None:
        await connection_of(scope).check()
        await send(start())
        auth.revoke(principal="ada", reason="left")
        for _ in range(MAX_LATE):
            await send(body(b"late", more=True))
        with pytest.raises(OSError, match="ended"):  # it does not listen, so it is told here
            await send(body(b"late", more=True))
        await send(body(b"late", more=True))

    wire = serve(gate, app, scope_of(auth.sessions.start("ada").token))
    assert wire.sent[1:] == [body(b"")]


@pytest.mark.usefixtures("deaf")
def test_error_of_a_stream_that_goes_on_is_an_error(gate: Gate, auth: Rescind[str]) -> None:
    async def app(scope: Any, _receive: Any, send: Any) -> None:
        await connection_of(scope).check()
        await send(start())
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        serve(gate, app, scope_of(auth.sessions.start("ada").token))


def test_ended_while_it_sends(gate: Gate, auth: Rescind[str]) -> None:
    """The server is still busy with a part: the end comes after it, and only once."""
    token, busy, go_on = auth.sessions.start("ada").token, asyncio.Event(), asyncio.Event()
    sent: list[Any] = []

    async def slow_send(message: Any) -> None:
        if message.get("body") == b"slow":
            busy.set()
            await go_on.wait()
        sent.append(message)

    async def app(scope: Any, _receive: Any, send: Any) -> None:
        await connection_of(scope).check()
        await send(start())
        await send(body(b"slow", more=True))
        await send(body(b"late", more=True))

    async def whole() -> None:
        serving = asyncio.create_task(Middleware(app, gate)(scope_of(token), Wire().receive, slow_send))
        await busy.wait()
        (stream,) = auth.core.streams._streams.values()
        stream.close(Refused("revoked"))
        await asyncio.sleep(0)  # the loop hears of it
        go_on.set()
        await asyncio.wait_for(serving, 5)

    asyncio.run(whole())
    assert [message.get("body") for message in sent] == [None, b"slow", b""]


def test_declared_length_is_a_request_in_flight(gate: Gate, auth: Rescind[str]) -> None:
    async def app(scope: Any, _receive: Any, send: Any) -> None:
        await connection_of(scope).check()
        await send(start((b"content-length", b"6")))
        await send(body(b"one", more=True))
        auth.revoke(principal="ada", reason="left")
        await send(body(b"two"))

    wire = serve(gate, app, scope_of(auth.sessions.start("ada").token))
    assert b"".join(message.get("body", b"") for message in wire.sent) == b"onetwo"


def test_public_streams_are_left_alone(gate: Gate, auth: Rescind[str]) -> None:
    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        await send(start())
        auth.revoke(everything=True, confirm="default", reason="incident")
        await send(body(b"one", more=True))
        await send(body(b""))
        assert len(auth.core.streams) == 0

    assert len(serve(gate, app, scope_of("garbage")).sent) == 3
