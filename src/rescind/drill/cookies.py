"""A cookie jar small enough to read: names and values, deletion, and the Secure rule of browsers.

All bases of a target are one application, so Domain and Path are not looked at.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from rescind.drill.client import Answer
from rescind.drill.consent import Endpoint


class Jar:
    """The cookies of one browser (RFC 6265, section 5.3, without Domain and Path)."""

    def __init__(self) -> None:
        self._values: dict[str, str] = {}

    def take(self, answer: Answer, endpoint: Endpoint) -> None:
        """Keeps what the answer sets and forgets what it deletes.

        A Secure cookie is kept over https and on loopback only, as browsers do.
        """
        for key, text in answer.headers:
            if key == "set-cookie":
                self._take_one(text, endpoint)

    def header(self) -> list[tuple[str, str]]:
        """The Cookie header, or nothing when the jar is empty."""
        return cookie_header(self._values.items())

    def get(self, name: str) -> str | None:
        """The value of one cookie, or None."""
        return self._values.get(name)

    @property
    def names(self) -> list[str]:
        """What is in the jar, without values."""
        return sorted(self._values)

    def _take_one(self, text: str, endpoint: Endpoint) -> None:
        pair, *rest = text.split(";")
        name, separator, value = pair.partition("=")
        if not separator or not name.strip():
            return
        split = (part.partition("=") for part in rest)
        attributes = {key.strip().lower(): given.strip() for key, _, given in split}
        if _is_deletion(attributes):
            self._values.pop(name.strip(), None)
        elif "secure" not in attributes or endpoint.secure or endpoint.loopback:
            self._values[name.strip()] = value.strip()


def cookie_header(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The Cookie header for these names and values, or nothing."""
    joined = "; ".join(f"{name}={value}" for name, value in pairs)
    return [("Cookie", joined)] if joined else []


def _is_deletion(attributes: dict[str, str]) -> bool:
    """Max-Age wins over Expires (RFC 6265, section 5.3, step 3)."""
    try:
        if "max-age" in attributes:
            return int(attributes["max-age"]) <= 0
        if "expires" in attributes:
            when = parsedate_to_datetime(attributes["expires"])
            now = datetime.now(UTC)  # hygiene: ok clock because Expires is a date and the drill has no engine
            return (when if when.tzinfo else when.replace(tzinfo=UTC)) <= now
    except ValueError:
        return False  # an attribute that cannot be read is ignored
    return False
