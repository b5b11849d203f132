"""The few things about keys that more than one module wants."""

from __future__ import annotations

import hashlib
import hmac
from hmac import compare_digest as same
from typing import Any

import jwt

from settings import STAMP_KEY


def mac(key: bytes, body: bytes) -> str:
    return "v1=" + hmac.new(key, body, hashlib.sha256).hexdigest()


def stamp(serial: str, position: int) -> str:
    """Goes beside each passing in the archive, where the inspectorate checks it."""
    return hmac.new(STAMP_KEY, f"{serial}:{position}".encode(), hashlib.sha256).hexdigest()


def claims_of(token: str) -> dict[str, Any]:
    return jwt.decode(token, options={"verify_signature": False, "verify_exp": True})


__all__ = ["claims_of", "mac", "same", "stamp"]
