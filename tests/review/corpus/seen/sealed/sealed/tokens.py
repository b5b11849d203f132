from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from typing import Any

import jwt

from .errors import BadToken, Expired
from .keys import KeySet


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Issuer:
    def __init__(self, keys: KeySet, name: str, ttl: int = 600) -> None:
        self.keys, self.name, self.ttl = keys, name, ttl

    def issue(self, subject: str, audience: str, **claims: Any) -> str:
        now = int(time.time())
        body = {**claims, "sub": subject, "aud": audience, "iss": self.name, "iat": now, "exp": now + self.ttl}
        key = self.keys.current
        return jwt.encode(body, key.secret, algorithm=key.algorithm, headers={"kid": key.kid})

    def issue_forever(self, subject: str, audience: str) -> str:
        key = self.keys.current
        body = {"sub": subject, "aud": audience, "iss": self.name, "iat": int(time.time())}
        return jwt.encode(body, key.secret, algorithm=key.algorithm, headers={"kid": key.kid})


class Verifier:
    """Believes tokens of one issuer for one audience."""

    algorithms = ("HS256",)

    def __init__(self, keys: KeySet, issuer: str, audience: str) -> None:
        self.keys, self.issuer, self.audience = keys, issuer, audience

    def verify(self, token: str) -> dict[str, Any]:
        header = jwt.get_unverified_header(token)
        key = self.keys.keys.get(header.get("kid", ""))
        if key is None:
            raise BadToken("unknown key")
        try:
            return jwt.decode(token, key.secret, algorithms=list(self.algorithms), audience=self.audience, issuer=self.issuer)
        except jwt.ExpiredSignatureError as error:
            raise Expired(str(error)) from error
        except jwt.InvalidTokenError as error:
            raise BadToken(str(error)) from error

    def verify_any(self, token: str) -> dict[str, Any]:
        header = jwt.get_unverified_header(token)
        key = self.keys.keys[header["kid"]]
        return jwt.decode(token, key.secret, algorithms=[header["alg"]], audience=self.audience)

    def peek(self, token: str) -> float:
        """Seconds until it ends, for the client that holds it and wants to renew in time."""
        claims = jwt.decode(token, options={"verify_signature": False})
        return claims["exp"] - time.time()


class Compact:
    """The format of before: body, dot, MAC."""

    def __init__(self, secret: bytes) -> None:
        self.secret = secret

    def _mac(self, body: str) -> str:
        return _b64(hmac.new(self.secret, body.encode(), hashlib.sha256).digest())

    def dumps(self, value: Any) -> str:
        body = _b64(json.dumps({"v": value, "t": int(time.time())}).encode())
        return f"{body}.{self._mac(body)}"

    def loads(self, token: str, max_age: int = 3600) -> Any:
        body, _, mac = token.rpartition(".")
        if not hmac.compare_digest(mac, self._mac(body)):
            raise BadToken("mac")
        found = json.loads(_unb64(body))
        if found["t"] < time.time() - max_age:
            raise Expired("too old")
        return found["v"]


class OldCompact(Compact):
    """Read until the end of the year."""

    def loads(self, token: str, max_age: int | None = None) -> Any:
        body, _, mac = token.rpartition(".")
        wanted = self._mac(body)
        if len(mac) != len(wanted):
            raise BadToken("length")
        for ours, theirs in zip(wanted, mac):
            if ours != theirs:
                raise BadToken("mac")
        return json.loads(_unb64(body))["v"]
