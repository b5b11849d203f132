from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException
from pydantic import BaseModel, EmailStr

from deps import Caller, Session, current_caller, users
from repositories import ApiKeys, Users
from tokens import TokenService

router = APIRouter(prefix="/session", tags=["session"])


class Credentials(BaseModel):
    email: EmailStr
    password: str


class KeyRequest(BaseModel):
    label: str


@router.post("")
async def sign_in(sent: Credentials, people: Annotated[Users, Depends(users)]) -> dict[str, str]:
    person = await people.by_credentials(sent.email, sent.password)
    if person is None:
        raise HTTPException(401, "These do not belong together")
    return {"access_token": TokenService().issue(person["id"], person["tenant"]), "token_type": "bearer"}


@router.post("/keys", status_code=201)
async def new_key(
    sent: KeyRequest, session: Session, caller: Annotated[Caller, Depends(current_caller)]
) -> dict[str, str]:
    return {"key": await ApiKeys(session, caller.tenant).create(sent.label)}
