from __future__ import annotations

import logging

from fastapi import APIRouter, Depends, HTTPException
from pydantic import BaseModel, ConfigDict, EmailStr
from sqlalchemy import delete

from ..deps import CurrentUser, Db, require_role
from ..models import RefreshToken, User
from ..security import passwords
from ..settings import get_settings

logger = logging.getLogger(__name__)
router = APIRouter(prefix="/admin", dependencies=[Depends(require_role("admin"))])
team = APIRouter(prefix="/team")


class UserIn(BaseModel):
    email: EmailStr
    password: str
    role: str = "driver"


class JoinIn(BaseModel):
    model_config = ConfigDict(extra="allow")
    name: str


@router.post("/users", status_code=201)
async def add_user(body: UserIn, db: Db, user: CurrentUser):
    created = User(
        email=body.email,
        password_hash=passwords.hash(body.password),
        role=body.role,
        company_id=user.company_id,
    )
    db.add(created)
    await db.commit()
    return {"id": created.id}


@router.post("/users/{user_id}/lock")
async def lock(user_id: int, db: Db, user: CurrentUser):
    found = await db.get(User, user_id)
    if found is None or found.company_id != user.company_id:
        raise HTTPException(404)
    found.locked = True
    await db.execute(delete(RefreshToken).where(RefreshToken.user_id == found.id))
    await db.commit()
    return {"locked": True}


@router.get("/diagnostics")
async def diagnostics():
    settings = get_settings()
    logger.info("settings in use: %s", settings.model_dump())
    return {"ok": True}


@router.get("/diagnostics/short")
async def diagnostics_short():
    shown = get_settings().model_dump(include={"public_url", "access_token_expire_minutes"})
    logger.info("settings in use: %s", shown)
    return shown


@team.post("/join")
async def join(body: JoinIn, user: CurrentUser, db: Db):
    for field, value in body.model_dump().items():
        setattr(user, field, value)
    await db.commit()
    return {"id": user.id}


@team.get("/members")
async def members(user: CurrentUser, db: Db):
    return {"company": user.company_id}


@team.put("/name")
async def rename(body: JoinIn, user: CurrentUser, db: Db):
    user.name = body.name
    await db.commit()
    return {"ok": True}


@team.delete("/members/{user_id}")
async def remove_member(user_id: int, db: Db):
    found = await db.get(User, user_id)
    if found is not None:
        await db.delete(found)
        await db.commit()
    return {"ok": True}
