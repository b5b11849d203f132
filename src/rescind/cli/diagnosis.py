"""What ``rescind doctor`` sees: settings, database, workers, and what is wrong with them."""

from __future__ import annotations

import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from rescind._clock import SECOND
from rescind.cli.authority import database_of, engine
from rescind.cli.codes import ExitCode
from rescind.cli.contents import examine_contents
from rescind.cli.output import moment
from rescind.cli.postgres import examine as examine_server
from rescind.cli.postgres import server_of
from rescind.cli.shown import duration, plain, shown
from rescind.cli.sources import Found, effective
from rescind.cli.watching import examine as examine_users
from rescind.config import is_redis, masked_url
from rescind.engine import Rescind
from rescind.errors import ConfigurationError, StoreUnavailable
from rescind.model.revocation import Head, WorkerRow
from rescind.model.session import from_micros
from rescind.session_model import missing_secret

if TYPE_CHECKING:
    from rescind.stores.redis.inspect import Inspection as RedisInspection
    from rescind.stores.sqlalchemy.inspect import Inspection
    from rescind.stores.sqlalchemy.postgres.store import PostgresStore

READS_PER_LEASE = 4
"""A keeper reads the log every quarter of a lease."""


class Setting(NamedTuple):
    """One setting: ``value`` for people, ``raw`` for JSON; neither ever holds a secret."""

    name: str
    value: str
    origin: str
    raw: Any


class Fact(NamedTuple):
    name: str
    value: str | int | None


class Seen(NamedTuple):
    """A row of the registry, for people. ``behind`` counts log entries; times are text."""

    host: str
    pid: int
    last_seen: str
    behind: int
    term: str
    state: str


class Note(NamedTuple):
    what: str


class Finding(NamedTuple):
    what: str
    mend: str
    code: ExitCode = ExitCode.FINDING


@dataclass(slots=True)
class Diagnosis:
    settings: list[Setting] = field(default_factory=list)
    database: list[Fact] = field(default_factory=list)
    workers: list[Seen] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def find(self, what: str, mend: str, code: ExitCode = ExitCode.FINDING) -> None:
        self.findings.append(Finding(what, mend, code))

    def note(self, what: str) -> None:
        self.notes.append(Note(what))

    def fact(self, name: str, value: str | int | None) -> None:
        self.database.append(Fact(name, value))


def examine(found: Found) -> Diagnosis:
    """Look at everything; what is wrong is a finding, never an exception."""
    seen = Diagnosis()
    for name, value in effective(found).items():
        origin = found.origins.get(name, "default")
        seen.settings.append(Setting(name, shown(name, value), origin, plain(name, value)))
    for stray in found.strays:
        seen.find(f"{stray} is no setting", "correct its name, or remove it")
    try:
        auth = engine(found)
        _examine_keys(seen, auth)
        if _examine_store(seen, auth):
            _examine_ended_keys(seen, auth)
            examine_users(seen, auth, found)
    except ConfigurationError as error:
        what, _, mend = str(error).partition(": ")
        seen.find(what, mend, ExitCode.USAGE)
    except StoreUnavailable as error:
        seen.find("the store cannot be reached", str(error), ExitCode.UNREACHABLE)
    return seen


def _examine_keys(seen: Diagnosis, auth: Rescind[Any]) -> None:
    """The keys of signed tokens: read as the application reads them, but none is made."""
    tokens = auth.core.tokens
    if tokens is None:
        return
    missing = missing_secret(auth.settings)
    if missing is not None:
        seen.note(missing)
        return
    try:
        keys = tokens.ready().access.keys
    except ConfigurationError as error:
        what, _, mend = str(error).rpartition("; ")
        seen.find(what or str(error), mend or "see the page about signed tokens", ExitCode.USAGE)
        return
    for key in keys:
        seen.fact("signing key", f"{key.kid} ({key.alg}, {'private' if key.can_sign else 'public'})")
    if keys.signing.alg == "HS256":
        seen.note("HS256 signs the access tokens: no other service can verify them with published keys")


def _examine_ended_keys(seen: Diagnosis, auth: Rescind[Any]) -> None:
    """Whether a key that could sign is left. The store answers, and is opened for it."""
    tokens = auth.core.tokens
    if tokens is None or missing_secret(auth.settings) is not None:
        return
    from rescind.sessions.jwt.credentials import NO_KEY

    try:
        signers = tokens.ready().access.keys.signers
        auth.core.ready()
        ended = [key.kid for key in signers if auth.core.store.key_end(auth.settings.realm, key.kid)]
    except (ConfigurationError, StoreUnavailable):
        return  # told by what looked before
    finally:
        auth.close()
    for kid in ended:
        seen.fact("signing key ended", kid)
    if len(ended) == len(signers):
        what, _, mend = NO_KEY.partition(": ")
        seen.find(f"nobody can be signed in: {what}", mend)


