"""The applications that ``bench.app`` measures: one endpoint, guarded in different ways.

``python -m bench.served KIND FOLDER`` serves one of them on a free port of 127.0.0.1 with one uvicorn worker
and prints one JSON line: ``{"port": ..., "token": ...}``. Every kind answers the same body, and reads its
token from the ``Authorization`` header.

No ``from __future__ import annotations``: FastAPI could not resolve the local names in the annotations.
"""

import json
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import jwt
import uvicorn
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer

from rescind.fastapi import Rescind, Session

KEY = "k" * 32
ANSWER = {"status": "ok"}
Made = tuple[FastAPI, str]
"""An application, and a token that it accepts."""


def plain() -> FastAPI:
    return FastAPI(openapi_url=None)


def unprotected(_: Path) -> Made:
    app = plain()

    @app.get("/")
    async def endpoint() -> dict[str, str]:
        return ANSWER

    return app, "none"


def empty(_: Path) -> Made:
    """What FastAPI itself takes for any async dependency."""
    app = plain()

    async def nothing() -> None:
        return None

    @app.get("/")
    async def endpoint(_nothing: Annotated[None, Depends(nothing)]) -> dict[str, str]:
        return ANSWER

    return app, "none"


def installed(folder: Path) -> tuple[FastAPI, Rescind[str], str]:
    auth = Rescind(f"sqlite:///{folder / 'app.db'}")
    token = auth.sessions.start("ada").token
    app = plain()
    auth.install(app)
    return app, auth, token


def middleware(folder: Path) -> Made:
    """Installed, and an endpoint that asks nothing of it."""
    app, _auth, token = installed(folder)

    @app.get("/")
    async def endpoint() -> dict[str, str]:
        return ANSWER

    return app, token


def middleware_empty(folder: Path) -> Made:
    """Installed, and an endpoint with a dependency that does nothing."""
    app, _auth, token = installed(folder)

    async def nothing() -> None:
        return None

    @app.get("/")
    async def endpoint(_nothing: Annotated[None, Depends(nothing)]) -> dict[str, str]:
        return ANSWER

    return app, token


def require(folder: Path) -> Made:
    app, auth, token = installed(folder)

    @app.get("/")
    async def endpoint(_session: Annotated[Session[str], Depends(auth.require())]) -> dict[str, str]:
        return ANSWER

    return app, token


def require_strict(folder: Path) -> Made:
    """The authority is read for every request."""
    app, auth, token = installed(folder)

    @app.get("/")
    async def endpoint(
        _session: Annotated[Session[str], Depends(auth.require(strict=True))],
    ) -> dict[str, str]:
        return ANSWER

    return app, token


def pyjwt(_: Path) -> Made:
    """The dependency of FastAPI's tutorial: a signed token, believed until it expires."""
    app = plain()
    scheme = OAuth2PasswordBearer(tokenUrl="token")

    async def user(token: Annotated[str, Depends(scheme)]) -> str:
        try:
            return str(jwt.decode(token, KEY, algorithms=["HS256"])["sub"])
        except jwt.InvalidTokenError as error:
            raise HTTPException(401) from error

    @app.get("/")
    async def endpoint(_user: Annotated[str, Depends(user)]) -> dict[str, str]:
        return ANSWER

    claims = {"sub": "ada", "exp": int(time.time()) + 86_400}
    return app, jwt.encode(claims, KEY, algorithm="HS256")


def users_jwt(folder: Path) -> Made:
    from bench.users import make_jwt

    return make_jwt(folder, plain(), KEY, ANSWER)


def users_database(folder: Path) -> Made:
    from bench.users import make_database

    return make_database(folder, plain(), ANSWER)


KINDS: dict[str, Callable[[Path], Made]] = {
    "unprotected": unprotected,
    "rescind, middleware only": middleware,
    "empty async dependency": empty,
    "rescind, empty async dependency": middleware_empty,
    "rescind, require()": require,
    "rescind, require(strict=True)": require_strict,
    "PyJWT HS256 dependency": pyjwt,
    "fastapi-users, JWT strategy": users_jwt,
    "fastapi-users, database strategy": users_database,
}


def main() -> None:
    kind, folder = sys.argv[1], Path(sys.argv[2])
    app, token = KINDS[kind](folder)
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as listening:
        print(json.dumps({"port": listening.getsockname()[1], "token": token}), flush=True)
        uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False)).run(sockets=[listening])


if __name__ == "__main__":
    main()
