"""The revocation log: entries, head, and the workers that read it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntFlag, StrEnum


class Kind(StrEnum):
    """``end`` is final; ``changed`` says that facts (roles, standing, tenant) differ: read again."""

    END = "end"
    CHANGED = "changed"


class Scope(StrEnum):
    """What an entry speaks about. Wider than ``session`` and ``grant``, the log decides, not a mark."""

    SESSION = "session"
    CREDENTIAL = "credential"
    GRANT = "grant"
    PRINCIPAL = "principal"
    CLIENT = "client"
    TENANT = "tenant"
    SIGNING_KEY = "signing_key"
    EVERYTHING = "everything"


class What(IntFlag):
    """What an ``end`` of a principal, client or tenant ends.

    ``sessions`` includes their refresh families ("sign out everywhere"); API keys survive it.
    """

    NOTHING = 0
    SESSIONS = 1
    GRANTS = 2
    KEYS = 4
    ALL = 7


WHAT_BY_NAME = {"sessions": What.SESSIONS, "grants": What.GRANTS, "keys": What.KEYS, "all": What.ALL}


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One entry of the log; immutable once committed.

    Attributes:
        seq: its number, gapless and in commit order; 0 until it is appended. The sequence number is the
            clock: an ``end`` at ``k`` ends what was issued before ``k``.
        id: unique; a retry with the same id appends nothing.
        realm: only workers of this realm judge by it.
        target: the text id that the scope names; ``""`` for ``everything``.
        what: what an ``end`` ends.
        keep: the id of the one session it leaves alone.
        reason: why, required for every ``end``.
        initiator: who: ``session:<id>``, ``cli:<user>@<host>`` or ``system``.
        at: microseconds since the epoch; for people, decides nothing.
    """

    id: str
    kind: Kind
    realm: str
    scope: Scope
    target: str
    what: What
    reason: str
    initiator: str
    at: int
    keep: str | None = None
    seq: int = 0


@dataclass(frozen=True, slots=True)
class Head:
    """The state of the log in one snapshot.

    Attributes:
        birth: random id of this log; another birth means that nothing older is believed.
        seq: the highest number taken.
        floor: the highest number ever removed, 0 if none was.
        counter_id: random id of the counter file that moves with this log, ``None`` without one.
    """

    birth: str
    seq: int
    floor: int = 0
    counter_id: str | None = None

    @property
    def oldest(self) -> Head:
        """The log as far back as it remembers. What is older than all of it, such as a credential of the
        system before, is judged by it: whatever has ended its principal since ends it, too."""
        return replace(self, seq=self.floor)


@dataclass(frozen=True, slots=True)
class WorkerRow:
    """A process that may answer from memory, as the registry knows it.

    Attributes:
        id: 128 random bits per incarnation; taken again after a fork, never host and pid.
        birth: the log it reads.
        term: seconds that a revoker waits for it at most; its own, whatever the revoker's setting.
        protocol: the version of the entries it understands.
        acked: the highest number it has applied.
        retired: it let a term pass without acknowledging; it must register anew.
        counter_id: the counter file it watches, ``None`` if it watches none.
        host, pid: for people.
        seen_at: microseconds since the epoch when it registered or last acknowledged; for people.
    """

    id: str
    birth: str
    term: float
    protocol: int
    acked: int
    retired: bool = False
    counter_id: str | None = None
    host: str = ""
    pid: int = 0
    seen_at: int = 0


@dataclass(frozen=True, slots=True)
class Renewal:
    """What a worker's read of the log says, from one statement and one snapshot.

    Attributes:
        head: birth, head, floor, counter id.
        registered: the worker's row is there and not retired.
        applied_id: the id of the entry at the worker's ``applied``; ``None`` if that entry is gone.
        entries: the entries after ``applied``, in order, at most one page.
        more: entries remain after this page.
        watched: false on a server that may lack the newest entries; see ``StoreUnwatched``.
    """

    head: Head
    registered: bool
    applied_id: str | None
    entries: tuple[LogEntry, ...]
    more: bool
    watched: bool = True
