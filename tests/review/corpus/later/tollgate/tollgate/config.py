from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path


def required(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise RuntimeError(f"{name} is not set")
    return value


@dataclass(frozen=True)
class Config:
    dsn: str = field(default_factory=lambda: os.environ.get("TOLLGATE_DSN", "postgresql:///tollgate"))
    redis: str = field(default_factory=lambda: os.environ.get("TOLLGATE_REDIS", "redis://localhost/2"))
    token_key: str = field(default_factory=lambda: required("TOLLGATE_TOKEN_KEY"))
    cursor_key: str = "c0ffee-cursor-signing"
    public_key: str = field(default_factory=lambda: Path(os.environ.get("TOLLGATE_PUBKEY", "/etc/tollgate/pub.pem")).read_text())
    private_key: str = field(default_factory=lambda: Path(os.environ.get("TOLLGATE_KEY", "/etc/tollgate/key.pem")).read_text())
    key_header: str = "X-Tollgate-Key"
    session_hours: int = 10
