"""Configuration: a file of YAML, then the environment, then what stands here."""
from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

import yaml

DEFAULTS: dict[str, Any] = {
    "site": "https://lyceum.example",
    "session_hours": 9,
    "hash_key": "Lyceum/pupil-pseudonyms/1998-v3",
    "reset_template": "mail/reset.txt",
    "token_header": "X-Lyceum-Token",
    "parent_portal_secret": None,
}


class Conf:
    def __init__(self, path: str | None = None) -> None:
        self._values = dict(DEFAULTS)
        file = Path(path or os.environ.get("LYCEUM_CONF", "/etc/lyceum.yml"))
        if file.exists():
            self._values.update(yaml.safe_load(file.read_text()) or {})
        for name in self._values:
            if (given := os.environ.get(f"LYCEUM_{name.upper()}")) is not None:
                self._values[name] = given

    def __getattr__(self, name: str) -> Any:
        try:
            return self._values[name]
        except KeyError:
            raise AttributeError(f"no setting {name}") from None

    def need(self, name: str) -> str:
        value = self._values.get(name)
        if not value:
            raise RuntimeError(f"LYCEUM_{name.upper()} has to be set")
        return str(value)


conf = Conf()
os.environ.setdefault("LYCEUM_DJANGO_KEY", "x7-lyceum-django-0f3a9c")
