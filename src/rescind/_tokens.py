"""The only place that makes randomness, and the shape of a session token.

A session token is ``rsc_s_<id>.<secret><checksum>``, always 80 characters:

* ``rsc_s_`` lets secret scanners find a leaked one. That of a visit (``flows.visit``), which is nobody's,
  begins with ``rsc_a_``, so that no check ever takes it for somebody's;
* ``id`` (24 hex digits, 96 bits) is public: safe to log and to list;
* ``secret`` is 256 random bits in base64url, shown once;
* ``checksum`` is the CRC-32 of all before it, in base64url: a mistyped or invented token is refused without
  touching a store. It is no defence: whoever can make a token can make its checksum.

Only the SHA-256 of the whole text is kept. A fast hash is right for 256 random bits (NIST SP 800-63B 5.1.2;
there is nothing to guess), and hashing the text and not the decoded bytes leaves no second spelling.
"""

from __future__ import annotations

import secrets
import zlib
from base64 import urlsafe_b64encode
from hashlib import sha256
from hmac import compare_digest

SESSION_PREFIX = "rsc_s_"
REFRESH_PREFIX = "rsc_r_"
"""Of refresh tokens (``sessions.jwt.refresh``), for scanners too."""
VISIT_PREFIX = "rsc_a_"
"""Of what a visitor has before anybody signed in."""
ID_LENGTH = 24
SECRET_LENGTH = 43
CHECKSUM_LENGTH = 6
TOKEN_LENGTH = len(SESSION_PREFIX) + ID_LENGTH + 1 + SECRET_LENGTH + CHECKSUM_LENGTH

_HEX = frozenset("0123456789abcdef")
_ID_START = len(SESSION_PREFIX)
_ID_END = _ID_START + ID_LENGTH


def new_session_id() -> str:
    """96 random bits as 24 hex digits. Ids are never taken from a client (session fixation)."""
    return secrets.token_hex(ID_LENGTH // 2)


def new_id() -> str:
    """128 random bits as 32 hex digits: births, worker incarnations, revocation and event ids."""
    return secrets.token_hex(16)


def random_bytes(size: int) -> bytes:
    """Bytes for keys and nonces."""
    return secrets.token_bytes(size)


def new_session_token(session_id: str, *, prefix: str = SESSION_PREFIX) -> str:
    """A new token for ``session_id``; the only time that its secret exists in the clear."""
    body = f"{prefix}{session_id}.{_text(secrets.token_bytes(32))}"
    return body + checksum(body)


def checksum(body: str) -> str:
    """CRC-32 of ``body`` (ASCII) as six base64url characters."""
    return _text(zlib.crc32(body.encode("ascii")).to_bytes(4, "big"))


def session_id_of(token: str, *, prefix: str = SESSION_PREFIX) -> str | None:
    """The public id inside a well-formed session token, ``None`` for anything else.

    Constant size and no I/O, whatever the input: the length is looked at first.
    """
    if len(token) != TOKEN_LENGTH or not token.isascii() or not token.startswith(prefix):
        return None
    session_id = token[_ID_START:_ID_END]
    if token[_ID_END] != "." or not _HEX.issuperset(session_id):
        return None
    body, given = token[:-CHECKSUM_LENGTH], token[-CHECKSUM_LENGTH:]
    return session_id if compare_digest(given, checksum(body)) else None


def digest_of(token: str) -> bytes:
    """SHA-256 of the token text, 32 bytes: the only form in which a token is stored or compared."""
    return sha256(token.encode("utf-8", "surrogatepass")).digest()


def jitter(low: float, high: float) -> float:
    """A random number of the interval, so that processes started together do not act together."""
    return low + (high - low) * secrets.randbelow(1 << 20) / (1 << 20)


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")
