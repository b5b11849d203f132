"""The Fetch Metadata rule: a cookie alone does not prove that *our* page sent the request.

Sources: W3C Fetch Metadata; OWASP CSRF Prevention, "Fetch Metadata"; the rule of Go 1.25's
``CrossOriginProtection``; ASVS 5.0 V3.5.1. There is no token and nothing to store.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from rescind.errors import ConfigurationError
from rescind.transport.message import RequestFacts

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing (RFC 9110 9.2.1, without TRACE); our own routes keep to that."""

_ORIGIN = re.compile(r"(https?)://([a-z0-9_.-]+|\[[0-9a-f:.]+\])(?::([0-9]{1,5}))?\Z")
_DEFAULT_PORT = {"http": "80", "https": "443"}

Check = Literal["sec-fetch-site", "origin", "token"]


@dataclass(frozen=True, slots=True)
class CsrfFailure:
    """Which check refused the request (asks M2: a 403 explains itself).

    Attributes:
        check: ``sec-fetch-site`` or ``origin``; ``token`` is a framework's own.
        detail: a sentence for the client; quotes nothing that the client sent.
    """

    check: Check
    detail: str


@dataclass(frozen=True, slots=True)
class CsrfPolicy:
    """Which other origins may send requests on our cookie.

    Args:
        trusted_origins: e.g. ``{"https://admin.example.org"}``; scheme, host and port, nothing else.

    Raises:
        ConfigurationError: an entry that is no origin, ``null`` or a pattern.
    """

    trusted_origins: frozenset[str] = frozenset()

    @classmethod
    def of(cls, origins: Iterable[str]) -> CsrfPolicy:
        """Normalise a list of origins: lower case, no default port, no final slash."""
        if isinstance(origins, str):
            raise ConfigurationError(f"trusted_origins is a list; use [{origins!r}]")
        return cls(frozenset(_configured(origin) for origin in origins))

    def trusts(self, origin: str) -> bool:
        """Whether a page of that origin may."""
        return normal_origin(origin) in self.trusted_origins

    def foreign(self, facts: RequestFacts) -> CsrfFailure | None:
        """Judge an unsafe request as ``check_csrf`` says; faces whose framework has a rule of its own
        ask that one instead. ``None`` is a pass."""
        return check_csrf(facts, self)


def normal_origin(origin: str) -> str | None:
    """An origin as browsers write it (lower case, no default port), ``None`` if the text is no origin."""
    match = _ORIGIN.match(origin.lower())
    if match is None:
        return None
    scheme, host, port = match.groups()
    if port is None or port == _DEFAULT_PORT[scheme]:
        return f"{scheme}://{host}"
    return f"{scheme}://{host}:{int(port)}"


def own_origin(facts: RequestFacts) -> str | None:
    """The origin that the request was sent to, after declared proxies; ``None`` if ``Host`` is unusable."""
    return normal_origin(f"{facts.scheme}://{facts.host}")


def is_unsafe(facts: RequestFacts) -> bool:
    """True for a method that may change something, and for a WebSocket handshake."""
    return facts.websocket or facts.method not in SAFE_METHODS


def check_csrf(facts: RequestFacts, policy: CsrfPolicy) -> CsrfFailure | None:
    """Judge an unsafe request that a cookie decides, or a sign-in (login CSRF). ``None`` is a pass.

    The caller asks only if ``is_unsafe(facts)`` and the credential's source is ``cookie``, and always for
    sign-in. Neither header means that no browser sent it, so that nobody's cookie was added without them.
    """
    site = facts.one(b"sec-fetch-site")
    origin = facts.one(b"origin")
    if site in {"same-origin", "none"}:
        return None
    if origin is not None and policy.trusts(origin):
        return None
    if site is not None:
        return CsrfFailure("sec-fetch-site", _SITE_DETAIL)
    if origin is None:
        return None
    own = own_origin(facts)
    if own is not None and normal_origin(origin) == own:
        return None
    return CsrfFailure("origin", _origin_detail(origin, own))


_SITE_DETAIL = (
    "The request came from another site: Sec-Fetch-Site is not same-origin "
    "and Origin is not in trusted_origins."
)


def _origin_detail(origin: str, own: str | None) -> str:
    if own is not None and normal_origin(origin) == own.replace("http://", "https://", 1):
        return (
            "Origin is https and the request arrived over http: the proxy that ends TLS "
            "is not in trusted_proxies, or it does not send X-Forwarded-Proto."
        )
    return "The request came from another site: Origin is neither this one nor in trusted_origins."


def _configured(origin: str) -> str:
    normal = normal_origin(origin.removesuffix("/"))
    if normal is None:
        raise ConfigurationError(
            f"trusted_origins: {origin!r} is no origin; write scheme, host and port only, "
            "e.g. 'https://admin.example.org'"
        )
    return normal
