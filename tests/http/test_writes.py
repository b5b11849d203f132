"""A request that changes nothing writes nothing, on every face: seen from beside, in the database itself."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.http.callers import cookie_of
from tests.http.faces import FACES
from tests.http.sites import ADA, LOGIN, PASSWORD
from tests.http.wire import send

PATIENCE = 30.0  # seconds
READS = ("GET /me", "GET /maybe", "GET /public", "GET /auth/session", "GET /auth/sessions", "GET /numbers")


@pytest.mark.parametrize("face", FACES)
def test_who_only_looks_writes_nothing(face: str, tmp_path: Path) -> None:
    path = tmp_path / "app.db"
    with FACES[face](f"sqlite:///{path}") as site:
        somebody = cookie_of(site, site.engine.sessions.start(7).token)
        ask = [target.split() for target in READS for _ in range(10)]
        send(site.address, "GET", "/me", somebody)
        until(lambda: site.engine.core.worker.registered)  # the first check makes a worker, which is a row
        beside = sqlite3.connect(path)
        try:
            before = version(beside)
            for method, target in ask:
                for lines in (somebody, ()):
                    assert send(site.address, method, target, lines).status in {200, 401}
            assert version(beside) == before
            send(site.address, "POST", "/logout", site.from_own_page(somebody))
            assert version(beside) != before, "what is written is seen"
        finally:
            beside.close()


@pytest.mark.parametrize(
    "face", [pytest.param(face, marks=pytest.mark.long if "django" in face else ()) for face in FACES]
)
def test_a_refused_sign_in_is_written_down_once(face: str) -> None:
    """Mutation: nobody, or both of us and who looks at the password, writes it."""
    with FACES[face]("memory://") as site:
        for wrong in ({"password": "a guess"}, {"login": "nobody@example.com"}, {"login": ""}):
            body = json.dumps({"login": LOGIN, "password": PASSWORD} | wrong).encode()
            lines = [*site.from_own_page(()), ("Content-Type", "application/json")]
            assert send(site.address, "POST", "/auth/sign-in", lines, body).status == 401
        told = site.engine.core.store.audit_events("default")
    told = [event for event in told if event.outcome == "refused"]
    assert [event.type for event in told] == ["sign_in.refused"] * 3
    assert {event.actor for event in told} == {"anonymous"}
    nobody, unknown, ada = (event.subject for event in told)
    assert ada == f"principal:{ADA}"
    assert unknown.startswith("login:") and nobody.startswith("login:") and unknown != nobody
    assert "guess" not in str(told) and "nobody@" not in str(told)


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def version(beside: sqlite3.Connection) -> int:
    """Changes when another connection has committed a write (SQLite's ``data_version``)."""
    (found,) = beside.execute("PRAGMA data_version").fetchone()
    return int(found)
