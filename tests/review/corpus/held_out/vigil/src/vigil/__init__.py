"""Keys for programs: made, checked, listed, revoked."""

from vigil.keys import ApiKeys, Scheme, Sha256Scheme
from vigil.settings import VigilSettings

__all__ = ["ApiKeys", "Scheme", "Sha256Scheme", "VigilSettings"]
