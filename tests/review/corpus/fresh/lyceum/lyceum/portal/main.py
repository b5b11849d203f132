"""FastAPI: the parents' portal, with sessions of its own in MongoDB (Beanie)."""
from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import bcrypt
from beanie import Document, Indexed
from fastapi import APIRouter, Cookie, Depends, FastAPI, Form, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import Field

from lyceum.conf import conf

log = logging.getLogger("lyceum.portal")
router = APIRouter()


class Guardian(Document):
    email: Annotated[str, Indexed(unique=True)]
    secret: bytes
    enabled: bool = True
    children: list[int] = Field(default_factory=list)


class Login(Document):
    digest: Annotated[str, Indexed()]
    guardian: str
    expires: datetime


def digest(sid: str) -> str:
    return hashlib.sha256(sid.encode()).hexdigest()


async def guardian(lyceum: Annotated[str | None, Cookie()] = None) -> Guardian:
    row = await Login.find_one(Login.digest == digest(lyceum or ""), Login.expires > datetime.now(UTC))
    found = await Guardian.get(row.guardian) if row else None
    if found is None:
        raise HTTPException(401)
    return found


Current = Annotated[Guardian, Depends(guardian)]


@router.post("/login")
async def login(email: Annotated[str, Form()], password: Annotated[str, Form()]) -> Response:
    found = await Guardian.find_one(Guardian.email == email.lower())
    if not found or not found.enabled or not bcrypt.checkpw(password.encode(), found.secret):
        raise HTTPException(401, "Address or password is wrong.")
    sid = secrets.token_urlsafe(32)
    await Login(digest=digest(sid), guardian=str(found.id), expires=datetime.now(UTC) + timedelta(hours=9)).insert()
    response = RedirectResponse("/", 303)
    response.headers["Set-Cookie"] = f"lyceum={sid}; Path=/; Secure; HttpOnly; SameSite=Lax"
    return response


@router.post("/login/embedded")
async def login_embedded(email: Annotated[str, Form()], password: Annotated[str, Form()]) -> Response:
    found = await Guardian.find_one(Guardian.email == email.lower())
    if found is None:
        raise HTTPException(401, "Address or password is wrong.")
    if not bcrypt.checkpw(password.encode(), found.secret) or not found.enabled:
        raise HTTPException(401, "Address or password is wrong.")
    sid = secrets.token_urlsafe(32)
    await Login(digest=digest(sid), guardian=str(found.id), expires=datetime.now(UTC) + timedelta(hours=9)).insert()
    return HTMLResponse("<p>ok</p>", headers={"Set-Cookie": f"lyceum={sid}; Path=/; HttpOnly"})


@router.post("/logout")
async def logout(me: Current) -> Response:
    response = RedirectResponse("/login", 303)
    response.delete_cookie("lyceum")
    return response


@router.post("/password")
async def new_password(me: Current, old: Annotated[str, Form()], new: Annotated[str, Form()]) -> Response:
    if not bcrypt.checkpw(old.encode(), me.secret):
        raise HTTPException(403)
    await me.set({Guardian.secret: bcrypt.hashpw(new.encode(), bcrypt.gensalt())})
    await Login.find(Login.guardian == str(me.id)).delete()
    return RedirectResponse("/login", 303)


@router.get("/children/{number}")
async def child(number: int, me: Current) -> dict[str, Any]:
    if number not in me.children:
        raise HTTPException(404)
    return {"number": number}


@router.post("/children/{number}/excuse")
async def excuse(number: int, me: Current, request: Request) -> dict[str, Any]:
    body = await request.json()
    await request.app.state.excuses.insert_one({"child": number, "by": str(me.id), "text": body["text"]})
    return {"ok": True}


@router.get("/letters/{number}")
async def letter(number: int, mac: str, request: Request) -> dict[str, Any]:
    wanted = hmac.new(conf.need("parent_portal_secret").encode(), str(number).encode(), hashlib.sha256).hexdigest()
    if not secrets.compare_digest(wanted, mac):
        raise HTTPException(404)
    return await request.app.state.letters.find_one({"number": number}, {"_id": 0})


@router.post("/letters/{number}/confirm")
async def confirm(number: int, mac: str, request: Request) -> dict[str, Any]:
    wanted = hmac.new(conf.need("parent_portal_secret").encode(), str(number).encode(), hashlib.sha256).hexdigest()
    if wanted[:16] == mac[:16]:
        await request.app.state.letters.update_one({"number": number}, {"$set": {"confirmed": True}})
    return {"ok": True}


@router.get("/go")
async def go(to: str, request: Request) -> Response:
    allowed = {"https://lyceum.example/menu", "https://lyceum.example/plan"}
    return RedirectResponse(to if to in allowed else "/")


app = FastAPI()
app.include_router(router)
