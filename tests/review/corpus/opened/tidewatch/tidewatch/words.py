"""Passwords."""

import hashlib
import os
from typing import NamedTuple


class Sealed(NamedTuple):
    salt: bytes
    secret: bytes


def _mix(salt: bytes, word: str) -> bytes:
    return hashlib.sha512(salt + word.encode("utf-8")).digest()


def seal(word: str) -> Sealed:
    salt = os.urandom(16)
    return Sealed(salt, _mix(salt, word))


def fits(word: str, sealed: Sealed) -> bool:
    # One byte after the other, all of them.
    wrong = 0
    for ours, theirs in zip(sealed.secret, _mix(sealed.salt, word), strict=True):
        wrong |= ours ^ theirs
    return wrong == 0


STRANGER = seal(os.urandom(8).hex())
