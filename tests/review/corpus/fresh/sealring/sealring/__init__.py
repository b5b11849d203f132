"""A small library: sealed values, one-time links, password stores and API keys, for any framework."""
from .links import LinkMaker, OneTime
from .passwords import PasswordStore
from .seal import BadSeal, Sealer

__all__ = ["BadSeal", "LinkMaker", "OneTime", "PasswordStore", "Sealer"]
