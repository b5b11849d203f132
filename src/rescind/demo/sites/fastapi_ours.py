"""The notes behind rescind in FastAPI: written as the first screen of the README says, and nothing more.

Imported by the workers only: where the sessions are kept comes from the environment.

No ``from __future__ import annotations``: FastAPI could not resolve the local names in the annotations.
"""

import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import APIRouter, Body, Depends, FastAPI, Response
from fastapi.responses import HTMLResponse

from rescind.demo.sites import page
from rescind.demo.sites.people import People
from rescind.demo.sites.places import DATABASE, PATIENCE, PEOPLE, REDIS, SIGNED, folder, url
from rescind.fastapi import Rescind, Session

FRAMEWORK = "FastAPI"
auth = Rescind(url(DATABASE), principal_id=int, authority_timeout=PATIENCE)
in_redis = Rescind(os.environ[REDIS], principal_id=int, authority_timeout=PATIENCE)
signed = Rescind(url(SIGNED), principal_id=int, session_model="jwt", authority_timeout=PATIENCE)
ENGINES = {"rescind": auth, "redis": in_redis, "jwt": signed}
"""By the first part of their paths. The first is the application's own, the others are mounted in it."""

pages = APIRouter(default_response_class=HTMLResponse)
MaybeSession = Annotated[Session[int] | None, Depends(auth.optional())]


@pages.get("/")
async def home(session: MaybeSession) -> HTMLResponse:
    """Who is signed in, or the form."""
    if session is None:
        return HTMLResponse(page.form(FRAMEWORK), headers=page.NO_STORE)
    html = page.home(FRAMEWORK, session.principal_id, session.id)
    return HTMLResponse(html, headers=page.NO_STORE)


def notes(auth: Rescind[int]) -> APIRouter:
    """Sign in, read the note, sign out, change the password, and end somebody's access."""
    router = APIRouter()
    people = People(folder() / PEOPLE)
    current_session = Annotated[Session[int], Depends(auth.require())]
    text = Annotated[str, Body(embed=True)]

    @router.post("/sign-in")
    async def sign_in(user: text, response: Response) -> dict[str, str]:
        """The demo's people have no passwords: it measures what comes after."""
        issued = await auth.aio.sessions.start(int(user), method="password")
        auth.set_cookie(response, issued)
        return {"user": user}

    @router.get("/note")
    async def note(session: current_session) -> dict[str, str]:
        return {"user": str(session.principal_id), "note": "buy milk"}

    @router.post("/sign-out")
    async def sign_out(session: current_session) -> dict[str, object]:
        receipt = await auth.aio.revoke(session=session.id, reason="signed out")
        return {"receipt": str(receipt), "state": receipt.state, "workers": receipt.workers_confirmed}

    @router.post("/password")
    def change_password(password: text, session: current_session) -> dict[str, str]:
        """The application's own table; whoever is signed in elsewhere is out when this answers."""
        name = str(session.principal_id)
        people.add([name])
        people.set_hash(name, auth.passwords.hash(password))
        receipt = auth.revoke(principal=session.principal_id, keep=session, reason="password changed")
        return {"receipt": str(receipt)}

    @router.post("/disable")
    def disable(user: text, session: current_session) -> dict[str, str]:
        """Anybody may, in a demo."""
        return {"receipt": str(auth.principals.set(int(user), active=False, reason="on leave"))}

    return router


def application(auth: Rescind[int]) -> FastAPI:
    """The notes as an application of its own, to be mounted."""
    app = FastAPI()
    auth.install(app)
    app.include_router(notes(auth))
    return app


@asynccontextmanager
async def mounted(app: FastAPI) -> AsyncIterator[None]:
    """The life cycle of what is mounted: a server tells only the outer application of its own."""
    async with in_redis.lifespan(app), signed.lifespan(app):
        yield


async def checker(auth: Rescind[int]) -> Callable[[], object]:
    """One check of a fresh session, without HTTP."""
    issued = await auth.aio.sessions.start(0, method="password")
    return lambda: auth.check(issued.token)
