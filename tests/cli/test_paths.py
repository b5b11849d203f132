"""``rescind paths``: the map as lines and as an object; what cannot be mapped is one line and code 2."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.shell import Shell

APP = """
from fastapi import Cookie, Depends, FastAPI, HTTPException
SESSIONS = {}
app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
def session(sid: str | None = Cookie(default=None)):
    if sid not in SESSIONS:
        raise HTTPException(401)
@app.get("/me", dependencies=[Depends(session)])
def me(): ...
@app.post("/logout")
def logout(sid: str | None = Cookie(default=None)):
    SESSIONS.pop(sid, None)
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop.py").write_text(APP)
    return tmp_path


def test_lines_in_a_pipe_and_one_object(shell: Shell, shop: Path) -> None:
    done = shell("paths shop:app")
    assert (done.code, done.err) == (0, "")
    assert done.rows == [
        ["GET", "/me", "immediate", "-", "user", "cookie:sid", "shop.py", "9"],
        ["POST", "/logout", "n/a", "-", "public", "-", "shop.py", "11"],
    ]
    found = shell("paths shop:app --json").object
    assert list(found) == ["tool", "version", "target", "framework", "credentials", "routes", "summary"]
    assert found["credentials"]["cookie:sid"]["on_revoke"]["class"] == "immediate"


def test_nothing_to_map(shell: Shell, shop: Path) -> None:
    done = shell("paths shop:nothing")
    assert done.code == 2
    assert "shop:nothing could not be imported: shop has no nothing" in done.err
    assert shell("paths 1/2 --json").object["exit_code"] == 2
