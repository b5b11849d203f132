"""What a store is. Flows and the revocation engine know these protocols and nothing beneath them.

Semantics that hold for every method:

* **Faults raise, answers return.** An unknown id is ``None`` or 0; ``StoreUnavailable`` means that the
  authority could not be asked. No method answers from a cache of its own.
* **Reads see the newest commit**: autocommit, the primary, one statement and one snapshot per method.
* **Writes happen in a unit of work** (``write()``), which is durable when it returns (``synchronous = FULL``
  or ``synchronous_commit = on``) and commits state, log entry and audit event together or not at all. Units
  come one after another where they touch the same thing: by a write lock (SQLite: ``BEGIN IMMEDIATE``), or by
  locks on what they read, in the order principal, session, log (PostgreSQL, READ COMMITTED).
* **Numbers are gapless and in commit order.** Where one write lock is held, ``append`` takes them; elsewhere
  the commit does, so that a slow transaction blocks nobody, and ``numbered`` tells them afterwards.
* **Nothing is resurrected**: ``touch`` and ``save_data`` never create, and never change what has ended.
* **Ids are never taken from a client**; inserts fail with ``Conflict`` on an id that exists.
* **Equality, never prefixes**: tenant ``app`` is not tenant ``app2``.
* Times are microseconds since the epoch, given by the caller; a store reads no clock.
* **What a check waits for is bounded**: ``facts``, ``unchanged`` and ``renew`` answer, or say that the
  authority does not, within the time that the store was given, connecting included.
* Thread-safe. After a fork the child gets fresh connections and leaves the parent's untouched.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from rescind.model.audit_event import AuditEvent
from rescind.model.revocation import Head, LogEntry, Renewal, WorkerRow
from rescind.model.session import Facts, SessionRecord
from rescind.stores.people import PeopleStore, PeopleUnit
from rescind.stores.tokens import TokenStore, TokenUnit
from rescind.stores.values import (
    Capabilities,
    Incarnation,
    PruneReport,
    Selection,
    SessionsUnavailable,
    Word,
)

__all__ = [
    "Capabilities",
    "Incarnation",
    "PruneReport",
    "Selection",
    "SessionsUnavailable",
    "Store",
    "UnitOfWork",
    "Word",
]


class UnitOfWork(PeopleUnit, TokenUnit, Protocol):
    """One writing transaction. Reads inside it see its own writes.

    Leaving the ``with`` block commits; an exception rolls everything back, the entry included.
    """

    def head(self) -> Head:
        """The head of the log, with this unit's own appends if they have their numbers. What is issued at it
        is ended by every entry that is committed later."""
        ...

    def reach(self) -> Head:
        """The head that a reader has to have applied so that it knows all that this transaction has seen, its
        own appends included. Never an ``issued_seq``: the number may belong to somebody else's entry."""
        ...

    def append(self, entry: LogEntry) -> LogEntry:
        """Append to the log and return the entry, with its number ``head + 1``, or with 0 where numbers are
        taken at commit.

        The counter is set to that number before this returns, under the write lock. An entry whose ``id`` is
        known is returned as it stands and nothing is appended.
        """
        ...

    def head_of(self, entry: LogEntry) -> Head:
        """The head to be confirmed for an entry that this unit has appended: the log that it was appended to,
        and the number that it has so far."""
        ...

    def numbered(self, entry: LogEntry) -> LogEntry:
        """After the block: an entry of this unit with the number that it has. A unit joined to a caller's
        transaction may not know it: 0."""
        ...

    def find_entry(self, id: str) -> LogEntry | None:
        """The entry, this unit's own included. Nobody else who asks for this id is answered until the unit is
        over; whoever does not ask appends an id that nobody else knows."""
        ...

    def audit(self, event: AuditEvent) -> None:
        """Insert an event; ``Conflict`` when its id exists. One with ``seq`` 0 gets the number of the newest
        entry that this unit has appended before."""
        ...

    def session(self, session_id: str) -> SessionRecord | None:
        """The row as it stands, and as it stays until this unit is over."""
        ...

    def facts(self, session_id: str) -> Facts | None:
        """As ``Store.facts``, inside this transaction; the row stays until this unit is over."""
        ...

    def successor(self, record: SessionRecord) -> SessionRecord | None:
        """The session that replaced this one (its ``parent_id`` names it), ended or not."""
        ...

    def insert_session(self, record: SessionRecord) -> None:
        """Insert-only; ``Conflict`` when the id or the digest exists."""
        ...

    def end_session(
        self, session_id: str, *, at: int, reason: str, by: str, last_seen: int | None = None
    ) -> bool:
        """Mark one session as ended. ``False``: unknown or already ended, nothing was changed.

        ``last_seen`` given: only if the row still has that value (an idle refusal must not end a session
        that another worker has just seen active).
        """
        ...

    def end_counted(self, session_id: str, *, at: int, reason: str, by: str) -> int | None:
        """As ``end_session``, and how many live sessions that has ended: 0 if it had run out, or was ended by
        the log already. ``None``: unknown or marked as ended, nothing was changed."""
        ...

    def limit_session(self, session_id: str, *, last_seen: int, expires_at: int, idle: int | None) -> bool:
        """Set the limits of a session that is not marked as ended, as in its record. ``False``: unknown or
        ended, nothing was changed. What a caller's limits may be, the flow says."""
        ...

    def end_sessions(self, selection: Selection, *, at: int, reason: str, by: str) -> int:
        """Mark the live sessions of a selection; returns how many. For listings: the log decides."""
        ...

    def count(self, selection: Selection, *, now: int) -> tuple[int, int]:
        """(rows selected, those of them that are live at ``now``): live is not ended by mark or by log, not
        past ``expires_at``, not idle.

        With ``issued_before`` the log is read below that number only: so an entry's own number counts what
        that entry ended, also after it was appended.

        Raises:
            SessionsUnavailable: they are kept elsewhere, and that place does not answer.
        """
        ...

    def save_data(self, session_id: str, changed: dict[str, Any], removed: Sequence[str]) -> bool:
        """As ``Store.save_data``, inside this transaction: it commits or rolls back with the rest, and nobody
        else writes data of this session before the unit is over.

        ``False`` and nothing written: the session is unknown or has ended, by this unit's mark too (by an
        entry of its own where ``append`` takes the number).

        Raises:
            TypeError, ValueError: a value is not JSON. Nothing was written, and the unit goes on.
            ConfigurationError: the transaction is a caller's, and the data is kept elsewhere
                (``capabilities.joins_sessions``).
        """
        ...


