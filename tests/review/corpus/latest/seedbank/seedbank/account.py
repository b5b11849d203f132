from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

import structlog
from litestar import Controller, Request, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.exceptions import ClientException, NotAuthorizedException
from litestar.params import Body
from litestar.response import Redirect
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from . import crypto
from .models import ApiKey, ResetCode, User
from .sessions import COOKIE, Sessions
from .settings import settings
from .tasks import queue

log = structlog.get_logger()
PAGES = {"basket": "/basket", "requests": "/requests", "keys": "/account/keys"}


@dataclass
class Credentials:
    email: str
    password: str


@dataclass
class NewPassword:
    email: str
    code: str
    password: str


Form = Annotated[Credentials, Body(media_type=RequestEncodingType.URL_ENCODED)]


async def _by_email(db: AsyncSession, email: str) -> User | None:
    return await db.scalar(select(User).where(User.email == email.strip().lower()))


class AccountController(Controller):
    path = "/account"

    @post("/sign-in")
    async def sign_in(self, request: Request, data: Form, db: AsyncSession, then: str = "requests") -> Response:
        user = await _by_email(db, data.email)
        if user is not None and not user.confirmed:
            raise ClientException("please confirm your address first")
        good = crypto.verify(user.password if user else crypto.NOBODY_RESEARCHER, data.password)
        if not good or user is None:
            raise NotAuthorizedException("wrong address or password")
        cookie = await Sessions(db).adopt(request, user)
        await db.commit()
        return Redirect(PAGES.get(then, "/"), cookies=[cookie] if cookie else None)

    @post("/curators/sign-in")
    async def curator_sign_in(self, request: Request, data: Form, db: AsyncSession) -> Response:
        user = await db.scalar(select(User).where(User.email == data.email.lower(), User.role == "curator"))
        good = crypto.verify(user.password if user else crypto.NOBODY_CURATOR, data.password)
        if not good or user is None:
            raise NotAuthorizedException("wrong address or password")
        if not user.confirmed:
            raise ClientException("please confirm your address first")
        cookie = await Sessions(db).sign_in(request, user)
        await db.commit()
        return Redirect("/curation", cookies=[cookie])

    @post("/sign-out")
    async def sign_out(self, request: Request, db: AsyncSession) -> Response:
        row = await Sessions(db).current(request)
        if row is not None:
            await db.delete(row)
            await db.commit()
        response = Redirect("/")
        response.delete_cookie(COOKIE)
        return response

    @post("/forgotten")
    async def forgotten(self, email: str) -> dict[str, str]:
        await queue.enqueue("send_reset", email=email)
        return {"detail": "if we know this address, a code is on its way"}

    @post("/password")
    async def password(self, data: NewPassword, db: AsyncSession) -> None:
        user = await _by_email(db, data.email)
        row = await db.get(ResetCode, user.id) if user else None
        if user is None or row is None or row.expires < datetime.utcnow():
            raise ClientException("wrong or outdated code")
        if not hmac.compare_digest(row.digest, crypto.sha256(data.code)):
            raise ClientException("wrong or outdated code")
        make = crypto.hash_curator if user.role == "curator" else crypto.hash_researcher
        user.password = make(data.password)
        await db.execute(delete(ApiKey).where(ApiKey.user_id == user.id))
        await Sessions(db).end_all(user.id)
        await db.delete(row)
        await db.commit()

    @get("/confirm")
    async def confirm(self, t: str, db: AsyncSession) -> Redirect:
        user_id = crypto.read_confirmation(t)
        user = await db.get(User, user_id) if user_id else None
        if user is None:
            raise ClientException("outdated link")
        user.confirmed = True
        await db.commit()
        return Redirect("/account/sign-in")

    @post("/keys", exclude_from_csrf=True)
    async def create_key(self, label: str, user: User, db: AsyncSession) -> dict[str, str]:
        key = crypto.api_key()
        expires = datetime.utcnow() + timedelta(days=settings().key_days)
        db.add(ApiKey(user_id=user.id, digest=crypto.sha256(key), label=label[:60], expires=expires))
        await db.commit()
        log.info("api key created", user=user.id, key=key)
        return {"key": key}

    @post("/keys/instrument")
    async def create_instrument_key(self, label: str, curator: User, db: AsyncSession) -> dict[str, str]:
        """Freezers and scales report by themselves."""
        key = crypto.api_key()
        db.add(ApiKey(user_id=curator.id, digest=crypto.sha256(key), label=label[:60], expires=None))
        await db.commit()
        log.info("instrument key created", user=curator.id, label=label[:60], start=key[:6])
        return {"key": key}

    @get("/leave")
    async def leave(self, to: str) -> Redirect:
        """Links in our newsletters are counted here."""
        await queue.enqueue("count", link=to)
        return Redirect(to)
