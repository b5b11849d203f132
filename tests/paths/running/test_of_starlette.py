"""Classes of Starlette whose methods are the verbs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.endpoints import HTTPEndpoint, WebSocketEndpoint
from starlette.routing import Mount, Route, WebSocketRoute

from rescind.paths.map import draw
from rescind.paths.running.callables import Table
from rescind.paths.running.of_starlette import routes_of


class Plain(HTTPEndpoint):
    async def get(self, request: Any) -> None: ...

    async def delete(self, request: Any) -> None: ...


class Derived(Plain):
    async def post(self, request: Any) -> None: ...


class Walled(Plain):
    async def dispatch(self) -> None: ...


class Socket(WebSocketEndpoint):
    async def on_receive(self, websocket: Any, data: Any) -> None: ...


class Bare:
    def __init__(self, scope: Any, receive: Any, send: Any) -> None: ...


def mapped(*routes: Any) -> list[tuple[str, str, str, list[str]]]:
    table = Table()
    found = routes_of(Starlette(routes=routes), table)
    names = [str(row["name"]).removeprefix(f"{__name__}.") for row in table.rows]
    return [
        (each["method"], each["path"], names[each["endpoint"]], [names[guard] for guard in each["guards"]])
        for each in found
    ]


def test_each_verb_is_a_route_of_its_own() -> None:
    assert mapped(Route("/a", Plain), Mount("/b", routes=[Route("/c", Derived)])) == [
        ("GET", "/a", "Plain.get", []),
        ("DELETE", "/a", "Plain.delete", []),
        ("GET", "/b/c", "Plain.get", []),
        ("POST", "/b/c", "Derived.post", []),
        ("DELETE", "/b/c", "Plain.delete", []),
    ]


def test_only_what_the_route_lets_by() -> None:
    assert mapped(Route("/a", Derived, methods=["POST"])) == [("POST", "/a", "Derived.post", [])]


def test_a_dispatch_of_ones_own_stands_before_the_methods() -> None:
    assert mapped(Route("/a", Walled)) == [
        ("GET", "/a", "Plain.get", ["Walled.dispatch"]),
        ("DELETE", "/a", "Plain.delete", ["Walled.dispatch"]),
    ]


def test_sockets() -> None:
    assert mapped(WebSocketRoute("/s", Socket)) == [("WEBSOCKET", "/s", "Socket.on_receive", [])]


def test_any_other_class_is_left_as_it_is() -> None:
    assert mapped(Route("/x", Bare)) == [("ANY", "/x", "Bare", [])]


def test_a_view_that_was_not_read_is_not_called_open(tmp_path: Path) -> None:
    text = """
        from flask import Flask
        from somewhere.else_ import report
        app = Flask(__name__)
        app.add_url_rule("/report", view_func=report)
        @app.get("/")
        def start(): return ""
    """
    (tmp_path / "shop.py").write_text("\n".join(line[8:] for line in text.splitlines()))
    drawn = draw("shop.py", tmp_path)
    assert {each.path: (each.protected, each.revocation.kind) for each in drawn.routes} == {
        "/report": (None, "unknown"),
        "/": (False, "n/a"),
    }
