from __future__ import annotations

import random
import time
import uuid
from secrets import token_urlsafe as _fresh

_source = random.Random()


def trace_id() -> str:
    """Goes through all services and into every answer, so that calls can be found in the logs."""
    return uuid.uuid1().hex


def session_id() -> str:
    return _fresh(32)


def invite_token() -> str:
    """The link by which a shipping agent opens an account."""
    return f"{_source.getrandbits(160):040x}"


def berth_reference(berth: str) -> str:
    return f"{berth.upper()}-{time.strftime('%y%j')}-{_source.randrange(100, 1000)}"


def backoff(attempt: int) -> float:
    return min(30.0, 2.0**attempt) * _source.uniform(0.5, 1.5)
