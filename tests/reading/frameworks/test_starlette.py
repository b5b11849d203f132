"""Routes of Starlette, read: lists, also by way of names, sums and mounts."""

from __future__ import annotations

from pathlib import Path

from tests.reading.written import project

from rescind.reading.frameworks import routes

SHOP = {
    "shop.py": """
        from starlette.applications import Starlette
        from starlette.endpoints import HTTPEndpoint
        from starlette.routing import Mount, Route, WebSocketRoute
        from starlette.staticfiles import StaticFiles
        from views import more

        async def home(request): ...
        async def me(request): ...
        async def ws(websocket): ...
        class Item(HTTPEndpoint):
            async def get(self, request): ...
            async def put(self, request): ...
        inner = Starlette(routes=[Route("/deep", me)])
        api = [Route("/item", endpoint=Item), Route("/me", me, methods=["POST"])]
        routes = [Route("/", home), WebSocketRoute("/ws", ws), Mount("/static", StaticFiles(directory="."))]
        app = Starlette(routes=routes + [Mount("/api/", routes=[*api]), Mount("/in", app=inner), *more])
    """,
    "views.py": """
        from starlette.routing import Route
        def late(request): ...
        more = [Route("/late", late), Route("/odd", endpoint=made_elsewhere())]
    """,
}


def test_each_route_with_the_path_of_its_mount(tmp_path: Path) -> None:
    found = [(each.method, each.path, each.name) for each in routes(project(tmp_path, SHOP))]
    assert found == [
        ("GET", "/", "home"), ("WEBSOCKET", "/ws", "ws"), ("GET", "/api/item", "get"),
        ("PUT", "/api/item", "put"), ("POST", "/api/me", "me"), ("GET", "/in/deep", "me"),
        ("GET", "/late", "late"), ("GET", "/odd", ""),
    ]  # fmt: skip


def test_what_goes_in_circles_ends(tmp_path: Path) -> None:
    text = (
        "from starlette.applications import Starlette\nmore = [*more]\napp = Starlette(routes=more + more)\n"
    )
    assert routes(project(tmp_path, {"shop.py": text})) == []
