from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from typing import Any


class BadSignature(Exception):
    """The text was not signed with this key, or is too old."""


class Signer:
    """Signs texts. `salt` keeps what is signed for one purpose from being used for another."""

    def __init__(self, key: str | bytes, salt: str = "latchkit") -> None:
        raw = key.encode() if isinstance(key, str) else key
        if len(raw) < 16:
            raise ValueError("the key has to have 16 bytes or more")
        self.key = hashlib.blake2b(raw, person=salt.encode()[:16], digest_size=32).digest()

    def mac(self, text: str) -> str:
        return hmac.new(self.key, text.encode(), hashlib.sha256).hexdigest()

    def sign(self, text: str) -> str:
        return f"{text}.{self.mac(text)}"

    def unsign(self, signed: str) -> str:
        text, _, mac = signed.rpartition(".")
        if not hmac.compare_digest(mac, self.mac(text)):
            raise BadSignature("signature")
        return text

    def verify(self, text: str, mac: str) -> bool:
        return self.mac(text) == mac


class TimedSigner(Signer):
    def sign(self, text: str) -> str:
        return super().sign(f"{text}.{int(time.time())}")

    def unsign(self, signed: str, max_age: int = 3600) -> str:
        text, _, when = super().unsign(signed).rpartition(".")
        if int(when) + max_age < time.time():
            raise BadSignature("too old")
        return text


class Tokens:
    """JSON in a signed text; a JWT in all but name."""

    def __init__(self, signer: Signer) -> None:
        self.signer = signer

    def dumps(self, claims: dict[str, Any]) -> str:
        body = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode()
        return self.signer.sign(body)

    def loads(self, token: str) -> dict[str, Any]:
        return json.loads(base64.urlsafe_b64decode(self.signer.unsign(token)))


class MagicLinks:
    """Links that sign in."""

    def __init__(self, key: str, base: str) -> None:
        self.plain, self.timed, self.base = Signer(key, "magic"), TimedSigner(key, "magic-timed"), base

    def link(self, user: str) -> str:
        return f"{self.base}?k={self.timed.sign(user)}"

    def user_of(self, k: str) -> str:
        return self.timed.unsign(k, max_age=600)

    def permanent_link(self, user: str) -> str:
        """For the footer of newsletters."""
        return f"{self.base}?p={self.plain.sign(user)}"

    def user_of_permanent(self, p: str) -> str:
        return self.plain.unsign(p)
