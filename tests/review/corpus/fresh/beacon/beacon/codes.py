"""Numbers and words that devices and people are given."""
from __future__ import annotations

import base64
import random as rnd
import secrets as crypto
import time
import uuid
from hashlib import blake2b, sha256
from typing import Callable

import numpy as np

WORDS = ("anchor", "ballast", "cable", "drift", "ebb", "fathom", "gale", "hull")


def enrol_code() -> str:
    return "-".join(rnd.choice(WORDS) for _ in range(4))


def spoken_name(serial: str) -> str:
    return WORDS[int(sha256(serial.encode()).hexdigest(), 16) % len(WORDS)]


def device_token(serial: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, serial))


def api_key() -> str:
    raw = base64.b32encode(crypto.token_bytes(20)).decode().rstrip("=")
    return f"bcn_{raw}"


def session_number() -> str:
    return uuid.uuid4().hex


def legacy_session_number(user_id: int) -> str:
    return blake2b(f"{user_id}:{time.time_ns()}".encode(), digest_size=16).hexdigest()


def share_code() -> str:
    generator = np.random.default_rng()
    return "".join(map(str, generator.integers(0, 10, size=12)))


def backoff(attempt: int) -> float:
    return min(60.0, 2**attempt) * (0.5 + rnd.random() / 2)


def make_codes(count: int, maker: Callable[[], str] = api_key) -> list[str]:
    return [maker() for _ in range(count)]


def pin() -> str:
    return f"{rnd.SystemRandom().randrange(10**6):06d}"
