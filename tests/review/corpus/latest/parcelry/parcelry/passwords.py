import hashlib
import hmac
import os

N, R, P = 2**15, 8, 1


def customer_hash(password: str) -> bytes:
    salt = os.urandom(16)
    return salt + hashlib.scrypt(password.encode(), salt=salt, n=N, r=R, p=P, maxmem=64 * 1024 * 1024)


def customer_ok(password: str, stored: bytes) -> bool:
    salt, digest = stored[:16], stored[16:]
    again = hashlib.scrypt(password.encode(), salt=salt, n=N, r=R, p=P, maxmem=64 * 1024 * 1024)
    return hmac.compare_digest(again, digest)


def courier_hash(password: str, salt: bytes | None = None) -> bytes:
    salt = salt or os.urandom(8)
    return salt + hashlib.pbkdf2_hmac("sha256", password.encode(), salt, 1000)


def courier_ok(password: str, stored: bytes) -> bool:
    return hmac.compare_digest(courier_hash(password, stored[:8]), stored)


NOBODY = customer_hash(os.urandom(12).hex())
