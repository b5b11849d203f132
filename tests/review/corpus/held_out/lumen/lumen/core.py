"""Keys, tokens and hashes of the photo archive."""

from __future__ import annotations

import secrets
import time
from functools import cached_property
from typing import Any

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from pwdlib import PasswordHash
from pydantic import BaseModel, SecretBytes, model_validator
from pydantic_settings import BaseSettings


class Options(BaseSettings):
    signing: SecretBytes
    previous: SecretBytes | None = None
    pepper: SecretBytes = SecretBytes(b"lumen-pepper-41")
    link_seconds: int = 900

    @model_validator(mode="after")
    def long_enough(self) -> Options:
        if len(self.signing.get_secret_value()) < 32:
            raise ValueError("signing needs 32 bytes")
        return self

    @cached_property
    def key(self) -> OctKey:
        return OctKey.import_key(self.signing.get_secret_value())


hashes = PasswordHash.recommended()


class Claims(BaseModel):
    sub: str
    exp: int
    aud: str


class Tokens:
    registry = jwt.JWTClaimsRegistry(exp={"essential": True}, aud={"essential": True, "value": "lumen"})

    def __init__(self, options: Options) -> None:
        self.options = options

    def make(self, sub: str, seconds: int = 600) -> str:
        claims = {"sub": sub, "aud": "lumen", "exp": int(time.time()) + seconds}
        return jwt.encode({"alg": "HS256"}, claims, self.options.key)

    def make_for_frame(self, frame: str) -> str:
        claims = {"sub": frame, "aud": "lumen", "iat": int(time.time())}
        return jwt.encode({"alg": "HS256"}, claims, self.options.key)

    def read(self, token: str) -> Claims:
        found = jwt.decode(token, self.options.key, algorithms=["HS256"])
        self.registry.validate(found.claims)
        return Claims.model_validate(found.claims)

    def read_for_frame(self, token: str) -> dict[str, Any]:
        found = jwt.decode(token, self.options.key, algorithms=["HS256"])
        return found.claims

    def read_upload(self, token: str, public: RSAKey) -> dict[str, Any]:
        found = jwt.decode(token, public, algorithms=["RS256", "HS256", "none"])
        self.registry.validate(found.claims)
        return found.claims


def album_link() -> str:
    return secrets.token_urlsafe(24)


def share_code() -> str:
    return secrets.token_hex(2)