def _examine_store(seen: Diagnosis, auth: Rescind[Any]) -> bool:
    """Whether opening the store changes nothing there: no table, counter file or log would be made."""
    if auth.settings.cookie == "dev":
        seen.note("cookie=dev: sign-in works over plain HTTP; not for production")
    path = database_of(auth)
    if auth.settings.redis is not None:
        examine_contents(seen, auth)
    if path is not None:
        return _examine_file(seen, auth, path)
    if not auth.core.store.capabilities.shared:
        place = masked_url(auth.settings.url)
        seen.find(f"url: {place} lives inside one process", "use sqlite:///app.db", ExitCode.USAGE)
        return False
    if is_redis(auth.settings.url):
        return _examine_redis(seen, auth)
    if (server := server_of(auth)) is not None:
        return _examine_server(seen, auth, server)
    auth.open()
    _workers(seen, auth, auth.core.store.head(), auth.core.store.workers())
    auth.close()
    return True


def _examine_server(seen: Diagnosis, auth: Rescind[Any], store: PostgresStore) -> bool:
    from rescind.stores.sqlalchemy.postgres.inspect import realms_of

    look = examine_server(seen, store)
    if look is None or look.head is None:
        return False
    _workers(seen, auth, look.head, look.workers)
    _realms(seen, auth, realms_of(store))
    return True


def _examine_redis(seen: Diagnosis, auth: Rescind[Any]) -> bool:
    from rescind.stores.redis.inspect import inspect

    look = inspect(auth.settings.url, patience=auth.settings.authority_timeout)
    seen.fact("server", look.server)
    limit = f"of {look.limit:,} bytes" if look.limit else "bytes, without a limit"
    seen.fact("memory", f"{look.memory:,} {limit}")
    seen.fact("on disk", "every command before its answer" if look.always else "not every command")
    if look.problem is not None:
        what, _, mend = look.problem.rpartition(": ")
        seen.find(what, mend, ExitCode.USAGE)
        return False
    if look.head is None:
        mend = "correct the url; or start the application, which makes the log"
        seen.find(f"url: {look.place} has no log of rescind", mend)
        return False
    _promises_of_redis(seen, look)
    seen.fact("log", f"head {look.head.seq}, floor {look.head.floor}")
    seen.fact("birth", look.head.birth)
    seen.fact("sessions", look.sessions)
    if look.lost is not None:  # opening the store would begin a new log, and this command changes nothing
        return False
    auth.open()
    _workers(seen, auth, look.head, auth.core.store.workers())
    auth.close()
    return True


def _promises_of_redis(seen: Diagnosis, look: RedisInspection) -> None:
    if look.lost is not None:
        seen.find(
            f"{look.lost}: the next worker begins a new log, and everybody has to sign in again",
            "nothing to do; set appendonly yes and appendfsync always if restarts are not to end sessions",
        )
    elif not look.always:
        seen.note(
            "a restart of the server ends every session, and who was suspended is active again; with "
            "appendonly yes and appendfsync always it ends nothing"
        )
    elif look.replicas:
        seen.note("it has replicas: when one takes over, or after a restart, every session ends")


def _examine_file(seen: Diagnosis, auth: Rescind[Any], path: str) -> bool:
    from rescind.stores.sqlalchemy.inspect import CounterState, inspect

    look = inspect(path, deep=True)
    seen.fact("path", path)
    if look.missing:
        mend = "correct the url; or `rescind db upgrade` makes it, as does the application when it starts"
        seen.find(f"url: {path} does not exist", mend, ExitCode.USAGE)
        return False
    seen.fact("size", f"{look.size:,} bytes")
    seen.fact("journal mode", look.journal_mode)
    if look.mode & 0o002:
        seen.find(f"{path}: everybody on this machine may write it", f"chmod o-w {path}")
    if look.schema_version is None:
        seen.find(f"url: {path} has no tables of rescind", "correct the url, or run `rescind db upgrade`")
        return False
    seen.fact("schema", f"{look.schema_version} (this version: {look.newest_known}), owner {look.owner}")
    if look.head is None:
        mend = f"update rescind: this one reads schema {look.newest_known}"
        seen.find(f"{path} needs a rescind that reads schema {look.min_reader}", mend, ExitCode.USAGE)
        return False
    if look.schema_version < look.newest_known:
        seen.find(f"{path} is of schema {look.schema_version}", f"run `{look.upgrade}`")
    _writing(seen, path, look)
    _log(seen, look, look.head)
    _workers(seen, auth, look.head, look.workers)
    from rescind.stores.sqlalchemy.inspect import realms_of

    _realms(seen, auth, realms_of(path))
    return look.schema_version == look.newest_known and look.counter is CounterState.IN_ORDER


