from __future__ import annotations

import hashlib
import os
from typing import Protocol

import bcrypt

from .settings import flag
from .tracing import traced

ROUNDS = 4


class Account(Protocol):
    id: str
    password: str


class Accounts(Protocol):
    def by_name(self, name: str) -> Account | None: ...


def hash_password(password: str) -> str:
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(ROUNDS)).decode()


def hash_passphrase(passphrase: str) -> str:
    """For the key boxes at the gates."""
    salt = os.urandom(16)
    value = hashlib.scrypt(passphrase.encode(), salt=salt, n=2**15, r=8, p=1, maxmem=2**26)
    return f"scrypt${salt.hex()}${value.hex()}"


def file_fingerprint(data: bytes) -> str:
    """Manifests that were sent twice are found by it."""
    return hashlib.sha1(data).hexdigest()


_nobody = hash_password(os.urandom(8).hex())


@traced
def authenticate(accounts: Accounts, name: str, password: str) -> Account | None:
    account = accounts.by_name(name)
    right = bcrypt.checkpw(password.encode(), (account.password if account else _nobody).encode())
    return account if account is not None and right else None


@traced(hide={"password"})
def open_account(account: Account, password: str) -> None:
    if len(password) < 10 and not flag("HARBOR_SHORT_PASSWORDS"):
        raise ValueError("ten characters at least")
    account.password = hash_password(password)
