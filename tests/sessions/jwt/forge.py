"""A token workshop: any header, any claims, any signature; what an attacker or a careless library makes."""

from __future__ import annotations

import hmac
import json
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any

from rescind.sessions.jwt.access import AccessClaims, AccessTokens
from rescind.sessions.jwt.keys import SigningKey, admit, make_key

NOW = 1_790_000_000
SECRET = bytes(range(1, 33))
ISSUER, AUDIENCE = "https://shop.example", "https://api.shop.example"
KEYS = {alg: make_key(alg, SECRET, kid=f"{alg}-1") for alg in ("EdDSA", "Ed25519", "ES256", "HS256")}
CLAIMS = AccessClaims(
    token_id="jti-0123456789ab",
    session_id="0123456789abcdef01234567",
    principal_id="ada",
    birth="0123456789abcdef0123456789abcdef",
    issued_seq=7,
    issued_at=NOW,
    expires_at=NOW + 300,
    auth_time=NOW - 60,
)


def tokens(key: SigningKey | None = None) -> AccessTokens:
    return AccessTokens(
        admit([key or KEYS["EdDSA"]], setting="signing_keys"), issuer=ISSUER, audience=AUDIENCE
    )


def b64(raw: bytes | str) -> str:
    data = raw if isinstance(raw, bytes) else raw.encode()
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def header(key: SigningKey, **more: Any) -> dict[str, Any]:
    return {"typ": "at+jwt", "alg": key.alg, "kid": key.kid} | more


def claims(**more: Any) -> dict[str, Any]:
    """The claims of a good token, some of them replaced; ``None`` leaves one out."""
    said = {
        "iss": ISSUER, "aud": AUDIENCE, "sub": "ada", "sid": CLAIMS.session_id, "jti": CLAIMS.token_id,
        "iat": NOW, "exp": NOW + 300, "auth_time": NOW - 60, "seq": 7,
        "birth": b64(bytes.fromhex(CLAIMS.birth)),
    } | more  # fmt: skip
    return {name: value for name, value in said.items() if value is not None}


def text(part: str | bytes | dict[str, Any]) -> str | bytes:
    return json.dumps(part) if isinstance(part, dict) else part


def forged(
    key: SigningKey, head: str | bytes | dict[str, Any], body: str | bytes | dict[str, Any] | None = None
) -> str:
    """A token with a good signature of ``key`` over whatever is given."""
    signing_input = f"{b64(text(head))}.{b64(text(claims() if body is None else body))}"
    return f"{signing_input}.{b64(key.sign(signing_input.encode()))}"


def with_hmac(secret: bytes, head: dict[str, Any]) -> str:
    """A token "signed" with HMAC under whatever an attacker can get hold of."""
    signing_input = f"{b64(text(head))}.{b64(text(claims()))}"
    return f"{signing_input}.{b64(hmac.digest(secret, signing_input.encode(), sha256))}"
