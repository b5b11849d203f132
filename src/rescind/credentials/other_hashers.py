"""Hashes that another system made: verified by whoever knows them, until each is replaced at a sign-in."""

from __future__ import annotations

import logging
from typing import Any, Protocol

from rescind._tokens import new_id
from rescind.errors import ConfigurationError

logger = logging.getLogger("rescind.credentials")

VERBS = ("identify", "hash", "verify")


class OtherHasher(Protocol):
    """What knows hashes of another kind; the hashers of ``pwdlib`` are such."""

    def identify(self, hash: Any, /) -> bool:
        """Whether a stored text is a hash of this kind."""

    def hash(self, password: Any, /) -> str:
        """A hash, as expensive as the stored ones."""

    def verify(self, password: Any, hash: Any, /) -> bool:
        """Whether it is the password of that hash."""


class Accepted:
    """One kind of hashes. Whatever is asked, it is one computation."""

    def __init__(self, hasher: OtherHasher) -> None:
        """Raises:
        ConfigurationError: it lacks one of the three verbs.
        """
        missing = [verb for verb in VERBS if not callable(getattr(hasher, verb, None))]
        if missing or isinstance(hasher, type):
            name = hasher.__name__ if isinstance(hasher, type) else type(hasher).__name__
            raise ConfigurationError(
                f"passwords.accept: {name} has no {', '.join(missing) or 'self'}: pass an object with "
                "identify(hash), hash(password) and verify(password, hash), such as a hasher of pwdlib"
            )
        self._hasher = hasher
        self._dummy: str | None = None

    def knows(self, stored: str) -> bool:
        """Whether a stored text is of this kind."""
        return bool(self._hasher.identify(stored))

    def verify(self, password: str, stored: str | None) -> bool:
        """``stored`` is of this kind; ``None`` for the work alone, and ``False``."""
        if self._dummy is None:
            self._dummy = self._hasher.hash(new_id())
        try:
            matched = self._hasher.verify(password, self._dummy if stored is None else stored)
        except Exception as error:  # noqa: BLE001 - somebody else's: a damaged hash, a password too long for it
            logger.warning(
                "%s could not verify a hash: %s", type(self._hasher).__name__, type(error).__name__
            )
            return False
        return bool(matched) and stored is not None
