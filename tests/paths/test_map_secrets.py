"""No secret of an application is in what is said of it: not what it holds, not what it fails with."""

from __future__ import annotations

import io
import json
import textwrap
from pathlib import Path

import pytest
from rich.console import Console

from rescind.paths.map import draw
from rescind.paths.page import page
from rescind.paths.table import show

SECRETS = (
    "hunter2",
    "s3cr3t-sauce",
    "sk_live_4eC39HqLyjWDarjtT1zdp7dc",
    "PIN-4711",
    "9f86d081884c7d659a2feaa0",
)
APPLICATION = """
    import functools, hmac, sqlite3
    from fastapi import Cookie, Depends, FastAPI, Header, HTTPException
    from fastapi.security import APIKeyHeader, HTTPBearer
    from starlette.middleware.sessions import SessionMiddleware
    import jwt

    DSN = "postgresql://shop:hunter2@db.example/shop"
    KEY = "sk_live_4eC39HqLyjWDarjtT1zdp7dc"
    app = FastAPI()
    app.add_middleware(SessionMiddleware, secret_key="s3cr3t-sauce", session_cookie="s")
    db = sqlite3.connect(":memory:", check_same_thread=False)

    def guarded(dsn, pin, keys):
        def inner(x_key: str = Header(), code="PIN-4711"):
            if not hmac.compare_digest(x_key, KEY) or x_key == "9f86d081884c7d659a2feaa0" or pin == code:
                raise HTTPException(401)
            return dsn
        return inner

    class Guard:
        def __init__(self, url, headers):
            self.url, self.headers, self.nested = url, headers, {"token": url}
        def __call__(self, token=Depends(HTTPBearer())):
            return jwt.decode(token.credentials, "s3cr3t-sauce", algorithms=["HS256"])

    closed = guarded(DSN, "PIN-4711", [KEY])
    partly = functools.partial(guarded(DSN, KEY, [KEY]), code="PIN-4711")

    @app.get("/a")
    def a(found=Depends(closed)): ...

    @app.get("/b")
    def b(found=Depends(Guard(DSN, {"Authorization": "Bearer sk_live_4eC39HqLyjWDarjtT1zdp7dc"}))): ...

    @app.get("/c", dependencies=[Depends(partly)])
    def c(): ...

    @app.get("/d")
    def d(x_key: str = Header(default="hunter2")):
        if x_key != "hunter2":
            raise HTTPException(403)
"""
FAILING = {
    "a DSN": "raise ValueError('could not connect to postgresql://shop:hunter2@db.example/shop')",
    "a DSN without a name": "raise ValueError('redis://:hunter2@cache.example:6379/0 is not there')",
    "a key": "raise KeyError('sk_live_4eC39HqLyjWDarjtT1zdp7dc')",
    "the environment": "import os\nraise RuntimeError('bad: ' + os.environ['SHOP_PASSWORD'])",
    "an argument": "raise RuntimeError('login failed: password=hunter2 user=shop')",
}


def reports(target: str, folder: Path) -> str:
    """Everything that is ever printed or written of a map."""
    drawn = draw(target, folder)
    console = Console(width=200, file=io.StringIO(), record=True)
    show(drawn, console)
    written = page(drawn, version="1", when="now")
    return "\n".join([json.dumps(drawn.to_dict("1")), console.export_text(), written])


@pytest.mark.parametrize("target", [pytest.param("shop:app", marks=pytest.mark.long), "shop.py"])
def test_what_an_application_holds_is_not_told(target: str, tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text(textwrap.dedent(APPLICATION))
    told = reports(target, tmp_path)
    assert "/a" in told and "bearer" in told
    assert [secret for secret in SECRETS if secret in told] == []


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[] if name == "a DSN" else pytest.mark.long) for name in FAILING]
)
def test_what_it_fails_with_is_told_without_secrets(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_PASSWORD", "hunter2")
    (tmp_path / "shop.py").write_text(textwrap.dedent(APPLICATION) + FAILING[name] + "\n")
    told = reports("shop:app", tmp_path)
    assert "could not be imported" in told and "Error: " in told
    assert [secret for secret in SECRETS if secret in told] == []
