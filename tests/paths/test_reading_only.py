"""Source that is not imported gives the map that the running framework gives."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.paths.measuring import APPLICATIONS

from rescind.paths.errors import NoTarget
from rescind.paths.map import STATIC, behaviours, draw
from rescind.paths.model import Map

CORPUS = sorted(APPLICATIONS.glob("of_f*/*.py"))
QUICK = {"session_sqlite", "blueprint_tokens"}


def told(drawn: Map) -> dict[tuple[str, str], object]:
    """Of each route of the application itself what it asks for, and what ends that."""
    return {
        (each.method, each.path): (
            each.protected, each.endpoint, each.file, each.audience,
            [[(b.kind, b.seconds) for b in behaviours(drawn.credentials[name])] for name in each.accepts],
        )
        for each in drawn.routes if not any(note.endswith(" page") for note in each.notes)
    }  # fmt: skip


def same(path: Path) -> None:
    running, read = draw(f"{path.stem}:app", path.parent), draw(path.name, path.parent)
    assert told(running) == told(read)
    assert STATIC in read.notes and STATIC not in running.notes


@pytest.mark.parametrize("path", [path for path in CORPUS if path.stem in QUICK], ids=lambda path: path.stem)
def test_reading_alone_says_the_same(path: Path) -> None:
    same(path)


@pytest.mark.long
@pytest.mark.parametrize("path", CORPUS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_reading_alone_says_the_same_of_each(path: Path) -> None:
    same(path)


def test_an_application_that_cannot_be_imported_is_read(tmp_path: Path) -> None:
    text = (
        "import not_installed\nfrom fastapi import FastAPI\napp = FastAPI()\n@app.get('/x')\ndef x(): ...\n"
    )
    (tmp_path / "shop.py").write_text(text)
    drawn = draw("shop:app", tmp_path)
    assert [(each.method, each.path, each.line) for each in drawn.routes] == [("GET", "/x", 5)]
    assert "No module named 'not_installed'" in drawn.notes[0]
    assert drawn.notes[1] == STATIC


def test_source_without_routes(tmp_path: Path) -> None:
    (tmp_path / "plain.py").write_text("x = 1\n")
    with pytest.raises(NoTarget, match="no route was found in its source; name the application"):
        draw("plain.py", tmp_path)


GUARDED = """
import not_installed
from fastapi import FastAPI, HTTPException, Request
SESSIONS = {}
app = FastAPI()

@app.middleware("http")
async def wall(request: Request, call_next):
    if request.cookies.get("sid") not in SESSIONS:
        raise HTTPException(401)
    return await call_next(request)

@app.get("/mine")
def mine(): ...

@app.post("/logout")
def logout(request: Request):
    SESSIONS.pop(request.cookies["sid"], None)
"""
OTHER = """
import not_installed
from fastapi import FastAPI
def create():
    from parts.routes import router
    app = FastAPI()
    app.include_router(router)
    return app
app = create()
"""
PART = """
from fastapi import APIRouter
router = APIRouter()

@router.get("/part")
def part(): ...
"""


@pytest.fixture
def two(tmp_path: Path) -> Path:
    """A folder with two applications that have nothing to do with each other."""
    (tmp_path / "parts").mkdir()
    for name, text in {"one": GUARDED, "other": OTHER, "parts/__init__": "", "parts/routes": PART}.items():
        (tmp_path / f"{name}.py").write_text(text)
    return tmp_path


def test_only_what_an_application_imports_is_its_own(two: Path) -> None:
    """Mutation: all of the folder is read, and what guards one application guards the other on the map."""
    assert {each.path: each.protected for each in draw("one:app", two).routes} == {
        "/mine": True, "/logout": True,
    }  # fmt: skip
    (route,) = draw("other:app", two).routes
    assert (route.path, route.protected, route.accepts) == ("/part", False, ())


def test_middleware_of_one_application_is_not_before_another(two: Path) -> None:
    routes = {each.path: each.accepts for each in draw(".", two).routes}
    assert routes["/part"] == () and routes["/mine"] == ("cookie:sid",)


LISTED = """
import http.client
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
SESSIONS = {}

class Wall(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        if request.cookies.get("sid") not in SESSIONS:
            return PlainTextResponse("no", status_code=401)
        return await call_next(request)

async def me(request): return PlainTextResponse("ada")
async def logout(request):
    SESSIONS.pop(request.cookies["sid"], None)
    return PlainTextResponse("")

routes = [Mount("/api", routes=[Route("/me", me), Route("/logout", logout, methods=["POST"])])]
app = Starlette(routes=routes, middleware=[Middleware(Wall)])
"""


def test_starlette_is_read_as_it_runs(tmp_path: Path) -> None:
    """Lists of routes, and middleware that is a class: without it everything would be called open."""
    (tmp_path / "listed.py").write_text(LISTED)
    same(tmp_path / "listed.py")
    (route,) = [each for each in draw("listed.py", tmp_path).routes if each.path == "/api/me"]
    assert (route.protected, route.revocation.kind) == (True, "immediate")
