"""Flask-Login under gunicorn: what one worker signs out no worker accepts on the next request."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from tests.drill.applications import serving

AT_ONCE = 4
BURSTS = 50
THREADS = ("--worker-class", "gthread", "--threads", "2", "--worker-connections", "2")
"""No more at once than each can serve, or one of them takes all."""
HOW = {
    "sync": ("--worker-class", "sync"),
    "sync, preloaded": ("--worker-class", "sync", "--preload"),
    "threads": THREADS,
    "threads, preloaded": (*THREADS, "--preload"),
}


@dataclass
class Answer:
    status: int
    body: dict[str, Any]
    cookies: dict[str, str]
    worker: str
    parent: int


class Site:
    """A server, and everybody who talks to it; each request on a connection of its own."""

    def __init__(self, base: str) -> None:
        self._netloc = base.removeprefix("http://")
        self._threads = ThreadPoolExecutor(AT_ONCE)

    def ask(self, method: str, path: str, cookies: dict[str, str]) -> Answer:
        connection = HTTPConnection(self._netloc, timeout=20)
        line = "; ".join(f"{name}={value}" for name, value in cookies.items())
        connection.request(method, path, headers={"Cookie": line} if line else {})
        response = connection.getresponse()
        text = response.read()
        lines = [value for name, value in response.getheaders() if name.lower() == "set-cookie"]
        pairs = dict(line.partition(";")[0].split("=", 1) for line in lines)
        connection.close()
        assert response.getheader("Content-Type") == "application/json", text
        return Answer(
            response.status,
            json.loads(text),
            pairs,
            response.headers["X-Worker"],
            int(response.headers["X-Parent"]),
        )

    def everywhere(self, cookies: dict[str, str]) -> list[Answer]:
        """What all workers say about these cookies: asks until each was heard."""
        heard: list[Answer] = []
        for _ in range(BURSTS):
            asked = [self._threads.submit(self.ask, "GET", "/seen", cookies) for _ in range(AT_ONCE)]
            heard += [one.result() for one in asked]
            if len({answer.worker for answer in heard}) == serving.WORKERS:
                return heard
        raise AssertionError(f"one worker alone answered {len(heard)} requests")


def users(answers: list[Answer]) -> set[tuple[int, int | None, int | None]]:
    return {(one.status, one.body["user"], one.body["session"]) for one in answers}


@pytest.mark.parametrize(
    ("how", "people"),
    [("threads, preloaded", (7,)), *(pytest.param(how, (7, 7, 8), marks=pytest.mark.long) for how in HOW)],
)
def test_a_copy_is_dead_on_every_worker_after_a_logout_on_one(
    how: str, people: tuple[int, ...], tmp_path: Path
) -> None:
    database = tmp_path / "app.db"
    environment = {"RESCIND_URL": f"sqlite:///{database}"}
    served = serving.wsgi("tests.flask.served:application", tmp_path, environment, how=HOW[how])
    with served as base:
        assert not database.exists(), "whoever only starts opens nothing"
        site = Site(base)
        for who in people:
            copied = site.ask("POST", f"/login/{who}?remember", {}).cookies
            assert set(copied) == {"session", "__Host-rescind"}
            assert users(site.everywhere(copied)) == {(200, who, who)}
            assert users(site.everywhere({"session": copied["session"]})) == {(200, None, None)}
            out = site.ask("POST", "/logout", copied)
            assert (out.status, out.body["user"], out.cookies["__Host-rescind"]) == (200, None, "")
            for number in (1, 2):
                for names in combinations(copied, number):
                    some = {name: copied[name] for name in names}
                    assert users(site.everywhere(some)) == {(200, None, None)}
        if "preloaded" in how:
            assert not has_a_database(out.parent)
    (log,) = tmp_path.glob("*.log")
    assert "Traceback" not in log.read_text()


def has_a_database(process: int) -> bool:
    """Whether the parent of the workers has one open: it has loaded the application and answers nothing."""
    return any(".db" in str(one.readlink()) for one in Path(f"/proc/{process}/fd").iterdir())
