"""What a store keeps of people: standing, and what they sign in with. Part of the contract in ``base``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from rescind.model.credential import Account, PasswordCredential, SignInEvidence
from rescind.model.principal import Standing


class PeopleUnit(Protocol):
    """The part of ``UnitOfWork``."""

    def standing(self, realm: str, principal_id: str) -> Standing | None:
        """As it stands, and as it stays until this unit is over: nobody else changes or inserts it."""
        ...

    def put_standing(self, standing: Standing) -> None:
        """Insert or replace the principal's row."""
        ...

    def account(self, realm: str, login: str) -> Account | None: ...

    def insert_account(self, account: Account) -> None:
        """Insert-only; ``Conflict`` when the login exists in the realm."""
        ...

    def password(self, realm: str, principal_id: str) -> PasswordCredential | None: ...

    def put_password(self, credential: PasswordCredential) -> None:
        """Insert or replace the principal's password."""
        ...


class PeopleStore(Protocol):
    """The part of ``Store``."""

    def standing(self, realm: str, principal_id: str) -> Standing | None: ...

    def standings(self, realm: str, *, limit: int = 100, after: str | None = None) -> Sequence[Standing]:
        """Principals ordered by id, paged."""
        ...

    def sign_in_evidence(self, realm: str, login: str) -> SignInEvidence:
        """Head, account, password and standing in one snapshot, the head not newer than the rest."""
        ...

    def password_evidence(self, realm: str, principal_id: str) -> SignInEvidence:
        """The same by principal id, for step-up (``account`` is ``None``)."""
        ...
