"""Whole sites: each route that Django has, and who is let in without a credential as the site answers."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from tests.paths.django.asked import SITES, own_view

from rescind.paths.map import draw
from rescind.paths.model import Map, Route

ROOT = Path(__file__).parents[3]
FILLED = (
    (r"<int:\w+>|<path:\w+>|\(\?P<pk>[^)]*\)|<id>", "1"),
    (r"<(?:str|slug):\w+>", "x"),
    (r"\(\?P<year>[^)]*\)", "2020"),
    (r"\(\?P<(?:url|path|name)>\.\*\)", "nothing-such"),
)
"""What a path with parameters is asked as; others are left out."""
OTHERWISE = {
    ("/admin/logout/", 302), ("/api/token/refresh/", 400), ("/api/token/blacklist/", 400),
    ("/auth/step-up", 400),
}  # fmt: skip
"""Where nobody is sent elsewhere, and where a body is read before it is asked who sends it."""


def filled(path: str) -> str:
    for pattern, value in FILLED:
        path = re.sub(pattern, value, path)
    return "" if any(character in path for character in "<(\\*") else path


def drawn(
    folder: Path, settings: str, monkeypatch: pytest.MonkeyPatch, place: Path
) -> tuple[Map, dict[str, Any]]:
    monkeypatch.setenv("PLACE", str(place))
    monkeypatch.setenv("DATABASE", str(place / "drawn.db"))
    found = draw(settings, folder)
    asked = [(verb(each), filled(each.path)) for each in found.routes]
    return found, own_view(folder, settings, tuple(asked))


def verb(route: Route) -> str:
    return "GET" if route.method == "ANY" else route.method


def turned_away(status: int, to: str) -> bool:
    return status in {401, 403} or (status == 302 and ("login" in to or "sign-in" in to))


@pytest.mark.long
@pytest.mark.parametrize(
    ("folder", "settings"),
    [(SITES / "large", "settings"), (SITES / "accounts", "settings"), (ROOT, "examples.django_app.settings")],
    ids=["large", "accounts", "example"],
)
def test_routes_are_those_of_django_and_doors_are_shut_as_it_is_said(
    folder: Path, settings: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    found, told = drawn(folder, settings, monkeypatch, tmp_path)
    ours = {each.path for each in found.routes if each.path != "*"}
    assert ours == {path for path, _ in told["routes"]}
    wrong = []
    for route, (status, to) in zip(found.routes, told["answers"], strict=True):
        if not filled(route.path) or status in {404, 405} or "never reached" in " ".join(route.notes):
            continue
        shut = turned_away(status, to) or (route.path, status) in OTHERWISE
        if route.protected in (True, False) and route.protected is not shut:
            wrong.append((route.method, route.path, route.protected, status, to))
    assert wrong == []


@pytest.mark.long
def test_pages_of_allauth(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What is left hangs on a sign-in that has begun, and on a link."""
    found, _ = drawn(SITES / "accounts", "settings", monkeypatch, tmp_path)
    said = {each.path: each.protected for each in found.routes}
    assert (said["/accounts/login/"], said["/accounts/signup/"]) == (False, False)
    left = {path for path, protected in said.items() if protected is None}
    assert {path.partition("(")[0] for path in left} == {
        "/accounts/login/code/confirm/", "/accounts/password/reset/key/",
    }  # fmt: skip


@pytest.mark.long
def test_every_route_of_the_example_can_be_shut_at_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DATABASE", str(tmp_path / "drawn.db"))
    found = draw("examples.django_app.settings", ROOT)
    assert {each.revocation.kind for each in found.routes if each.protected} == {"immediate"}
    assert {each.path for each in found.routes if each.protected is None} == set()
    admin = {each.path for each in found.routes if each.audience == "admin" and "/admin/" not in each.path}
    assert admin == set()
