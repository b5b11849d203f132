"""The middleware alone, message by message: no server, no framework, and no dispatcher that would help."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tests.asgi.wire import Wire, body, scope_of, serve, start
from tests.world import calls_of

from rescind import Rescind
from rescind.asgi import Gate, Middleware, connection_of
from rescind.errors import ConfigurationError
from rescind.flows.context import current_initiator, current_request_id, pending_receipts
from rescind.model.session import Session


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
    token, asked = auth.sessions.start("ada").token, calls_of(monkeypatch, gate, "recall")

    async def app(scope: Any, _receive: Any, send: Any) -> None:
        first = await connection_of(scope).check()
        assert isinstance(first, Session)
        assert await connection_of(scope).check() is first
        await send(start((b"content-length", b"0")))
        await send(body(b""))

    wire = serve(gate, app, scope_of(token))
    assert len(asked) == 1
    assert (b"vary", b"Cookie") in wire.sent[0]["headers"], "no cache may give this to somebody else"


def test_vary_is_said_once(gate: Gate, auth: Rescind[str]) -> None:
    async def app(scope: Any, _receive: Any, send: Any) -> None:
        await connection_of(scope).check()
        await send(start((b"vary", b"Accept, Cookie"), (b"content-length", b"0")))
        await send(body(b""))

    wire = serve(gate, app, scope_of(auth.sessions.start("ada").token))
    assert [name for name, _ in wire.sent[0]["headers"]] == [b"vary", b"content-length"]


def test_initiator_and_request_id_are_those_of_the_request(gate: Gate, auth: Rescind[str]) -> None:
    issued, seen = auth.sessions.start("ada"), []

    async def app(scope: Any, _receive: Any, send: Any) -> None:
        seen.append((current_initiator.get(), current_request_id.get()))
        await connection_of(scope).check()
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
