"""The FastAPI application: notes behind several kinds of sessions, in the same processes.

`create_app` is what each worker runs; its settings come from the environment, because uvicorn starts workers
by an import string.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Body, FastAPI, HTTPException, Request, Response

from rescind.demo.sites.costs import costs
from rescind.demo.sites.naming import NamedAsgi
from rescind.demo.sites.peers import CachedSessions, DatabaseSessions, Kind, TokenSessions
from rescind.demo.sites.people import People
from rescind.demo.sites.places import KEY, PEERS, PEOPLE, folder

PEER_KINDS = ("database", "cached", "token")


def create_app() -> FastAPI:
    """The application of one worker."""
    from rescind.demo.sites import fastapi_ours as ours  # reads the environment
    from rescind.demo.sites import fastapi_users_peer

    peers = make_peers(folder(), os.environ[KEY])
    app = FastAPI(title="notes", lifespan=ours.mounted)
    (name, auth), *others = ours.ENGINES.items()
    auth.install(app, prefix="/auth")
    app.include_router(ours.notes(auth), prefix=f"/{name}")
    app.include_router(ours.pages)
    for name, other in others:
        app.mount(f"/{name}", ours.application(other))
    for name, kind in peers.items():
        app.include_router(peer_routes(kind, f"notes_{name}"), prefix=f"/{name}")
    people = People(folder() / PEOPLE)
    fastapi_users_peer.add_people(people)
    app.include_router(fastapi_users_peer.routes(people, os.environ[KEY]), prefix="/fastapi-users")

    @app.get("/ready")
    def ready() -> dict[str, int]:
        return {"worker": os.getpid()}

    @app.post("/costs")
    async def measure() -> dict[str, float]:
        """Runs on the event loop, so that nothing else of this worker runs between the checks."""
        checks = {name: await ours.checker(auth) for name, auth in ours.ENGINES.items()}
        for name, kind in peers.items():
            checks[name] = checker(kind)
        return costs(checks)

    app.add_middleware(NamedAsgi)
    return app


def make_peers(folder: Path, secret: str) -> dict[str, Kind]:
    """The ordinary kinds of one worker, by the first part of their paths."""
    database = DatabaseSessions(folder / PEERS)
    return dict(zip(PEER_KINDS, (database, CachedSessions(database), TokenSessions(secret)), strict=True))


def checker(kind: Kind) -> Callable[[], object]:
    """One check of a fresh session of that kind, without HTTP."""
    token = kind.start("somebody")
    return lambda: kind.check(token)


def peer_routes(kind: Kind, cookie: str) -> APIRouter:
    """Sign in, read the note, sign out. The demo's people have no passwords: it measures what comes after."""
    router = APIRouter()

    @router.post("/sign-in")
    def sign_in(user: Annotated[str, Body(embed=True)], response: Response) -> dict[str, str]:
        response.set_cookie(cookie, kind.start(user), httponly=True, samesite="lax")
        return {"user": user}

    @router.get("/note")
    def note(request: Request) -> dict[str, str]:
        user = kind.check(request.cookies.get(cookie, ""))
        if user is None:
            raise HTTPException(401)
        return {"user": user, "note": "buy milk"}

    @router.post("/sign-out")
    def sign_out(request: Request, response: Response) -> dict[str, str]:
        kind.end(request.cookies.get(cookie, ""))
        response.delete_cookie(cookie)
        return {"signed": "out"}

    return router
