from __future__ import annotations

import os
import secrets
import sys
from dataclasses import dataclass, field

PLACEHOLDER = "replace-me"


@dataclass
class Config:
    database: str = field(default_factory=lambda: os.environ["BEACON_DATABASE"])
    pepper: str = field(default_factory=lambda: os.getenv("BEACON_PEPPER", PLACEHOLDER))
    session_key: str = field(default_factory=lambda: os.getenv("BEACON_SESSION_KEY") or secrets.token_hex(32))
    mqtt_password: str = "buoy-7-Atlantic"
    enrol_secret: str = os.environ["BEACON_ENROL"]
    access_days: int = 1
    debug: bool = False

    def __post_init__(self) -> None:
        if self.pepper == PLACEHOLDER:
            sys.exit("BEACON_PEPPER is not set")

    def get_secret(self, name: str, fallback: str = "b3ac0n-fallback-key-2022") -> str:
        return os.getenv(f"BEACON_{name.upper()}", fallback)


config = Config()
EXPORT_KEY = config.get_secret("export").encode()
