"""The text of a token, taken apart strictly: what has two readings or two spellings is refused.

Pure, and before any cryptography. Sources: RFC 7515 3.1, 4.1.11, 5.2 and appendix C, RFC 7519 4, RFC 8259 6,
RFC 8725 and its successor draft-ietf-oauth-rfc8725bis 3.1, 3.3, 3.10, 3.11, 3.14.
"""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any, NoReturn

from rescind.errors import Refused

MAX_TOKEN = 4096
"""Characters: what a browser stores in one cookie (RFC 6265 6.1). Longer text is not even hashed."""

MAX_DIGITS = 15
"""Of a number: beyond 2**53 JSON parsers differ (RFC 8259 6), and no time or sequence number gets there."""

ACCESS_TYPE = "at+jwt"
"""Explicit typing (RFC 9068 2.1): a signed text of another kind, an ID token say, is no access token."""

HEADER_MEMBERS = frozenset({"alg", "kid", "typ"})
"""All that a header of ours has. ``crit`` (we understand no extension), ``b64``, ``zip``, ``cty`` and what
points at a key (``jwk jku x5u x5c x5t``) have no place: the key is found by ``kid`` among our own."""

# \A and \Z: `$` would let a line break follow.
_FORM = re.compile(r"\A([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Compact:
    """A token taken apart; nothing of it has been verified.

    Attributes:
        alg, kid: as the header claims them, for finding the key that decides.
        payload: decoded, not yet parsed.
        signing_input: what the signature covers.
        signature: decoded.
    """

    alg: str
    kid: str
    payload: bytes = field(repr=False)
    signing_input: bytes = field(repr=False)
    signature: bytes = field(repr=False)


def take_apart(text: str) -> Compact:
    """Take a compact JWS apart (RFC 7515 7.1).

    Raises:
        Refused: ``malformed``; the detail says which rule was broken and repeats nothing of the token.
    """
    if len(text) > MAX_TOKEN:
        malformed(f"longer than {MAX_TOKEN} characters")
    match = _FORM.match(text)
    if match is None:
        malformed("not three parts of base64url with dots between")
    header_text, payload_text, signature_text = match.groups()
    header = strict_json(decode_segment(header_text))
    if header.keys() != HEADER_MEMBERS:
        malformed("the header has other members than alg, kid and typ")
    alg, kid = header["alg"], header["kid"]
    if header["typ"] != ACCESS_TYPE:
        malformed(f"typ is not {ACCESS_TYPE}")
    if not isinstance(alg, str) or not isinstance(kid, str):
        malformed("alg or kid is no text")
    return Compact(
        alg,
        kid,
        payload=decode_segment(payload_text),
        signing_input=f"{header_text}.{payload_text}".encode("ascii"),
        signature=decode_segment(signature_text),
    )


def put_together(header: dict[str, str], claims: dict[str, Any]) -> str:
    """The signing input of a token, as text."""
    parts = (json.dumps(part, separators=(",", ":"), ensure_ascii=False) for part in (header, claims))
    return ".".join(encode_segment(part.encode()) for part in parts)


def encode_segment(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def decode_segment(text: str) -> bytes:
    """Base64url without padding, in its one canonical spelling (RFC 7515 2, RFC 4648 3.5).

    The last character may carry bits that decode to nothing: with any of them set, the same bytes would have
    a second text, and a list of revoked texts a gap.
    """
    try:
        raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        malformed("not base64url")
    if encode_segment(raw) != text:
        malformed("base64url in another spelling than the canonical one")
    return raw


def strict_json(raw: bytes) -> dict[str, Any]:
    """One JSON object with one reading: UTF-8, no member twice, no NaN, no fractions, no huge numbers.

    RFC 7519 4 lets a parser refuse duplicate names or take the last; parsers that differ are how a token
    means one thing to a gateway and another to the application.

    Raises:
        Refused: ``malformed``.
    """
    try:
        parsed = json.loads(
            raw.decode("utf-8"),
            object_pairs_hook=_no_duplicates,
            parse_int=_small_int,
            parse_float=_no_number,
            parse_constant=_no_number,
        )
    except (ValueError, RecursionError):  # UnicodeDecodeError and JSONDecodeError are ValueErrors
        malformed("not JSON in UTF-8")
    if not isinstance(parsed, dict):
        malformed("not a JSON object")
    return parsed


def malformed(detail: str) -> NoReturn:
    raise Refused("malformed", detail)


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        malformed("a JSON member twice")
    return members


def _small_int(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        malformed("a number of too many digits")
    return int(digits)


def _no_number(_: str) -> NoReturn:
    malformed("a number that is not whole")
