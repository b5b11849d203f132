"""The admin in a real browser, on a server of its own: sign in, select, say why, see the receipt."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.browser.chromium import Page, chromium

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]
TIMEOUT = 30.0
PREPARE = """
import django, json
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from django.contrib.auth import get_user_model
from rescind.django import engine
users = get_user_model().objects
users.create_superuser("root", password="right")
ada, bob = users.create_user("ada"), users.create_user("b" * 150)
labels = ["Firefox on Linux", "x" * 255, None]
start = engine().sessions.start
opened = [start(ada.pk, method="password", label=label) for label in labels]
opened.append(start(bob.pk, method="password"))
print(json.dumps([[one.token, one.session.id] for one in opened]))
engine().close()
"""
SELECT = "document.querySelector('input[name=_selected_action][value=\"{}\"]').click()"
CHOOSE = "document.querySelector('select[name=action]').value = '{}'"
SEND = "document.querySelector('{}').click()"
FITS = "document.documentElement.scrollWidth <= innerWidth"


class Site:
    """A server with an administrator ``root``, three sessions of Ada's, one of somebody with a long name."""

    def __init__(self, folder: Path) -> None:
        self.environment = os.environ | {
            "DATABASE": str(folder / "db.sqlite3"),
            "DJANGO_SETTINGS_MODULE": "tests.browser.django_settings",
            "PYTHONPATH": str(ROOT),
        }
        made = subprocess.run(
            [sys.executable, "-c", PREPARE], env=self.environment, check=True, capture_output=True, text=True
        )
        self.sessions: list[tuple[str, str]] = [tuple(one) for one in json.loads(made.stdout)]
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = f"http://127.0.0.1:{free.getsockname()[1]}"

    @contextmanager
    def running(self) -> Iterator[None]:
        command = [
            sys.executable,
            "-m",
            "django",
            "runserver",
            "--noreload",
            self.address.removeprefix("http://"),
        ]
        process = subprocess.Popen(
            command, env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            deadline = time.monotonic() + TIMEOUT
            while not self._answers():
                assert process.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.05)
            yield
        finally:
            process.terminate()
            process.wait(TIMEOUT)

    def _answers(self) -> bool:
        try:
            return httpx2.get(f"{self.address}/untouched").status_code == 200
        except httpx2.TransportError:
            return False

    def lets_in(self) -> list[bool]:
        """Of each session, whether a guarded page opens."""
        return [
            httpx2.get(f"{self.address}/guarded", headers={"cookie": f"sessionid={token}"}).status_code == 200
            for token, _ in self.sessions
        ]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    found = Site(tmp_path_factory.mktemp("site"))
    with found.running():
        yield found


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    with chromium(tmp_path / "profile") as opened:
        yield opened


def sign_in(page: Page, site: Site) -> None:
    page.go(f"{site.address}/admin/login/?next=/admin/rescind/session/")
    page.evaluate("document.querySelector('#id_username').value = 'root'")
    page.evaluate("document.querySelector('#id_password').value = 'right'")
    page.evaluate(SEND.format("[type=submit]"))
    page.wait("document.readyState === 'complete' && location.pathname === '/admin/rescind/session/'")


def look(page: Page, folder: Path, name: str) -> None:
    """Light, dark and narrow; nothing may stick out of a window."""
    for scheme, width in (("light", 1280), ("dark", 1280), ("light", 390)):
        page.look(folder / f"{name}-{scheme}-{width}.png", scheme=scheme, width=width)
        if width == 1280:
            assert page.evaluate(FITS), f"{name} is wider than the window"
    page.look(folder / f"{name}.png")


def test_revoke_selected_sessions(page: Page, site: Site, tmp_path: Path) -> None:
    sign_in(page, site)
    assert "Select session to view" in page.text()
    look(page, tmp_path, "sessions")
    assert site.lets_in() == [True] * 4
    for _, one in site.sessions[:2]:
        page.evaluate(SELECT.format(one))
    page.evaluate(CHOOSE.format("revoke_selected"))
    page.evaluate(SEND.format("button[name=index]"))
    page.wait("document.readyState === 'complete' && document.querySelector('#id_reason') !== null")
    assert "2 sessions of 1 user" in page.text()
    look(page, tmp_path, "reason")
    page.evaluate(SEND.format("#content input[type=submit]"))
    assert page.evaluate("document.querySelector('#id_reason').matches(':invalid')"), (
        "no reason, no revocation"
    )
    assert site.lets_in() == [True] * 4
    page.evaluate("document.querySelector('#id_reason').value = 'laptop was stolen'")
    page.evaluate(SEND.format("#content input[type=submit]"))
    page.wait("document.readyState === 'complete' && document.querySelector('.messagelist') !== null")
    said = page.evaluate("document.querySelector('.messagelist').innerText")
    assert said.startswith("Final · seq "), said
    assert "ended 2 sessions" in said
    look(page, tmp_path, "receipt")
    assert site.lets_in() == [False, False, True, True]
    page.go(f"{site.address}/admin/rescind/revocation/")
    assert page.text().count("laptop was stolen") == 2
    look(page, tmp_path, "log")
    for name in ("auditevent", "principal"):
        page.go(f"{site.address}/admin/rescind/{name}/")
        look(page, tmp_path, name)
    page.go(f"{site.address}/admin/rescind/session/{site.sessions[1][1]}/change/")
    look(page, tmp_path, "session")


def test_sign_out_everywhere(page: Page, site: Site, tmp_path: Path) -> None:
    sign_in(page, site)
    page.go(f"{site.address}/admin/auth/user/?q=ada")
    page.evaluate("document.querySelector('input[name=_selected_action]').click()")
    page.evaluate(CHOOSE.format("sign_out_everywhere"))
    look(page, tmp_path, "users")
    page.evaluate(SEND.format("button[name=index]"))
    page.wait("document.readyState === 'complete' && document.querySelector('#id_reason') !== null")
    page.evaluate("document.querySelector('#id_reason').value = 'left the company'")
    page.evaluate(SEND.format("#content input[type=submit]"))
    page.wait("document.readyState === 'complete' && document.querySelector('.messagelist') !== null")
    assert page.evaluate("document.querySelector('.messagelist').innerText").startswith("Final · seq ")
    look(page, tmp_path, "signed-out")
    assert site.lets_in() == [False, False, False, True]


def test_a_page_of_an_error_shows_no_key(page: Page, site: Site, tmp_path: Path) -> None:
    """With ``DEBUG``, in a view that fails with the key in a local variable."""
    sign_in(page, site)
    key: Any = next(one["value"] for one in page.cookies(f"{site.address}/") if one["name"] == "sessionid")
    page.go(f"{site.address}/broken")
    shown = page.evaluate("document.documentElement.outerHTML")
    assert "ZeroDivisionError" in shown
    assert "session_key" in shown
    assert key.rpartition(".")[2] not in shown
    look(page, tmp_path, "error")
