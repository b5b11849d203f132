"""Routes of a map measured on a server whose truth is known, with predictions that are right and wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from tests.drill.local_server import Call, LocalServer, Notes, Reply
from tests.paths.maps import AT_ONCE, NEVER, UNKNOWN, credential, drawn, route

from rescind.drill.client import Answer
from rescind.drill.errors import StepFailed
from rescind.drill.plan import Plan
from rescind.drill.read import read
from rescind.paths.model import Map
from rescind.predicted.judging import Judged
from rescind.predicted.reaching import proof
from rescind.predicted.running import Held, hold

FILE = """
[target]
bases = ["BASE"]
rate = 300
[vars]
user = "ada"
item = "7"
[sign_in]
steps = [{ post = "/sign-in", form = { user = "{user}" } }]
copy = { cookies = ["sid"] }
[probe]
get = "/me"
accepted = { status = 200, body = "{user}" }
refused = [{ status = 401 }]
[[end]]
name = "sign out"
steps = [{ post = "/sign-out" }]
[run]
trials = 1
watch = "100ms"
"""
RIGHT = credential("cookie:sid", AT_ONCE, mechanism="session_db")
WRONG = credential("cookie:sid 2", NEVER)
OTHER = credential("header:x-api-key", UNKNOWN)
MAP = drawn(
    route("/me", RIGHT), route("/items/<int:item>", RIGHT), route("/people/{who}", RIGHT),
    route("/public", RIGHT), route("/empty", RIGHT), route("/broken", RIGHT), route("/wrong", WRONG),
    route("/keyed", OTHER), route("/me", RIGHT, method="DELETE"), route("/home"), route("^x/$", RIGHT),
    route("/unread", protected=None, worst=UNKNOWN), credentials=(RIGHT, WRONG, OTHER),
)  # fmt: skip


def instead(call: Call) -> Reply | None:
    """What some routes answer whoever asks."""
    if call.path == "/public":
        return Reply(200, "welcome ada")
    if call.path == "/broken":
        return Reply(503)
    if call.path == "/empty" and "sid" in call.cookies:
        return Reply(204)
    return None


@pytest.fixture
def serve() -> Iterator[Callable[[Notes], Plan]]:
    servers: list[LocalServer] = []

    def started(app: Notes) -> Plan:
        app.instead = instead
        server = LocalServer(app)
        server.__enter__()
        servers.append(server)
        return read(FILE.replace("BASE", server.base))

    yield started
    for server in servers:
        server.__exit__(None, None, None)


def held(plan: Plan, drawn_map: Map = MAP) -> dict[str, Judged]:
    found: Held = asyncio.run(hold(drawn_map, plan, environ={}))
    return {f"{each.route.method} {each.route.path}": each for each in found.judged}


def test_each_route_is_measured_or_says_why_not(serve: Callable[[Notes], Plan]) -> None:
    found = held(serve(Notes()))
    assert {name: each.agrees for name, each in found.items() if each.figures is not None} == {
        "GET /me": "agrees",
        "GET /items/<int:item>": "agrees",
        "GET /wrong": "sooner",
    }
    assert found["GET /me"].figures is not None and found["GET /me"].figures.probes_after > 5
    said = {name: each.says for name, each in found.items() if each.figures is None}
    assert said == {
        "GET /people/{who}": "give a value in [vars] for who",
        "GET /public": "it lets in without the copy: 200 without the copy, 200 and 200 with it",
        "GET /empty": "nothing in its answer proves who asks",
        "GET /broken": "nobody can tell who was let in: 503 without the copy, 503 and 503 with it",
        "GET /keyed": "it does not accept what the copy is",
        "DELETE /me": "only GET is asked, and DELETE may change something",
        "GET /home": "it accepts no credential",
        "GET ^x/$": "its path is a pattern, which cannot be asked",
        "GET /unread": "what it accepts is not known",
    }
    assert all(each.to_dict()["measured"] is None for each in found.values() if each.figures is None)


def test_a_copy_that_lives_on_contradicts_at_once(serve: Callable[[Notes], Plan]) -> None:
    """The error that must never be overlooked."""
    plan = serve(Notes(keeps=lambda _call, _since: True))
    found = asyncio.run(hold(replace(MAP, routes=MAP.routes[:1]), plan, environ={}))
    assert [each.agrees for each in found.judged] == ["slower"]
    assert found.exit_code == 1 and found.to_dict("1")["contradicted"] is True


def test_nothing_measured_is_no_agreement(serve: Callable[[Notes], Plan]) -> None:
    found = asyncio.run(hold(replace(MAP, routes=MAP.routes[7:]), serve(Notes()), environ={}))
    assert (found.exit_code, found.contradictions) == (2, ())


def test_a_proof_is_the_same_in_each_sign_in_and_the_name_of_somebody_if_there_is_one() -> None:
    def answer(body: str) -> Answer:
        return Answer(200, (), body.encode(), 0.0, 0.0)

    bare, names = answer("please sign in"), {"ada": "user"}
    first, second = answer("sign out Ada5 token-a1 sessions"), answer("sign out Ada5 token-b2 sessions")
    assert proof(bare, first, second, names) == "sessions"
    assert proof(bare, answer("hi ada, 5 sessions"), answer("hi ada, 6 sessions"), names) == "{user}"
    assert proof(bare, answer("token-a1"), answer("token-b2"), names) == ""
    assert proof(answer("ada"), answer("ada"), answer("ada"), names) == ""


def test_nobody_can_sign_in(serve: Callable[[Notes], Plan]) -> None:
    plan = serve(app := Notes())
    app.instead = lambda call: Reply(403) if call.path == "/sign-in" else None
    with pytest.raises(StepFailed, match="403"):
        asyncio.run(hold(MAP, plan, environ={}))