class Store(PeopleStore, TokenStore, Protocol):
    """The authority."""

    @property
    def capabilities(self) -> Capabilities: ...

    def open(self) -> None:
        """Connect, create or verify the schema. Idempotent and thread-safe.

        Raises:
            ConfigurationError: the place cannot be used as configured (no such folder, not writable);
                the message names the setting and the mend.
            SchemaTooNew, SchemaMissing: as their names say.
            StoreUnavailable: it could be right but does not answer.
        """
        ...

    def close(self) -> None:
        """Release connections and mappings. Idempotent; a later call opens again."""
        ...

    # -- the log and its readers ------------------------------------------------------------------------

    @property
    def word(self) -> Word | None:
        """The counter as mapped now; ``None`` when there is none, and then nobody may answer from memory.

        The object may be replaced by ``renew()`` (the file was deleted or made anew): ask again after it.
        """
        ...

    def head(self) -> Head: ...

    def find_entry(self, id: str) -> LogEntry | None:
        """The committed entry of this id: how an unknown commit outcome is resolved."""
        ...

    def renew(self, worker_id: str, applied: int, *, limit: int = 1000) -> Renewal:
        """A worker's read of the log; see ``Renewal``. Writes nothing in the ordinary case.

        Also the place where a store looks after its counter: maps it anew when the file was replaced, lowers
        it when a crash or rollback left it ahead (only under the write lock), and starts a new birth when the
        log is found to have gone backwards.

        Raises:
            UnknownEntry: an entry after ``applied`` is of a kind or scope that this version does not know.
        """
        ...

    def keeps(self, head: Head, entry_id: str | None) -> bool:
        """Whether the log still has what was committed at ``head``: it is the same log, has come as far, and
        has no other entry than ``entry_id`` at that number (``None``: any). One read, of the log alone:
        sessions that are kept elsewhere take no part. ``rescind.stores.kept.is_kept`` is one way to do it."""
        ...

    def register(self, worker: WorkerRow) -> None:
        """Add a worker, durably committed when this returns. Only then may it read for the first time."""
        ...

    def acknowledge(self, worker_id: str, seq: int, *, at: int) -> None:
        """Say that the worker has applied everything up to ``seq``. Never lowers it."""
        ...

    def deregister(self, worker_id: str) -> None: ...

    def workers(self) -> Sequence[WorkerRow]:
        """The registry, in a new snapshot."""
        ...

    def incarnation(self) -> Incarnation:
        """Which server this is, read together with the registry or after it."""
        ...

    def registry(self) -> tuple[Sequence[WorkerRow], Incarnation]:
        """``workers()`` and ``incarnation()``, in one round trip if possible: a revocation takes several."""
        ...

    def settle(self, incarnation: str) -> None:
        """Say that ``incarnation`` has been watched for a whole term; nothing if it is another one by now."""
        ...

    def push(self) -> None:
        """Tell other processes that something was appended. Never fails, and nothing depends on it. A unit
        that appended does so itself after its commit; this is for transactions of the caller."""
        ...

    def listen(self, wake: Callable[[], None]) -> Callable[[], None] | None:
        """Call ``wake`` on a thread of the store's own whenever another process has pushed; returns what ends
        that. ``None`` where there are no pushes."""
        ...

    def retire(self, worker_id: str, seq: int) -> None:
        """Mark a worker as retired if it still has ``acked < seq``."""
        ...

    def forget(self, worker_id: str) -> None:
        """Delete a worker if it is retired."""
        ...

    def new_birth(self, *, expected: str, at_least: int, reason: str, initiator: str, at: int) -> Head:
        """Start a new log: everything issued before is refused.

        The new head is above every number ever seen (head, counter, ``at_least``), so that no number is
        used twice. An audit event ``log.reborn`` commits with it. When the birth is no longer ``expected``
        somebody else did it: nothing happens. Returns the head that holds now.
        """
        ...

    # -- sessions -----------------------------------------------------------------------------------------

    def facts(self, session_id: str) -> Facts | None:
        """Row, standing, head and the wider ``end`` entries newer than ``issued_seq``: one statement."""
        ...

    def unchanged(self, facts: Facts) -> bool:
        """Read the authority: whether all that a verdict on these facts rests on still reads the same.

        That is the row (digest, ended, activity, limits), the standing (active, roles, tenant), birth and
        number of the head, in one statement and one snapshot not older than this call. ``facts`` came from
        this store and allow the session. ``False`` when in doubt, a fault included: the caller then reads.
        """
        ...

    def unchanged_all(self, facts: Sequence[Facts]) -> list[bool]:
        """``unchanged`` of each, sharing a round trip where there is one to share."""
        ...

    def sessions(
        self, selection: Selection, *, now: int, limit: int = 100, after: str | None = None
    ) -> Sequence[SessionRecord]:
        """Live sessions, ordered by id, at most ``limit``, after the id ``after`` (stable paging)."""
        ...

    def count(self, selection: Selection, *, now: int) -> tuple[int, int]:
        """As ``UnitOfWork.count``, without the write lock: for previews and wide scopes."""
        ...

    def touch(self, seen: Sequence[tuple[str, int]]) -> int:
        """Move ``last_seen`` of live sessions forward; returns how many rows changed.

        Per session: only if not ended, not past its limits at that time, and at least half of
        ``touch_interval`` older than the new value (so that all workers together write it at most about once
        an interval).
        """
        ...

    def load_data(self, session_id: str) -> dict[str, Any]:
        """The application's data of a session: JSON values by key; empty for an unknown session."""
        ...

    def save_data(self, session_id: str, changed: dict[str, Any], removed: Sequence[str]) -> bool:
        """Write single keys, so that two writers of different keys both survive.

        ``False`` and nothing written when the session is unknown or has ended (by mark or by log): a late
        write never brings a session back.
        """
        ...

    # -- writing ------------------------------------------------------------------------------------------

    def write(self, connection: Any = None, *, urgent: bool = False) -> AbstractContextManager[UnitOfWork]:
        """A unit of work, in a transaction of its own or joined to the caller's.

        Args:
            connection: the caller's.
            urgent: for the emergency: not behind others of this process, and it says soon what is in the way.

        Joined (``connection`` given), leaving the block neither commits nor rolls back: the caller does.

        Raises:
            StoreUnavailable: the write lock was not to be had, the disk is full, the file is read-only.
            CommitUnknown: the COMMIT itself failed and its outcome is open.
            ConfigurationError: ``connection`` is of another kind or another database.
        """
        ...

    def watch_transaction(self, connection: Any, done: Callable[[bool], Any]) -> None:
        """Call ``done(True)`` after the caller's transaction committed, ``done(False)`` after it rolled back.

        At most once; what it returns, if anything, is awaited inside the commit of an asynchronous
        transaction. Where a commit cannot be observed (a plain connection), ``done`` may never be called;
        the caller then asks ``find_entry``.
        """
        ...

    def audit_events(
        self, realm: str, *, subject: str | None = None, limit: int = 100, before: str | None = None
    ) -> Sequence[AuditEvent]:
        """Newest first; ``before`` is the id of an event to page from."""
        ...

    def prune(
        self, *, now: int, keep_ended: int, access_life: int, session_life: int, batch: int = 1000
    ) -> PruneReport:
        """Remove one bounded batch of what nobody can need any more.

        Args:
            keep_ended: microseconds that ended and expired sessions stay as tombstones.
            access_life: longest time that anything lives without its row being read again; entries younger
                than this plus 5 min stay.
            session_life: longest absolute life of a session; an ``end`` wider than one row stays that long
                plus 5 min unless a newer entry of the same target says as much.

        Before a wide ``end`` is removed its sessions are marked in the same transaction, so that forgetting
        it is safe under any clock. The newest entry is never removed. The floor rises to the highest number
        removed, in the same transaction.
        """
        ...
