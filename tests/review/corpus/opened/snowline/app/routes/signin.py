from typing import Annotated

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from fastapi import APIRouter, BackgroundTasks, Cookie, HTTPException, Response
from pydantic import BaseModel, EmailStr, Field

from app.config import settings
from app.deps import CurrentGuest, Db
from app.mailer import mail_reset
from app.repositories import Guests, RefreshTokens, Resets
from app.tokens import access_token

router = APIRouter(prefix="/sign-in", tags=["sign-in"])
hasher = PasswordHasher()


class Credentials(BaseModel):
    email: EmailStr
    password: str


class Address(BaseModel):
    email: EmailStr


class NewPassword(BaseModel):
    token: str
    password: str = Field(min_length=12)


class ChangePassword(BaseModel):
    current: str
    password: str = Field(min_length=12)


def matches(stored: str, typed: str) -> bool:
    try:
        return hasher.verify(stored, typed)
    except VerifyMismatchError:
        return False


def keep(response: Response, token: str) -> None:
    response.set_cookie(
        "snowline_refresh",
        token,
        max_age=int(settings.refresh_life.total_seconds()),
        path="/sign-in",
        secure=True,
        httponly=True,
        samesite="strict",
    )


@router.post("")
async def sign_in(body: Credentials, response: Response, db: Db):
    guest = await Guests(db).by_email(body.email)
    if guest is None:
        raise HTTPException(401, "E-mail or password is wrong")
    if not matches(guest.password, body.password) or guest.blocked_at is not None:
        raise HTTPException(401, "E-mail or password is wrong")
    keep(response, await RefreshTokens(db).hand_out(guest))
    return {"access_token": access_token(guest.id)}


@router.post("/refresh")
async def refresh(response: Response, db: Db, snowline_refresh: Annotated[str, Cookie()]):
    tokens = RefreshTokens(db)
    guest_id = await tokens.redeem(snowline_refresh)
    guest = await Guests(db).by_id(guest_id) if guest_id is not None else None
    if guest is None or guest.blocked_at is not None:
        raise HTTPException(401, "Sign in again")
    keep(response, await tokens.hand_out(guest))
    return {"access_token": access_token(guest.id)}


@router.post("/out", status_code=204)
async def sign_out(response: Response, guest: CurrentGuest) -> None:
    response.delete_cookie("snowline_refresh", path="/sign-in")


@router.post("/out/everywhere", status_code=204)
async def sign_out_everywhere(response: Response, db: Db, guest: CurrentGuest) -> None:
    await RefreshTokens(db).forget_all(guest)
    response.delete_cookie("snowline_refresh", path="/sign-in")


@router.post("/forgotten", status_code=202)
async def forgotten(body: Address, later: BackgroundTasks):
    later.add_task(mail_reset, body.email)
    return {"detail": "If there is an account, a mail is on its way"}


@router.post("/forgotten/new", status_code=204)
async def choose_new(body: NewPassword, db: Db) -> None:
    guest_id = await Resets(db).redeem(body.token)
    guest = await Guests(db).by_id(guest_id) if guest_id is not None else None
    if guest is None:
        raise HTTPException(400, "This link is no longer good")
    guest.password = hasher.hash(body.password)
    await RefreshTokens(db).forget_all(guest)


@router.post("/password", status_code=204)
async def change_password(body: ChangePassword, db: Db, guest: CurrentGuest) -> None:
    if not matches(guest.password, body.current):
        raise HTTPException(400, "That is not your present password")
    guest.password = hasher.hash(body.password)
    await RefreshTokens(db).forget_all(guest)
