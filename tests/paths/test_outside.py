"""Guards that do not stand in the folder that is mapped, and such that cannot be understood."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

import pytest

from rescind.paths.map import draw
from rescind.paths.outside import packages

SHARED = """
    import jwt
    from fastapi import Depends, HTTPException, Request
    from fastapi.security import HTTPBearer
    from starlette.responses import JSONResponse

    KEY = "a key of more than thirty-two bytes, shared by all"

    def require_user(given=Depends(HTTPBearer())):
        try:
            return jwt.decode(given.credentials, KEY, algorithms=["HS256"])
        except jwt.InvalidTokenError:
            raise HTTPException(401)

    class Wall:
        def __init__(self, app):
            self.app = app

        async def __call__(self, scope, receive, send):
            if Request(scope).headers.get("x-wall-key") != KEY:
                return await JSONResponse({}, status_code=401)(scope, receive, send)
            await self.app(scope, receive, send)
"""
SHOP = """
    from company_auth.guards import Wall, require_user
    from fastapi import Depends, FastAPI

    app = FastAPI()
    admin = FastAPI()
    admin.add_middleware(Wall)
    app.mount("/admin", admin)

    @app.get("/me")
    def me(user=Depends(require_user)):
        return user

    @admin.get("/people")
    def people():
        return []
"""


def written(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(textwrap.dedent(text))
    return path


def routes(folder: Path, text: str) -> dict[str, dict[str, Any]]:
    written(folder / "shop.py", text)
    return {route["path"]: route for route in draw("shop:app", folder).to_dict("1")["routes"]}


def test_an_installed_package_that_guards_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that many applications of a company share: it is no less a guard for lying elsewhere."""
    installed = tmp_path / "lib" / "site-packages"
    written(installed / "company_auth" / "__init__.py", "")
    written(installed / "company_auth" / "guards.py", SHARED)
    monkeypatch.setenv("PYTHONPATH", str(installed))
    found = routes(tmp_path / "app", SHOP)
    assert (found["/me"]["protected"], found["/me"]["mechanisms"]) == (True, ["jwt"])
    assert (found["/admin/people"]["protected"], found["/admin/people"]["accepts"]) == (
        True,
        ["header:x-wall-key"],
    )


BY_NAME = """
    import functools

    WAYS = {}

    def auth_required(*ways):
        def around(view):
            @functools.wraps(view)
            def inner(*args, **kwargs):
                found = [WAYS[each]() for each in ways]
                return view(*args, **kwargs) if any(found) else WAYS["handler"](found)
            return inner
        return around
"""
BEHIND = """
    from flask import Flask
    from company_ways import auth_required

    app = Flask(__name__)

    @app.get("/me")
    @auth_required("token")
    def me():
        return "ada"
"""


def test_a_decorator_that_is_called_as_guards_are_is_not_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it asks for goes by names that are put together, as in Flask-Security."""
    installed = tmp_path / "lib" / "site-packages"
    written(installed / "company_ways.py", BY_NAME)
    monkeypatch.setenv("PYTHONPATH", str(installed))
    found = routes(tmp_path / "app", BEHIND)
    assert (found["/me"]["protected"], found["/me"]["revocation"]["class"]) == (None, "unknown")


def test_which_packages_are_read(tmp_path: Path) -> None:
    installed = tmp_path / "venv" / "lib" / "site-packages"
    inner = written(installed / "company" / "auth" / "rules.py", "")
    for folder in (installed / "company", installed / "company" / "auth"):
        written(folder / "__init__.py", "")
    alone = written(installed / "guard.py", "")
    framework = written(installed / "starlette" / "routing.py", "")
    written(installed / "starlette" / "__init__.py", "")
    own = written(tmp_path / "shop.py", "")
    files = [inner, alone, framework, own, Path(textwrap.__file__), tmp_path / "gone.py", inner]
    rows = [{"file": str(file)} for file in files] + [{"file": ""}]
    assert packages(rows, tmp_path) == [installed / "company", alone]
    assert packages([{"file": pytest.__file__}], tmp_path) == [Path(pytest.__file__).parent]


UNREAD = """
    import functools
    from flask import Flask, abort, redirect, request, url_for

    app = Flask(__name__)
    acl = __import__("acl_of_elsewhere").load()

    def allowed(view):
        @functools.wraps(view)
        def inner(*args, **kwargs):
            if acl.allows(view.__name__):
                return view(*args, **kwargs)
            {denial}
        return inner

    @app.get("/stock")
    @allowed
    def stock():
        return "all of it"

    @app.post("/login")
    def login():
        if not acl.knows(request.form["name"]):
            abort(401)
        return "in"
"""


@pytest.mark.parametrize(
    "denial",
    [
        "abort(403)",
        pytest.param("return 'no', 401", marks=pytest.mark.long),
        pytest.param("raise PermissionDenied()", marks=pytest.mark.long),
        pytest.param("return redirect(url_for('auth.login'))", marks=pytest.mark.long),
    ],
)
def test_who_is_turned_away_for_an_unknown_reason_is_not_anybody(tmp_path: Path, denial: str) -> None:
    """Mutation: called open to anybody, since no credential was seen."""
    written(tmp_path / "acl_of_elsewhere.py", "class Rules:\n    allows = knows = bool\nload = Rules\n")
    found = routes(tmp_path, UNREAD.replace("{denial}", denial))
    assert (found["/stock"]["protected"], found["/stock"]["revocation"]["class"]) == (None, "unknown")
    assert "shop.py:13" in found["/stock"]["notes"][0]
    assert found["/login"]["protected"] is False


def test_what_is_merely_asked_for_is_no_credential(tmp_path: Path) -> None:
    found = routes(
        tmp_path,
        """
        from fastapi import Depends, FastAPI, Header, HTTPException, Query

        app = FastAPI()

        def version(x_version: str = Header("1")):
            if x_version.startswith("0"):
                raise HTTPException(400)

        @app.get("/list", dependencies=[Depends(version)])
        def some(limit: int = Query(10)):
            if limit > 100:
                raise HTTPException(422)
            return []
        """,
    )
    assert (found["/list"]["protected"], found["/list"]["accepts"]) == (False, [])
