"""Which application is meant, and its routes as the framework has them."""

from __future__ import annotations

import functools
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, Depends, FastAPI, WebSocket
from fastapi.responses import PlainTextResponse
from fastapi.security import HTTPBearer
from starlette.applications import Starlette
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from rescind.paths.running.callables import Table
from rescind.paths.running.child import answered, noting
from rescind.paths.running.of_starlette import routes_of

NONE = "no application of FastAPI, Starlette or Flask, and no settings of Django"


@pytest.fixture(autouse=True)
def _imports_from_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.syspath_prepend(str(tmp_path))
    yield
    sys.modules.pop("shop_asked", None)


def write(folder: Path, text: str) -> None:
    (folder / "shop_asked.py").write_text(text)


@pytest.mark.parametrize(
    ("text", "target", "error"),
    [
        ("x = 1", "shop_asked", "no application in shop_asked: say which, as in shop_asked:app"),
        (
            "x = 1",
            "shop_asked:x",
            f"shop_asked:x is builtins.int, {NONE}",
        ),
        (
            "from fastapi import FastAPI\na = FastAPI()\nb = FastAPI()",
            "shop_asked",
            "several applications in shop_asked: a, b. Say which: shop_asked:NAME",
        ),
    ],
)
def test_which_application(tmp_path: Path, text: str, target: str, error: str) -> None:
    write(tmp_path, text)
    with pytest.raises(LookupError) as raised:
        answered(target)
    assert str(raised.value) == error


def test_a_factory_is_called_and_the_only_one_is_found(tmp_path: Path) -> None:
    write(tmp_path, "from fastapi import FastAPI\ndef make():\n    return FastAPI()\napp = again = FastAPI()")
    assert answered("shop_asked:make")["framework"] == "fastapi"
    assert answered("shop_asked:make()")["framework"] == "fastapi"
    assert answered("shop_asked")["framework"] == "fastapi"


class Endpoint:
    async def __call__(self) -> str:
        return "object"


def plain(word: str = "") -> str:
    return word


def large() -> FastAPI:
    """Routers in routers, mounted applications of two kinds, files, sockets, endpoints of every kind."""
    guard = HTTPBearer()
    inner = APIRouter(prefix="/inner")
    inner.add_api_route("/partial", functools.partial(plain, "x"), methods=["POST"])
    inner.add_api_route("/lambda", lambda: "x")
    outer = APIRouter(prefix="/outer", dependencies=[Depends(guard)])
    outer.add_api_route("/object", Endpoint())
    outer.include_router(inner, dependencies=[Depends(plain)])

    @outer.websocket("/socket")
    async def socket(websocket: WebSocket, word: Annotated[str, Depends(plain)]) -> None:
        """Nothing."""

    below = FastAPI()
    below.add_api_route("/x/{y}", plain)
    star = Starlette(
        routes=[Route("/s", PlainTextResponse), Mount("/deep", routes=[Route("/t", PlainTextResponse)])]
    )
    app = FastAPI()
    app.include_router(outer, prefix="/v1")
    app.mount("/below", below)
    app.mount("/star", star)
    app.mount("/files", StaticFiles(directory=Path(__file__).parent))
    return app


def test_routes_are_those_of_the_framework() -> None:
    """Of included routers `app.openapi()` says the same in another way."""
    app = large()
    table = Table()
    routes = routes_of(app, table)
    found = {(each["method"], each["path"]) for each in routes}
    told: dict[str, Any] = app.openapi()["paths"]
    assert {(method.upper(), path) for path, methods in told.items() for method in methods} <= found
    assert {
        ("WEBSOCKET", "/v1/outer/socket"), ("GET", "/below/x/{y}"), ("ANY", "/star/s"),
        ("ANY", "/star/deep/t"), ("GET", "/v1/outer/inner/lambda"), ("POST", "/v1/outer/inner/partial"),
        ("ANY", "/files"), ("GET", "/docs"),
    } <= found  # fmt: skip
    assert {each["kind"] for each in routes if each["path"] == "/files"} == {"static"}


def test_what_stands_before_a_route_comes_from_each_router_around_it() -> None:
    table = Table()
    (route,) = [each for each in routes_of(large(), table) if each["path"] == "/v1/outer/inner/lambda"]
    names = [table.rows[number]["name"] for number in route["guards"]]
    assert names == ["fastapi.security.http.HTTPBearer", f"{__name__}.plain"]
    partial = next(each for each in routes_of(large(), table) if each["path"].endswith("/partial"))
    assert table.rows[partial["endpoint"]]["name"] == f"{__name__}.plain"
    assert table.rows[partial["endpoint"]]["file"] == __file__


def test_many_routes_behind_the_same_guards_are_described_once() -> None:
    router = APIRouter(dependencies=[Depends(plain)])
    for number in range(200):
        router.add_api_route(f"/{number}", Endpoint.__call__, name=str(number))
    app = FastAPI()
    app.include_router(router)
    table = Table()
    assert len(routes_of(app, table)) == 204
    assert len(table.rows) < 10


def test_a_probe_opens_nothing() -> None:
    opened: list[str] = []
    hook = noting(opened)
    for address in (("::1", 0), ("127.0.0.1", 0, 0, 0), ("127.0.0.1", 8_000), "/tmp/a.sock"):
        hook("socket.bind", (None, address))
    assert opened == ["bind", "bind"]
