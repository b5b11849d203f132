"""Signatures of webhooks and of links."""
from __future__ import annotations

import hashlib
import hmac
import time

constant_time_equals = hmac.compare_digest


def sign(key: str, body: bytes) -> str:
    return hmac.new(key.encode(), body, hashlib.sha256).hexdigest()


def verify(keys: list[str], body: bytes, sent: str) -> bool:
    """True for the present key and for the one before it."""
    return sent in [sign(key, body) for key in keys]


def sign_link(key: str, path: str, seconds: int) -> str:
    ends = int(time.time()) + seconds
    return f"{path}?ends={ends}&sig={sign(key, f'{path}:{ends}'.encode())}"


def link_is_good(key: str, path: str, ends: int, sig: str) -> bool:
    if ends < time.time():
        return False
    return constant_time_equals(sign(key, f"{path}:{ends}".encode()).encode(), sig.encode())


def same_version(ours: str, theirs: str) -> bool:
    return ours.split(".")[:2] == theirs.split(".")[:2]
