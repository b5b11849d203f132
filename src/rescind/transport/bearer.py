"""The ``Authorization`` header. Sources: RFC 6750 2.1 (b64token), RFC 9110 11.1 (scheme in any case)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

MAX_TOKEN_BYTES = 8192
"""Longest credential that is looked at, in bytes. Longer ones are refused undecoded (CVE-2025-61920)."""

# b64token = 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="; the table changes every other.
_B64TOKEN = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/"
_OTHERS = bytes(range(256)).translate(None, _B64TOKEN)
_OTHERS_CHANGED = bytes.maketrans(_OTHERS, b"A" * len(_OTHERS))


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
    if value[:7] == b"Bearer ":  # as nearly everybody writes it
        rest = value[7:]
    else:
        scheme, _, rest = value.strip(b" \t").partition(b" ")
        if scheme.lower() != b"bearer":
            return Malformed("Authorization is not Bearer", "bearer")
    token = rest.rstrip(b" \t").lstrip(b" ")
    if not token:
        return Malformed("Authorization has no token", "bearer")
    bare = token.rstrip(b"=")
    if not bare or bare.translate(_OTHERS_CHANGED) != bare:
        return Malformed("Authorization holds more than one token or a character no token has", "bearer")
    return token.decode("ascii")
