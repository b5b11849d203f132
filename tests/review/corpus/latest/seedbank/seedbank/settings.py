from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import cache


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    database: str = field(default_factory=lambda: os.environ["SEEDBANK_DATABASE"])
    redis: str = field(default_factory=lambda: os.environ.get("SEEDBANK_REDIS", "redis://localhost/2"))
    signing_key: str = field(default_factory=lambda: os.environ["SEEDBANK_SIGNING_KEY"])
    herbarium_key: bytes = field(default_factory=lambda: os.environ["SEEDBANK_HERBARIUM_KEY"].encode())
    federation_jwk: str = field(default_factory=lambda: os.environ["SEEDBANK_FEDERATION_JWK"])
    lab_jwk: str = field(default_factory=lambda: os.environ["SEEDBANK_LAB_JWK"])
    public_url: str = "https://seeds.example"
    session_hours: int = 10
    key_days: int = 90


@cache
def settings() -> Settings:
    return Settings()
