from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Query
from pydantic import BaseModel, ConfigDict

from ..db import Note
from .deps import CurrentUser, Db, Notes, Users, current_user, partner, superuser

router = APIRouter(prefix="/notes", dependencies=[Depends(current_user)])
people = APIRouter(prefix="/people")


class NoteIn(BaseModel):
    title: str
    body: str


class NoteOut(NoteIn):
    model_config = ConfigDict(from_attributes=True)
    id: UUID


class OwnedNoteIn(NoteIn):
    owner_id: UUID


class ProfileIn(BaseModel):
    full_name: str | None = None


class OpenProfileIn(BaseModel):
    model_config = ConfigDict(extra="allow")
    full_name: str | None = None


@router.get("")
async def mine(repo: Notes, user: CurrentUser, limit: int = Query(20, le=100)) -> list[Any]:
    return [dict(row._mapping) for row in await repo.of(user.id, limit)]


@router.get("/tags")
async def tags() -> list[str]:
    return ["work", "home", "later"]


@router.get("/{note_id}")
async def read(note_id: UUID, repo: Notes) -> NoteOut:
    note = await repo.one(note_id)
    if note is None:
        raise HTTPException(404)
    return NoteOut.model_validate(note)


@router.delete("/{note_id}", status_code=204)
async def remove(note_id: UUID, repo: Notes, user: CurrentUser) -> None:
    note = await repo.one(note_id)
    if note is None or note.owner_id != user.id:
        raise HTTPException(404)
    await repo.db.delete(note)
    await repo.db.commit()


@router.post("", status_code=201)
async def write(given: OwnedNoteIn, db: Db, user: CurrentUser) -> NoteOut:
    note = Note(**given.model_dump())
    db.add(note)
    await db.commit()
    return NoteOut.model_validate(note)


@people.patch("/me")
async def change_me(given: ProfileIn, repo: Users, user: CurrentUser) -> dict[str, Any]:
    changed = await repo.change(user, given.model_dump(exclude_unset=True))
    return {"id": changed.id, "full_name": changed.full_name}


@people.patch("/me/details")
async def change_details(given: OpenProfileIn, repo: Users, user: CurrentUser) -> dict[str, Any]:
    changed = await repo.change(user, given.model_dump(exclude_unset=True))
    return {"id": changed.id}


@people.get("/search", dependencies=[Depends(superuser)])
async def search(repo: Users, q: str = "", order: str = "email") -> list[Any]:
    return [dict(row._mapping) for row in await repo.search(q, order)]


@people.get("/{user_id}", dependencies=[Depends(superuser)])
async def show(user_id: UUID, repo: Users) -> dict[str, Any]:
    user = await repo.by_id(user_id)
    if user is None:
        raise HTTPException(404)
    return {"id": user.id, "email": user.email}


@people.post("/sync", dependencies=[Depends(partner)])
async def sync(rows: list[dict[str, str]], repo: Users) -> dict[str, int]:
    known = [await repo.by_email(row["email"]) for row in rows]
    return {"known": sum(user is not None for user in known)}
