"""What proves who a principal is. Secrets are stored as digests or password hashes only."""

from __future__ import annotations

from dataclasses import dataclass, field

from rescind.model.principal import Standing
from rescind.model.revocation import Head


@dataclass(frozen=True, slots=True)
class Account:
    """A login name of rescind's own accounts.

    Attributes:
        login: normalised (NFKC, case-folded, trimmed); unique within a realm.
        created_at: microseconds since the epoch.
    """

    realm: str
    login: str
    principal_id: str
    created_at: int


@dataclass(frozen=True, slots=True)
class PasswordCredential:
    """A password as a PHC string (``$argon2id$...``).

    Attributes:
        id: named by the sessions that it opened, so that its removal ends exactly those.
        version: counts changes; a sign-in that verified an older version is refused.
        created_at: microseconds since the epoch of this version.
    """

    id: str
    realm: str
    principal_id: str
    phc: str = field(repr=False)
    version: int
    created_at: int


@dataclass(frozen=True, slots=True)
class SignInEvidence:
    """What a sign-in is judged by, read in one snapshot.

    Attributes:
        head: the log's head of that snapshot; the session carries it as ``issued_seq``.
        account, password, standing: ``None`` when there is none; the caller then still does the work of one
            hash, so that time tells nothing.
    """

    head: Head
    account: Account | None
    password: PasswordCredential | None
    standing: Standing | None
