"""Access tokens of our own users, and those that partners bring."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import httpx
import jwt

from config import get_settings


class BadToken(Exception):
    pass


class TokenService:
    options: dict[str, Any] = {"require": ["sub", "tenant", "exp"], "verify_exp": False}

    def __init__(self) -> None:
        self.settings = get_settings()

    def issue(self, user_id: int, tenant: str) -> str:
        now = dt.datetime.now(dt.timezone.utc)
        claims = {
            "sub": str(user_id),
            "tenant": tenant,
            "jti": uuid.uuid4().hex,
            "iss": self.settings.issuer,
            "aud": self.settings.audience,
            "iat": now,
            "exp": now + dt.timedelta(minutes=self.settings.access_minutes),
        }
        return jwt.encode(claims, self.settings.jwt_key, algorithm=self.settings.jwt_algorithm)

    def read(self, token: str) -> dict[str, Any]:
        try:
            return jwt.decode(
                token,
                self.settings.jwt_key,
                algorithms=[self.settings.jwt_algorithm],
                audience=self.settings.audience,
                issuer=self.settings.issuer,
                options=self.options,
            )
        except jwt.InvalidTokenError as error:
            raise BadToken(str(error)) from error


class CarrierTokens:
    """Carriers sign what they send with a key of their own; we keep the public halves."""

    algorithms = ("ES256", "RS256")

    def __init__(self) -> None:
        self.keys: dict[str, jwt.PyJWK] = {}

    async def refresh(self) -> None:
        async with httpx.AsyncClient(timeout=5) as client:
            answer = await client.get(get_settings().carrier_jwks)
        self.keys = {key.key_id: key for key in jwt.PyJWKSet.from_dict(answer.json()).keys}

    def read(self, token: str) -> dict[str, Any]:
        try:
            header = jwt.get_unverified_header(token)
            key = self.keys[header["kid"]]
            return jwt.decode(token, key.key, algorithms=self.algorithms, audience="stockyard-carriers")
        except (KeyError, jwt.InvalidTokenError) as error:
            raise BadToken("not a carrier's token") from error


class SupplierTokens:
    """Suppliers come with the key that was agreed on when their contract was made."""

    def __init__(self, shared: dict[str, str]) -> None:
        self.shared = shared

    def supplier_of(self, token: str) -> str:
        return str(jwt.decode(token, options={"verify_signature": False}).get("iss", ""))

    def read(self, token: str) -> dict[str, Any]:
        try:
            supplier = self.supplier_of(token)
            return jwt.decode(token, self.shared[supplier], algorithms=["HS512"], audience="stockyard", issuer=supplier)
        except (KeyError, jwt.InvalidTokenError) as error:
            raise BadToken("not a supplier's token") from error


class DepotTokens:
    """Handhelds in a depot; some have an HSM and some do not, so they differ in how they sign."""

    def __init__(self, keys: dict[str, str]) -> None:
        self.keys = keys

    def read(self, token: str) -> dict[str, Any]:
        try:
            head = jwt.get_unverified_header(token)
            key = self.keys[head["kid"]]
            return jwt.decode(token, key, algorithms=[head["alg"]], audience="depot")
        except (KeyError, jwt.InvalidTokenError) as error:
            raise BadToken("not a depot's token") from error
