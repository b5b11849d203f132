"""A site of our routes over the real engine, and browsers and programs that use it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from rescind.credentials.password import Argon2Parameters, Passwords
from rescind.engine import Rescind
from rescind.errors import Refused
from rescind.model.session import Session
from rescind.testing import FakeClock
from rescind.transport.message import RequestFacts, Response
from rescind.web.settings import WebSettings
from rescind.web.surface import Surface

PASSWORD = "plum-tractor-nine-lamps"
CHEAP = Argon2Parameters(memory_kib=8, time_cost=1, parallelism=1)
HOST = "app.example"


class Site:
    """An application with two people, 7 (ada) and 8 (bob)."""

    def __init__(self, clock: FakeClock, *, url: str = "memory://", **settings: Any) -> None:
        self.clock = clock
        self.deploy(url, **settings)
        for principal, name in ((7, "ada"), (8, "bob")):
            self.auth.accounts.create(login=f"{name}@example.com", password=PASSWORD, principal=principal)

    def deploy(self, url: str, **settings: Any) -> None:
        """Start the application, or start it again with other settings on the database that it has."""
        self.auth: Rescind[int] = Rescind(url, principal_id=int, clock=self.clock, **settings)
        self.auth.passwords = Passwords(CHEAP)
        self.surface = Surface(self.auth, WebSettings.of(self.auth.settings))

    def session_of(self, token: str) -> Session[int]:
        judged = self.auth.check(token)
        assert isinstance(judged, Session), judged
        return judged

    def code_of(self, token: str) -> str | None:
        """Why a token is refused, ``None`` if it is accepted."""
        judged = self.auth.check(token, strict=True)
        return judged.code if isinstance(judged, Refused) else None

    def live(self, principal: int = 7) -> set[str]:
        return {one.id for one in self.auth.sessions.list(principal)}

    def browser(self, **changes: Any) -> Browser:
        return Browser(self, **changes)


@dataclass
class Browser:
    """Sends what a browser sends from a page of the site, and keeps our cookie as one does."""

    site: Site
    scheme: str = "https"
    host: str = HOST
    cookie: str | None = None
    refresh: str | None = None
    bearer: str | None = None
    headers: dict[str, str] = field(default_factory=lambda: {"sec-fetch-site": "same-origin"})

    def send(self, method: str, path: str, body: bytes = b"", **headers: str) -> Response:
        """One request. A header given as ``content_type="..."`` is added."""
        lines = {"host": self.host, "accept": "*/*"} | self.headers
        lines |= {name.replace("_", "-"): value for name, value in headers.items()}
        ours = {self.name: self.cookie, f"{self.name}-refresh": self.refresh}
        pairs = [f"{name}={value}" for name, value in ours.items() if value is not None]
        if pairs:
            lines["cookie"] = "; ".join(["theme=dark", *pairs])
        if self.bearer is not None:
            lines["authorization"] = f"Bearer {self.bearer}"
        raw = tuple((name.encode(), value.encode()) for name, value in lines.items())
        facts = RequestFacts(method, self.scheme, self.host, path, raw, "203.0.113.9")
        response = self.site.surface.handle(facts, path, body)
        self.keep(response)
        return response

    def json(self, method: str, path: str, **fields: Any) -> Response:
        return self.send(method, path, json.dumps(fields).encode(), content_type="application/json")

    def form(self, path: str, **fields: str) -> Response:
        body = urlencode(fields).encode()
        return self.send("POST", path, body, content_type="application/x-www-form-urlencoded")

    def sign_in(self, name: str = "ada", password: str = PASSWORD, **fields: Any) -> Response:
        return self.json("POST", "/sign-in", login=f"{name}@example.com", password=password, **fields)

    def keep(self, response: Response) -> None:
        for cookie in cookies(response):
            name, _, value = cookie.partition(";")[0].partition("=")
            assert name in (self.name, f"{self.name}-refresh")
            if name == self.name:
                self.cookie = value or None
            else:
                self.refresh = value or None

    @property
    def name(self) -> str:
        return self.site.surface.settings.cookie.name


def body_of(response: Response) -> dict[str, Any]:
    decoded: dict[str, Any] = json.loads(response.body)
    return decoded


def cookies(response: Response) -> list[str]:
    """Every ``Set-Cookie`` of an answer."""
    return [value for name, value in response.headers if name == "set-cookie"]


def cleared(response: Response) -> bool:
    """Whether the answer takes our cookie away."""
    cookie = response.header("set-cookie")
    return cookie is not None and "Max-Age=0" in cookie
