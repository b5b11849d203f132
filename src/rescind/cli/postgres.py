"""What the commands know about a PostgreSQL server behind an engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rescind.cli.authority import log_of
from rescind.cli.codes import ExitCode
from rescind.engine import Rescind

if TYPE_CHECKING:
    from rescind.cli.diagnosis import Diagnosis
    from rescind.stores.sqlalchemy.postgres.inspect import Inspection
    from rescind.stores.sqlalchemy.postgres.store import PostgresStore

OLD = 60
"""Seconds after which an open transaction is worth a word."""


def server_of(auth: Rescind[Any]) -> PostgresStore | None:
    """The store on PostgreSQL behind an engine; ``None`` for one of another kind."""
    if not auth.core.store.capabilities.name.startswith("postgresql"):
        return None
    from rescind.stores.sqlalchemy.postgres.store import PostgresStore

    store = log_of(auth)
    return store if isinstance(store, PostgresStore) else None


def schema_finding(look: Inspection) -> str | None:
    """What is wrong with the tables, with the mend."""
    if look.schema_version is None:
        return f"no tables of rescind in schema {look.schema}: correct the url, or run `rescind db upgrade`"
    if (look.min_reader or 0) > look.newest_known:
        return f"too new: it needs a rescind that reads schema {look.min_reader}: update rescind"
    if look.schema_version < look.newest_known:
        return f"too old: run `{look.upgrade}`"
    if not look.triggers:
        return f"a trigger that numbers the log is missing or disabled: run `{look.upgrade}`, or enable it"
    return None


def examine(seen: Diagnosis, store: PostgresStore) -> Inspection | None:
    """Facts and findings about the server; ``None`` when the log cannot be looked at."""
    from rescind.stores.sqlalchemy.postgres.inspect import inspect

    look = inspect(store)
    seen.fact("server", f"PostgreSQL {look.version}, {look.place}, schema {look.schema}")
    seen.fact("size", look.size)
    _durability(seen, look)
    if look.pooled:
        seen.note(
            "reached through a pooler: no prepared statements and no push, so a revocation takes up to a "
            "quarter of a lease; final is final all the same. The url of the server itself is quicker"
        )
    finding = schema_finding(look)
    if finding is not None or look.head is None:
        what, _, mend = (finding or "the log cannot be read: restore it").partition(": ")
        seen.find(f"url: {look.place}: {what}", mend, ExitCode.USAGE)
        return None
    seen.fact("schema", f"{look.schema_version} (this version: {look.newest_known}), owner {look.owner}")
    seen.fact("log", f"head {look.head.seq}, floor {look.head.floor}")
    seen.fact("birth", look.head.birth)
    if not look.settled:
        seen.find(
            "nobody has watched this server for a whole term: it was restored, or a standby has taken over",
            "run `rescind db new-birth` if commits may have been lost; the next revocation waits a term",
        )
    for one in look.blockers:
        if one.age >= OLD:
            seen.find(
                f"pid {one.pid} ({one.name}, {one.state}) has held locks on rescind's tables for {one.age} s",
                f"end its transaction: SELECT pg_terminate_backend({one.pid})",
            )
    return look


def _durability(seen: Diagnosis, look: Inspection) -> None:
    if not look.fsync:
        seen.find("fsync is off: a power cut can undo a confirmed revocation", "set fsync = on")
    seen.fact("standbys", f"{look.standbys}, {'synchronous' if look.synchronous else 'asynchronous'}")
    if look.standbys and not look.synchronous:
        seen.note(
            "commits wait for no standby: a failover may lose the last of them, revocations too; a new log "
            "begins then, and everybody has to sign in again"
        )
