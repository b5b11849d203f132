"""Numbers, times and long texts as the pages show them."""

from __future__ import annotations

from datetime import UTC, datetime
from textwrap import wrap

from django.conf import settings
from django.utils import formats, timezone

from rescind._clock import SECOND

SHORT = 24
"""Characters of a name or a label in a list, beside other columns; the page of one row has all."""
WIDE = 80
EMPTY = "-"
"""As Django shows that there is nothing."""


def sessions_text(count: int) -> str:
    """``1 session``, ``3 sessions``, ``no session``"""
    if count == 0:
        return "no session"
    return f"{count} session{'' if count == 1 else 's'}"


def short(text: str | None, length: int = SHORT) -> str:
    """The beginning of what is too long for a column."""
    if text is None:
        return EMPTY
    return text if len(text) <= length else text[: length - 1] + "…"


def in_lines(text: str | None) -> str:
    """A long text in lines that a page holds, whether it has spaces or not."""
    return EMPTY if text is None else "\n".join(wrap(text, WIDE))


def at(micros: int | None) -> str:
    """Microseconds since the epoch as Django writes times here; a narrow column breaks it once."""
    if micros is None:
        return EMPTY
    moment = datetime.fromtimestamp(micros / SECOND, UTC)
    moment = timezone.localtime(moment) if settings.USE_TZ else timezone.make_naive(moment)
    parts = (formats.date_format(moment, "DATE_FORMAT"), formats.time_format(moment, "TIME_FORMAT"))
    return ", ".join(str(part).replace(" ", "\N{NO-BREAK SPACE}") for part in parts)
