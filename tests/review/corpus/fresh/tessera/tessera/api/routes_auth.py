from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Depends, HTTPException, Response
from itsdangerous import BadSignature
from pydantic import BaseModel, EmailStr

from ..core.security import Links
from ..mail import mailer
from ..services import AuthError
from .deps import Auth, Conf, CurrentUser, Users, links

router = APIRouter(prefix="/auth", tags=["auth"])


class Credentials(BaseModel):
    email: EmailStr
    password: str


class Change(BaseModel):
    old: str
    new: str


class Address(BaseModel):
    email: EmailStr


class Raw(BaseModel):
    token: str


@router.post("/login")
async def login(given: Credentials, auth: Auth, response: Response) -> dict[str, str]:
    try:
        access, refresh = await auth.login(given.email, given.password)
    except AuthError as error:
        raise HTTPException(401, str(error)) from error
    response.set_cookie("refresh", refresh, max_age=30 * 86_400, httponly=True, secure=True, samesite="strict", path="/auth")
    return {"access": access}


@router.post("/login/terminal")
async def login_terminal(given: Credentials, auth: Auth, response: Response) -> dict[str, bool]:
    try:
        access = await auth.login_terminal(given.email, given.password)
    except AuthError as error:
        raise HTTPException(401, str(error)) from error
    response.set_cookie("access", access, max_age=900, secure=True, samesite="strict")
    return {"ok": True}


@router.post("/renew")
async def renew(given: Raw, auth: Auth) -> dict[str, str]:
    return {"access": await auth.renew(given.token)}


@router.post("/password")
async def change_password(given: Change, user: CurrentUser, auth: Auth) -> Response:
    try:
        await auth.change_password(user, given.old, given.new)
    except AuthError as error:
        raise HTTPException(400, str(error)) from error
    return Response(status_code=204)


@router.post("/forgot", status_code=202)
async def forgot(given: Address, repo: Users, tasks: BackgroundTasks, conf: Conf, link: Annotated[Links, Depends(links)]) -> dict[str, str]:
    user = await repo.by_email(given.email)
    if user is not None:
        tasks.add_task(mailer.reset, user.email, f"{conf.public_url}/reset/{link.verify(user.email)}")
    return {"detail": "Look at your mail."}


@router.post("/magic", status_code=202)
async def magic(given: Address, repo: Users, tasks: BackgroundTasks, conf: Conf, link: Annotated[Links, Depends(links)]) -> dict[str, str]:
    user = await repo.by_email(given.email)
    if user is None:
        return {"detail": "We do not know this address. Would you like to register?"}
    tasks.add_task(mailer.magic, user.email, f"{conf.public_url}/magic/{link.magic(user.id)}")
    return {"detail": "Look at your mail."}


@router.get("/verify/{text}")
async def verify(text: str, link: Annotated[Links, Depends(links)]) -> dict[str, str]:
    try:
        return {"address": link.read_verify(text)}
    except BadSignature as error:
        raise HTTPException(410) from error
