"""The same page behind rescind: written as the first screen of the README says, and nothing more.

Imported by the workers only: where the sessions are kept comes from the environment.

No ``from __future__ import annotations``: FastAPI could not resolve the local names in the annotations.
"""

import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Body, Depends, FastAPI, Response

from rescind.fastapi import Rescind, Session

FOLDER = Path(os.environ["RESCIND_DEMO_FOLDER"])

auth = Rescind(f"sqlite:///{FOLDER / 'notes.db'}")
in_redis = Rescind(os.environ["RESCIND_DEMO_REDIS"])
signed = Rescind(f"sqlite:///{FOLDER / 'signed.db'}", session_model="jwt")
ENGINES = {"rescind": auth, "redis": in_redis, "jwt": signed}
"""By the first part of their paths. The first is the application's own, the others are mounted in it."""


def notes(auth: Rescind[str]) -> APIRouter:
    """Sign in, read the note, sign out."""
    router = APIRouter()

    @router.post("/sign-in")
    async def sign_in(user: Annotated[str, Body(embed=True)], response: Response) -> dict[str, str]:
        """The demo's people have no passwords: it measures what comes after."""
        issued = await auth.aio.sessions.start(user, method="password")
        auth.set_cookie(response, issued)
        return {"user": user}

    @router.get("/note")
    async def note(session: Annotated[Session[str], Depends(auth.require())]) -> dict[str, str]:
        return {"user": session.principal_id, "note": "buy milk"}

    @router.post("/sign-out")
    async def sign_out(session: Annotated[Session[str], Depends(auth.require())]) -> dict[str, object]:
        receipt = await auth.aio.revoke(session=session.id, reason="signed out")
        return {"receipt": str(receipt), "state": receipt.state, "workers": receipt.workers_confirmed}

    return router


def application(auth: Rescind[str]) -> FastAPI:
    """The page as an application of its own, to be mounted."""
    app = FastAPI()
    auth.install(app)
    app.include_router(notes(auth))
    return app


@asynccontextmanager
async def mounted(app: FastAPI) -> AsyncIterator[None]:
    """The life cycle of what is mounted: a server tells only the outer application of its own."""
    async with in_redis.lifespan(app), signed.lifespan(app):
        yield


async def checker(auth: Rescind[str]) -> Callable[[], object]:
    """One check of a fresh session, without HTTP."""
    issued = await auth.aio.sessions.start("somebody", method="password")
    return lambda: auth.check(issued.token)
