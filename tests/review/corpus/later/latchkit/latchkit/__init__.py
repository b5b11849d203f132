"""Latchkit: small parts for signing in, for whatever framework you have."""

from .hashing import Hasher, hash_password, verify_password
from .sessions import RedisStore, SessionManager, SQLStore
from .signing import Signer, TimedSigner

__all__ = ["Hasher", "RedisStore", "SQLStore", "SessionManager", "Signer", "TimedSigner", "hash_password", "verify_password"]
__version__ = "1.9.0"
