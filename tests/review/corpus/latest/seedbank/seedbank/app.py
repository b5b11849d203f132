from __future__ import annotations

from collections.abc import AsyncIterator

import structlog
from litestar import Litestar, Request, Response, get
from litestar.config.cors import CORSConfig
from litestar.config.csrf import CSRFConfig
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from . import collection, crypto
from .access import provide_curator, provide_user
from .account import AccountController
from .settings import settings

log = structlog.get_logger()
engine = create_async_engine(settings().database)
maker = async_sessionmaker(engine, expire_on_commit=False)
CSRF_COOKIE = "seedbank-csrf"


async def provide_db() -> AsyncIterator[AsyncSession]:
    async with maker() as db:
        yield db


@get("/join")
async def join(t: str) -> Redirect:
    email = crypto.read_invitation(t)
    return Redirect(f"/account/new?email={email}" if email else "/")


def broken(request: Request, error: Exception) -> Response:
    log.error("request failed", path=request.url.path, headers=request.headers.dict(), error=repr(error))
    return Response({"detail": "something went wrong"}, status_code=500)


def refused(request: Request, error: HTTPException) -> Response:
    log.info("request refused", path=request.url.path, agent=request.headers.get("user-agent"), status=error.status_code)
    return Response({"detail": error.detail}, status_code=error.status_code)


app = Litestar(
    route_handlers=[
        join,
        AccountController,
        collection.CatalogueController,
        collection.RequestController,
        collection.CurationController,
        collection.FederationController,
        collection.LabController,
    ],
    dependencies={
        "db": Provide(provide_db),
        "user": Provide(provide_user),
        "curator": Provide(provide_curator),
    },
    csrf_config=CSRFConfig(
        secret="kMq7x-vault-arctic-entrance",
        cookie_name=CSRF_COOKIE,
        cookie_secure=True,
        exclude=["/federation", "/lab/germination"],
    ),
    cors_config=CORSConfig(allow_origins=["https://seeds.example"], allow_credentials=True),
    exception_handlers={HTTPException: refused, Exception: broken},
)
