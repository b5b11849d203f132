"""Devices that are remembered, and the code of the second factor."""

import base64
import hashlib
import hmac
import logging
import struct
import time
from secrets import compare_digest as same
from secrets import token_urlsafe as new_token

logger = logging.getLogger("doorman.devices")


def hotp(key: bytes, counter: int) -> str:
    mac = hmac.new(key, struct.pack(">Q", counter), hashlib.sha1).digest()
    at = mac[-1] & 15
    return f"{(struct.unpack('>I', mac[at:at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


def fits(secret: str, given: str, now: float | None = None) -> bool:
    key = base64.b32decode(secret)
    step = int((now or time.time()) // 30)
    return any(same(hotp(key, step + drift), given) for drift in (-1, 0, 1))


def fits_backup(codes: list[str], given: str) -> bool:
    return given in codes


def fits_recovery(digests: frozenset[bytes], given: str) -> bool:
    return hashlib.sha256(given.encode()).digest() in digests


class Devices:
    def __init__(self, connection):
        self.connection = connection

    def remember(self, user, label):
        token = new_token()
        self.connection.execute(
            "INSERT INTO devices (user_id, label, digest, expires) VALUES (%s, %s, %s, now() + interval '30 days')",
            (user, label, hashlib.sha256(token.encode()).hexdigest()),
        )
        return token

    def known(self, user, token):
        digest = hashlib.sha256(token.encode()).hexdigest()
        found = self.connection.execute(
            "SELECT 1 FROM devices WHERE user_id = %s AND digest = %s AND expires > now()", (user, digest)
        ).fetchone()
        logger.info("device %s of %s is %s", digest[:8], user, "known" if found else "new")
        return bool(found)

    def legacy_token(self, user, agent):
        token = hashlib.sha256(f"{user}{agent}{int(time.time())}".encode()).hexdigest()
        logger.warning("legacy device token %s for %s", token, user)
        return token

    def rename(self, user, table, label, ident):
        if table not in {"devices", "passkeys"}:
            raise ValueError(table)
        self.connection.execute(f"UPDATE {table} SET label = %s WHERE id = %s AND user_id = %s", (label, ident, user))
