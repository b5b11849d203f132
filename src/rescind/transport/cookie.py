"""Our cookie: one function sets and clears it, one finds it.

Sources: RFC 6265bis (prefixes, sizes), RFC 6265 4.1.1 (what a value may hold), ASVS 5.0 V3.3.1 to V3.3.5.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, Literal

from rescind.errors import ConfigurationError

MAX_COOKIE_BYTES = 4096
"""Bytes of name plus value. Browsers drop larger ones without a word (RFC 6265bis 5.6)."""

# RFC 9110 token, and RFC 6265 cookie-octet. \Z and not $: a final line feed must not slip through.
_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+\Z")
_VALUE = re.compile(r"[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*\Z")
_HOST = re.compile(r"[a-z0-9_.-]+\Z|\[[0-9a-f:.]+\]\Z")
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})


class CookieTooLarge(ConfigurationError):
    """Name and value exceed ``MAX_COOKIE_BYTES``: the browser would drop the cookie silently (V3.3.5)."""


class Ambiguous(Enum):
    """Our cookie is there twice, with different values: one of them was planted."""

    AMBIGUOUS = "ambiguous"


AMBIGUOUS: Final = Ambiguous.AMBIGUOUS


@dataclass(frozen=True, slots=True)
class CookiePolicy:
    """How our cookie looks. The defaults are what a browser enforces hardest: ``__Host-``.

    Args:
        name: cookie name; ``__Host-`` or ``__Secure-`` in front unless ``secure`` is false (V3.3.1).
        secure: send it over HTTPS only. False is the development cookie.
        same_site: ``Lax`` or ``Strict`` (V3.3.2).

    ``Path=/``, ``HttpOnly`` and no ``Domain`` are not settings (V3.3.3, V3.3.4).

    Raises:
        ConfigurationError: a combination that browsers refuse, or that ASVS does.
    """

    name: str = "__Host-rescind"
    secure: bool = True
    same_site: Literal["Lax", "Strict"] = "Lax"
    needle: bytes = field(init=False, repr=False, compare=False)
    """``name=`` as bytes, which is what the search on the hot path looks for."""

    def __post_init__(self) -> None:
        if not _NAME.match(self.name):
            raise ConfigurationError(f"cookie name {self.name!r} is no token; use letters, digits, - and _")
        prefixed = self.name.startswith(("__Host-", "__Secure-"))
        if self.name.lower().startswith(("__host-", "__secure-")) and not prefixed:
            # RFC 6265bis matches prefixes in any case, other software does not: one spelling only.
            raise ConfigurationError(f"cookie name {self.name!r}: write the prefix as __Host- or __Secure-")
        if prefixed and not self.secure:
            raise ConfigurationError(
                f'cookie name {self.name!r} needs Secure; in development use cookie="dev"'
            )
        if self.secure and not prefixed:
            raise ConfigurationError(f"cookie name {self.name!r} needs a prefix; use __Host-{self.name}")
        if self.same_site not in {"Lax", "Strict"}:
            raise ConfigurationError(f"cookie same_site={self.same_site!r}; use 'Lax' or 'Strict'")
        object.__setattr__(self, "needle", self.name.encode("ascii") + b"=")

    @classmethod
    def dev(cls) -> CookiePolicy:
        """The cookie for development over plain HTTP: ``rescind-dev``, not ``Secure``. Never automatic."""
        return cls(name="rescind-dev", secure=False)

    def for_refreshing(self) -> CookiePolicy:
        """Its sister, for the refresh token: sent by our own pages alone (``Strict``)."""
        return CookiePolicy(name=f"{self.name}-refresh", secure=self.secure, same_site="Strict")

    @property
    def is_dev(self) -> bool:
        """True for a cookie that travels over plain HTTP."""
        return not self.secure


def set_cookie(policy: CookiePolicy, value: str | None, max_age: int | None = None) -> str:
    """The value of a ``Set-Cookie`` header. ``value=None`` clears, with the same attributes (asks M1).

    Args:
        policy: how the cookie looks.
        value: the token, or ``None`` to clear.
        max_age: seconds until the browser forgets it; ``None`` is until the browser closes. It is never
            what ends a session (NIST SP 800-63B 5.1).

    Raises:
        ValueError: the value holds a character that a cookie cannot (CR, LF, ``;``, space, quote, ...),
            is empty, or ``max_age`` is not positive. The value itself is not in the message.
        CookieTooLarge: name and value exceed 4096 bytes.
    """
    if value is None:
        value, lifetime = "", "; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT"
    elif not value or not _VALUE.match(value):
        raise ValueError(f"cookie {policy.name}: the value is empty or holds a character no cookie may hold")
    elif max_age is not None and max_age <= 0:
        raise ValueError(f"max_age={max_age} seconds for cookie {policy.name}; clear it with value=None")
    else:
        lifetime = "" if max_age is None else f"; Max-Age={max_age:d}"
    size = len(policy.name) + len(value)
    if size > MAX_COOKIE_BYTES:
        raise CookieTooLarge(
            f"cookie {policy.name} would have {size} bytes and browsers drop more than {MAX_COOKIE_BYTES}; "
            "put less into the token"
        )
    secure = "; Secure" if policy.secure else ""
    return f"{policy.name}={value}{lifetime}; Path=/{secure}; HttpOnly; SameSite={policy.same_site}"


def cookie_headers(
    policy: CookiePolicy, value: str | None, max_age: int | None = None
) -> tuple[tuple[str, str], ...]:
    """The headers of an answer that sets or clears the cookie.

    The cookie never travels without ``no-store`` and ``Vary``: a proxy that stores one
    person's ``Set-Cookie`` signs the next one in as them (CVE-2023-30861). Raises as ``set_cookie``.
    """
    return (
        ("set-cookie", set_cookie(policy, value, max_age)),
        ("cache-control", "no-store"),
        ("vary", "Cookie"),
    )


def find_cookie(policy: CookiePolicy, line: bytes) -> bytes | Ambiguous | None:
    """The value of our cookie in a ``Cookie`` header, ``AMBIGUOUS`` if it is there with two values.

    A cookie without a name (``=__Host-rescind=x``) is not ours (CVE-2023-23934). An empty value counts as
    no cookie: some clients keep a cleared cookie so.
    """
    needle = policy.needle
    start = line.find(needle)
    if start < 0:
        return None
    if line.find(needle, start + 1) >= 0:
        return _find_among_several(needle, line)
    if start:
        before = line[:start].rstrip(b" \t")
        if before and not before.endswith(b";"):
            return None
    return line[start + len(needle) :].partition(b";")[0].strip(b" \t") or None


def _find_among_several(needle: bytes, line: bytes) -> bytes | Ambiguous | None:
    pairs = (part.strip(b" \t") for part in line.split(b";"))
    values = {pair[len(needle) :] for pair in pairs if pair.startswith(needle)} - {b""}
    if len(values) > 1:
        return AMBIGUOUS
    return values.pop() if values else None


def dev_refusal(policy: CookiePolicy, *, production: bool = False, scheme: str = "http") -> str | None:
    """Why the development cookie may not be used here, or ``None`` if it may.

    Args:
        policy: the cookie in use; any other than the development cookie is always fine.
        production: the application says that it is in production.
        scheme: scheme of the request, after declared proxies. HTTPS means that this is not a laptop.
    """
    if not policy.is_dev:
        return None
    if production:
        return 'cookie="dev" in production: remove the setting (or RESCIND_COOKIE) to get the __Host- cookie'
    if scheme == "https":
        return 'cookie="dev" and a request over HTTPS: remove the setting (or RESCIND_COOKIE)'
    return None


def is_loopback_host(host: str) -> bool:
    """True if browsers treat plain HTTP to this host as secure, so that they keep a ``Secure`` cookie."""
    name = _without_port(host)
    return name in _LOOPBACK or name.endswith(".localhost")


def drop_warning(policy: CookiePolicy, *, scheme: str, host: str) -> str | None:
    """The text to log when the browser will drop the cookie that a sign-in sets, else ``None``.

    Args:
        policy: the cookie in use.
        scheme: scheme of the request, after declared proxies.
        host: its ``Host``, after declared proxies. It is the client's text: only a plain host name is quoted.
    """
    if not policy.secure or scheme != "http" or is_loopback_host(host):
        return None
    name = _without_port(host)
    shown = name if _HOST.match(name) else "this host"
    return (
        f"sign-in over plain HTTP for {shown}: the browser will drop this cookie: "
        'use https, http://localhost:PORT, or cookie="dev"'
    )


class OncePerHost:
    """Remembers which hosts were warned about. Bounded, since ``Host`` is the client's choice."""

    def __init__(self, limit: int = 64) -> None:
        self._limit = limit
        self._seen: set[str] = set()

    def first(self, host: str) -> bool:
        """True the first time for this host (ports do not count), false later and past ``limit`` hosts."""
        name = _without_port(host)
        if name in self._seen or len(self._seen) >= self._limit:
            return False
        self._seen.add(name)
        return True


def _without_port(host: str) -> str:
    host = host.lower()
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0]
