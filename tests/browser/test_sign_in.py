"""What a real browser makes of our cookie: kept on http://localhost, sent by our pages, gone at sign-out."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import Depends, FastAPI, WebSocket
from fastapi.responses import HTMLResponse
from tests.asgi.serving import serving
from tests.browser.chromium import Page, chromium

from rescind.credentials.password import Argon2Parameters, Passwords
from rescind.fastapi import Rescind, Session

pytestmark = pytest.mark.long

Site = tuple[Rescind[str], str, str]
"""The engine, the port of the application, and the port of pages of somebody else on the same machine."""

PASSWORD = "plum-tractor-nine-lamps"
FORM = """<!doctype html><title>notes</title>
<form method="post" action="{action}">
<input name="login" value="ada@example.com"><input name="password" type="password" value="{password}">
<input name="next" value="/me"><button>Sign in</button></form>"""
SUBMIT = "document.querySelector('form').submit()"
LISTEN = """new Promise(done => {
    const socket = new WebSocket(`ws://${location.host}/feed`);
    socket.onmessage = () => fetch('/end', {method: 'POST'});
    socket.onclose = closed => done(closed.code);
})"""


def notes(auth: Rescind[str]) -> FastAPI:
    app = FastAPI()
    auth.install(app)
    guard: Any = Depends(auth.require())

    @app.get("/", response_class=HTMLResponse)
    def form(action: str = "/auth/sign-in") -> str:
        return FORM.format(action=action, password=PASSWORD)

    @app.get("/me", response_class=HTMLResponse)
    def me(session: Session[str] = guard) -> str:
        return f"Signed in as {session.principal_id}"

    @app.websocket("/feed")
    async def feed(socket: WebSocket, session: Session[str] = guard) -> None:
        await socket.accept()
        await socket.send_text("hello")
        await socket.receive_text()

    @app.post("/end")
    async def end(session: Session[str] = guard) -> str:
        return (await auth.aio.revoke(session=session.id, reason="from the page")).state

    return app


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, empty_database: Path) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("notes")
    auth = Rescind(f"sqlite:///{shutil.copy(empty_database, folder / 'app.db')}")
    auth.passwords = Passwords(Argon2Parameters(memory_kib=8, time_cost=1, parallelism=1))
    auth.accounts.create(login="ada@example.com", password=PASSWORD, principal="ada")
    other = Rescind("memory://")
    with serving(notes(auth)) as ours, serving(notes(other)) as theirs:
        yield auth, ours.address.partition(":")[2], theirs.address.partition(":")[2]
    auth.close()
    other.close()


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    with chromium(tmp_path / "profile") as opened:
        yield opened


def sign_in(page: Page, port: str) -> None:
    page.go(f"http://localhost:{port}/")
    page.evaluate(SUBMIT)
    page.wait("document.body && document.body.innerText.includes('Signed in as ada')")


def test_signed_in_by_form_and_out_again(page: Page, site: Site) -> None:
    _, port, _ = site
    sign_in(page, port)
    assert page.evaluate("location.pathname") == "/me"
    (cookie,) = page.cookies(f"http://localhost:{port}/")
    assert cookie["name"] == "__Host-rescind"
    assert (cookie["secure"], cookie["httpOnly"], cookie["sameSite"]) == (True, True, "Lax")
    assert (cookie["domain"], cookie["path"]) == ("localhost", "/")
    assert page.evaluate("document.cookie") == "", "no script of the page sees it"
    status = page.evaluate("fetch('/auth/sign-out', {method: 'POST'}).then(r => r.status)")
    assert status == 204
    assert page.cookies(f"http://localhost:{port}/") == [], "cleared with what it was set with"
    assert page.evaluate("fetch('/me').then(r => r.status)") == 401


def test_socket_of_the_page_is_closed(page: Page, site: Site) -> None:
    _, port, _ = site
    sign_in(page, port)
    assert page.evaluate(LISTEN) == 4001


def test_page_of_another_port_may_not_post(page: Page, site: Site) -> None:
    """Same site, other origin: the browser sends the cookie, so the rule has to hold."""
    _, port, elsewhere = site
    sign_in(page, port)
    page.go(f"http://localhost:{elsewhere}/?action=http://localhost:{port}/end")
    page.evaluate(SUBMIT)
    page.wait("document.body && document.body.innerText.includes('another site')")
    assert page.evaluate("location.port") == port
    page.go(f"http://localhost:{port}/me")
    assert page.text() == "Signed in as ada"


def test_page_of_another_site_may_not_sign_in(page: Page, site: Site) -> None:
    _, port, elsewhere = site
    page.go(f"http://127.0.0.1:{elsewhere}/?action=http://localhost:{port}/auth/sign-in")
    page.evaluate(SUBMIT)
    page.wait("document.body && document.body.innerText.includes('another site')")
    assert page.cookies(f"http://localhost:{port}/") == []


def test_page_of_another_site_does_not_send_it(page: Page, site: Site) -> None:
    auth, port, elsewhere = site
    sign_in(page, port)
    page.go(f"http://127.0.0.1:{elsewhere}/?action=http://localhost:{port}/end")
    page.evaluate(SUBMIT)
    page.wait(f"document.body && location.port === '{port}' && document.readyState === 'complete'")
    page.go(f"http://localhost:{port}/me")
    assert page.text() == "Signed in as ada"
    assert auth.sessions.list("ada")
