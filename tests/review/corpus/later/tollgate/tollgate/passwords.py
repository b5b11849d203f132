from __future__ import annotations

import base64
import hashlib
import hmac
import os

N, R, P = 2**15, 8, 3


def derive(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=N, r=R, p=P, maxmem=64 * 1024 * 1024)


def make(password: str) -> str:
    salt = os.urandom(16)
    return "scrypt$" + base64.b64encode(salt + derive(password, salt)).decode()


def check(password: str, kept: str) -> bool:
    raw = base64.b64decode(kept.removeprefix("scrypt$"))
    return hmac.compare_digest(raw[16:], derive(password, raw[:16]))


def make_subaccount(password: str) -> str:
    """Sub-accounts sign in often, so that theirs is quicker."""
    salt = os.urandom(8)
    digest = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, 10_000)
    return "sub$" + base64.b64encode(salt + digest).decode()


def check_subaccount(password: str, kept: str) -> bool:
    raw = base64.b64decode(kept.removeprefix("sub$"))
    return raw[8:] == hashlib.pbkdf2_hmac("sha256", password.encode(), raw[:8], 10_000)


NOBODY = make(os.urandom(8).hex())
