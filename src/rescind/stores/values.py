"""What the methods of a store take and give, besides the records of the model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from rescind.errors import StoreUnavailable
from rescind.model.revocation import Scope


class SessionsUnavailable(StoreUnavailable):
    """Inside a unit: sessions, which are kept elsewhere, cannot be looked at. The log can be written."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a store can do, each with the reason where it cannot.

    Attributes:
        name: ``"memory"``, ``"sqlite"``, ``"postgresql"``, ``"redis"``.
        shared: other processes can use the same store.
        durable: what was committed survives the process, and the server where there is one.
        counter: a word that moves under the write lock before each append commits, so that a check notices
            any append at once.
        inline_reads: reads are quick enough (microseconds) to be made on an event loop.
        joins_transactions: ``write(connection=...)`` works.
        joins_sessions: a session can be opened in a transaction that was joined. Otherwise ``insert_session``
            and ``save_data`` raise ``ConfigurationError`` there; ending and everything else works.
        log_apart: sessions are kept elsewhere: the log can be written while they cannot be looked at.
        lease_alone: there never is a counter, and memory is trusted for the lease without one. Otherwise
            nobody answers from memory while the counter cannot be read.
        numbers_at_commit: an entry has no number before its unit is over, and what it ends is not seen
            inside.
        thread_bound: statements are made on connections of the thread that asks (Django's in a test suite).
            So who has a unit open sees into it, nothing is handed to another thread, and nothing goes on in
            the background. Words for event loops go through its ``async on_its_thread(call)``.
        accounts: login names and passwords are kept. Otherwise the methods about them raise
            ``NoAccounts``, and the application verifies who signs in.
    """

    name: str
    shared: bool
    durable: bool
    counter: bool
    inline_reads: bool
    joins_transactions: bool
    joins_sessions: bool = True
    log_apart: bool = False
    lease_alone: bool = False
    numbers_at_commit: bool = False
    thread_bound: bool = False
    accounts: bool = True


class Word(Protocol):
    """A readable 8-byte word: ``word[0]`` is the number set under the write lock before the last append
    committed. Ahead of the head after a crash or a rollback, never behind it."""

    def __getitem__(self, index: int, /) -> int: ...


@dataclass(frozen=True, slots=True)
class Selection:
    """Which sessions a listing, a count or a mark is about; all given conditions hold together.

    Attributes:
        realm: always given.
        scope, target: as in a log entry; ``Scope.EVERYTHING`` selects the realm.
        issued_before: only sessions with ``issued_seq`` below it, ``None`` for all.
        keep: the id of one session to leave out.
    """

    realm: str
    scope: Scope
    target: str = ""
    issued_before: int | None = None
    keep: str | None = None


@dataclass(frozen=True, slots=True)
class Incarnation:
    """Which server the registry of workers is on now.

    A failover may lose the last registrations and a restore all of them, while the workers they belonged to
    trust memory until their terms have passed.

    Attributes:
        id: of log, server and timeline together; ``""`` where there is nothing to confuse.
        settled: somebody has watched this very incarnation for a whole term, so every worker that trusts
            memory is in the registry, or has been seen to leave it.
    """

    id: str = ""
    settled: bool = True


@dataclass(frozen=True, slots=True)
class PruneReport:
    """What one bounded batch removed, and whether there is more to do."""

    sessions: int = 0
    entries: int = 0
    floor: int = 0
    more: bool = False
