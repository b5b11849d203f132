"""One application in two frameworks: the same routes, the same database, each in processes of its own."""

from __future__ import annotations

import os
from typing import Any

from fastapi import Depends, FastAPI
from flask import Flask

import rescind.fastapi
import rescind.flask
from rescind.flask import current_session
from rescind.model.session import Session

URL = os.environ.get("RESCIND_URL", "memory://")
SETTINGS: dict[str, Any] = {
    "session_model": os.environ.get("MODEL", "database"),
    "authority_timeout": "10s",  # a busy machine is no outage
}
if "LEASE" in os.environ:
    SETTINGS["lease"] = os.environ["LEASE"]
if "SERVER" in os.environ:
    SETTINGS["redis"] = os.environ["SERVER"]


def seen(session: Session[Any]) -> dict[str, Any]:
    """What an accepted request answers: who it is, and by which process."""
    return {"you": session.principal_id, "pid": os.getpid()}


def make_fastapi() -> FastAPI:
    auth: rescind.fastapi.Rescind[str] = rescind.fastapi.Rescind(URL, **SETTINGS)
    app = FastAPI()
    auth.install(app)
    current: Any = Depends(auth.require())
    admin: Any = Depends(auth.require(role="admin"))

    @app.get("/me")
    async def me(session: Session[str] = current) -> dict[str, Any]:
        return seen(session)

    @app.get("/admin")
    async def administer(session: Session[str] = admin) -> dict[str, Any]:
        return seen(session)

    return app


def make_flask() -> Flask:
    auth: rescind.flask.Rescind[str] = rescind.flask.Rescind(URL, **SETTINGS)
    app = Flask(__name__)
    auth.init_app(app)

    @app.get("/me")
    @auth.require()
    def me() -> dict[str, Any]:
        return seen(current_session)

    @app.get("/admin")
    @auth.require(role="admin")
    def administer() -> dict[str, Any]:
        return seen(current_session)

    return app


# Both in every process: neither does any I/O before its first request.
fast, flask = make_fastapi(), make_flask()
