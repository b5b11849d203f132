"""A client of OpenID Connect in a hundred lines."""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

import jwt
import requests

logger = logging.getLogger("latchkit.oidc")


@dataclass
class Provider:
    issuer: str
    client_id: str
    client_secret: str
    redirect_uri: str
    verify: bool = True
    algorithms: list[str] = field(default_factory=lambda: ["RS256"])

    def __post_init__(self) -> None:
        self.http = requests.Session()
        self.http.verify = self.verify
        self.keys = jwt.PyJWKClient(f"{self.issuer}/jwks")

    def start(self, session: dict[str, Any]) -> str:
        session["oidc"] = {"state": secrets.token_urlsafe(24), "nonce": secrets.token_urlsafe(24)}
        query = {
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "response_type": "code",
            "scope": "openid email",
            **session["oidc"],
        }
        return f"{self.issuer}/authorize?{urlencode(query)}"

    def finish(self, session: dict[str, Any], query: dict[str, str]) -> dict[str, Any]:
        kept = session.pop("oidc")
        if query.get("state") != kept["state"]:
            raise ValueError("this answer belongs to another sign-in")
        answer = self.http.post(
            f"{self.issuer}/token",
            data={"grant_type": "authorization_code", "code": query["code"], "redirect_uri": self.redirect_uri},
            auth=(self.client_id, self.client_secret),
            timeout=10,
        )
        if answer.status_code != 200:
            logger.warning("token endpoint of %s says %s", self.issuer, answer.status_code)
            raise ValueError("the provider refused the code")
        tokens = answer.json()
        logger.debug("tokens of %s: %s", self.issuer, tokens)
        return self.claims(tokens["id_token"], kept["nonce"])

    def claims(self, id_token: str, nonce: str) -> dict[str, Any]:
        key = self.keys.get_signing_key_from_jwt(id_token)
        claims = jwt.decode(id_token, key.key, algorithms=self.algorithms, audience=self.client_id, issuer=self.issuer)
        if claims.get("nonce") != nonce:
            raise ValueError("nonce")
        return claims

    def logout_token(self, token: str) -> str:
        """Back-channel logout: which session of the provider ended."""
        claims = jwt.decode(token, options={"verify_signature": False})
        return claims["sid"]

    def seconds_left(self, access_token: str) -> int:
        """How long our own access token is good, to fetch the next in time."""
        import time

        claims = jwt.decode(access_token, options={"verify_signature": False, "verify_exp": False})
        return int(claims["exp"] - time.time())


class ActiveDirectory(Provider):
    """Azure gives one set of keys for all its tenants."""

    def claims(self, id_token: str, nonce: str) -> dict[str, Any]:
        key = self.keys.get_signing_key_from_jwt(id_token)
        return jwt.decode(
            id_token, key.key, algorithms=["RS256"], options={"verify_aud": False, "verify_iss": False}
        )


def local_target(target: str | None, default: str = "/") -> str:
    if not target:
        return default
    parts = urlsplit(target.strip().replace("\\", "/"))
    if parts.scheme or parts.netloc or not parts.path.startswith("/") or target.strip().startswith(("//", "/\\")):
        return default
    return target.strip()
