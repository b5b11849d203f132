"""Short codes that guests read from a mail or over the phone."""

import hmac
import random

LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
_system = random.SystemRandom()


def spell(length, source=random):
    return "".join(source.choice(LETTERS) for _ in range(length))


def voucher_code():
    return "-".join(spell(4, _system) for _ in range(5))


def matches(known, given):
    return hmac.compare_digest((known or "").encode(), (given or "").encode())
