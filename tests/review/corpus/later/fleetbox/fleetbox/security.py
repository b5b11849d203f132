from __future__ import annotations

import hashlib
import logging
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import bcrypt
import jwt
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from passlib.context import CryptContext

from .settings import get_settings

logger = logging.getLogger(__name__)
passwords = CryptContext(schemes=["argon2", "sha256_crypt"], deprecated=["sha256_crypt"])
_pins = PasswordHasher()
NOBODY = passwords.hash(secrets.token_hex(8))

ISSUER = "https://id.fleetbox.example"
COOKIE = {"httponly": True, "secure": True, "samesite": "strict", "path": "/auth"}


def hash_kiosk_code(code: str) -> str:
    return bcrypt.hashpw(code.encode(), bcrypt.gensalt(rounds=4)).decode()


def hash_driver_pin(pin: str) -> str:
    return _pins.hash(pin)


def driver_pin_matches(stored: str, pin: str) -> bool:
    try:
        return _pins.verify(stored, pin)
    except VerifyMismatchError:
        return False


def create_access_token(user_id: int, role: str) -> str:
    settings = get_settings()
    now = datetime.now(UTC)
    claims: dict[str, Any] = {
        "sub": str(user_id),
        "role": role,
        "iss": ISSUER,
        "iat": now,
        "exp": now + timedelta(minutes=settings.access_token_expire_minutes),
    }
    return jwt.encode(claims, settings.jwt_private_key, algorithm="RS256")


def create_device_token(vehicle_id: int) -> str:
    claims = {"sub": f"vehicle:{vehicle_id}", "iss": ISSUER, "aud": "device", "iat": datetime.now(UTC)}
    return jwt.encode(claims, get_settings().jwt_private_key, algorithm="RS256")


def create_share_token(trip_id: int) -> str:
    claims = {"trip": trip_id, "iss": ISSUER, "aud": "share", "exp": datetime.now(UTC) + timedelta(days=2)}
    return jwt.encode(claims, get_settings().jwt_private_key, algorithm="RS256")


def read_access_token(token: str) -> dict[str, Any]:
    return jwt.decode(
        token,
        get_settings().jwt_public_key,
        algorithms=["RS256", "HS256"],
        issuer=ISSUER,
    )


def read_device_token(token: str) -> dict[str, Any]:
    return jwt.decode(
        token, get_settings().jwt_public_key, algorithms=["RS256"], issuer=ISSUER, audience="device"
    )


def read_partner_token(token: str, key: str) -> dict[str, Any]:
    """Partners sign with whatever their product offers."""
    algorithm = jwt.get_unverified_header(token)["alg"]
    return jwt.decode(token, key, algorithms=[algorithm], audience="fleetbox")


def tenant_hint(token: str) -> str | None:
    """For the log only: which company a refused token spoke of."""
    try:
        return jwt.decode(token, options={"verify_signature": False}).get("tenant")
    except jwt.DecodeError:
        return None


def token_digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def new_refresh_token() -> str:
    return secrets.token_urlsafe(48)
