"""Inner refusal codes to what the outside sees: one table for all faces.

Inside there are as many codes as there are causes (logs, metrics, audit). Outside there are few, chosen by
what the client should do, so that nothing about an account is revealed.
Sources: RFC 9457 (problem details), RFC 6750 3 and RFC 9470 3 (challenges), RFC 9110 10.2.3
(``Retry-After``), ASVS 5.0 V3.4.4, V3.4.6, V3.4.8, V14.3.2.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from http import HTTPStatus
from typing import Literal

import msgspec

from rescind.errors import RefusalCode
from rescind.transport.credential import Source

OuterCode = Literal["sign_in", "refresh", "step_up", "forbidden", "csrf", "unavailable"]

DEFAULT_RETRY_AFTER = 1
"""Seconds, when the refusal does not say."""

OUTER: dict[RefusalCode, OuterCode] = {
    "missing": "sign_in",
    "malformed": "sign_in",
    "expired": "sign_in",
    "idle": "sign_in",
    "revoked": "sign_in",
    "superseded": "sign_in",
    "reuse": "sign_in",
    "principal_disabled": "sign_in",
    "wrong_tenant": "sign_in",
    "step_up": "step_up",
    "insufficient": "forbidden",
    "csrf": "csrf",
    "store_unavailable": "unavailable",
    "overloaded": "unavailable",
}
"""Inner code to outer code. A code that is not here is a defect and raises ``KeyError``, never a pass."""

STATUS: dict[OuterCode, int] = {
    "sign_in": 401,
    "refresh": 401,
    "step_up": 401,
    "forbidden": 403,
    "csrf": 403,
    "unavailable": 503,
}

_DETAIL: dict[OuterCode, str] = {
    "sign_in": "Sign in to continue.",
    "refresh": "The access token has ended. Refresh it once, then repeat.",
    "step_up": "Prove again that it is you to continue.",
    "forbidden": "You may not do this.",
    "csrf": "The request came from another site.",
    "unavailable": "Access cannot be checked right now. Try again.",
}

# A refusal with one of these may have lost a race: the same browser may hold the successor by now, and the
# loser's answer must not wipe it (asks B4). wrong_tenant: the cookie may be right in the tenant next door.
_KEEPS_COOKIE: frozenset[RefusalCode] = frozenset({"missing", "superseded", "reuse", "wrong_tenant"})

SENT_AS_ACCESS = (
    "A refresh token was sent where an access token belongs. Exchange it first: POST it to our route that "
    "refreshes, as our cookie or in the body as refresh_token."
)
"""In the place of the sentence of ``sign_in``: it is about the client's own mistake, not about an account."""

BASE_HEADERS: tuple[tuple[str, str], ...] = (
    ("cache-control", "no-store"),
    ("vary", "Accept, Authorization, Cookie"),
    ("x-content-type-options", "nosniff"),
)
"""Headers of every answer of ours, whatever it says."""

PAGE_HEADERS: tuple[tuple[str, str], ...] = (
    ("content-type", "text/html; charset=utf-8"),
    (
        "content-security-policy",
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    ("cross-origin-opener-policy", "same-origin"),
    ("referrer-policy", "no-referrer"),
)
"""Headers of a page of ours: nothing loads, nobody frames it."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What the outside is told.

    Attributes:
        status: HTTP status.
        code: outer code; our own routes add a few of their own, such as ``not_found``.
        detail: a sentence without anything about the account.
        request_id: to find the refusal in the logs, or ``None``.
        headers: ``WWW-Authenticate`` on every 401, ``Retry-After`` on every 503.
        clear_cookie: whether the answer clears our cookie.
    """

    status: int
    code: str
    detail: str
    request_id: str | None
    headers: tuple[tuple[str, str], ...]
    clear_cookie: bool


def problem(
    code: RefusalCode,
    *,
    source: Source | None = None,
    max_age: int | None = None,
    retry_after: int | None = None,
    detail: str | None = None,
    request_id: str | None = None,
    renewable: bool = False,
    misplaced: bool = False,
) -> Problem:
    """Translate a refusal.

    Args:
        code: the inner code.
        source: which credential was refused; only a refused *cookie* is cleared.
        max_age: seconds, with ``step_up``.
        retry_after: seconds, with ``store_unavailable`` and ``overloaded``.
        detail: replaces the sentence; only for ``csrf``, where it names the check that failed.
        request_id: as in the logs.
        renewable: only the access token is refused, its session may be alive: ``refresh``, not ``sign_in``.
        misplaced: a refresh token was sent as an access token.
    """
    outer = OUTER[code]
    if renewable and outer == "sign_in":
        outer = "refresh"
    status = STATUS[outer]
    headers: tuple[tuple[str, str], ...] = ()
    if status == HTTPStatus.UNAUTHORIZED:
        headers = (("www-authenticate", _challenge(outer, source, max_age)),)
    elif status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers = (("retry-after", str(max(1, retry_after or DEFAULT_RETRY_AFTER))),)
    sentence = _DETAIL[outer]
    if misplaced:
        sentence = SENT_AS_ACCESS
    elif detail is not None and outer == "csrf":
        sentence = detail
    return Problem(
        status=status,
        code=outer,
        detail=sentence,
        request_id=request_id,
        headers=headers,
        clear_cookie=outer == "sign_in" and source == "cookie" and code not in _KEEPS_COOKIE,
    )


def json_body(told: Problem) -> bytes:
    """``application/problem+json``. ``detail`` is also where FastAPI's clients look."""
    return msgspec.json.encode(
        {"status": told.status, "code": told.code, "detail": told.detail, "request_id": told.request_id}
    )


def html_page(told: Problem) -> bytes:
    """A page for a person, where no sign-in page is configured."""
    title = f"{told.status} {HTTPStatus(told.status).phrase}"
    reference = f"<p>Reference: <code>{escape(told.request_id)}</code></p>" if told.request_id else ""
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>'
        f"<body><h1>{title}</h1><p>{escape(told.detail)}</p>{reference}</body></html>\n"
    ).encode()


def _challenge(outer: OuterCode, source: Source | None, max_age: int | None) -> str:
    """``WWW-Authenticate``: always Bearer. ``Basic`` would make the browser open its own dialog."""
    if outer == "step_up":
        freshness = "" if max_age is None else f", max_age={max_age:d}"
        return f'Bearer error="insufficient_user_authentication"{freshness}'
    # RFC 6750 3.1: no error code without a token, the same one for every token that is not accepted.
    return 'Bearer error="invalid_token"' if source == "bearer" else "Bearer"