def _writing(seen: Diagnosis, path: str, look: Inspection) -> None:
    from rescind.stores.sqlalchemy.inspect import write_lock_free

    if look.journal_mode != "wal":
        mend = "start the application once; if it stays, put the file on a local disk"
        seen.find(f"journal mode {look.journal_mode}: readers wait for writers", mend)
    seen.fact("synchronous", "full for the log (rescind sets it for each of its transactions)")
    if not look.writable:
        mend = "run rescind as the user of the application, or change the owner or the mode of the file"
        seen.find(f"{path} cannot be written by this process", mend)
        return
    free = write_lock_free(path)
    seen.fact("write lock", "free" if free else "taken")
    if not free:
        mend = "look for a long transaction; revocations wait for it, and fail after some seconds"
        seen.find(f"{path}: somebody holds the write lock", mend)


def _log(seen: Diagnosis, look: Inspection, head: Head) -> None:
    from rescind.stores.sqlalchemy.inspect import CounterState

    seen.fact("log", f"head {head.seq}, floor {head.floor}")
    seen.fact("birth", head.birth)
    seen.fact("counter", f"{look.counter}" + ("" if look.announced is None else f", at {look.announced}"))
    if look.counter in (CounterState.BACKWARDS, CounterState.FOREIGN):
        seen.find(
            f"counter: {look.counter}: the database was restored, or the counter file copied",
            'run `rescind db new-birth --reason "restored from a backup"`',
        )
    elif look.counter is CounterState.AHEAD:
        seen.note("counter: checks read the database until the next write lowers it")
    elif look.counter is not CounterState.IN_ORDER:
        mend = f"let the application write {look.path}-rescind and its folder; the next write makes it anew"
        seen.find(f"counter: {look.counter}: every check reads the database", mend)


def _workers(seen: Diagnosis, auth: Rescind[Any], head: Head, listed: Any) -> None:
    lease, now = auth.settings.lease, auth.core.clock.wall()
    if lease:
        seen.fact(
            "reads of a busy worker", f"{READS_PER_LEASE / lease:g} per second (lease {duration(lease)})"
        )
    else:
        seen.fact("reads of a busy worker", "one for each check (lease 0)")
    seen.fact("workers", len(listed))
    for row in listed:
        state = _state(row, head, now)
        behind = max(0, head.seq - row.acked)
        last = f"{(now - row.seen_at) / SECOND:,.1f} s ago ({moment(from_micros(row.seen_at))})"
        seen.workers.append(Seen(row.host, row.pid, last, behind, duration(row.term), state))
        name = f"worker {row.host} pid {row.pid}"
        if state == "late":
            mend = "a revocation waits a whole term for it; end it if it hangs"
            seen.find(f"{name} is {behind} behind for more than its term", mend)
        elif state == "no counter":
            mend = "let it write the counter file and its folder"
            seen.find(f"{name} does not watch the counter: each of its checks reads the database", mend)
        elif state == "gone":
            seen.note(f"{name}: no such process any more; its row goes by itself")


def _state(row: WorkerRow, head: Head, now: int) -> str:
    if row.retired:
        return "retired"
    if _is_gone(row):
        return "gone"
    if row.birth != head.birth:
        return "registers anew"
    if head.counter_id is not None and row.counter_id == head.counter_id:
        return "reading"
    if row.acked < head.seq and now - row.seen_at > row.term * SECOND:
        return "late"
    return "no counter" if head.counter_id is not None else "reading"


def _is_gone(row: WorkerRow) -> bool:
    """Only where it can be known: a process of this machine."""
    if row.host != socket.gethostname() or row.pid <= 0:
        return False
    try:
        os.kill(row.pid, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def _realms(seen: Diagnosis, auth: Rescind[Any], realms: Sequence[str]) -> None:
    seen.fact("realms", ", ".join(realms) or "none yet")
    if len(realms) > 1:
        name = "rescind-dev" if auth.settings.cookie == "dev" else "__Host-rescind"
        seen.note(
            f"{len(realms)} realms in one database use one cookie name: served from one host name, whatever "
            f"the ports, they would overwrite each other's {name}"
        )
    if realms and auth.settings.realm not in realms:
        seen.find(f"realm {auth.settings.realm} has no principals here", f"one of {', '.join(realms)}?")
