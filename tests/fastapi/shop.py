"""An application as the documentation shows it, made anew for each test."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from fastapi import Depends, FastAPI, Response
from starlette.testclient import TestClient

from rescind.credentials.password import Argon2Parameters, Passwords
from rescind.fastapi import Rescind, Session
from rescind.model.session import Issued
from rescind.revocation.receipt import Receipt
from rescind.testing import FakeClock
from rescind.testing.fastapi import Client, client

PASSWORD = "plum-tractor-nine-lamps"
CHEAP = Argon2Parameters(memory_kib=8, time_cost=1, parallelism=1)
COOKIE = "__Host-rescind"


class Shop:
    """Ada is principal 7. Her application guards some routes and has its own sign-in."""

    def __init__(self, url: str = "memory://", **settings: Any) -> None:
        self.clock = FakeClock()
        self.auth: Rescind[int] = Rescind(url, principal_id=int, clock=self.clock, **settings)
        self.auth.passwords = Passwords(CHEAP)
        self.auth.accounts.create(login="ada@example.com", password=PASSWORD, principal=7)
        self.app = FastAPI()
        self.auth.install(self.app)
        self._routes()

    def _routes(self) -> None:
        app, auth = self.app, self.auth
        current: Any = Depends(auth.require())
        finance: Any = Depends(auth.require(role="finance", fresh="5m"))
        admin: Any = Depends(auth.require(role="admin"))
        strict: Any = Depends(auth.require(strict=True))
        maybe: Any = Depends(auth.optional())

        @app.get("/me")
        async def me(session: Session[int] = current) -> dict[str, Any]:
            return {"you": session.principal_id, "roles": session.roles}

        @app.get("/plain")
        def plain(session: Session[int] = current) -> int:
            return session.principal_id

        @app.get("/session")
        async def session_(session: Session[int] = current) -> Session[int]:
            return session

        @app.get("/strict")
        async def strict_(session: Session[int] = strict) -> int:
            return session.principal_id

        @app.get("/maybe")
        async def maybe_(session: Session[int] | None = maybe) -> int | None:
            return None if session is None else session.principal_id

        @app.get("/public")
        async def public() -> str:
            return "public"

        @app.post("/payouts")
        async def payout(session: Session[int] = finance) -> int:
            return session.principal_id

        @app.post("/people/{who}/leave")
        async def leave(who: int, session: Session[int] = admin) -> Receipt:
            return await auth.aio.revoke(principal=who, reason="left")

        @app.post("/login/{who}")
        async def login(who: int, response: Response) -> str:
            auth.set_cookie(response, await auth.aio.sessions.start(who))
            return "welcome"

        @app.post("/logout")
        async def logout(response: Response, session: Session[int] = current) -> str:
            await auth.aio.revoke(session=session.id, reason="signed out")
            auth.clear_cookie(response)
            return "bye"

    def start(self, principal: int = 7) -> Issued[int]:
        return self.auth.sessions.start(principal)

    def browser(self, principal: int | None = 7) -> Client:
        """A client on https://testserver, signed in unless ``principal`` is ``None``."""
        return client(self.app, None if principal is None else self.start(principal))

    def program(self, token: str) -> TestClient:
        """A client that presents a bearer."""
        made = client(self.app)
        made.headers["Authorization"] = f"Bearer {token}"
        return made


def cleared(answer: Any) -> bool:
    """Whether the answer takes our cookie away."""
    return (
        f"{COOKIE}=;" in answer.headers.get("set-cookie", "") and "Max-Age=0" in answer.headers["set-cookie"]
    )


def until(condition: Callable[[], bool], within: float = 5.0) -> bool:
    """Whether a condition comes true within so many seconds."""
    deadline = time.monotonic() + within
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.002)
    return condition()
