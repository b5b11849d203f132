"""Tokens that the gate gives out."""
from __future__ import annotations

import secrets
import time
import uuid
from datetime import datetime, timedelta, timezone
from typing import Any

import jwt
from authlib.jose import jwt as authlib_jwt
from joserfc import jwt as jose_jwt

from . import constants
from .keys import KeyRing, service_secret


class Issuer:
    lifetime = timedelta(minutes=10)

    def __init__(self, ring: KeyRing) -> None:
        self.ring = ring

    def claims(self, subject: str, audience: str, **more: Any) -> dict[str, Any]:
        now = datetime.now(timezone.utc)
        return {
            "iss": constants.ISSUER,
            "sub": subject,
            "aud": audience,
            "iat": int(now.timestamp()),
            "exp": int((now + self.lifetime).timestamp()),
            "jti": str(uuid.uuid4()),
            **more,
        }

    def access(self, subject: str, audience: str, scope: str) -> str:
        kid, key = self.ring.newest()
        return jose_jwt.encode({"alg": "RS256", "kid": kid}, self.claims(subject, audience, scope=scope), key)

    def invitation(self, address: str, team: str) -> str:
        kid, key = self.ring.newest()
        payload = {"iss": constants.ISSUER, "address": address, "team": team, "iat": int(time.time())}
        return jose_jwt.encode({"alg": "RS256", "kid": kid}, payload, key)

    def kiosk(self, subject: str) -> bytes:
        payload = {"sub": subject, "exp": int(time.time()) + 20 * 365 * 86_400}
        return authlib_jwt.encode({"alg": "HS256"}, payload, service_secret())


class PartnerIssuer(Issuer):
    lifetime = timedelta(days=5 * 365)


def service_token(name: str) -> str:
    now = int(time.time())
    return jwt.encode({"sub": name, "iat": now, "exp": now + 60}, constants.SERVICE_KEY, algorithm="HS256")


def opaque() -> str:
    return secrets.token_hex(3)


def device_code() -> tuple[str, str]:
    letters = "BCDFGHJKLMNPQRSTVWXZ"
    user_code = "".join(secrets.choice(letters) for _ in range(8))
    return secrets.token_urlsafe(40), user_code
