"""One application, made with each framework, behind a real server: the same routes, the same people."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from fastapi import Depends, FastAPI
from fastapi import Response as FastApiResponse
from fastapi.responses import StreamingResponse
from flask import Flask, jsonify, stream_with_context
from flask import Response as FlaskResponse
from tests.asgi.serving import serving
from tests.http.wire import Lines
from werkzeug.serving import WSGIRequestHandler, make_server

from rescind import fastapi, flask
from rescind.credentials.password import Argon2Parameters, Passwords
from rescind.engine import Rescind
from rescind.flask import current_session
from rescind.model.session import Session
from rescind.testing import FakeClock
from rescind.testing.flask import engine_of

PASSWORD = "plum-tractor-nine-lamps"
LOGIN = "ada@example.com"
ADA = 7
CHEAP = Argon2Parameters(memory_kib=8, time_cost=1, parallelism=1)


class Site:
    """A running application.

    Attributes:
        engine: of the application.
        address: ``127.0.0.1:PORT``.
        people: the last number that was given to somebody.
    """

    def __init__(self, engine: Rescind[int], clock: FakeClock, address: str) -> None:
        self.engine = engine
        self.clock = clock
        self.address = address
        self.people = 1000

    def somebody(self, *roles: str) -> int:
        """A principal whom no other request has."""
        self.people += 1
        if roles:
            self.engine.principals.set(self.people, roles=list(roles), reason="task")
        return self.people

    def resume(self) -> None:
        """It is asked next."""

    def from_own_page(self, lines: Lines) -> Lines:
        """Header lines as a page of the site's own sends them."""
        return lines


@contextmanager
def on_fastapi(url: str, **settings: Any) -> Iterator[Site]:
    clock = FakeClock()
    auth: fastapi.Rescind[int] = fastapi.Rescind(url, principal_id=int, clock=clock, **settings)
    app = FastAPI()
    auth.install(app)
    _routes_of_fastapi(app, auth)
    _people(auth)
    with serving(app, lifespan="off") as server:  # which would say that the authority cannot be reached
        yield Site(auth, clock, server.address)
    auth.close()


def _routes_of_fastapi(app: FastAPI, auth: fastapi.Rescind[int]) -> None:
    current: Any = Depends(auth.require())
    maybe: Any = Depends(auth.optional())

    @app.get("/me")
    def me(session: Session[int] = current) -> dict[str, Any]:
        return {"you": session.principal_id}

    @app.get("/strict")
    def strict(session: Session[int] = Depends(auth.require(strict=True))) -> dict[str, Any]:  # noqa: B008
        return {"you": session.principal_id}

    @app.get("/maybe")
    def anybody(session: Session[int] | None = maybe) -> dict[str, Any]:
        return {"you": session.principal_id if session else None}

    @app.get("/public")
    def public() -> dict[str, Any]:
        return {"public": True}

    @app.post("/plain")
    def plain() -> dict[str, Any]:
        return {"done": True}

    @app.post("/payouts")
    def payout(
        session: Session[int] = Depends(auth.require(role="finance", fresh="5m")),  # noqa: B008
    ) -> dict[str, Any]:
        return {"by": session.principal_id}

    @app.post("/login/{who}")
    def login(who: int, response: FastApiResponse) -> dict[str, Any]:
        auth.set_cookie(response, auth.sessions.start(who))
        return {"welcome": who}

    @app.post("/logout")
    def logout(response: FastApiResponse, session: Session[int] = current) -> dict[str, Any]:
        auth.revoke(session=session.id, reason="signed out")
        auth.clear_cookie(response)
        return {"bye": session.principal_id}

    @app.get("/numbers")
    def numbers(session: Session[int] = current) -> StreamingResponse:
        return StreamingResponse(count(session.principal_id), media_type="application/octet-stream")


@contextmanager
def on_flask(url: str, **settings: Any) -> Iterator[Site]:
    clock = FakeClock()
    auth: flask.Rescind[int] = flask.Rescind(principal_id=int, clock=clock)
    app = Flask("site")
    app.config.update({f"RESCIND_{name.upper()}": value for name, value in settings.items()}, RESCIND_URL=url)
    auth.init_app(app)
    _routes_of_flask(app, auth)
    engine: Rescind[int] = engine_of(app)
    _people(engine)
    try:
        with served(app) as address:
            yield Site(engine, clock, address)
    finally:
        engine.close()


@contextmanager
def served(app: Any) -> Iterator[str]:
    """The address at which a WSGI application is served meanwhile, a thread per request."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    # It looks whether it shall end as often as that, in seconds.
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), name="werkzeug", daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _routes_of_flask(app: Flask, auth: flask.Rescind[int]) -> None:
    @app.get("/me")
    @auth.require()
    def me() -> dict[str, Any]:
        return {"you": current_session.principal_id}

    @app.get("/strict")
    @auth.require(strict=True)
    def strict() -> dict[str, Any]:
        return {"you": current_session.principal_id}

    @app.get("/maybe")
    @auth.optional()
    def anybody() -> dict[str, Any]:
        return {"you": current_session.principal_id if current_session else None}

    @app.get("/public")
    def public() -> dict[str, Any]:
        return {"public": True}

    @app.post("/plain")
    def plain() -> dict[str, Any]:
        return {"done": True}

    @app.post("/payouts")
    @auth.require(role="finance", fresh="5m")
    def payout() -> dict[str, Any]:
        return {"by": current_session.principal_id}

    @app.post("/login/<int:who>")
    def login(who: int) -> FlaskResponse:
        response = jsonify(welcome=who)
        auth.set_cookie(response, auth.sessions.start(who))
        return response

    @app.post("/logout")
    @auth.require()
    def logout() -> FlaskResponse:
        auth.revoke(session=current_session.id, reason="signed out")
        response = jsonify(bye=current_session.principal_id)
        auth.clear_cookie(response)
        return response

    @app.get("/numbers")
    @auth.require()
    def numbers() -> FlaskResponse:
        parts = stream_with_context(count(current_session.principal_id))
        return FlaskResponse(parts, content_type="application/octet-stream")


class Quiet(WSGIRequestHandler):
    """Without a line for each request."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


def _people(engine: Rescind[int]) -> None:
    engine.passwords = Passwords(CHEAP)
    if not engine.settings.url.startswith("redis"):  # there the log is all that we could keep
        engine.accounts.create(login=LOGIN, password=PASSWORD, principal=ADA)


def count(who: int) -> Iterator[bytes]:
    yield from (f"{who}-{number}\n".encode() for number in range(3))
