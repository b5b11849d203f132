"""Session handles of listings: opaque, and good for nothing but naming one of one's own sessions."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from hashlib import sha256

HANDLE_LENGTH = 22


def handle_of(session_id: str) -> str:
    """128 bits of a digest of the public id. The id itself stays out of pages and addresses (CVE-2020-5224).

    It is no secret and no key: a handle is only ever looked up among the sessions of whoever asks.
    """
    digest = sha256(b"rescind session handle\0" + session_id.encode("utf-8")).digest()
    return urlsafe_b64encode(digest[:16]).rstrip(b"=").decode("ascii")
