"""A plan is tried out at every base and by every actor, and nothing is ended."""

from __future__ import annotations

import asyncio

import msgspec
import pytest
from tests.drill.local_server import COPY_OF_TOKEN, LocalServer, Notes, Reply, plan

from rescind.drill.check import Found, check
from rescind.drill.errors import ConsentNeeded, PlanError
from rescind.drill.plan import Actor, Env, Match, Plan


def tried(given: Plan, **settings: object) -> list[Found]:
    return asyncio.run(check(given, **settings))  # type: ignore[arg-type]


def test_every_base_and_every_actor_signs_in() -> None:
    first, second = Notes(), Notes()
    with LocalServer(first) as one, LocalServer(second) as other:
        given = plan(one.base, other.base, copy=COPY_OF_TOKEN)
        end = msgspec.structs.replace(given.end[0], actor="admin")
        given = msgspec.structs.replace(given, end=(end,), actors={"admin": Actor(vars={"user": "root"})})
        found = tried(given)
    assert [one.good for one in found] == [True] * 7
    assert [one.what for one in found][::3] == [
        f"sign in at {one.base}",
        f"sign in at {other.base}",
        "sign in of admin",
    ]
    assert {"user-0", "root"} == set(first.truth) and set(second.truth) == {"user-0"}
    assert all(call.path in {"/sign-in", "/me"} for call in first.calls + second.calls)


def test_a_base_with_sessions_of_its_own_is_told_from_one_that_refuses_sign_in() -> None:
    app = Notes()
    app.instead = lambda call: Reply(503) if call.path == "/sign-in" else None
    with LocalServer(app) as server:
        (found,) = tried(plan(server.base))
    assert (found.what, found.good) == ("sign in", False)
    assert found.says.startswith("POST /sign-in answered 503")


def test_silence_is_said() -> None:
    app = Notes()
    app.instead = lambda call: Reply(drop=True) if call.path == "/me" else None
    with LocalServer(app) as server:
        found = tried(plan(server.base))
    assert [one.says for one in found[1:]] == ["undecided: broken off"] * 2


@pytest.mark.parametrize("secret", ["pig", "plum-tractor"])
def test_what_it_says_holds_no_secret(secret: str) -> None:
    app = Notes()
    app.instead = lambda call: Reply(302, "", (("Location", f"/x?{secret}"),)) if call.path == "/me" else None
    accepted = Match(status=302, location="/{password}/y", body="{token}")
    with LocalServer(app) as server:
        given = plan(server.base, accepted=accepted, refused=(Match(status=302, location="/login"),))
        given = msgspec.structs.replace(given, vars={**given.vars, "password": Env(env="PW")})
        found = tried(given, environ={"PW": secret})
    assert not found[2].good
    assert not any(word in one.says for one in found for word in (secret, "t-user-0", "s-user-0"))


def test_consent_names_and_environment_come_before_the_first_request() -> None:
    app = Notes()
    with LocalServer(app) as server:
        given = plan(server.base)
        with pytest.raises(ConsentNeeded):
            tried(given, resolver=lambda host, port: ["203.0.113.7"])
        with pytest.raises(PlanError, match="PW is not set"):
            tried(msgspec.structs.replace(given, vars={"user": Env(env="PW")}), environ={})
        with pytest.raises(PlanError, match="no value"):
            tried(msgspec.structs.replace(given, vars={}))
    assert app.calls == []
