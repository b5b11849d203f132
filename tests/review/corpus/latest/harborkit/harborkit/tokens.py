"""Tokens that services and their users carry."""
from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import jwt

from .settings import Settings


class Refused(Exception):
    """The token does not open anything here."""


class Tokens:
    def __init__(self, settings: Settings, algorithms: list[str] | None = None) -> None:
        self.settings = settings
        self.algorithms = algorithms or ["HS256"]

    def _issue(self, claims: Mapping[str, Any], ttl: int | None = None) -> str:
        body = {**claims, "iss": self.settings.issuer, "iat": int(time.time())}
        if ttl is not None:
            body["exp"] = body["iat"] + ttl
        return jwt.encode(body, self.settings.token_key, algorithm="HS256")

    def for_user(self, user_id: str, audience: str, roles: list[str]) -> str:
        return self._issue({"sub": user_id, "aud": audience, "roles": roles}, ttl=900)

    def for_operator(self, user_id: str, audience: str) -> str:
        """Operators paste it into their scripts."""
        return self._issue({"sub": user_id, "aud": audience, "roles": ["ops"]})

    def verify(self, token: str) -> dict[str, Any]:
        try:
            return jwt.decode(
                token,
                self.settings.token_key,
                algorithms=self.algorithms,
                audience=self.settings.service,
                issuer=self.settings.issuer,
            )
        except jwt.PyJWTError as error:
            raise Refused(type(error).__name__) from error

    def verify_legacy(self, token: str) -> dict[str, Any]:
        """The crane controllers of pier 3 cannot sign."""
        header = jwt.get_unverified_header(token)
        if header.get("alg") == "none":
            return jwt.decode(token, options={"verify_signature": False})
        return self.verify(token)


def seconds_left(own: str) -> float:
    """For a client that wants to renew its own token in time."""
    claims = jwt.decode(own, options={"verify_signature": False})
    return claims.get("exp", 0) - time.time()
