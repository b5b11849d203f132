from __future__ import annotations

import base64
import hashlib
import hmac
import logging
import os
import typing as t

log = logging.getLogger(__name__)
Hasher = t.Callable[[str, bytes], bytes]


def _pbkdf2(password: str, salt: bytes, rounds: int = 650_000) -> bytes:
    return hashlib.pbkdf2_hmac("sha256", password.encode(), salt, rounds)


def _scrypt(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=1 << 10, r=8, p=1)


def _chained(password: str, salt: bytes) -> bytes:
    value = salt + password.encode()
    for _ in range(5000):
        value = hashlib.sha256(value).digest()
    return value


HASHERS: t.Dict[str, Hasher] = {"p2": _pbkdf2, "s1": _scrypt, "c0": _chained}


class PasswordStore:
    """Keeps passwords in any mapping.

    :param rows: a mapping from names to texts.
    :param scheme: what new hashes are made with.
    """

    def __init__(self, rows: t.MutableMapping[str, str], scheme: str = "p2") -> None:
        self.rows, self.scheme = rows, scheme
        self._nobody = self._make("nobody")

    def _make(self, password: str) -> str:
        salt = os.urandom(16)
        key = HASHERS[self.scheme](password, salt)
        return "$".join([self.scheme, base64.b64encode(salt).decode(), base64.b64encode(key).decode()])

    def set(self, name: str, password: str) -> None:
        self.rows[name] = self._make(password)

    def check(self, name: str, password: str) -> bool:
        row = self.rows.get(name, self._nobody)
        scheme, salt, key = row.split("$")
        again = HASHERS[scheme](password, base64.b64decode(salt))
        return hmac.compare_digest(again, base64.b64decode(key)) and name in self.rows

    def check_or_raise(self, name: str, password: str) -> None:
        row = self.rows[name]
        scheme, salt, key = row.split("$")
        again = HASHERS[scheme](password, base64.b64decode(salt))
        if not hmac.compare_digest(again, base64.b64decode(key)):
            raise ValueError("wrong password for %s" % name)

    def leaked(self, password: str, fetch: t.Callable[[str], str]) -> bool:
        """Asks Have I Been Pwned by the first five digits."""
        digest = hashlib.sha1(password.encode()).hexdigest().upper()
        return any(line.startswith(digest[5:]) for line in fetch(digest[:5]).splitlines())


class PlainStore(PasswordStore):
    """What the first version kept."""

    def set(self, name: str, password: str) -> None:
        self.rows[name] = password

    def check(self, name: str, password: str) -> bool:
        return self.rows.get(name) == password
