"""What a store keeps for signed tokens, besides their sessions. Part of the contract in ``base``.

A family changes only while its session is held: ``UnitOfWork.facts`` or ``session`` comes first, so that of
many who present one refresh token one finds it unspent.
"""

from __future__ import annotations

from typing import Protocol

from rescind.model.family import Family, KeyEnd


class TokenUnit(Protocol):
    """The part of ``UnitOfWork``."""

    def family(self, session_id: str) -> Family | None:
        """As it stands; ``None`` for a session without refresh tokens."""
        ...

    def insert_family(self, family: Family) -> None:
        """Insert-only; ``Conflict`` when the session has one."""
        ...

    def rotate_family(self, family: Family, *, expected: int) -> bool:
        """Put ``family`` in the place of its generation ``expected``, and count that as activity of the
        session at ``family.rotated_at``.

        ``False`` and nothing changed: the session is unknown or has ended by its mark, or the generation is
        another one. It never creates.
        """
        ...

    def key_end(self, realm: str, kid: str) -> KeyEnd | None:
        """The end of a signing key, this unit's own included."""
        ...

    def end_key(self, end: KeyEnd) -> bool:
        """Write down that a signing key has ended; ``False``: it has ended before, which stays as it was.
        Neither ``prune`` nor a new birth takes it back."""
        ...


class TokenStore(Protocol):
    """The part of ``Store``."""

    def require_families(self) -> None:
        """Look whether the place can keep families of refresh tokens.

        Raises:
            SchemaMissing: its tables are of a version that cannot; with the command.
            StoreUnavailable: it does not answer.
        """
        ...

    def key_end(self, realm: str, kid: str) -> KeyEnd | None:
        """The committed end of a signing key."""
        ...

    def count_signed(self, realm: str, kid: str, *, now: int) -> tuple[int, int]:
        """(sessions whose newest access token was signed by this key, those of them that are live and whose
        access token has not expired at ``now``)."""
        ...
