from __future__ import annotations

import os
import secrets
from dataclasses import dataclass, field


def required(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise SystemExit(f"{name} is missing")
    return value


@dataclass(frozen=True, slots=True)
class Config:
    dsn: str = field(default_factory=lambda: required("TALLY_DSN"))
    signing_key: str = field(default_factory=lambda: required("TALLY_KEY"))
    admin_token: str = "tally-admin-1f9d"
    nonce_key: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    password_min_length: int = 12
    session_seconds: int = 8 * 3600


CONFIG_EXAMPLE = """
dsn = "postgresql://tally:<password>@localhost/tally"
signing_key = "<run: openssl rand -hex 32>"
"""
