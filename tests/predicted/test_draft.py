"""A drill from a map can be read by the drill, whatever routes are called."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.paths.maps import AT_ONCE, HOUR, credential, drawn, route

from rescind.drill.read import read
from rescind.paths.errors import PathsError
from rescind.paths.model import Map
from rescind.predicted.draft import draft

SID = credential("cookie:sid", AT_ONCE, mechanism="session_db")
BEARER = credential("bearer", HOUR)


def shop(*more: str, framework: str = "flask", with_it: object = SID) -> Map:
    some = [
        route("/login", method="POST"), route("/items/{id}", with_it), route("/account", with_it),  # type: ignore[arg-type]
        route("/logout", with_it, method="POST"), route("/password", with_it, method="POST"),  # type: ignore[arg-type]
        *(route(path, with_it) for path in more),  # type: ignore[arg-type]
    ]  # fmt: skip
    made = drawn(*some, credentials=(SID, BEARER))
    return Map(made.target, framework, made.credentials, made.routes)


def test_with_a_cookie() -> None:
    plan = read(draft(shop("/x")))
    (step,) = plan.sign_in.steps
    assert (step.post, step.form) == ("/login", {"username": "{user}", "password": "{password}"})
    assert plan.sign_in.copy.cookies == ("sid",)
    assert plan.probe.get == "/account"
    assert [(end.name, end.steps[0].path, end.bound_s) for end in plan.end] == [
        ("sign out", "/logout", 0.0),
        ("new password", "/password", 0.0),
    ]


def test_with_a_token() -> None:
    plan = read(draft(shop(framework="fastapi", with_it=BEARER)))
    (step,) = plan.sign_in.steps
    assert step.json == {"username": "{user}", "password": "{password}"} and "token" in step.capture
    assert plan.sign_in.copy.value == "Bearer {token}"
    assert plan.end[0].steps[0].headers == {"Authorization": "Bearer {token}"}
    assert plan.end[0].bound_s == 3_600


def test_an_end_that_no_route_offers_is_left_to_complete() -> None:
    made = drawn(route("/sign-in", method="POST"), route("/me", SID), credentials=(SID,))
    text = draft(made)
    assert "# No route ends access by its name: complete this." in text
    assert read(text).end[0].steps[0].path == "/logout"


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (drawn(route("/me", SID), credentials=(SID,)), "no route signs in"),
        (drawn(route("/login", method="POST")), "no route accepts a credential"),
        (drawn(route("/login", method="POST"), route("/x", SID, method="POST"), credentials=(SID,)),
         "no route without parameters answers GET to cookie:sid"),
    ],
)  # fmt: skip
def test_a_map_that_no_drill_can_be_made_of(made: Map, said: str) -> None:
    with pytest.raises(PathsError, match=said):
        draft(made)


@settings(max_examples=20)
@given(st.text(max_size=12), st.text(max_size=12))
def test_whatever_routes_are_called(path: str, target: str) -> None:
    made = shop()
    odd = route(f"/me{path}", SID)
    login = route(f"/{path}/login", method="POST")
    out = route(f"/{path}/logout", SID, method="POST")
    read(draft(Map(f"x:{target}", "flask", made.credentials, (login, odd, out, *made.routes))))
