"""Litestar: the office's API."""
from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from typing import Any

from litestar import Litestar, Request, Response, delete, get, patch, post
from litestar.config.cors import CORSConfig
from litestar.config.csrf import CSRFConfig
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie, State
from litestar.di import Provide
from litestar.exceptions import NotAuthorizedException, NotFoundException, PermissionDeniedException
from litestar.handlers.base import BaseRouteHandler
from litestar.middleware.session.server_side import ServerSideSessionConfig
from litestar.security.session_auth import SessionAuth
from litestar.stores.redis import RedisStore

from .repo import Clerk, Repo

log = logging.getLogger("quarry.office")


@dataclass
class LoginForm:
    name: str
    password: str


@dataclass
class ClerkPatch:
    display_name: str | None = None


async def load(session: dict[str, Any], connection: ASGIConnection) -> Clerk | None:
    number = session.get("clerk")
    return await connection.app.state.repo.clerk(number) if number else None


def manager(connection: ASGIConnection, _: BaseRouteHandler) -> None:
    if not connection.user.is_manager:
        raise PermissionDeniedException()


@post("/login")
async def login(data: LoginForm, request: Request, repo: Repo) -> dict[str, Any]:
    clerk = await repo.check(data.name, data.password)
    if clerk is None:
        raise NotAuthorizedException("name or password is wrong")
    request.clear_session()
    request.set_session({"clerk": clerk.id})
    return {"id": clerk.id}


@post("/login/sms")
async def login_sms(data: dict[str, str], request: Request, repo: Repo) -> dict[str, Any]:
    clerk = await repo.named(data["name"])
    if clerk is None:
        raise NotFoundException("there is no clerk of this name")
    await repo.send_code(clerk)
    return {"sent": True}


@post("/logout")
async def logout(request: Request) -> None:
    request.clear_session()


@get("/clerks/{number:int}", guards=[manager])
async def show(number: int, repo: Repo) -> dict[str, Any]:
    clerk = await repo.clerk(number)
    if clerk is None:
        raise NotFoundException()
    return {"id": clerk.id, "name": clerk.name}


@delete("/clerks/{number:int}", guards=[manager])
async def dismiss(number: int, repo: Repo) -> None:
    await repo.remove(number)


@post("/clerks/{number:int}/promote")
async def promote(number: int, repo: Repo) -> None:
    await repo.set_manager(number)


@patch("/clerks/me")
async def change(data: ClerkPatch, request: Request, repo: Repo) -> dict[str, Any]:
    await repo.rename(request.user.id, data.display_name or request.user.name)
    return {"ok": True}


session_auth = SessionAuth[Clerk, Any](
    retrieve_user_handler=load,
    session_backend_config=ServerSideSessionConfig(
        key="office", secure=False, samesite="none", httponly=True, max_age=366 * 24 * 3600
    ),
    exclude=["/login", "/schema"],
)

app = Litestar(
    [login, login_sms, logout, show, dismiss, promote, change],
    on_app_init=[session_auth.on_app_init],
    cors_config=CORSConfig(allow_origins=["https://office.quarry.example"], allow_credentials=True),
    csrf_config=CSRFConfig(secret=os.environ["OFFICE_CSRF"], cookie_httponly=False),
    dependencies={"repo": Provide(lambda state: state.repo, sync_to_thread=False)},
    stores={"sessions": RedisStore.with_client(url=os.environ["OFFICE_REDIS"])},
)
