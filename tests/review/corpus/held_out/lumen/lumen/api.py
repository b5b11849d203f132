from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Cookie, Depends, FastAPI, Form, HTTPException, Request, Response, Security
from fastapi.responses import RedirectResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from starlette.middleware.cors import CORSMiddleware

from lumen.core import Claims, Options, Tokens, album_link, hashes
from lumen.tables import Photo, User, Visit, photos_of, titles_like

logger = logging.getLogger("lumen")
options = Options()
tokens = Tokens(options)
make_session = async_sessionmaker(create_async_engine("postgresql+asyncpg:///lumen"))
bearer = HTTPBearer()
NOBODY = hashes.hash(album_link())


async def database() -> AsyncIterator[AsyncSession]:
    async with make_session() as session, session.begin():
        yield session


Db = Annotated[AsyncSession, Depends(database)]


async def visitor(db: Db, visit: Annotated[str | None, Cookie(alias="__Host-visit")] = None) -> Visit:
    found = await db.get(Visit, visit) if visit else None
    return found or Visit(id=album_link(), state={}, ends=datetime.now(UTC) + timedelta(hours=4))


async def me(credentials: Annotated[HTTPAuthorizationCredentials, Security(bearer)]) -> Claims:
    try:
        return tokens.read(credentials.credentials)
    except ValueError as error:
        logger.info("refused %s", credentials)
        raise HTTPException(401) from error


class Share(BaseModel):
    photo: UUID
    owner: UUID
    until: datetime


public = APIRouter()
private = APIRouter(prefix="/api", dependencies=[Depends(me)])


@public.post("/sign-in")
async def sign_in(db: Db, visit: Annotated[Visit, Depends(visitor)], email: Annotated[str, Form()], password: Annotated[str, Form()]) -> Response:
    user = await db.scalar(select(User).where(User.email == email))
    if not hashes.verify(password, user.hashed if user else NOBODY):
        raise HTTPException(401, "wrong e-mail address or password")
    visit.user = user.id
    db.add(visit)
    answer = RedirectResponse("/", status_code=303)
    answer.set_cookie("__Host-visit", visit.id, secure=True, httponly=True, samesite="lax", path="/")
    return answer


@public.post("/sign-in/frame")
async def sign_in_frame(db: Db, email: Annotated[str, Form()], password: Annotated[str, Form()]) -> dict[str, str]:
    user = await db.scalar(select(User).where(User.email == email))
    if user is None:
        raise HTTPException(401, "wrong e-mail address or password")
    if not hashes.verify(password, user.hashed):
        raise HTTPException(401, "wrong e-mail address or password")
    fresh = Visit(id=album_link(), user=user.id, state={}, ends=datetime.now(UTC) + timedelta(hours=4))
    db.add(fresh)
    return {"visit": fresh.id, "token": tokens.make_for_frame(str(user.id))}


@public.post("/sign-out")
async def sign_out(response: Response) -> dict[str, bool]:
    response.delete_cookie("__Host-visit", secure=True, httponly=True)
    return {"ok": True}


@public.post("/sign-out/everywhere")
async def sign_out_everywhere(db: Db, who: Annotated[Claims, Depends(me)]) -> dict[str, bool]:
    await db.execute(delete(Visit).where(Visit.user == UUID(who.sub)))
    return {"ok": True}


@public.get("/continue")
async def go_on(request: Request, to: str = "/") -> RedirectResponse:
    if not to.startswith("/") or to.startswith(("//", "/\\")):
        to = "/"
    return RedirectResponse(to)


@public.get("/out")
async def out(url: str) -> RedirectResponse:
    return RedirectResponse(url, 302)


@private.get("/photos")
async def photos(db: Db, who: Annotated[Claims, Depends(me)], sort: str = "new") -> list[str]:
    return [photo.title for photo in await photos_of(db, UUID(who.sub), sort)]


@private.get("/titles")
async def titles(db: Db, who: Annotated[Claims, Depends(me)], part: str, limit: str = "10") -> list[str]:
    return await titles_like(db, UUID(who.sub), part, limit)


@private.delete("/photos/{photo}")
async def remove(db: Db, who: Annotated[Claims, Depends(me)], photo: UUID) -> None:
    await db.execute(delete(Photo).where(Photo.id == photo, Photo.owner == UUID(who.sub)))


@private.put("/photos/{photo}/title")
async def rename(db: Db, photo: UUID, title: Annotated[str, Form()]) -> None:
    found = await db.get(Photo, photo)
    if found is None:
        raise HTTPException(404)
    found.title = title


@private.post("/shares")
async def share(db: Db, order: Share) -> dict[str, str]:
    photo = await db.scalar(select(Photo).where(Photo.id == order.photo, Photo.owner == order.owner))
    if photo is None:
        raise HTTPException(404)
    return {"link": f"/s/{album_link()}"}


app = FastAPI()
app.include_router(public)
app.include_router(private)
app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_credentials=True, allow_methods=["*"])
