import jwt
from fastapi import Depends, Header, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from fleetdesk import security
from fleetdesk.repositories import Drivers, PartnerKeys
from fleetdesk.tables import Driver, PartnerKey

bearer = HTTPBearer()


def current_driver(
    sent: HTTPAuthorizationCredentials = Depends(bearer), drivers: Drivers = Depends()
) -> Driver:
    try:
        claims = security.read_access_token(sent.credentials)
    except jwt.PyJWTError:
        raise HTTPException(401, "sign in again") from None
    driver = drivers.get(int(claims["sub"]))
    if driver is None:
        raise HTTPException(401, "sign in again")
    return driver


def current_tracker(sent: HTTPAuthorizationCredentials = Depends(bearer)) -> int:
    try:
        return int(security.read_tracker_token(sent.credentials)["sub"])
    except jwt.PyJWTError:
        raise HTTPException(401, "pair again") from None


def current_kiosk(sent: HTTPAuthorizationCredentials = Depends(bearer)) -> str:
    try:
        return security.read_kiosk_token(sent.credentials)["sub"]
    except (jwt.PyJWTError, KeyError):
        raise HTTPException(401, "unknown kiosk") from None


def current_partner(x_partner_key: str = Header(), keys: PartnerKeys = Depends()) -> PartnerKey:
    key = keys.find(x_partner_key)
    if key is None:
        raise HTTPException(401, "unknown key")
    return key
