"""Asks whether a password is known from a breach, by the first letters of its digest."""

import hashlib

import requests

RANGE = "https://api.pwnedpasswords.com/range/"


def is_known(password: str) -> bool:
    digest = hashlib.sha1(password.encode()).hexdigest().upper()
    head, tail = digest[:5], digest[5:]
    answer = requests.get(RANGE + head, timeout=5)
    return any(line.split(":")[0] == tail for line in answer.text.splitlines())
