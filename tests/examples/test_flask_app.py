"""The Flask example does what the documentation says, in real pre-forked workers, and is strictly typed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests import plain_http
from tests.drill.applications.serving import run, wsgi

from rescind import Rescind

ROOT = Path(__file__).parents[2]
COOKIE = "__Host-rescind"
ADA = {"name": "ada", "password": "plum-tractor-nine-lamps"}
SOON = 2.0  # seconds; a part is due four times in each


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('notes') / 'app.db'}"


@pytest.fixture(scope="module")
def site(url: str) -> Iterator[str]:
    """Two processes of gunicorn with Ada, who was added with the application's own command."""
    folder = Path(url.removeprefix("sqlite:///")).parent
    settings = {"FLASK_RESCIND_URL": url, "FLASK_NOTES": str(folder / "notes.db")}
    adding = ["add-person", ADA["name"], "--role", "admin", "--password", ADA["password"]]
    run("-m", "flask", "--app", "examples.flask_app.main", *adding, folder=folder, environment=settings)
    with wsgi("examples.flask_app.main:create_app()", folder, settings) as base:
        yield base


def everywhere(site: str, path: str, cookie: dict[str, str]) -> set[int]:
    """The statuses of several new connections, so that both workers get asked."""
    return {plain_http.get(f"{site}{path}", headers=cookie).status_code for _ in range(8)}


@pytest.mark.long
def test_a_day_at_work(site: str, url: str) -> None:
    assert (
        plain_http.get(f"{site}/", headers={"Accept": "text/html"}).headers["location"].startswith("/sign-in")
    )
    assert plain_http.post(f"{site}/sign-in", data={**ADA, "password": "wrong"}).status_code == 401
    answer = plain_http.post(f"{site}/sign-in", data=ADA, headers={"Sec-Fetch-Site": "same-origin"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = {"Cookie": answer.headers["set-cookie"].partition(";")[0]}
    assert plain_http.post(f"{site}/notes", data={"text": "tea"}, headers=cookie).status_code == 303
    foreign = {"Sec-Fetch-Site": "cross-site", **cookie}
    assert plain_http.post(f"{site}/notes", data={"text": "spam"}, headers=foreign).json()["code"] == "csrf"
    assert plain_http.get(f"{site}/api/notes", headers=cookie).json()["notes"] == [{"id": 1, "text": "tea"}]
    assert everywhere(site, "/people", cookie) == {200}
    with Rescind(url, principal_id=int) as admin:
        assert admin.principals.set(1, roles=[], reason="other work").state == "final"
    assert everywhere(site, "/people", cookie) == {403}
    assert everywhere(site, "/", cookie) == {200}
    assert plain_http.post(f"{site}/auth/sign-out", headers=cookie).status_code == 204
    assert everywhere(site, "/", cookie) == {401}


@pytest.mark.long
def test_one_leaves(site: str, url: str) -> None:
    with Rescind(url, principal_id=int) as outside:
        outside.principals.set(8, roles=["admin"], reason="task")
        cookies = [
            {"Cookie": f"{COOKIE}={outside.sessions.start(principal).token}"} for principal in (8, 9, 9)
        ]
    admin, *theirs = cookies
    assert [everywhere(site, "/", one) for one in theirs] == [{200}, {200}]
    said = plain_http.post(f"{site}/people/9/leave", headers=admin).text
    assert "final" in said
    assert "ended 2 sessions" in said
    assert [everywhere(site, "/", one) for one in theirs] == [{401}, {401}]
    assert everywhere(site, "/people", admin) == {200}


@pytest.mark.long
def test_a_stream_ends(site: str, url: str) -> None:
    with Rescind(url, principal_id=int) as admin:
        cookie = {"Cookie": f"{COOKIE}={admin.sessions.start(10).token}"}
        plain_http.post(f"{site}/notes", data={"text": "milk"}, headers=cookie)
        with plain_http.stream("GET", f"{site}/api/notes/stream", headers=cookie) as events:
            lines = events.iter_lines()
            assert next(lines).startswith("id: ")
            assert next(lines) == 'data: "milk"'
            admin.revoke(principal=10, reason="left")
            after = time.monotonic()
            assert all(line == ": still here" for line in lines if line)
            assert time.monotonic() - after < SOON


@pytest.mark.long  # `make types` says it too
@pytest.mark.parametrize("checker", [["mypy", "--strict"], ["pyright"]])
def test_types(checker: list[str]) -> None:
    command = [sys.executable, "-m", *checker, "examples/flask_app"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_its_own_tests_pass() -> None:
    """As its owner would run them: with the plugin, and with none of this repository's settings."""
    alone = ["-q", "-c", os.devnull, "--rootdir", "examples", "-p", "no:cacheprovider", "-W", "error"]
    command = [sys.executable, "-m", "pytest", *alone, "examples/flask_app"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "7 passed" in done.stdout
