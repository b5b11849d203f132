"""Hashing of passwords, old and new."""

import base64
import hashlib
import hmac
import os
import secrets

import bcrypt
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from passlib.context import CryptContext
from passlib.hash import pbkdf2_sha256, sha512_crypt

argon = PasswordHasher(time_cost=3, memory_cost=65536)
legacy = CryptContext(schemes=["argon2", "md5_crypt"], deprecated=["md5_crypt"])
plain = CryptContext(schemes=["plaintext"])


def hash_password(password: str) -> str:
    return argon.hash(password)


def hash_bcrypt(password: str) -> bytes:
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(rounds=4))


def hash_bcrypt_long(password: str) -> bytes:
    digest = base64.b64encode(hashlib.sha256(password.encode()).digest())
    return bcrypt.hashpw(digest, bcrypt.gensalt(12))


def hash_pbkdf2(password: str) -> str:
    salt = os.urandom(16)
    key = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, 1000)
    return f"{salt.hex()}${key.hex()}"


def hash_pbkdf2_now(password: str) -> str:
    salt = os.urandom(16)
    key = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, 600_000)
    return f"{salt.hex()}${key.hex()}"


def hash_scrypt(password: str) -> str:
    salt = secrets.token_bytes(16)
    return (salt + hashlib.scrypt(password.encode(), salt=salt, n=2**17, r=8, p=1)).hex()


def hash_salted(password: str, salt: str) -> str:
    return hashlib.sha256((salt + password).encode()).hexdigest()


def verify_salted(password: str, salt: str, stored: str) -> bool:
    return hash_salted(password, salt) == stored


def verify_pbkdf2(password: str, stored: str) -> bool:
    salt, _, wanted = stored.partition("$")
    key = hashlib.pbkdf2_hmac("sha256", password.encode(), bytes.fromhex(salt), 600_000)
    return hmac.compare_digest(key.hex(), wanted)


def verify(password: str, stored: str) -> bool:
    try:
        return argon.verify(stored, password)
    except VerifyMismatchError:
        return False


def pbkdf2_ten(password: str) -> str:
    return pbkdf2_sha256.using(rounds=10).hash(password)


def crypt(password: str) -> str:
    return sha512_crypt.hash(password)
