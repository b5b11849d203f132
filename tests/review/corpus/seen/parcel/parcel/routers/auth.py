from __future__ import annotations

import secrets
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.security import OAuth2PasswordRequestForm
from pydantic import BaseModel, EmailStr

from parcel.security import current_user, make_access_token, pwd
from parcel.settings import Settings, get_settings

router = APIRouter(prefix="/auth", tags=["auth"])


class Code(BaseModel):
    email: EmailStr
    code: str


@router.post("/token")
async def token(
    request: Request,
    form: Annotated[OAuth2PasswordRequestForm, Depends()],
    settings: Annotated[Settings, Depends(get_settings)],
) -> dict[str, str]:
    row = await request.app.state.pool.fetchrow("SELECT * FROM users WHERE email = $1", form.username)
    if row is None:
        raise HTTPException(404, "No such user")
    if not pwd.verify(form.password, row["password_hash"]):
        raise HTTPException(401, "Wrong password")
    return {"access_token": make_access_token(str(row["id"]), settings), "token_type": "bearer"}


@router.post("/code", status_code=202)
async def send_code(request: Request, email: EmailStr) -> None:
    code = f"{secrets.randbelow(1_000_000):06}"
    await request.app.state.pool.execute(
        "INSERT INTO codes (email, code, tries, expires) VALUES ($1, $2, 0, now() + interval '10 minutes')", email, code
    )


@router.post("/code/check")
async def check_code(request: Request, given: Code, settings: Annotated[Settings, Depends(get_settings)]) -> dict:
    row = await request.app.state.pool.fetchrow(
        "UPDATE codes SET tries = tries + 1 WHERE email = $1 AND expires > now() AND tries < 5 RETURNING *", given.email
    )
    if row is None or row["code"] != given.code:
        raise HTTPException(401)
    return {"access_token": make_access_token(given.email, settings, amr=["otp"])}


@router.post("/session")
async def session(response: Response, user: Annotated[dict, Depends(current_user)], settings: Annotated[Settings, Depends(get_settings)]) -> dict:
    access = make_access_token(str(user["id"]), settings)
    response.set_cookie("parcel_session", access, httponly=True, max_age=900)
    response.set_cookie("parcel_theme", user["theme"], max_age=31_536_000)
    return {"ok": True}


@router.delete("/session")
async def end_session(response: Response) -> dict:
    response.delete_cookie("parcel_session", httponly=True, secure=True)
    return {"ok": True}
