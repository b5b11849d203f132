"""Clients of a FastAPI (or Starlette) application, on https, with or without a session."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urljoin

from starlette.applications import Starlette
from starlette.testclient import TestClient, WebSocketTestSession

from rescind.engine import Rescind
from rescind.errors import ConfigurationError
from rescind.model.session import Issued
from rescind.transport.cookie import CookiePolicy

BASE_URL = "https://testserver"
"""Over plain http a browser drops our cookie, and a client that keeps it would test something else."""

DEV_URL = "http://localhost"
"""Where the development cookie belongs; over https it is refused."""


class Client(TestClient):
    """A ``TestClient`` whose sockets are as secure as its requests, so that they carry the same cookie."""

    def websocket_connect(
        self, url: str, subprotocols: Sequence[str] | None = None, **kwargs: Any
    ) -> WebSocketTestSession:
        base = str(self.base_url).replace("http", "ws", 1)
        return super().websocket_connect(urljoin(base, url), subprotocols, **kwargs)


def client(app: Starlette, issued: Issued[Any] | None = None) -> Client:
    """A client of ``app`` on https://testserver (with the development cookie: on http://localhost).

    Args:
        issued: the session that it presents, in our cookie; ``None``: nobody is signed in.
    """
    installed = getattr(app.state, "rescind", None)
    dev = isinstance(installed, Rescind) and installed.settings.cookie == "dev"
    made = Client(app, base_url=DEV_URL if dev else BASE_URL)
    if issued is not None:
        policy = CookiePolicy.dev() if engine_of(app).settings.cookie == "dev" else CookiePolicy()
        # As a server sets it, so that an answer replaces it (http.cookiejar gives a bare host this ending).
        host = made.base_url.host
        domain = host if "." in host else f"{host}.local"
        made.cookies.set(policy.name, issued.token, domain=domain, path="/")
        if issued.refresh_token is not None:
            name = policy.for_refreshing().name
            made.cookies.set(name, issued.refresh_token, domain=domain, path="/")
    return made


def engine_of(app: Starlette) -> Rescind[Any]:
    """The engine that was installed into ``app``.

    Raises:
        ConfigurationError: there is none.
    """
    engine = getattr(app.state, "rescind", None)
    if not isinstance(engine, Rescind):
        raise ConfigurationError("this application has no rescind: call auth.install(app)")
    return engine
