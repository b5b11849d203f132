"""The middleware and sockets, message by message."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tests.asgi.wire import Wire, scope_of, serve
from tests.world import calls_of

from rescind import Refused, Rescind
from rescind.asgi import ENDED, UNREACHABLE, Gate, Middleware, connection_of
from rescind.model.session import Session


def text(content: str) -> dict[str, Any]:
    return {"type": "websocket.receive", "text": content}


@pytest.mark.usefixtures("deaf")
def test_each_message_of_a_socket_is_judged(gate: Gate, auth: Rescind[str]) -> None:
    heard: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        assert isinstance(await connection_of(scope).check(), Session)
        await send({"type": "websocket.accept"})
        heard.append(await receive())
        auth.revoke(principal="ada", reason="left")
        heard.append(await receive())
        await send({"type": "websocket.send", "text": "late"})
        await send({"type": "websocket.close", "code": 1000})

    scope = scope_of(auth.sessions.start("ada").token, "websocket")
    wire = serve(gate, app, scope, text("before"), text("after"))
    assert heard[0]["text"] == "before"
    assert heard[1] == {"type": "websocket.disconnect", "code": ENDED, "reason": "session ended"}
    assert [message["type"] for message in wire.sent] == ["websocket.accept", "websocket.close"]
    assert wire.sent[1]["code"] == ENDED


@pytest.mark.usefixtures("deaf")
def test_what_an_endpoint_sends_late_is_swallowed(gate: Gate, auth: Rescind[str]) -> None:
    async def app(scope: Any, _receive: Any, send: Any) -> None:
        await connection_of(scope).check()
        await send({"type": "websocket.accept"})
        auth.revoke(principal="ada", reason="left")
        for number in range(3):
            await send({"type": "websocket.send", "text": str(number)})

    wire = serve(gate, app, scope_of(auth.sessions.start("ada").token, "websocket"))
    assert [message["type"] for message in wire.sent] == ["websocket.accept", "websocket.close"]


def test_socket_registers_before_it_is_checked(
    gate: Gate, auth: Rescind[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    order = calls_of(monkeypatch, gate, "recall", lambda *_: len(auth.core.streams))

    async def app(scope: Any, _receive: Any, _send: Any) -> None:
        await connection_of(scope).check()

    serve(gate, app, scope_of(auth.sessions.start("ada").token, "websocket"))
    assert order == [1]
    assert len(auth.core.streams) == 0


def test_unreachable_beyond_grace_has_its_own_code(gate: Gate, auth: Rescind[str]) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await connection_of(scope).check()
        await send({"type": "websocket.accept"})
        (stream,) = auth.core.streams._streams.values()
        stream.close(Refused("store_unavailable"))
        assert (await receive())["code"] == UNREACHABLE

    wire = serve(gate, app, scope_of(auth.sessions.start("ada").token, "websocket"))
    assert wire.sent[1]["code"] == UNREACHABLE


def test_cancellation_by_the_server_stays_a_cancellation(gate: Gate, auth: Rescind[str]) -> None:
    """The end of a session interrupts a waiting endpoint; nobody else's interruption may get lost in that."""
    waiting = asyncio.Event()
    connections: list[Any] = []

    async def app(scope: Any, receive: Any, _send: Any) -> None:
        connections.append(connection_of(scope))
        await connections[0].check()
        waiting.set()
        await receive()

    async def whole() -> bool:
        wire = Wire()
        scope = scope_of(auth.sessions.start("ada").token, "websocket")
        task = asyncio.create_task(Middleware(app, gate)(scope, wire.receive, wire.send))
        await waiting.wait()
        connections[0]._end(Refused("revoked"))
        task.cancel()
        await asyncio.wait([task], timeout=5)
        return task.cancelled()

    assert asyncio.run(whole())


def test_loop_that_is_gone_hears_nothing(gate: Gate, auth: Rescind[str]) -> None:
    streams: list[Any] = []

    async def app(scope: Any, _receive: Any, _send: Any) -> None:
        await connection_of(scope).check()
        streams.extend(auth.core.streams._streams.values())

    serve(gate, app, scope_of(auth.sessions.start("ada").token, "websocket"))
    streams[0].close(Refused("revoked"))
