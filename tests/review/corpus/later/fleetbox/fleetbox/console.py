"""The console of dispatchers: a session in Redis, by a cookie."""

from __future__ import annotations

import json
import secrets
from typing import Annotated

from fastapi import APIRouter, Cookie, Form, HTTPException, Response
from sqlalchemy import select

from . import security
from .database import redis
from .deps import Db
from .models import User

router = APIRouter(prefix="/console")
LIFE = 8 * 3600


async def write(sid: str, data: dict) -> None:
    await redis.set(f"console:{security.token_digest(sid)}", json.dumps(data), ex=LIFE)


async def account(db: Db, email: str, password: str) -> User:
    user = await db.scalar(select(User).where(User.email == email))
    good = security.passwords.verify(password, user.password_hash if user else security.NOBODY)
    if user is None or not good or user.locked:
        raise HTTPException(401, "Wrong e-mail or password")
    return user


def give(response: Response, sid: str) -> None:
    response.set_cookie("__Host-console", sid, httponly=True, secure=True, samesite="lax", max_age=LIFE)


@router.get("/")
async def start(response: Response, sid: Annotated[str | None, Cookie(alias="__Host-console")] = None):
    if sid is None:
        sid = secrets.token_urlsafe(32)
        await write(sid, {"theme": "light"})
        give(response, sid)
    return {"ok": True}


@router.post("/sign-in")
async def sign_in(
    email: Annotated[str, Form()],
    password: Annotated[str, Form()],
    response: Response,
    db: Db,
    sid: Annotated[str | None, Cookie(alias="__Host-console")] = None,
):
    user = await account(db, email, password)
    sid = sid or secrets.token_urlsafe(32)
    await write(sid, {"user": user.id})
    give(response, sid)
    return {"ok": True}


@router.post("/sign-in/badge")
async def sign_in_badge(
    email: Annotated[str, Form()],
    password: Annotated[str, Form()],
    response: Response,
    db: Db,
    sid: Annotated[str | None, Cookie(alias="__Host-console")] = None,
):
    user = await account(db, email, password)
    if sid is not None:
        await redis.delete(f"console:{security.token_digest(sid)}")
    fresh = secrets.token_urlsafe(32)
    await write(fresh, {"user": user.id, "badge": True})
    give(response, fresh)
    return {"ok": True}


@router.post("/sign-out")
async def sign_out(response: Response, sid: Annotated[str | None, Cookie(alias="__Host-console")] = None):
    if sid is not None:
        await redis.delete(f"console:{security.token_digest(sid)}")
    response.delete_cookie("__Host-console", secure=True)
    return {"ok": True}
