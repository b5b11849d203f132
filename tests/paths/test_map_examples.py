"""The example applications: every route that the framework has, and who is let in without a credential as
they themselves answer."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rescind.paths.map import draw
from rescind.paths.model import Map, Route

ROOT = Path(__file__).parents[2]
Ask = Callable[[str, str], int]
"""The status of a request without any credential."""
BODIES = {"/auth/step-up": {"password": "plum"}, "/auth/refresh": {"refresh_token": "none"}}
"""What is read before it is asked who sends it."""
ADMIN = {
    "fastapi_app.main:app": {"/people/{user_id}/leave"},
    "fastapi_tokens.shop:app": {"/people/{who}/leave"},
    "flask_app.main:create_app": {"/people", "/people/<int:person>/leave"},
}
"""Where the source of each asks for a role."""


def flask(notes: str) -> tuple[set[tuple[str, str]], Ask]:
    from examples.flask_app.main import create_app

    app = create_app({"RESCIND_URL": "memory://", "NOTES": notes, "TESTING": True})
    client = app.test_client()
    routes = {
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    return routes, lambda method, path: client.open(path, method=method, json=BODIES.get(path)).status_code


def fastapi(name: str) -> tuple[set[tuple[str, str]], Ask]:
    from importlib import import_module

    from fastapi.testclient import TestClient

    app: Any = import_module(f"examples.{name}").app
    client = TestClient(app, base_url="https://testserver", follow_redirects=False)
    routes = {
        (method.upper(), path) for path, operations in app.openapi()["paths"].items() for method in operations
    }
    return routes, lambda method, path: client.request(method, path, json=BODIES.get(path)).status_code


def drawn(name: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Map, set[tuple[str, str]], Ask]:
    notes = str(folder / "notes.db")
    monkeypatch.setenv("FLASK_NOTES", notes)
    monkeypatch.setenv("FLASK_RESCIND_URL", "memory://")
    monkeypatch.setenv("RESCIND_SECRET", "0123456789abcdefghijklmnopqrstuvwxyz")
    routes, ask = flask(notes) if name.startswith("flask") else fastapi(name.removesuffix(":app"))
    return draw(f"examples.{name}", ROOT), routes, ask


def is_page_of_framework(route: Route) -> bool:
    return bool(route.notes) and route.notes[0] in ("docs page", "static page")


@pytest.mark.long
@pytest.mark.parametrize("name", ADMIN)
def test_the_map_says_what_the_application_does(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, routes, ask = drawn(name, tmp_path, monkeypatch)
    ours = [route for route in found.routes if not is_page_of_framework(route)]
    listed = {(route.method, route.path) for route in ours if route.method != "WEBSOCKET"}
    assert routes <= {(route.method, route.path) for route in found.routes}
    assert listed <= routes | {("GET", "/.well-known/jwks.json")}
    wrong: list[tuple[object, ...]] = []
    for route in ours:
        status = 401 if route.method == "WEBSOCKET" else ask(route.method, filled(route.path))
        if (route.protected is True) is not (status in (401, 403)):
            wrong.append((route.method, route.path, route.protected, status))
        if (route.revocation.kind == "immediate") is not (route.protected in (True, "conditional")):
            wrong.append((route.method, route.path, route.revocation.kind, status))
    assert wrong == []
    assert {route.path for route in found.routes if route.audience == "admin"} == ADMIN[name]


def filled(path: str) -> str:
    return re.sub(r"<[^>]*>|\{[^}]*\}", "1", path)
