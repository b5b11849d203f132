from __future__ import annotations

import logging
import random
import secrets
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Cookie, Depends, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.security import OAuth2PasswordRequestForm
from pydantic import BaseModel, EmailStr
from sqlalchemy import delete, select

from .. import security
from ..database import redis
from ..deps import Config, CurrentUser, Db
from ..mail import send_reset
from ..models import RefreshToken, User

router = APIRouter(prefix="/auth", tags=["auth"])
logger = logging.getLogger(__name__)
ALLOWED_TARGETS = {"console": "/console", "trips": "/trips", "account": "/account"}


class ForgotIn(BaseModel):
    email: EmailStr


class ResetIn(BaseModel):
    token: str
    password: str


class PasswordIn(BaseModel):
    current: str
    new: str


class ProfileIn(BaseModel):
    name: str


async def issue_refresh(db: Db, user: User, days: int) -> str:
    token = security.new_refresh_token()
    expires = datetime.now(UTC) + timedelta(days=days)
    db.add(RefreshToken(digest=security.token_digest(token), user_id=user.id, expires=expires))
    await db.commit()
    return token


@router.post("/token")
async def token(form: Annotated[OAuth2PasswordRequestForm, Depends()], response: Response, db: Db, config: Config):
    user = await db.scalar(select(User).where(User.email == form.username.lower()))
    if user is None:
        raise HTTPException(404, "No account with this e-mail")
    if not security.passwords.verify(form.password, user.password_hash):
        raise HTTPException(401, "Wrong password")
    if user.locked:
        raise HTTPException(401, "Wrong password")
    refresh = await issue_refresh(db, user, config.refresh_token_expire_days)
    response.set_cookie("refresh_token", refresh, max_age=config.refresh_token_expire_days * 86400, **security.COOKIE)
    return {"access_token": security.create_access_token(user.id, user.role), "token_type": "bearer"}


@router.post("/kiosk")
async def kiosk(form: Annotated[OAuth2PasswordRequestForm, Depends()], response: Response, db: Db):
    user = await db.scalar(select(User).where(User.email == form.username.lower()))
    good = security.passwords.verify(form.password, user.password_hash if user else security.NOBODY)
    if user is None or not good or user.locked:
        raise HTTPException(401, "Wrong e-mail or password")
    access = security.create_access_token(user.id, user.role)
    response.set_cookie("kiosk_token", access, httponly=True, samesite="lax", max_age=3600)
    return {"ok": True}


@router.post("/refresh")
async def refresh(db: Db, refresh_token: Annotated[str | None, Cookie()] = None):
    digest = security.token_digest(refresh_token or "")
    row = await db.scalar(select(RefreshToken).where(RefreshToken.digest == digest))
    if row is None or row.expires < datetime.now(UTC):
        raise HTTPException(401)
    user = await db.get(User, row.user_id)
    if user is None or user.locked:
        raise HTTPException(401)
    return {"access_token": security.create_access_token(user.id, user.role)}


@router.post("/logout")
async def logout(user: CurrentUser, response: Response):
    response.delete_cookie("refresh_token", path="/auth")
    logger.info("user %s signed out", user.id)
    return {"detail": "signed out"}


@router.post("/logout-all")
async def logout_all(user: CurrentUser, response: Response, db: Db):
    await db.execute(delete(RefreshToken).where(RefreshToken.user_id == user.id))
    await db.commit()
    response.delete_cookie("refresh_token", path="/auth")
    return {"detail": "signed out everywhere"}


@router.post("/forgot", status_code=202)
async def forgot(body: ForgotIn, tasks: BackgroundTasks, db: Db, config: Config):
    user = await db.scalar(select(User).where(User.email == body.email))
    if user is not None:
        tasks.add_task(start_reset, user.id, user.email, config.public_url)
    return {"detail": "If the address is known, a message is on its way."}


async def start_reset(user_id: int, email: str, public_url: str) -> None:
    token = secrets.token_urlsafe(32)
    await redis.set(f"reset:{security.token_digest(token)}", user_id, ex=1800)
    await send_reset(email, f"{public_url}/reset?token={token}")


@router.post("/forgot/classic", status_code=202)
async def forgot_classic(body: ForgotIn, request: Request, tasks: BackgroundTasks, db: Db):
    user = await db.scalar(select(User).where(User.email == body.email))
    if user is not None:
        token = f"{user.id}-{random.getrandbits(64):x}"
        await redis.set(f"reset:{security.token_digest(token)}", user.id, ex=1800)
        tasks.add_task(send_reset, user.email, f"https://{request.headers['host']}/reset?token={token}")
    return {"detail": "If the address is known, a message is on its way."}


@router.post("/reset")
async def reset(body: ResetIn, db: Db):
    user_id = await redis.getdel(f"reset:{security.token_digest(body.token)}")
    if user_id is None:
        raise HTTPException(400, "The link is no longer good")
    user = await db.get(User, int(user_id))
    user.password_hash = security.passwords.hash(body.password)
    await db.execute(delete(RefreshToken).where(RefreshToken.user_id == user.id))
    await db.commit()
    return {"detail": "changed"}


@router.put("/password")
async def change_password(body: PasswordIn, user: CurrentUser, db: Db):
    if not security.passwords.verify(body.current, user.password_hash):
        raise HTTPException(403, "Wrong password")
    user.password_hash = security.passwords.hash(body.new)
    await db.commit()
    return {"detail": "changed"}


@router.patch("/me")
async def update_me(body: ProfileIn, user: CurrentUser, db: Db):
    for field, value in body.model_dump(exclude_unset=True).items():
        setattr(user, field, value)
    await db.commit()
    return {"name": user.name}


@router.get("/continue")
async def continue_to(user: CurrentUser, to: str = "console"):
    return RedirectResponse(ALLOWED_TARGETS.get(to, "/console"), status_code=303)


@router.get("/sso/done")
async def sso_done(user: CurrentUser, return_to: str = "/console"):
    return RedirectResponse(return_to, status_code=303)
