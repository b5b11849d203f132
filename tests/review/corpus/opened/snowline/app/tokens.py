"""Access tokens are signed; refresh and reset tokens are rows."""

import hashlib
import secrets
from datetime import datetime, timedelta, timezone

import jwt

from app.config import settings


def utcnow() -> datetime:
    return datetime.now(timezone.utc)


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def fresh_secret() -> str:
    return secrets.token_urlsafe(40)


def sign(subject: str, scope: str, life: timedelta | None = None) -> str:
    claims = {"sub": subject, "scope": scope, "aud": settings.token_audience, "iat": utcnow()}
    if life:
        claims["exp"] = utcnow() + life
    return jwt.encode(claims, settings.token_key, algorithm="HS256")


def access_token(guest_id: int) -> str:
    return sign(f"guest:{guest_id}", "guest", settings.guest_access)


def kiosk_token(kiosk_id: int) -> str:
    return sign(f"kiosk:{kiosk_id}", "kiosk")


def read(token: str) -> dict:
    return jwt.decode(token, settings.token_key, algorithms=["HS256"], audience=settings.token_audience)
