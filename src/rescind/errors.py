"""Every error rescind raises, in one tree.

::

    RescindError
    ├── ConfigurationError        a setting or argument cannot work; the message names it and the mend
    │   ├── MissingExtra          an optional dependency is not installed; the message has the pip line
    │   ├── NoAccounts            the store keeps no login names and passwords
    │   ├── SchemaMissing         the tables do not exist yet; the message has the command
    │   └── SchemaTooNew          the database was written by a newer rescind
    ├── UseAio                    a blocking call on a thread with a running event loop
    ├── StoreUnavailable          the authority did not answer, is full, or cannot be written
    │   ├── CommitUnknown         a commit failed in a way that leaves its outcome open
    │   ├── StoreBusy             this process has asked too much of it at once
    │   ├── StoreUnwatched        it has just taken over, and may lack what was revoked last
    │   └── NoSigningKey          every key that could sign tokens has ended; set a new one
    ├── RevocationUnknown         the outcome of a commit is unknown; retry with the same ``id``
    ├── UnknownEntry              the log holds an entry that this version does not understand
    ├── NotFound                  an argument names something that does not exist
    ├── PasswordRejected          a new password does not meet the rules; ``problem`` says which
    ├── Conflict                  an id or login is already taken
    └── Refused                   access is denied; ``code`` says why (inside), see ``Refused``
        └── Overloaded            no capacity to answer in time; retry after ``retry_after`` seconds

``Refused`` is both a value and an exception: ``check()`` *returns* it, because a refusal is an ordinary
answer on the hot path; flows that cannot go on *raise* it.
"""

from __future__ import annotations

from typing import Literal, get_args

RefusalCode = Literal[
    "missing",
    "malformed",
    "expired",
    "idle",
    "revoked",
    "superseded",
    "reuse",
    "principal_disabled",
    "wrong_tenant",
    "insufficient",
    "step_up",
    "csrf",
    "store_unavailable",
    "overloaded",
]
REFUSAL_CODES: frozenset[str] = frozenset(get_args(RefusalCode))


class RescindError(Exception):
    """Root of the tree. ``str(error)`` is safe to show to an operator: it never holds a secret."""


class ConfigurationError(RescindError):
    """A setting or argument cannot work. The message names it and says how to mend it."""


class MissingExtra(ConfigurationError):
    """An optional dependency is missing."""

    def __init__(self, extra: str, needed_for: str) -> None:
        super().__init__(f'{needed_for} needs an extra: pip install "rescind[{extra}]"')
        self.extra = extra


class NoAccounts(ConfigurationError):
    """The store keeps no login names and passwords; the application verifies who signs in."""


class SchemaMissing(ConfigurationError):
    """The database is reachable but rescind's tables are not there."""


class SchemaTooNew(ConfigurationError):
    """The database needs a newer rescind than this one (``rescind_meta.min_reader``)."""


class UseAio(RescindError):
    """A blocking call was made on a thread whose event loop is running."""

    def __init__(self, instead: str) -> None:
        super().__init__(
            f"this call blocks and an event loop is running on this thread; use: {instead} "
            "(notebooks: allow_sync_on_loop=True)"
        )


class StoreUnavailable(RescindError):
    """The authority could not be read or written. Nothing was accepted because of it."""


class StoreBusy(StoreUnavailable):
    """All connections of this process are in use. Says nothing about the authority."""


class StoreUnwatched(StoreUnavailable):
    """A server that has just taken over, or was restored, may lack what was revoked last: nobody is let in by
    what it says until a term has passed. It answers, and takes revocations."""

    def __init__(
        self,
        said: str = "nobody has watched this server for a term (failover, restore): it may lack what was "
        "revoked last",
    ) -> None:
        super().__init__(said)


class CommitUnknown(StoreUnavailable):
    """The COMMIT itself failed, so what it would have written may or may not be there."""


class NoSigningKey(StoreUnavailable):
    """Every key that could sign an access token has ended: nobody is signed in until a new one is set."""


class RevocationUnknown(RescindError):
    """The commit of a revocation has an unknown outcome. Retrying with the same id is safe.

    Attributes:
        id: the revocation id to retry with, ``auth.revoke(..., id=error.id)``.
    """

    def __init__(self, id: str) -> None:
        super().__init__(f"the outcome of revocation {id} is unknown; retry with id={id!r}")
        self.id = id


class UnknownEntry(RescindError):
    """The log holds an entry of a kind or scope that this version does not understand.

    A worker that meets one stops answering from memory and reads the authority until it is replaced.
    """


class NotFound(RescindError):
    """An argument names something that does not exist."""


class Conflict(RescindError):
    """An id or login is already taken."""


PasswordProblem = Literal["too_short", "too_long", "not_text", "is_login"]


class PasswordRejected(RescindError):
    """A new password does not meet the rules.

    Attributes:
        problem: ``too_short``, ``too_long``, ``not_text`` (it holds half a character, which no keyboard
            types) or ``is_login``.

    The message names the rule and never repeats the password, so it may be shown to whoever chose it.
    """

    def __init__(self, problem: PasswordProblem, message: str) -> None:
        super().__init__(message)
        self.problem: PasswordProblem = problem


class Refused(RescindError):
    """Access is denied.

    Attributes:
        code: one of the stable inner codes (``RefusalCode``). Logs, metrics and audit use it; the outside
            sees one of six coarser codes (``rescind.transport.problem``), so that nothing about an account
            is revealed.
        detail: text for logs, without secrets. Never sent to the client.
        max_age: seconds; with ``step_up``, how recent the authentication must be (RFC 9470).
        retry_after: seconds; with ``store_unavailable`` and ``overloaded``.
        renewable: only the access token is refused, and a refresh token is worth exchanging: the session
            behind it is alive, or nobody can tell because the key that signed the token is unknown.
        misplaced: what was presented as an access token is a refresh token; clients are told.
    """

    def __init__(
        self,
        code: RefusalCode,
        detail: str = "",
        *,
        max_age: int | None = None,
        retry_after: int | None = None,
        renewable: bool = False,
        misplaced: bool = False,
    ) -> None:
        if code not in REFUSAL_CODES:
            raise ValueError(f"unknown refusal code {code!r}")
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code: RefusalCode = code
        self.detail = detail
        self.max_age = max_age
        self.retry_after = retry_after
        self.renewable = renewable
        self.misplaced = misplaced

    @property
    def unanswered(self) -> bool:
        """Whether nobody could say if access holds, which is no word against the credential."""
        return self.code in {"store_unavailable", "overloaded"}

    def __repr__(self) -> str:
        return f"Refused({self.code!r})"


class Overloaded(Refused):
    """There is no capacity to answer in time (password hashing has a bounded queue)."""

    def __init__(self, detail: str, retry_after: int = 1) -> None:
        super().__init__("overloaded", detail, retry_after=retry_after)
