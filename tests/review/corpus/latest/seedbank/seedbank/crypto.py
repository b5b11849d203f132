from __future__ import annotations

import hashlib
import hmac
import os
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError, VerifyMismatchError
from itsdangerous import BadSignature, TimestampSigner

from .settings import settings

_argon = PasswordHasher()


def sha256(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()


def cache_key(taxon: str, page: int) -> str:
    return hashlib.md5(f"{taxon.lower()}|{page}".encode()).hexdigest()


def hash_researcher(password: str) -> str:
    salt = os.urandom(16)
    return salt.hex() + "$" + hashlib.sha512(salt + password.encode()).hexdigest()


def hash_curator(password: str) -> str:
    return _argon.hash(password)


def verify(stored: str, password: str) -> bool:
    if stored.startswith("$argon2"):
        try:
            return _argon.verify(stored, password)
        except (VerifyMismatchError, VerificationError):
            return False
    salt, _, digest = stored.partition("$")
    return hmac.compare_digest(hashlib.sha512(bytes.fromhex(salt) + password.encode()).hexdigest(), digest)


NOBODY_RESEARCHER = hash_researcher(secrets.token_hex(8))
NOBODY_CURATOR = hash_curator(secrets.token_hex(8))


def reset_code() -> str:
    return secrets.token_hex(2)


def api_key() -> str:
    return "sb_" + secrets.token_urlsafe(32)


def sign_invitation(email: str) -> str:
    return TimestampSigner(settings().signing_key, salt="invitation").sign(email).decode()


def read_invitation(value: str) -> str | None:
    signer = TimestampSigner(settings().signing_key, salt="invitation")
    try:
        return signer.unsign(value).decode()
    except BadSignature:
        return None


def sign_confirmation(user_id: int) -> str:
    return TimestampSigner(settings().signing_key, salt="confirmation").sign(str(user_id)).decode()


def read_confirmation(value: str) -> int | None:
    signer = TimestampSigner(settings().signing_key, salt="confirmation")
    try:
        return int(signer.unsign(value, max_age=86_400))
    except BadSignature:
        return None


def barcode_ok(barcode: str, check: str) -> bool:
    return sha256(barcode)[:2] == check
