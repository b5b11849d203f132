import secrets

from passlib.context import CryptContext

context = CryptContext(schemes=["argon2"])


def matches(member, given):
    """Whether this is the member's password; takes as long for nobody."""
    if member is None:
        context.dummy_verify()
        return False
    return context.verify(given, member["password"])


def hashed(password):
    return context.hash(password)


def code():
    return secrets.token_urlsafe(32)
