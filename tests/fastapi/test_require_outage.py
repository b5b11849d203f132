"""A FastAPI application under uvicorn while its authority stands still: every answer, over real HTTP."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import pytest
from fastapi import Depends, FastAPI
from tests.asgi.serving import serving
from tests.outages import BACK_WITHIN, SMALL, Site, site_of
from tests.redis_server import KINDS
from tests.world import PATIENCE

from rescind.fastapi import Rescind, Session, bounded

CLIENTS, STANDS_STILL = 16, 2.0
LEASE, TIMEOUT = 0.5, 0.25
Record = Callable[[str, Any], None]


class Client(NamedTuple):
    number: int
    path: str
    token: str | None


@dataclass(frozen=True)
class Answer:
    client: int
    path: str
    at: float
    took: float
    status: int
    headers: dict[str, str]
    body: bytes


LONG_KINDS = [pytest.param(kind, marks=pytest.mark.long) for kind in KINDS]
site = pytest.fixture(params=["postgres", *LONG_KINDS])(site_of)


def application(auth: Rescind[Any]) -> FastAPI:
    app = FastAPI()
    auth.install(app)
    immediate: Any = Depends(auth.require())
    strict: Any = Depends(auth.require(strict=True))
    half_a_minute: Any = Depends(auth.require(guarantee=bounded("30s")))

    @app.get("/public")
    async def public() -> str:
        return "public"

    @app.get("/me")
    async def me(session: Session[Any] = immediate) -> str:
        return str(session.principal_id)

    @app.get("/strict")
    async def strict_(session: Session[Any] = strict) -> str:
        return str(session.principal_id)

    @app.get("/menu")
    async def menu(session: Session[Any] = half_a_minute) -> str:
        return str(session.principal_id)

    return app


def load(address: str, client: Client, stop: threading.Event, into: list[Answer]) -> None:
    """One client after another request on one connection, until it is told to stop."""
    connection = http.client.HTTPConnection(address, timeout=30)
    headers = {} if client.token is None else {"authorization": f"Bearer {client.token}"}
    while not stop.is_set():
        began = time.monotonic()
        connection.request("GET", client.path, headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        named = {name.lower(): value for name, value in answer.getheaders()}
        into.append(
            Answer(client.number, client.path, began, time.monotonic() - began, answer.status, named, body)
        )
        time.sleep(0.02)
    connection.close()


def watched(address: str, tokens: list[str], fault: Callable[[list[Answer]], None]) -> list[Answer]:
    """Answers to clients of four routes, from before the fault until they were told to stop."""
    answers: list[Answer] = []
    stop = threading.Event()
    paths = ["/public", "/me", "/strict", "/menu"] * (CLIENTS // 4)
    threads = [
        threading.Thread(
            target=load,
            args=(address, Client(index, path, None if path == "/public" else tokens[index]), stop, answers),
            daemon=True,
        )
        for index, path in enumerate(paths)
    ]
    for thread in threads:
        thread.start()
    try:
        fault(answers)
    finally:
        stop.set()
        for thread in threads:
            thread.join(30)
    return answers


def wait_until_warm(auth: Rescind[Any], answers: list[Answer]) -> None:
    """Until every client is let in, and memory knows each of them under a view that holds."""
    until = time.monotonic() + PATIENCE
    while True:
        time.sleep(0.1)
        last = {one.client: one.status for one in list(answers)}
        known = auth.core.worker.current(auth.core.clock.lease()) is not None
        if known and len(last) == CLIENTS and set(last.values()) == {200}:
            return
        assert time.monotonic() < until


def test_every_answer_while_it_stands_still(site: Site, record_property: Record) -> None:
    auth: Rescind[Any] = Rescind(site.url, lease=LEASE)
    tokens = [auth.sessions.start(f"person {number}").token for number in range(CLIENTS)]
    times: dict[str, float] = {}

    def fault(answers: list[Answer]) -> None:
        wait_until_warm(auth, answers)
        site.freeze()
        times["froze"] = time.monotonic()
        time.sleep(STANDS_STILL)
        times["thawed"] = time.monotonic()
        site.thaw()
        while {one.status for one in answers[-2 * CLIENTS :]} != {200}:
            assert time.monotonic() < times["thawed"] + BACK_WITHIN
            time.sleep(0.05)

    with serving(application(auth)) as server:
        answers = watched(server.address, tokens, fault)
    auth.close()
    froze, thawed = times["froze"], times["thawed"]
    inside = [one for one in answers if froze + LEASE <= one.at and one.at + one.took <= thawed]
    slowest = {path: max(one.took for one in inside if one.path == path) for path in {a.path for a in inside}}
    shown = ", ".join(f"{path} {took * 1000:.0f} ms" for path, took in sorted(slowest.items()))
    still = [one for one in answers if froze <= one.at < thawed]
    late = [one.at - thawed for one in answers if one.at > thawed and one.status == 503]
    record_property(
        "measured",
        f"{site.kind}: {len(inside)} answers in {STANDS_STILL - LEASE:g} s past the lease, slowest {shown}; "
        f"slowest of all {max(one.took for one in still) * 1000:.0f} ms; "
        f"back after {max(late, default=0):.2f} s",
    )
    assert {one.status for one in inside if one.path == "/public"} == {200}
    assert {one.status for one in inside if one.path in ("/me", "/strict")} == {503}
    menu = [one for one in inside if one.path == "/menu"]
    assert {one.status for one in menu} == {200}
    assert all(1 <= int(one.headers["rescind-stale"]) <= 4 for one in menu)
    for one in still:
        assert one.took < TIMEOUT + SMALL
        if one.status == 503:
            assert one.headers["retry-after"] == "1"
            assert one.headers["content-type"] == "application/problem+json"
            assert json.loads(one.body)["code"] == "unavailable"
    assert len(inside) > 4 * CLIENTS, "most of them did not wait at all"
    assert {one.status for one in answers} <= {200, 503}, "nobody was signed out by it"
