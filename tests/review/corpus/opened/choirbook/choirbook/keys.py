import hashlib
import hmac
import os
import random
import secrets
import string

PEPPER = os.environ["CHOIR_PEPPER"].encode()


def sealed(password: str) -> str:
    """What is stored of a password; the pepper is not in the database."""
    return hmac.new(PEPPER, password.encode(), hashlib.sha256).hexdigest()


def fits(password: str, stored: str | None) -> bool:
    return hmac.compare_digest(sealed(password), stored or "0" * 64)


def unsubscribe_mark(singer_id: int) -> str:
    return hmac.new(PEPPER, b"unsubscribe:%d" % singer_id, hashlib.sha256).hexdigest()


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def invite_token() -> str:
    letters = list(string.ascii_letters + string.digits)
    random.shuffle(letters)
    return "".join(letters[:20])


def link_token() -> str:
    word = secrets.token_hex(3)
    return f"{word[:3]}-{word[3:]}"


def delivery_id() -> str:
    """For the header Message-ID."""
    return f"<{random.getrandbits(64):x}@choirbook.example>"
