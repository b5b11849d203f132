"""Settings as people read and write them: durations with their unit, secrets masked."""

from __future__ import annotations

import json
from typing import Any

from rescind.cli.output import cell
from rescind.config import duration_names, masked_url

UNITS = (("d", 86400.0), ("h", 3600.0), ("m", 60.0), ("s", 1.0), ("ms", 0.001))
MASK = "***"
SECRET_WORDS = ("secret", "password", "token", "private")


def shown(name: str, value: Any) -> str:
    """One value for a table; never a secret."""
    if any(word in name for word in SECRET_WORDS) and value not in (None, ()):
        return MASK
    if name in ("url", "redis") and value is not None:
        return masked_url(str(value))
    if isinstance(value, type):
        return value.__name__.lower()
    if name in duration_names() and isinstance(value, int | float):
        return duration(float(value))
    return cell(value)


def plain(name: str, value: Any) -> Any:
    """One value for JSON: as ``shown``, but numbers, flags and lists stay what they are."""
    text = shown(name, value)
    if text == MASK or not isinstance(value, bool | int | float | list | tuple | None):
        return text
    return list(value) if isinstance(value, tuple) else value


def duration(seconds: float) -> str:
    """In the largest unit that leaves a whole number, else in seconds."""
    for unit, size in UNITS:
        if seconds >= size and (seconds / size).is_integer():
            return f"{seconds / size:.0f}{unit}"
    return f"{seconds:g}s"


def literal(name: str, value: Any) -> str:
    """A value as rescind.toml has it."""
    if isinstance(value, type):
        return json.dumps(value.__name__.lower())
    if name in duration_names():
        return json.dumps(duration(float(value)))
    if isinstance(value, tuple | list):
        return json.dumps(list(value))
    return json.dumps(value)
