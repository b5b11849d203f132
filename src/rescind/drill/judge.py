"""Reads an answer: accepted, refused, or undecided.

Undecided is everything that the plan does not describe, and 429, 5xx and silence always: an application that
answers 503 has not refused anybody. An answer that fits both descriptions is undecided too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from rescind.drill.plan import Match, statuses
from rescind.drill.pointer import NotThere, point

if TYPE_CHECKING:
    from rescind.drill.client import Answer


class Verdict(StrEnum):
    """What one answer says about the copy."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNDECIDED = "undecided"


def judge(answer: Answer, accepted: Match, refused: Sequence[Match]) -> Verdict:
    """The verdict on one answer."""
    if answer.status == 429 or answer.status >= 500:
        return Verdict.UNDECIDED
    is_accepted = fits(answer, accepted)
    is_refused = any(fits(answer, match) for match in refused)
    if is_accepted == is_refused:
        return Verdict.UNDECIDED
    return Verdict.ACCEPTED if is_accepted else Verdict.REFUSED


def fits(answer: Answer, match: Match) -> bool:
    """True when every part of the description fits."""
    return misfit(answer, match) is None


def misfit(answer: Answer, match: Match) -> str | None:
    """The first part of the description that does not fit, in words; None when all do. May hold secrets."""
    if answer.status not in statuses(match.status):
        return f"status {answer.status} is not {' or '.join(map(str, statuses(match.status)))}"
    if match.body is not None and match.body.encode() not in answer.body:
        return f"{match.body!r} is not in the body"
    if match.location is not None and not _location(answer).startswith(match.location):
        return f"Location {_location(answer)!r} does not begin with {match.location!r}"
    if match.json is not None and not _json_fits(answer.body, match.json):
        wanted = ", ".join(f"{pointer!r} = {value!r}" for pointer, value in match.json.items())
        return f"the body is not JSON with {wanted}"
    return None


def _location(answer: Answer) -> str:
    parts = urlsplit(answer.header("location") or "")
    return parts.path + (f"?{parts.query}" if parts.query else "")


def _json_fits(body: bytes, wanted: Mapping[str, object]) -> bool:
    try:
        document = msgspec.json.decode(body)
        return all(_same(point(document, pointer), value) for pointer, value in wanted.items())
    except (msgspec.DecodeError, UnicodeDecodeError, NotThere):
        return False


def _same(found: object, wanted: object) -> bool:
    """Equal as JSON: true is not 1."""
    return isinstance(found, bool) == isinstance(wanted, bool) and found == wanted
