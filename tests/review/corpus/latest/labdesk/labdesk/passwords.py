"""Passwords of members, of guests, and what the old directory left us."""
import base64
import hashlib
import hmac

import bcrypt

GUEST_SALT = b"materials-guest"


def hash_password(password):
    return bcrypt.hashpw(password.encode("utf-8"), bcrypt.gensalt(12)).decode("ascii")


def check_ssha(typed, stored):
    """{SSHA} of the directory that was switched off in 2016; a sign-in replaces it."""
    raw = base64.b64decode(stored[6:])
    digest, salt = raw[:20], raw[20:]
    return hmac.compare_digest(hashlib.sha1(typed.encode("utf-8") + salt).digest(), digest)


def check_password(typed, stored):
    if stored.startswith("{SSHA}"):
        return check_ssha(typed, stored)
    return bcrypt.checkpw(typed.encode("utf-8"), stored.encode("ascii"))


def hash_guest(password):
    return hashlib.sha512(GUEST_SALT + password.encode("utf-8")).hexdigest()


def check_guest(typed, stored):
    return hmac.compare_digest(hash_guest(typed), stored)


NOBODY = hash_password("nobody has this one")


def same(left, right):
    """Whether two codes are the same, upper and lower case alike."""
    if len(left) != len(right):
        return False
    for a, b in zip(left, right):
        if a.lower() != b.lower():
            return False
    return True
