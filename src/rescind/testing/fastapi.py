"""Clients of a FastAPI (or Starlette) application, on https, with or without a session."""

from __future__ import annotations

from typing import Any

from starlette.applications import Starlette
from starlette.testclient import TestClient

from rescind.engine import Rescind
from rescind.errors import ConfigurationError
from rescind.model.session import Issued
from rescind.transport.cookie import CookiePolicy

BASE_URL = "https://testserver"
"""Over plain http a browser drops our cookie, and a client that keeps it would test something else."""


def client(app: Starlette, issued: Issued[Any] | None = None) -> TestClient:
    """A client of ``app`` on https://testserver.

    Args:
        issued: the session that it presents, in our cookie; ``None``: nobody is signed in.
    """
    made = TestClient(app, base_url=BASE_URL)
    if issued is not None:
        policy = CookiePolicy.dev() if engine_of(app).settings.cookie == "dev" else CookiePolicy()
        made.cookies.set(policy.name, issued.token)
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
