from __future__ import annotations

import json
from datetime import datetime

from authlib.jose import JsonWebKey, JsonWebToken
from authlib.jose.errors import JoseError
from litestar import Request
from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException, PermissionDeniedException
from litestar.handlers.base import BaseRouteHandler
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from .crypto import sha256
from .models import ApiKey, User
from .sessions import Sessions
from .settings import settings

_jose = JsonWebToken(["ES256"])


async def provide_user(request: Request, db: AsyncSession) -> User:
    if key := request.headers.get("x-api-key"):
        row = await db.scalar(select(ApiKey).where(ApiKey.digest == sha256(key)))
        if row is None or (row.expires and row.expires < datetime.utcnow()):
            raise NotAuthorizedException
        return await db.get_one(User, row.user_id)
    session = await Sessions(db).current(request)
    if session is None or session.user_id is None:
        raise NotAuthorizedException
    return await db.get_one(User, session.user_id)


async def provide_curator(user: User) -> User:
    if user.role != "curator":
        raise PermissionDeniedException
    return user


def _token(connection: ASGIConnection) -> str:
    return connection.headers.get("authorization", "").removeprefix("Bearer ")


def federation_guard(connection: ASGIConnection, _: BaseRouteHandler) -> None:
    """Other seed banks of the federation."""
    try:
        claims = _jose.decode(
            _token(connection),
            JsonWebKey.import_key(json.loads(settings().federation_jwk)),
            claims_options={
                "aud": {"essential": True, "value": "seedbank"},
                "iss": {"essential": True, "value": "federation"},
                "exp": {"essential": True},
            },
        )
        claims.validate()
    except (JoseError, ValueError) as error:
        raise NotAuthorizedException from error


def lab_guard(connection: ASGIConnection, _: BaseRouteHandler) -> None:
    """Robots of the germination laboratory."""
    try:
        claims = _jose.decode(_token(connection), JsonWebKey.import_key(json.loads(settings().lab_jwk)))
    except (JoseError, ValueError) as error:
        raise NotAuthorizedException from error
    if claims.get("scope") != "germination":
        raise PermissionDeniedException
