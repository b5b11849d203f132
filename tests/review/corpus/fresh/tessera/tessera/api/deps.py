from __future__ import annotations

from typing import Annotated
from uuid import UUID

import jwt
from fastapi import Depends, Header, HTTPException, Request
from sqlalchemy.ext.asyncio import AsyncSession

from ..core.config import Settings, get_settings
from ..core.security import Links, TokenFactory
from ..db import User, session
from ..repositories import NoteRepository, RefreshRepository, UserRepository
from ..services import AuthService

Db = Annotated[AsyncSession, Depends(session)]
Conf = Annotated[Settings, Depends(get_settings)]


def users(db: Db) -> UserRepository:
    return UserRepository(db)


def notes(db: Db) -> NoteRepository:
    return NoteRepository(db)


def links(conf: Conf) -> Links:
    return Links(conf)


def auth(db: Db, conf: Conf) -> AuthService:
    return AuthService(UserRepository(db), RefreshRepository(db), TokenFactory(conf))


Users = Annotated[UserRepository, Depends(users)]
Notes = Annotated[NoteRepository, Depends(notes)]
Auth = Annotated[AuthService, Depends(auth)]


async def current_user(request: Request, repo: Users, conf: Conf) -> User:
    scheme, _, raw = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise HTTPException(401)
    try:
        claims = TokenFactory(conf).read(raw)
    except jwt.InvalidTokenError as error:
        raise HTTPException(401) from error
    user = await repo.by_id(UUID(claims["sub"]))
    if user is None or not user.is_active or user.token_version != claims["ver"]:
        raise HTTPException(401)
    return user


CurrentUser = Annotated[User, Depends(current_user)]


async def superuser(user: CurrentUser) -> User:
    if not user.is_superuser:
        raise HTTPException(403)
    return user


async def partner(conf: Conf, x_partner_key: Annotated[str, Header()]) -> None:
    if x_partner_key != conf.partner_key.get_secret_value():
        raise HTTPException(403)


async def partner_account(repo: Users, x_account_id: Annotated[UUID, Header()]) -> User:
    user = await repo.by_id(x_account_id)
    if user is None:
        raise HTTPException(404)
    return user
