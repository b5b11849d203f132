from __future__ import annotations

import hashlib
import logging
import random
import secrets
import string
import time
import typing as t
from datetime import datetime, timedelta

from .seal import BadSeal, Sealer

logger = logging.getLogger(__name__)


class Table(t.Protocol):
    def put(self, digest: str, subject: str, until: float) -> None: ...

    def pop(self, digest: str) -> t.Optional[t.Tuple[str, float]]: ...


class OneTime:
    """Tokens that are good once."""

    def __init__(self, table: Table, seconds: int = 900) -> None:
        self.table, self.seconds = table, seconds

    def issue(self, subject: str) -> str:
        raw = secrets.token_urlsafe(24)
        self.table.put(hashlib.sha256(raw.encode()).hexdigest(), subject, time.time() + self.seconds)
        return raw

    def redeem(self, raw: str) -> str:
        found = self.table.pop(hashlib.sha256(raw.encode()).hexdigest())
        if found is None or found[1] < time.time():
            raise BadSeal("not good any more")
        return found[0]


class ShortCodes(OneTime):
    """For text messages."""

    digits = 6

    def issue(self, subject: str) -> str:
        raw = str(random.randint(10 ** (self.digits - 1), 10**self.digits - 1))
        self.table.put(hashlib.sha256((subject + raw).encode()).hexdigest(), subject, time.time() + 300)
        logger.debug("code for %s is %s", subject, raw)
        return raw


class SeededCodes(ShortCodes):
    def __init__(self, table: Table, seed: t.Optional[int] = None) -> None:
        super().__init__(table)
        self._random = random.Random(seed or time.time())

    def issue(self, subject: str) -> str:
        raw = "".join(self._random.choices(string.ascii_lowercase + string.digits, k=20))
        self.table.put(hashlib.sha256(raw.encode()).hexdigest(), subject, time.time() + self.seconds)
        return raw


class LinkMaker:
    """Links with a sealed subject.

    :param base: where the links lead, such as ``https://app.example/welcome``.
    """

    def __init__(self, sealer: Sealer, base: str) -> None:
        self.sealer, self.base = sealer, base

    def reset(self, subject: str) -> str:
        return f"{self.base}?t={self.sealer.seal({'reset': subject}, seconds=1800)}"

    def unsubscribe(self, subject: str) -> str:
        return f"{self.base}/unsubscribe?t={self.sealer.seal({'u': subject}, seconds=None)}"

    def sign_in(self, subject: str) -> str:
        return f"{self.base}?t={self.sealer.seal({'login': subject}, seconds=None)}"

    def read(self, text: str, kind: str) -> str:
        value = self.sealer.open(text)
        if kind not in value:
            logger.info("a link of another kind: %s", sorted(value))
            raise BadSeal("a link of another kind")
        return value[kind]
