"""Routes of FastAPI, read: with the prefixes and dependencies of the routers around them."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.reading.written import project

from rescind.reading.frameworks import routes

SHOP = {
    "shop/__init__.py": "",
    "shop/main.py": """
        from fastapi import Depends, FastAPI
        from .api import router, extra
        from .guards import outer
        app = FastAPI(dependencies=[Depends(outer)])
        app.include_router(router, prefix="/v1")
        app.include_router(extra)
        below = FastAPI()
        @below.api_route("/both", methods=["GET", "POST"])
        def both(): ...
        app.mount("/below", below)
        def late(): ...
        app.add_api_route("/late", late, methods=["PUT"])
    """,
    "shop/api.py": """
        from fastapi import APIRouter, Depends, Security
        from . import guards
        PREFIX = "/pages"
        router = APIRouter(prefix=PREFIX, dependencies=[Depends(guards.inner)])
        extra = APIRouter()
        @router.get("/{number}", dependencies=[Security(guards.last, scopes=["a"])])
        async def page(number: int): ...
        @extra.websocket("/feed")
        async def feed(socket): ...
        router.include_router(extra, prefix="/more")
    """,
    "shop/guards.py": "def outer(): ...\ndef inner(): ...\ndef last(): ...\n",
}


def test_routes_with_what_is_around_them(tmp_path: Path) -> None:
    found = {
        (each.method, each.path): [ast.unparse(before.node).rpartition(".")[2] for before in each.before]
        for each in routes(project(tmp_path, SHOP))
    }
    assert found == {
        ("GET", "/v1/pages/{number}"): ["outer", "inner", "last"],
        ("WEBSOCKET", "/v1/pages/more/feed"): ["outer", "inner"],
        ("WEBSOCKET", "/feed"): ["outer"],
        ("GET", "/below/both"): ["outer"],
        ("POST", "/below/both"): ["outer"],
        ("PUT", "/late"): ["outer"],
    }


def test_routers_in_circles_end(tmp_path: Path) -> None:
    text = """
        from fastapi import APIRouter
        a = APIRouter(prefix="/a")
        b = APIRouter(prefix="/b")
        a.include_router(b)
        b.include_router(a)
        @a.get("/x")
        def x(): ...
    """
    (only,) = routes(project(tmp_path, {"m.py": text}))
    assert only.path.endswith("/x") and only.endpoint is not None and only.line == 7
