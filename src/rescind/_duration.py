"""Durations as people write them: ``"30s"``, ``"5m"``, ``"2h"``, ``"7d"``, seconds, or a ``timedelta``."""

from __future__ import annotations

import math
import re
from datetime import timedelta

from rescind.errors import ConfigurationError

Duration = str | int | float | timedelta

LONGEST = 1e12
"""Seconds; a number beyond it was not meant."""
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_FORM = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)", re.ASCII)


def seconds(value: Duration, *, setting: str) -> float:
    """Read a duration.

    Args:
        value: ``"30s"``, ``"1h30m"``, a number of seconds, or a ``timedelta``.
        setting: the name of the setting or argument, for the error message.

    Returns:
        seconds, finite and not negative.

    Raises:
        ConfigurationError: when it cannot be read; the message names ``setting``.
    """
    if isinstance(value, timedelta):
        result = value.total_seconds()
    elif isinstance(value, bool):
        raise _wrong(value, setting)
    elif isinstance(value, int | float):
        result = float(value) if abs(value) < LONGEST else math.inf
    elif isinstance(value, str):
        result = _parse(value, setting)
    else:
        raise _wrong(value, setting)
    if not math.isfinite(result) or result < 0:
        raise _wrong(value, setting)
    return result


def _parse(text: str, setting: str) -> float:
    total, position = 0.0, 0
    for match in _FORM.finditer(text.strip()):
        if match.start() != position:
            raise _wrong(text, setting)
        total += float(match[1]) * _UNITS[match[2]]
        position = match.end()
    if position == 0 or position != len(text.strip()):
        raise _wrong(text, setting)
    return total


def _wrong(value: object, setting: str) -> ConfigurationError:
    return ConfigurationError(
        f'{setting}={value!r} is no duration: try "30s", "5m", "2h", "7d", a number of seconds or a timedelta'
    )
