"""The middleware alone, message by message: no server, no framework, and no dispatcher that would help."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from tests.world import calls_of

from rescind import Refused, Rescind
from rescind.asgi import ENDED, UNREACHABLE, Gate, Middleware, connection_of
from rescind.asgi.http import MAX_LATE
from rescind.errors import ConfigurationError
from rescind.flows.context import current_initiator, current_request_id, pending_receipts
from rescind.model.session import Session

App = Callable[[Any, Any, Any], Awaitable[None]]


@pytest.fixture
def auth() -> Iterator[Rescind[str]]:
    made = Rescind("memory://", allow_sync_on_loop=True)
    yield made
    made.close()


@pytest.fixture
def gate(auth: Rescind[str]) -> Gate:
    return Gate(auth)


@pytest.fixture
def deaf(auth: Rescind[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is told that a session ended."""
    monkeypatch.setattr(auth.core.streams, "tell", lambda _entries: None)
    monkeypatch.setattr(auth.core.streams.thread, "ensure", lambda: None)


def scope_of(token: str | None = None, kind: str = "http", **changes: Any) -> dict[str, Any]:
    headers = [(b"host", b"app.example")]
    if token is not None:
        headers.append((b"cookie", b"__Host-rescind=" + token.encode()))
    made = {"type": kind, "method": "GET", "path": "/", "scheme": "https", "headers": headers, "client": None}
    return made | changes


class Wire:
    """The server's side of one connection."""

    def __init__(self) -> None:
        self.sent: list[Any] = []
        self.incoming: asyncio.Queue[Any] = asyncio.Queue()

    async def receive(self) -> Any:
        return await self.incoming.get()

    async def send(self, message: Any) -> None:
        self.sent.append(message)

    @property
    def statuses(self) -> list[int]:
        return [message["status"] for message in self.sent if "status" in message]


def serve(gate: Gate, app: App, scope: dict[str, Any], *incoming: Any) -> Wire:
    async def whole() -> Wire:
        wire = Wire()
        for message in incoming:
            wire.incoming.put_nowait(message)
        await asyncio.wait_for(Middleware(app, gate)(scope, wire.receive, wire.send), 5)
        return wire

    return asyncio.run(whole())


def start(*headers: tuple[bytes, bytes], status: int = 200) -> dict[str, Any]:
    return {"type": "http.response.start", "status": status, "headers": list(headers)}


def body(content: bytes, *, more: bool = False) -> dict[str, Any]:
    return {"type": "http.response.body", "body": content, "more_body": more}


# -- requests --------------------------------------------------------------------------------------------


def test_anonymous_request_touches_nothing(gate: Gate, auth: Rescind[str]) -> None:
    given = [start((b"content-length", b"2")), body(b"ok")]
    same: list[bool] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        connection = connection_of(scope, gate)
        same.append(connection.judged is None)
        for message in given:
            await send(message)

    wire = serve(gate, app, scope_of())
    assert wire.sent == given
    assert wire.sent[0] is given[0]
    assert same == [True]
    assert not auth.core.worker.registered


def test_credential_of_a_route_that_does_not_ask_is_not_looked_at(gate: Gate, auth: Rescind[str]) -> None:
    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        await send(start())
        await send(body(b"public"))

    wire = serve(gate, app, scope_of("garbage"))
    assert wire.statuses == [200]
    assert not auth.core.worker.registered


def test_session_is_checked_once(gate: Gate, auth: Rescind[str], monkeypatch: pytest.MonkeyPatch) -> None:
    token, asked = auth.sessions.start("ada").token, calls_of(monkeypatch, gate, "check")

    async def app(scope: Any, _receive: Any, send: Any) -> None:
        first = connection_of(scope).check()
        assert isinstance(first, Session)
        assert connection_of(scope).check() is first
        await send(start((b"content-length", b"0")))
        await send(body(b""))

    wire = serve(gate, app, scope_of(token))
    assert len(asked) == 1
    assert (b"vary", b"Cookie") in wire.sent[0]["headers"], "no cache may give this to somebody else"


def test_vary_is_said_once(gate: Gate, auth: Rescind[str]) -> None:
    async def app(scope: Any, _receive: Any, send: Any) -> None:
        connection_of(scope).check()
        await send(start((b"vary", b"Accept, Cookie"), (b"content-length", b"0")))
        await send(body(b""))

    wire = serve(gate, app, scope_of(auth.sessions.start("ada").token))
    assert [name for name, _ in wire.sent[0]["headers"]] == [b"vary", b"content-length"]


def test_initiator_and_request_id_are_those_of_the_request(gate: Gate, auth: Rescind[str]) -> None:
    issued, seen = auth.sessions.start("ada"), []

    async def app(scope: Any, _receive: Any, send: Any) -> None:
        seen.append((current_initiator.get(), current_request_id.get()))
        connection_of(scope).check()
        seen.append((current_initiator.get(), current_request_id.get()))
        await send(start())
        await send(body(b""))

    scope = scope_of(issued.token)
    scope["headers"].append((b"x-request-id", b"from-the-proxy.1"))

    async def in_one_task() -> None:
        wire = Wire()
        await Middleware(app, gate)(scope, wire.receive, wire.send)
        seen.append((current_initiator.get(), current_request_id.get()))
        assert pending_receipts.get() is None

    asyncio.run(in_one_task())
    assert seen == [
        ("system", "from-the-proxy.1"),
        (f"session:{issued.session.id}", "from-the-proxy.1"),
        ("system", None),
    ]


