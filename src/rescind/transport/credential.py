"""Which credential a request presents. This is the hot path: one pass over the headers, no regex.

The rule (asks M3, CVE-2026-82355, CVE-2026-76186):

1. An ``Authorization`` header decides alone. It is never skipped: unreadable, of another scheme or sent
   twice, it is a refusal, not a reason to look at the cookie.
2. Otherwise our cookie decides. Sent twice with two values it is a refusal, also beside a bearer: one of
   them was planted.
3. Nothing of the request is ever taken from the credential that does not decide. If both are there and
   differ, the cookie is kept aside as ``other`` for two questions only: is it a *live* session of somebody
   else (then the request is refused, ``same_subject``), and what else must a sign-out end.
4. Only a request that a bearer decides is free of the CSRF rule: browsers never add one by themselves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hmac import compare_digest
from typing import Any, Literal

from msgspec import Struct

from rescind.transport.bearer import MAX_TOKEN_BYTES, Malformed, read_bearer
from rescind.transport.cookie import AMBIGUOUS, CookiePolicy, find_cookie
from rescind.transport.message import HeaderList

Source = Literal["bearer", "cookie"]


class Presented(Struct, frozen=True):
    """A credential as presented, not yet judged. A struct, because it is built on every request.

    Attributes:
        token: the secret. Not in ``repr``.
        source: where it came from; ``bearer`` frees the request of the CSRF rule.
        other: the value of our cookie when a bearer decides and the cookie is something else.
    """

    token: str
    source: Source
    other: str | None = None

    def __repr__(self) -> str:
        return f"Presented(source={self.source!r}, other={'***' if self.other else None})"


def find_credential(headers: HeaderList, policy: CookiePolicy) -> Presented | Malformed | None:
    """The credential of a request, ``None`` if it presents none.

    Args:
        headers: lower-case names, as in an ASGI scope.
        policy: whose name the cookie has.
    """
    authorization: bytes | None = None
    cookie: bytes | None = None
    for name, value in headers:
        if name == b"cookie":
            # HTTP/2 may split the cookies over several lines (RFC 9113 8.2.3).
            cookie = value if cookie is None else cookie + b"; " + value
        elif name == b"authorization":
            # Two lines count as one with a comma (RFC 9110 5.3), and no token holds a comma.
            authorization = value if authorization is None else authorization + b", " + value
    aside = None if cookie is None else cookie_credential(cookie, policy)
    if authorization is None:
        return aside
    token = read_bearer(authorization)
    if isinstance(token, Malformed):
        return token
    if aside is None:
        return Presented(token, "bearer")
    if isinstance(aside, Malformed):
        return aside
    same = compare_digest(aside.token, token)
    return Presented(token, "bearer", None if same else aside.token)


def cookie_credential(line: bytes, policy: CookiePolicy) -> Presented | Malformed | None:
    """The credential in a ``Cookie`` header, ``None`` if our cookie is not there.

    Args:
        line: the header; of several lines (RFC 9113 8.2.3) all of them, joined with ``; ``.
        policy: whose name the cookie has.
    """
    value = find_cookie(policy, line)
    if value is None:
        return None
    if value is AMBIGUOUS:
        return Malformed(f"the cookie {policy.name} was sent twice with different values", "cookie")
    if len(value) > MAX_TOKEN_BYTES:
        return Malformed(f"the cookie {policy.name} is too long", "cookie")
    try:
        return Presented(value.decode("ascii"), "cookie")
    except UnicodeDecodeError:
        return Malformed(f"the cookie {policy.name} holds a character no token has", "cookie")


def sole_credential(
    headers: Sequence[tuple[bytes, bytes]], policy: CookiePolicy
) -> tuple[bytes, Source] | None:
    """What may be a token, unread, where nothing else of the request could decide.

    For who knows tokens to the byte: one that is known has the form of a token. ``None``: ask
    ``find_credential``.
    """
    sent = dict(headers)
    if len(sent) != len(headers):  # some header was sent twice, and it may be one of ours
        return None
    return _sole(sent.get(b"authorization"), sent.get(b"cookie"), policy)


def sole_in_environ(environ: Mapping[str, Any], policy: CookiePolicy) -> tuple[bytes, Source] | None:
    """``sole_credential`` for WSGI; servers have joined lines that were sent twice."""
    if "HTTP_AUTHORIZATION" in environ:
        return _sole(_in_environ(environ, "HTTP_AUTHORIZATION"), _in_environ(environ, "HTTP_COOKIE"), policy)
    cookie = environ.get("HTTP_COOKIE")
    value = None if cookie is None else find_cookie(policy, cookie.encode("latin-1", "replace"))
    return (value, "cookie") if type(value) is bytes else None


def _sole(
    authorization: bytes | None, cookie: bytes | None, policy: CookiePolicy
) -> tuple[bytes, Source] | None:
    if authorization is None:
        value = None if cookie is None else find_cookie(policy, cookie)
        return (value, "cookie") if type(value) is bytes else None
    if cookie is None and authorization[:7] == b"Bearer ":
        return authorization[7:], "bearer"
    return None


def find_in_environ(environ: Mapping[str, Any], policy: CookiePolicy) -> Presented | Malformed | None:
    """``find_credential`` for WSGI and for Django's ``request.META``, without building a header list."""
    named = ((b"authorization", "HTTP_AUTHORIZATION"), (b"cookie", "HTTP_COOKIE"))
    found = [(name, _in_environ(environ, key)) for name, key in named]
    headers = [(name, value) for name, value in found if value is not None]
    return find_credential(headers, policy) if headers else None


def _in_environ(environ: Mapping[str, Any], key: str) -> bytes | None:
    value = environ.get(key)
    return None if value is None else str(value).encode("latin-1", "replace")


def same_subject(decides: tuple[object, object], other: tuple[object, object] | None) -> bool:
    """False if a request must be refused (``malformed``) because it carries two people's live sessions.

    Args:
        decides: (tenant, principal id) of the session of the bearer.
        other: the same of the session of the cookie in ``Presented.other``, ``None`` if that is not live.
    """
    return other is None or decides == other
