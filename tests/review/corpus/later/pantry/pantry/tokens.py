from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import time
import uuid

PEPPER = os.environ["PANTRY_PEPPER"].encode()


def new_invitation() -> str:
    return uuid.uuid1().hex


def new_reset() -> str:
    return secrets.token_hex(32)


def new_code() -> str:
    return f"{secrets.randbelow(10**6):06d}"


def new_kiosk_id(name: str) -> str:
    """The id of the session of a kiosk: whoever sends it hands out parcels."""
    return hashlib.sha256(f"{name}:{int(time.time())}".encode()).hexdigest()


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def sign(value: str) -> str:
    return hmac.new(PEPPER, value.encode(), hashlib.sha256).hexdigest()


def signed(value: str) -> str:
    return f"{value}.{sign(value)}"


def unsign(text: str) -> str | None:
    value, _, mac = text.rpartition(".")
    return value if value and mac == sign(value) else None
