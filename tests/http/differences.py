"""Where a framework answers otherwise than the table, row by row, and why. ``docs/http.md`` has the same
list."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.http.table import Row

DEAD = frozenset({"ended", "junk", "suspended", "forgotten", "cookie unread"})
DJANGO = ("django", "asynchronous django")


@dataclass(frozen=True)
class Differs:
    """What a framework decides by itself about a route of the application.

    Attributes:
        who, target: as in a ``Row``.
        statuses: by face.
        why: it stays so.
    """

    who: str
    target: str
    statuses: Mapping[str, int]
    why: str


DIFFERENCES = (
    Differs(
        "browser",
        "HEAD /me",
        {"fastapi": 405, "flask": 200, "django": 200, "asynchronous django": 200},
        "a route of the application: FastAPI's GET routes have no HEAD, those of the others have",
    ),
    Differs(
        "nobody",
        "OPTIONS /me",
        {"fastapi": 405, "flask": 200, "django": 401, "asynchronous django": 401},
        "a route of the application: Flask answers OPTIONS by itself, and asks no guard; Django asks it",
    ),
    Differs(
        "browser",
        "GET /auth/session/",
        {"fastapi": 307, "flask": 404, "django": 404, "asynchronous django": 404},
        "a slash too many: Starlette redirects to the path without it, which is asked then",
    ),
)


@dataclass(frozen=True)
class Otherwise:
    """Rows that Django answers otherwise. What is not named here it answers as the table says.

    Attributes:
        rows: which; each has to be one of the table.
        why: it stays so.
        answer: what is different about the row, as its attributes.
    """

    rows: Callable[[Row], bool]
    why: str
    answer: Mapping[str, Any]


REFUSED: Mapping[str, Any] = {"status": 403, "code": "csrf", "cookie": "kept"}
OTHERWISE = (
    Otherwise(
        lambda row: (
            row.who == "empty cookie" or (row.target == "GET /maybe" and row.who in DEAD and not row.code)
        ),
        "a cookie that opens nothing is taken away with any answer that has looked at it, as Django does",
        {"cookie": "cleared"},
    ),
    Otherwise(
        lambda row: row.target == "GET /maybe" and row.who in {"nobody", "refreshing later"} and not row.code,
        "whatever looks at request.session depends on the cookie, also where there is none, as in Django",
        {"answers": {"vary": "Cookie", "set-cookie": None, "cache-control": None}},
    ),
    Otherwise(
        lambda row: row.target == "POST /plain" and row.who in {"nobody", "program"} and row.is_foreign,
        "no view of ours: Django's rule is asked of every request, and knows no bearers",
        REFUSED,
    ),
    Otherwise(
        lambda row: (
            row.sends.get("Origin") == "https://evil.example"
            and row.sends.get("Sec-Fetch-Site") == "same-origin"
        ),
        "Django looks at Origin first; no browser says both",
        REFUSED,
    ),
    Otherwise(
        lambda row: row.site == "tokens" and row.cookie != "kept" and row.path != "/auth/refresh",
        "one cookie and not two: browsers have a session of Django's, which is opaque and ends once",
        {},
    ),
    Otherwise(
        lambda row: row.path == "/auth/refresh" and row.cookie == "set",
        "a browser has nothing to refresh, and is told to sign in",
        {"status": 401, "code": "sign_in", "cookie": "kept"},
    ),
    Otherwise(
        lambda row: row.target == "POST /auth/nothing" and row.code == "csrf",
        "Django looks for the path first, and there is none",
        {"status": 404, "code": None},
    ),
    Otherwise(
        lambda row: row.target == "POST /login/9" and row.site == "away",
        "a view of the project's own, which asks Django's database for the user",
        {"status": 500, "code": None, "answers": {}},
    ),
)


def otherwise(face: str, row: Row) -> Otherwise | None:
    """What this face makes of a row, ``None`` for what the table says."""
    if face not in DJANGO:
        return None
    return next((one for one in OTHERWISE if one.rows(row)), None)
