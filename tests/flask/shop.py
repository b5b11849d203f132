"""An application as the documentation shows it, made anew for each test."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Flask, Response, make_response, stream_with_context

from rescind.credentials.password import Argon2Parameters, Passwords
from rescind.engine import Rescind as Engine
from rescind.flask import Rescind, current_session
from rescind.model.session import Issued
from rescind.testing import FakeClock
from rescind.testing.flask import Client, client, engine_of

PASSWORD = "plum-tractor-nine-lamps"
CHEAP = Argon2Parameters(memory_kib=8, time_cost=1, parallelism=1)
COOKIE = "__Host-rescind"
ADA = {"login": "ada@example.com", "password": PASSWORD}


class Shop:
    """Ada is principal 7. Her application guards some routes and has its own sign-in.

    Attributes:
        engine: of the one application, for code outside of it.
    """

    def __init__(self, url: str = "memory://", **config: Any) -> None:
        self.clock = FakeClock()
        self.auth: Rescind[int] = Rescind(principal_id=int, clock=self.clock)
        self.app = Flask(__name__)
        self.app.config.from_mapping(RESCIND_URL=url, TESTING=True, **config)
        self.auth.init_app(self.app)
        self.engine: Engine[int] = engine_of(self.app)
        self.engine.passwords = Passwords(CHEAP)
        self.engine.accounts.create(login=ADA["login"], password=PASSWORD, principal=7)
        self.routes()

    def routes(self) -> None:
        app, auth = self.app, self.auth

        @app.get("/me")
        @auth.require()
        def me() -> dict[str, Any]:
            return {"you": current_session.principal_id, "roles": list(current_session.roles)}

        @app.get("/strict")
        @auth.require(strict=True)
        def strict() -> dict[str, Any]:
            return {"you": current_session.principal_id}

        @app.get("/maybe")
        @auth.optional()
        def maybe() -> dict[str, Any]:
            return {"you": current_session.principal_id if current_session else None}

        @app.get("/public")
        def public() -> str:
            return "public"

        @app.post("/plain")
        def plain() -> str:
            return "done"

        @app.post("/payouts")
        @auth.require(role="finance", fresh="5m")
        def payout() -> dict[str, Any]:
            return {"by": current_session.principal_id}

        @app.post("/people/<int:who>/leave")
        @auth.require(role="admin")
        def leave(who: int) -> dict[str, Any]:
            return auth.revoke(principal=who, reason="left").to_dict()

        @app.post("/login/<int:who>")
        def login(who: int) -> Response:
            response = make_response("welcome")
            auth.set_cookie(response, auth.sessions.start(who))
            return response

        @app.post("/logout")
        @auth.require()
        def logout() -> Response:
            auth.revoke(session=current_session.id, reason="signed out")
            response = make_response("bye")
            auth.clear_cookie(response)
            return response

        @app.get("/numbers")
        @auth.require()
        def numbers() -> Response:
            return Response(stream_with_context(count()))

    def start(self, principal: int = 7) -> Issued[int]:
        return self.engine.sessions.start(principal)

    def browser(self, principal: int | None = 7) -> Client:
        """A client on https, signed in unless ``principal`` is ``None``."""
        return client(self.app, None if principal is None else self.start(principal))

    def program(self, token: str) -> Client:
        """A client that presents a bearer."""
        made = client(self.app)
        made.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
        return made


def count() -> Iterator[str]:
    yield from (f"{number}\n" for number in range(1000))


def cleared(answer: Any) -> bool:
    """Whether the answer takes our cookie away."""
    cookies = answer.headers.getlist("set-cookie")
    return any(one.startswith(f"{COOKIE}=;") and "Max-Age=0" in one for one in cookies)
