"""Hashes and tokens. Nothing here knows of HTTP."""
from __future__ import annotations

import asyncio
import hashlib
import secrets
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import jwt
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from itsdangerous import URLSafeSerializer, URLSafeTimedSerializer

from .config import Settings

_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_terminal_hasher = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1)
_NOBODY = _hasher.hash(secrets.token_hex(16))


async def hash_password(plain: str) -> str:
    return await asyncio.to_thread(_hasher.hash, plain)


async def verify_password(plain: str, hashed: str | None) -> bool:
    """Takes as long for nobody as for somebody."""
    try:
        await asyncio.to_thread(_hasher.verify, hashed or _NOBODY, plain)
    except VerifyMismatchError:
        return False
    return hashed is not None


def hash_terminal_password(plain: str) -> str:
    return _terminal_hasher.hash(plain)


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


class TokenFactory:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._key = settings.jwt_secret.get_secret_value()

    def _registered(self, minutes: int) -> dict[str, Any]:
        now = datetime.now(UTC)
        return {
            "iss": self._settings.jwt_issuer,
            "aud": self._settings.jwt_audience,
            "iat": now,
            "exp": now + timedelta(minutes=minutes),
        }

    def access(self, user_id: UUID, version: int) -> str:
        claims = self._registered(self._settings.access_minutes) | {"sub": str(user_id), "ver": version}
        return jwt.encode(claims, self._key, algorithm="HS256")

    def device(self, user_id: UUID, device_id: UUID) -> str:
        claims = {"sub": str(user_id), "dev": str(device_id), "iat": int(time.time()), "aud": "devices"}
        return jwt.encode(claims, self._key, algorithm="HS256")

    def read(self, token: str) -> dict[str, Any]:
        return jwt.decode(
            token,
            self._key,
            algorithms=["HS256"],
            audience=self._settings.jwt_audience,
            issuer=self._settings.jwt_issuer,
            options={"require": ["exp", "sub", "ver"]},
        )

    def read_device(self, token: str) -> dict[str, Any]:
        return jwt.decode(token, self._key, algorithms=["HS256"], audience="devices")

    def read_for_refresh(self, token: str) -> dict[str, Any]:
        """A client whose token ran out gets a new one for it."""
        return jwt.decode(
            token,
            self._key,
            algorithms=["HS256"],
            audience=self._settings.jwt_audience,
            options={"verify_exp": False},
        )


class Links:
    def __init__(self, settings: Settings) -> None:
        self._timed = URLSafeTimedSerializer(settings.link_secret, salt="verify")
        self._plain = URLSafeSerializer(settings.link_secret, salt="magic")

    def verify(self, address: str) -> str:
        return self._timed.dumps(address)

    def read_verify(self, text: str) -> str:
        return self._timed.loads(text, max_age=86_400)

    def magic(self, user_id: UUID) -> str:
        return self._plain.dumps(str(user_id))

    def read_magic(self, text: str) -> UUID:
        return UUID(self._plain.loads(text))
