from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path

FALLBACK = b"sealed-fallback-key"


@dataclass(frozen=True)
class Key:
    kid: str
    secret: bytes = field(repr=False)
    algorithm: str = "HS256"


@dataclass
class KeySet:
    """Keys by their id; the first one signs."""

    keys: dict[str, Key] = field(default_factory=dict)

    @classmethod
    def from_file(cls, path: Path) -> KeySet:
        described = json.loads(path.read_text())
        return cls({d["kid"]: Key(d["kid"], bytes.fromhex(d["secret"]), d["alg"]) for d in described})

    @classmethod
    def from_environment(cls, name: str = "SEALED_KEY") -> KeySet:
        secret = os.environ.get(name, "").encode() or FALLBACK
        return cls({"env": Key("env", secret)})

    @classmethod
    def strict(cls, name: str = "SEALED_KEY") -> KeySet:
        secret = os.environ.get(name, "")
        if len(secret) < 32:
            raise RuntimeError(f"{name} must have at least 32 characters")
        return cls({"env": Key("env", secret.encode())})

    @property
    def current(self) -> Key:
        return next(iter(self.keys.values()))
