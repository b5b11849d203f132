import logging

from fastapi import APIRouter, Depends, HTTPException
from pydantic import BaseModel, Field

from fleetdesk import security
from fleetdesk.deps import current_driver
from fleetdesk.repositories import Drivers, RefreshTokens
from fleetdesk.tables import Driver

router = APIRouter(prefix="/accounts", tags=["accounts"])
log = logging.getLogger(__name__)


class SignIn(BaseModel):
    email: str
    password: str = Field(max_length=72)


class Pair(BaseModel):
    access: str
    refresh: str


class Renew(BaseModel):
    refresh: str


class NewPassword(BaseModel):
    old: str
    new: str = Field(min_length=12, max_length=72)


class NewPin(BaseModel):
    pin: str = Field(pattern=r"^\d{6}$")


@router.post("/sign-in")
def sign_in(body: SignIn, drivers: Drivers = Depends(), refresh: RefreshTokens = Depends()) -> Pair:
    driver = drivers.by_email(body.email)
    if not security.matches(body.password, driver.password_hash if driver else None):
        raise HTTPException(401, "wrong e-mail or password")
    return Pair(access=security.access_token(driver.id), refresh=refresh.issue(driver))


@router.post("/renew")
def renew(body: Renew, refresh: RefreshTokens = Depends()) -> Pair:
    driver = refresh.redeem(body.refresh)
    if driver is None:
        raise HTTPException(401, "sign in again")
    return Pair(access=security.access_token(driver.id), refresh=refresh.issue(driver))


@router.post("/password", status_code=204)
def change_password(
    body: NewPassword,
    driver: Driver = Depends(current_driver),
    drivers: Drivers = Depends(),
    refresh: RefreshTokens = Depends(),
) -> None:
    if not security.matches(body.old, driver.password_hash):
        raise HTTPException(403, "that is not the present password")
    driver.password_hash = security.hash_password(body.new)
    drivers.save(driver)
    refresh.forget_all(driver)
    log.info("driver %s has a new password", driver.id)


@router.post("/pin", status_code=204)
def change_pin(
    body: NewPin, driver: Driver = Depends(current_driver), drivers: Drivers = Depends()
) -> None:
    driver.pin_hash = security.hash_pin(body.pin)
    drivers.save(driver)


@router.post("/sign-out", status_code=204)
def sign_out(driver: Driver = Depends(current_driver), refresh: RefreshTokens = Depends()) -> None:
    refresh.forget_all(driver)
