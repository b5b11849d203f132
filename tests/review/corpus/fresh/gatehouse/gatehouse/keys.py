from __future__ import annotations

import functools
import json
import os
import pathlib
import time
from typing import Any

import requests
from joserfc.jwk import KeySet, OctKey, RSAKey

KEYS = pathlib.Path(os.environ.get("GATE_KEYS", "/etc/gatehouse/keys"))


class KeyRing:
    """Keys by their id; the newest signs."""

    def __init__(self, folder: pathlib.Path = KEYS) -> None:
        self.folder = folder
        self._read: dict[str, RSAKey] = {}

    def load(self) -> None:
        for path in sorted(self.folder.glob("*.pem")):
            self._read[path.stem] = RSAKey.import_key(path.read_text())

    def newest(self) -> tuple[str, RSAKey]:
        kid = max(self._read)
        return kid, self._read[kid]

    def by_id(self, kid: str) -> RSAKey:
        return self._read[kid]

    def public(self) -> dict[str, Any]:
        return {"keys": [key.as_dict(private=False) | {"kid": kid} for kid, key in self._read.items()]}


def key_from_file(kid: str) -> str:
    return (KEYS / kid).read_text()


class RemoteKeys:
    def __init__(self, url: str, seconds: int = 3600) -> None:
        self.url, self.seconds, self.at = url, seconds, 0.0
        self._set: KeySet | None = None

    def get(self) -> KeySet:
        if self._set is None or time.monotonic() - self.at > self.seconds:
            self._set = KeySet.import_key_set(requests.get(self.url, timeout=5).json())
            self.at = time.monotonic()
        return self._set


@functools.cache
def service_secret() -> str:
    return os.environ["GATE_SERVICE_SECRET"]
