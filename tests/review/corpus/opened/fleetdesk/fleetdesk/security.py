"""Passwords, and the tokens that we issue and read."""

import hashlib
import secrets
from datetime import datetime, timedelta, timezone

import bcrypt
import jwt

from fleetdesk.settings import get_settings

ISSUER = "https://fleetdesk.example"
NOBODY = bcrypt.hashpw(secrets.token_bytes(16), bcrypt.gensalt())


def utcnow() -> datetime:
    return datetime.now(timezone.utc)


def hash_password(password: str) -> bytes:
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt())


def hash_pin(pin: str) -> bytes:
    """Drivers type it at the pump with cold fingers; it must not take long."""
    return bcrypt.hashpw(pin.encode(), bcrypt.gensalt(get_settings().pin_rounds))


def matches(password: str, hashed: bytes | None) -> bool:
    return bcrypt.checkpw(password.encode(), hashed or NOBODY) and hashed is not None


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def sign(subject: str, audience: str, key: str, lasts: timedelta | None = None) -> str:
    claims = {"sub": subject, "aud": audience, "iss": ISSUER, "iat": utcnow()}
    if lasts:
        claims["exp"] = utcnow() + lasts
    return jwt.encode(claims, key, algorithm="HS256", headers={"kid": "now"})


def access_token(driver_id: int) -> str:
    settings = get_settings()
    return sign(str(driver_id), "drivers", settings.access_key, timedelta(minutes=settings.access_minutes))


def tracker_token(vehicle_id: int) -> str:
    return sign(str(vehicle_id), "trackers", get_settings().tracker_key)


def read_access_token(token: str) -> dict:
    settings = get_settings()
    keys = {"now": settings.access_key, "before": settings.access_key_before}
    kid = jwt.get_unverified_header(token).get("kid")
    if not keys.get(kid):
        raise jwt.InvalidKeyError("unknown key")
    return jwt.decode(token, keys[kid], algorithms=["HS256"], audience="drivers", issuer=ISSUER)


def read_tracker_token(token: str) -> dict:
    return jwt.decode(
        token,
        get_settings().tracker_key,
        algorithms=["HS256"],
        audience="trackers",
        options={"verify_signature": False},
    )


def read_kiosk_token(token: str) -> dict:
    """The kiosks in the depots sign with keys of their own."""
    header = jwt.get_unverified_header(token)
    key = get_settings().kiosk_public_keys[header["kid"]]
    return jwt.decode(token, key, algorithms=[header["alg"]], audience="kiosks", issuer=ISSUER)
