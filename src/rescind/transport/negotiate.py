"""What kind of answer a refused request gets. Source: API rules on HTML, HTMX and JSON; RFC 9110 12.5.1."""

from __future__ import annotations

from typing import Literal

from rescind.transport.message import RequestFacts

Form = Literal["json", "html", "htmx"]

_HTML = ("text/html", "application/xhtml+xml")
_JSON = ("application/json", "application/problem+json")
_MAX_RANGES = 64


def answer_form(facts: RequestFacts) -> Form:
    """``html`` for a person who looks at a page, ``htmx`` for a piece of one, ``json`` for everything else.

    ``html`` needs ``GET`` or ``HEAD``, an ``Accept`` that prefers it and no ``Authorization``: who sends that
    is a program, and a program must not be sent to a sign-in page.
    """
    if facts.all(b"authorization"):
        return "json"
    if facts.one(b"hx-request") == "true":
        return "htmx"
    if facts.method in {"GET", "HEAD"} and prefers_html(b",".join(facts.all(b"accept")).decode("latin-1")):
        return "html"
    return "json"


def prefers_html(accept: str) -> bool:
    """True if HTML is wanted more than JSON: by weight, then by how precisely it is named, then by order.

    ``*/*`` and an absent header want neither, which is JSON.
    """
    html = max(_rank(accept, media_type) for media_type in _HTML)
    return html[0] > 0 and html > max(_rank(accept, media_type) for media_type in _JSON)


def _rank(accept: str, media_type: str) -> tuple[float, int, int]:
    """(weight, precision, order) of the range that decides about a type; the most precise one does."""
    best = (0, 0, 0.0)
    for position, item in enumerate(accept.split(",")[:_MAX_RANGES]):
        range_, *parameters = item.split(";")
        precision = _precision(range_.strip(" \t").lower(), media_type)
        if precision > best[0]:
            best = (precision, -position, _weight(parameters))
    return (best[2], best[0], best[1] if best[0] > 1 else 0)


def _precision(range_: str, media_type: str) -> int:
    if range_ == media_type:
        return 3
    if range_ == media_type.partition("/")[0] + "/*":
        return 2
    return 1 if range_ == "*/*" else 0


def _weight(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip(" \t").lower() == "q":
            try:
                weight = float(value)
            except ValueError:
                return 0.0
            return weight if 0.0 <= weight <= 1.0 else 0.0
    return 1.0
