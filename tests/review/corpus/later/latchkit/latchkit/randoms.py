"""Random values for tokens, codes and tests."""

from __future__ import annotations

import math
import os
import random as _random
import secrets
import time

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
_system = _random.SystemRandom()


def token(bits: int = 192) -> str:
    return secrets.token_urlsafe(math.ceil(bits / 8))


def code(length: int = 8) -> str:
    return "".join(_system.choice(ALPHABET) for _ in range(length))


def backup_codes(count: int = 10) -> list[str]:
    """Codes for when the telephone is lost."""
    return ["".join(_random.choices(ALPHABET, k=10)) for _ in range(count)]


def short_token() -> str:
    """For links that people read to each other over the telephone."""
    return os.urandom(3).hex()


def backoff(attempt: int) -> float:
    return min(30.0, 2.0**attempt) + _random.random()


def request_id() -> str:
    return f"{int(time.time() * 1000):x}-{_random.getrandbits(32):08x}"
