"""Which ``end`` entries end a session, and which entries make an older one unnecessary.

The sequence number is the clock: an ``end`` at ``k`` ends what was issued before ``k``. Every place that asks
(stores, the index in memory) asks here, so that they cannot differ.
"""

from __future__ import annotations

from collections.abc import Iterator

from rescind.model.revocation import Kind, LogEntry, Scope, What
from rescind.model.session import SessionRecord

NARROW = frozenset({Scope.SESSION, Scope.GRANT})
"""Scopes of one row: its durable mark decides, the entry only carries the news to the workers."""


def is_wide(entry: LogEntry) -> bool:
    """Whether this is an ``end`` wider than one row, so that the log decides and must be kept."""
    return entry.kind is Kind.END and entry.scope not in NARROW


def names_sessions(entry: LogEntry) -> bool:
    """Whether sessions can be what it names. *Everything* of a realm has no target; what has one is about
    something else, such as contents of Redis that are over."""
    return entry.scope is not Scope.EVERYTHING or not entry.target


def targets(record: SessionRecord, tenant: str | None) -> Iterator[tuple[Scope, str]]:
    """Every (scope, target) that an entry can name this session by, the narrowest first.

    Args:
        tenant: the tenant of the principal's standing; ``None`` outside any, or without a standing.
    """
    yield Scope.SESSION, record.id
    if record.credential_id is not None:
        yield Scope.CREDENTIAL, record.credential_id
    yield Scope.PRINCIPAL, record.principal_id
    if record.client_id is not None:
        yield Scope.CLIENT, record.client_id
    if tenant is not None:
        yield Scope.TENANT, tenant
    yield Scope.EVERYTHING, ""


def names(entry: LogEntry, record: SessionRecord, tenant: str | None) -> bool:
    """Whether the entry, of whatever kind, speaks about this session: same realm, same target, exactly."""
    return entry.realm == record.realm and (entry.scope, entry.target) in targets(record, tenant)


def ends(entry: LogEntry, record: SessionRecord, tenant: str | None) -> bool:
    """Whether the entry ends this session.

    ``what`` is asked for scopes wider than the session only: an ``end`` of a session ends that session.
    """
    return (
        entry.kind is Kind.END
        and entry.seq > record.issued_seq
        and entry.keep != record.id
        and (entry.scope is Scope.SESSION or What.SESSIONS in entry.what)
        and names(entry, record, tenant)
    )


def dominates(newer: LogEntry, older: LogEntry) -> bool:
    """Whether everything that ``older`` ends ``newer`` ends too, so that ``older`` may go."""
    return (
        newer.kind is Kind.END
        and older.kind is Kind.END
        and newer.seq > older.seq
        and (newer.realm, newer.scope, newer.target) == (older.realm, older.scope, older.target)
        and older.what in newer.what
        and (newer.keep is None or newer.keep == older.keep)
    )
