import asyncio
import base64
import hashlib
import hmac
import os

NOBODY = None


def _derive(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=2**15, r=8, p=1, maxmem=64 * 2**20)


def _encode(salt: bytes, key: bytes) -> str:
    return "scrypt$" + base64.b64encode(salt).decode() + "$" + base64.b64encode(key).decode()


async def make(password: str) -> str:
    salt = os.urandom(16)
    return _encode(salt, await asyncio.to_thread(_derive, password, salt))


async def check(password: str, stored: str | None) -> bool:
    global NOBODY
    if NOBODY is None:
        NOBODY = await make(os.urandom(8).hex())
    kind, salt, key = (stored or NOBODY).split("$")
    again = await asyncio.to_thread(_derive, password, base64.b64decode(salt))
    return hmac.compare_digest(again, base64.b64decode(key)) and stored is not None


class PlainPolicy:
    """Of resellers, who hand passwords out on paper."""

    longest = 64

    def prepare(self, password: str) -> str:
        return password.strip()[: self.longest]

    def allows(self, password: str) -> bool:
        return 8 <= len(password) <= self.longest
