"""Where the signal box finds what it needs; the file is written by the deployment."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

DEVICE_TOKEN_KIND = "urn:signalbox:device-token:2"
STAMP_KEY = b"sb-axle-counter-stamps"


@dataclass(frozen=True)
class Control:
    """The control centre upstream."""

    base_url: str
    client_id: str
    client_secret: str = field(repr=False)
    fingerprint: bytes


@dataclass(frozen=True)
class Settings:
    dsn: str
    hook_secret: bytes
    control: Control
    weather_url: str
    weather_key: str = field(repr=False)
    listen: int = 8080


def load(path: str | None = None) -> Settings:
    raw = tomllib.loads(Path(path or os.environ["SIGNALBOX_CONFIG"]).read_text())
    control = raw["control"]
    return Settings(
        dsn=raw["dsn"],
        hook_secret=raw["hook_secret"].encode(),
        control=Control(
            base_url=control["base_url"],
            client_id=control["client_id"],
            client_secret=control["client_secret"],
            fingerprint=bytes.fromhex(control["fingerprint"]),
        ),
        weather_url=raw["weather"]["base_url"],
        weather_key=raw["weather"]["key"],
        listen=raw.get("listen", 8080),
    )
