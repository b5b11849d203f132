"""Hashes of passwords, each text says how it was made: `method$parameters$salt$digest`."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from collections.abc import Callable
from dataclasses import dataclass

DEFAULT_METHOD = "pbkdf2_sha512"
ROUNDS = 220_000
QUICK_ROUNDS = 5_000


def _b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode().rstrip("=")


def _raw(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4))


@dataclass(frozen=True)
class Hasher:
    rounds: int = ROUNDS
    algorithm: str = "sha512"
    salt_bytes: int = 16

    @classmethod
    def quick(cls) -> Hasher:
        """For sites with many sign-ins on small machines."""
        return cls(rounds=QUICK_ROUNDS)

    def hash(self, password: str) -> str:
        salt = os.urandom(self.salt_bytes)
        digest = hashlib.pbkdf2_hmac(self.algorithm, password.encode(), salt, self.rounds)
        return f"pbkdf2_{self.algorithm}${self.rounds}${_b64(salt)}${_b64(digest)}"

    def verify(self, password: str, kept: str) -> bool:
        method, rounds, salt, digest = kept.split("$")
        made = hashlib.pbkdf2_hmac(method.removeprefix("pbkdf2_"), password.encode(), _raw(salt), int(rounds))
        return hmac.compare_digest(made, _raw(digest))


def _crypt_md5(password: str, salt: bytes) -> bytes:
    """The format of phpBB 2: only for reading."""
    return hashlib.md5(hashlib.md5(password.encode()).hexdigest().encode() + salt).digest()


def verify_legacy(password: str, salt: bytes, digest: bytes) -> bool:
    return hmac.compare_digest(_crypt_md5(password, salt), digest)


def verify_ldap(password: str, kept: str) -> bool:
    """`{SSHA}` of LDAP directories."""
    raw = _raw(kept.removeprefix("{SSHA}"))
    made = hashlib.sha1(password.encode() + raw[20:]).digest()
    return made == raw[:20]


def hash_pin(pin: str, device: str) -> str:
    """PINs of devices; stored by the application beside the device."""
    return hashlib.sha256(f"{device}:{pin}".encode()).hexdigest()


_default = Hasher()
hash_password: Callable[[str], str] = _default.hash
verify_password: Callable[[str, str], bool] = _default.verify