@pytest.mark.parametrize("given", [b"a b", b"x" * 129, b"\xff", b"a\nb", b""])
def test_request_id_that_may_not_stand_in_a_log(gate: Gate, given: bytes) -> None:
    seen: list[str | None] = []

    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        seen.append(current_request_id.get())
        await send(start())

    scope = scope_of()
    scope["headers"].append((b"x-request-id", given))
    serve(gate, app, scope)
    serve(gate, app, scope_of())
    assert given.decode("latin-1") not in seen
    assert None not in seen
    assert len(set(seen)) == 2


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "MADE-UP"])
def test_unsafe_request_of_another_site_does_not_reach_the_application(
    gate: Gate, auth: Rescind[str], method: str
) -> None:
    async def app(*_: Any) -> None:
        raise AssertionError("reached")

    scope = scope_of(auth.sessions.start("ada").token, method=method)
    scope["headers"].append((b"sec-fetch-site", b"cross-site"))
    wire = serve(gate, app, scope)
    assert wire.statuses == [403]
    assert b'"code":"csrf"' in wire.sent[1]["body"]
    assert b"Sec-Fetch-Site" in wire.sent[1]["body"]


def test_bearer_and_no_credential_are_free_of_the_rule(gate: Gate) -> None:
    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        await send(start())
        await send(body(b""))

    for more in ([(b"authorization", b"Bearer abc")], []):
        scope = scope_of(method="POST")
        scope["headers"] += [(b"sec-fetch-site", b"cross-site"), *more]
        assert serve(gate, app, scope).statuses == [200]


def test_lifespan_and_unknown_types_pass(gate: Gate) -> None:
    seen: list[str] = []

    async def app(scope: Any, _receive: Any, _send: Any) -> None:
        seen.append(scope["type"])
        assert "rescind" not in scope

    for kind in ("lifespan", "made-up"):
        serve(gate, app, {"type": kind})
    assert seen == ["lifespan", "made-up"]


def test_without_the_middleware_it_says_so() -> None:
    with pytest.raises(ConfigurationError, match=r"auth\.install\(app\) was not called"):
        connection_of(scope_of())


def test_same_gate_inside_itself_does_nothing_twice(gate: Gate, auth: Rescind[str]) -> None:
    seen: list[Any] = []

    async def app(scope: Any, _receive: Any, send: Any) -> None:
        seen.append(connection_of(scope))
        assert connection_of(scope).outer is None
        await send(start())

    serve(gate, Middleware(app, gate), scope_of())
    assert len(seen) == 1


def test_two_engines_around_one_application(gate: Gate) -> None:
    other = Gate(Rescind("memory://", realm="other"))
    seen: list[bool] = []

    async def app(scope: Any, _receive: Any, send: Any) -> None:
        seen.append(connection_of(scope, gate).gate is gate)
        seen.append(connection_of(scope, other).gate is other)
        seen.append(connection_of(scope).gate is gate)
        await send(start())

    serve(other, Middleware(app, gate), scope_of())
    assert seen == [True, True, True]


def test_failure_of_the_application_comes_through(gate: Gate) -> None:
    async def app(*_: Any) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        serve(gate, app, scope_of())


# -- streams ---------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("deaf")
def test_each_part_of_a_stream_is_judged(gate: Gate, auth: Rescind[str]) -> None:
    token = auth.sessions.start("ada").token

    async def app(scope: Any, receive: Any, send: Any) -> None:
        connection_of(scope).check()
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
        connection_of(scope).check()
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
        connection_of(scope).check()
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
        connection_of(scope).check()
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
        connection_of(scope).check()
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
        connection_of(scope).check()
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


# -- sockets ---------------------------------------------------------------------------------------------


def text(content: str) -> dict[str, Any]:
    return {"type": "websocket.receive", "text": content}


@pytest.mark.usefixtures("deaf")
def test_each_message_of_a_socket_is_judged(gate: Gate, auth: Rescind[str]) -> None:
    heard: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        assert isinstance(connection_of(scope).check(), Session)
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
        connection_of(scope).check()
        await send({"type": "websocket.accept"})
        auth.revoke(principal="ada", reason="left")
        for number in range(3):
            await send({"type": "websocket.send", "text": str(number)})

    wire = serve(gate, app, scope_of(auth.sessions.start("ada").token, "websocket"))
    assert [message["type"] for message in wire.sent] == ["websocket.accept", "websocket.close"]


def test_socket_registers_before_it_is_checked(
    gate: Gate, auth: Rescind[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    order = calls_of(monkeypatch, gate, "check", lambda *_: len(auth.core.streams))

    async def app(scope: Any, _receive: Any, _send: Any) -> None:
        connection_of(scope).check()

    serve(gate, app, scope_of(auth.sessions.start("ada").token, "websocket"))
    assert order == [1]
    assert len(auth.core.streams) == 0


def test_unreachable_beyond_grace_has_its_own_code(gate: Gate, auth: Rescind[str]) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        connection_of(scope).check()
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
        connections[0].check()
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
        connection_of(scope).check()
        streams.extend(auth.core.streams._streams.values())

    serve(gate, app, scope_of(auth.sessions.start("ada").token, "websocket"))
    streams[0].close(Refused("revoked"))
