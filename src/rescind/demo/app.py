"""The notes application: one page of notes behind several kinds of sessions, in the same processes.

`create_app` is what each worker runs; its settings come from the environment, because uvicorn starts workers
by an import string.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Body, FastAPI, HTTPException, Request, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rescind.demo.costs import costs
from rescind.demo.peers import CachedSessions, DatabaseSessions, Kind, TokenSessions

FOLDER = "RESCIND_DEMO_FOLDER"
KEY = "RESCIND_DEMO_KEY"  # of the signed tokens; all workers share it
REDIS = "RESCIND_DEMO_REDIS"  # the URL of the server
DATABASE = "notes.db"  # of rescind, in the folder
PEERS_DATABASE = "peers.db"
PEERS = ("database", "cached", "token")


def create_app() -> FastAPI:
    """The application of one worker."""
    from rescind.demo import ours, page  # read the environment

    folder = Path(os.environ[FOLDER])
    peers = make_peers(folder, os.environ[KEY])
    app = FastAPI(title="notes", lifespan=ours.mounted)
    (name, auth), *others = ours.ENGINES.items()
    auth.install(app, prefix="/auth")
    app.include_router(ours.notes(auth), prefix=f"/{name}")
    app.include_router(page.router)
    for name, other in others:
        app.mount(f"/{name}", ours.application(other))
    for name, kind in peers.items():
        app.include_router(peer_routes(kind, f"notes_{name}"), prefix=f"/{name}")

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

    app.add_middleware(NameWorker)
    return app


def make_peers(folder: Path, secret: str) -> dict[str, Kind]:
    """The ordinary kinds of one worker, by the first part of their paths."""
    database = DatabaseSessions(folder / PEERS_DATABASE)
    return dict(zip(PEERS, (database, CachedSessions(database), TokenSessions(secret)), strict=True))


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


class NameWorker:
    """Adds the process id to every answer, so that the drill can tell the workers apart."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._header = (b"x-worker", str(os.getpid()).encode())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def named(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), self._header]
            await send(message)

        await self._app(scope, receive, named if scope["type"] == "http" else send)
