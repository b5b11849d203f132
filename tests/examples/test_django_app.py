"""The Django example does what the documentation says, under gunicorn and under uvicorn."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from tests import plain_http
from tests.drill.applications.serving import asgi, run, wsgi

from rescind import Rescind

pytestmark = pytest.mark.long  # servers, and passwords hashed as Django does; docs/django.md has a quick one
PASSWORD = "plum-tractor-nine-lamps"
ADDING = f"""
import django
django.setup()
from django.contrib.auth import get_user_model
users = get_user_model().objects
users.create_superuser("ada", password="{PASSWORD}")
users.create_user("bob", password="{PASSWORD}")
"""
SOON = 2.0  # seconds
PATIENCE = 60.0  # seconds that an answer may take on a busy machine
BOTH = 8
"""New connections, so that both workers of a server get asked."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("notes")


@pytest.fixture(scope="module")
def environment(folder: Path) -> dict[str, str]:
    """Of a project with Ada, who may do everything, and Bob."""
    settings = {
        "DJANGO_SETTINGS_MODULE": "examples.django_app.settings",
        "DATABASE": str(folder / "app.db"),
        "SECRET_KEY": "x" * 50,
    }
    run("-m", "django", "migrate", "--verbosity", "0", folder=folder, environment=settings)
    run("-c", ADDING, folder=folder, environment=settings)
    return settings


@pytest.fixture(scope="module")
def threads(folder: Path, environment: dict[str, str]) -> Iterator[str]:
    with wsgi("examples.django_app.served:wsgi", folder, environment) as base:
        yield base


@pytest.fixture(scope="module")
def loops(folder: Path, environment: dict[str, str]) -> Iterator[str]:
    with asgi("examples.django_app.served:asgi", folder, environment) as base:
        yield base


class Browser:
    """Keeps cookies, and sends the token of the last page with its forms."""

    def __init__(self) -> None:
        self.cookies: dict[str, str] = {}

    @property
    def headers(self) -> dict[str, str]:
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}

    def _keep(self, answer: httpx2.Response) -> httpx2.Response:
        for line in answer.headers.get_list("set-cookie"):
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value.strip('"')
        return answer

    def get(self, url: str) -> httpx2.Response:
        return self._keep(plain_http.get(url, headers=self.headers, timeout=PATIENCE))

    def post(self, url: str, page: str | None = None, **fields: str) -> httpx2.Response:
        token = re.search(r'csrfmiddlewaretoken" value="([^"]+)"', self.get(page or url).text)
        assert token is not None
        data = {"csrfmiddlewaretoken": token[1], **fields}
        return self._keep(plain_http.post(url, headers=self.headers, data=data, timeout=PATIENCE))

    def sign_in(self, base: str, name: str) -> None:
        answer = self.post(f"{base}/sign-in", username=name, password=PASSWORD)
        assert (answer.status_code, answer.headers["location"]) == (302, "/"), answer.text


def statuses(base: str, path: str, browser: Browser) -> set[int]:
    return {
        plain_http.get(f"{base}{path}", headers=browser.headers, timeout=PATIENCE).status_code
        for _ in range(BOTH)
    }


def test_a_day_at_work(threads: str, loops: str) -> None:
    ada, bob = Browser(), Browser()
    assert plain_http.get(f"{threads}/").headers["location"] == "/sign-in?next=/"
    ada.sign_in(threads, "ada")
    bob.sign_in(loops, "bob")
    assert bob.post(f"{threads}/", text="<b>tea").status_code == 302
    page = bob.get(f"{loops}/").text
    assert "&lt;b&gt;tea" in page
    assert "(here)" in page
    assert bob.get(f"{loops}/api/notes").json() == {"notes": [{"id": 1, "text": "<b>tea"}]}
    assert plain_http.post(f"{threads}/", headers=bob.headers, data={"text": "spam"}).status_code == 403
    assert statuses(threads, "/people", bob) == {403}
    assert statuses(loops, "/api/notes", bob) == {200}
    said = ada.post(f"{threads}/people/2/leave", page=f"{threads}/people")
    assert said.headers["location"] == "/people"
    assert "final · " in ada.get(f"{threads}/people").text
    for base in (threads, loops):
        assert statuses(base, "/api/notes", bob) == {401}
    copy = Browser()
    copy.cookies = dict(ada.cookies)
    ada.post(f"{threads}/sign-out", page=f"{threads}/people")
    for base in (threads, loops):
        assert statuses(base, "/api/notes", copy) == {401}


def test_a_program_signs_in_without_a_page(threads: str, loops: str) -> None:
    body = {"login": "ada", "password": PASSWORD, "transport": "bearer"}
    issued = plain_http.post(f"{loops}/auth/sign-in", json=body, timeout=PATIENCE).json()
    program = {"Authorization": f"Bearer {issued['access_token']}"}
    for base in (threads, loops):
        assert plain_http.get(f"{base}/api/notes", headers=program, timeout=PATIENCE).status_code == 200
    refused = plain_http.post(
        f"{threads}/auth/sign-in", json=body | {"transport": "cookie"}, timeout=PATIENCE
    )
    assert (refused.status_code, refused.json()["code"]) == (403, "csrf"), "a browser has Django's token"
    assert plain_http.post(f"{threads}/auth/sign-out", headers=program, timeout=PATIENCE).status_code == 204
    for base in (threads, loops):
        answer = plain_http.get(f"{base}/api/notes", headers=program, timeout=PATIENCE)
        assert (answer.status_code, answer.json()["code"]) == (401, "sign_in")


def test_a_stream_ends_where_it_waits(loops: str, folder: Path) -> None:
    ada = Browser()
    ada.sign_in(loops, "ada")
    ada.post(f"{loops}/", text="milk")
    with (
        Rescind(f"sqlite:///{folder / 'app.db'}") as beside,
        plain_http.stream(
            "GET", f"{loops}/api/notes/stream", headers=ada.headers, timeout=PATIENCE
        ) as events,
    ):
        lines = events.iter_lines()
        assert next(lines).startswith("id: ")
        beside.revoke(principal="1", reason="left")
        after = time.monotonic()
        assert all(line.startswith(("data: ", "id: ")) for line in lines if line)
        assert time.monotonic() - after < SOON


def test_the_admin_says_who_is_there(threads: str) -> None:
    ada = Browser()
    ada.sign_in(threads, "ada")
    assert ada.get(f"{threads}/admin/").status_code == 200
