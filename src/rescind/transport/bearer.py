"""The ``Authorization`` header. Sources: RFC 6750 2.1 (b64token), RFC 9110 11.1 (scheme in any case)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

MAX_TOKEN_BYTES = 8192
"""Longest credential that is looked at, in bytes. Longer ones are refused undecoded (CVE-2025-61920)."""

# b64token = 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="; removing these must leave nothing.
_B64TOKEN = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/"


@dataclass(frozen=True, slots=True)
class Malformed:
    """A credential that cannot be read. It is a refusal (``malformed``) and never an anonymous request.

    Attributes:
        why: for logs; holds nothing of the credential.
        source: where it was, ``"bearer"`` or ``"cookie"``.
    """

    why: str
    source: Literal["bearer", "cookie"]


def read_bearer(value: bytes) -> str | Malformed:
    """The token of one ``Authorization`` value.

    Every other scheme is refused as well: browsers send ``Basic`` and ``Negotiate`` by themselves, so a
    request with one of them must not fall through to the cookie.
    """
    if len(value) > MAX_TOKEN_BYTES:
        return Malformed("Authorization is too long", "bearer")
    scheme, _, rest = value.strip(b" \t").partition(b" ")
    if scheme != b"Bearer" and scheme.lower() != b"bearer":
        return Malformed("Authorization is not Bearer", "bearer")
    token = rest.strip(b" ")
    if not token:
        return Malformed("Authorization has no token", "bearer")
    if token.rstrip(b"=").translate(None, _B64TOKEN) or token.startswith(b"="):
        return Malformed("Authorization holds more than one token or a character no token has", "bearer")
    return token.decode("ascii")
