"""The store itself: sessions, log, registry and audit trail in one Redis or Valkey server."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from itertools import count
from typing import Any, TypeVar

from redis import exceptions as said

from rescind._clock import SECOND, Clock
from rescind.errors import ConfigurationError, Conflict, RescindError, StoreUnavailable
from rescind.model.audit_event import AuditEvent
from rescind.model.credential import SignInEvidence
from rescind.model.principal import Standing
from rescind.model.revocation import Head, LogEntry, Renewal, WorkerRow
from rescind.model.session import Facts, SessionRecord
from rescind.stores.base import Capabilities, Incarnation, PruneReport, Selection, UnitOfWork
from rescind.stores.memory.store import touched
from rescind.stores.redis import codec, keys
from rescind.stores.redis import prune as pruning
from rescind.stores.redis.births import ATTEMPTS, Births, reborn
from rescind.stores.redis.connections import LONG_PATIENCE, Connections, Wire
from rescind.stores.redis.listener import Listener
from rescind.stores.redis.lock import Held, Lock
from rescind.stores.redis.reads import PAGE, Flushed, Reader
from rescind.stores.redis.scripts import ACKNOWLEDGE, FORGET, REGISTER, RENEW, RETIRE, WORKERS, Script
from rescind.stores.redis.server import Known, Server
from rescind.stores.redis.trails import Trails
from rescind.stores.redis.unit import RedisUnit, UnitTables, refuse_accounts
from rescind.stores.redis.writes import life_of, writes_of

logger = logging.getLogger("rescind.redis")

T = TypeVar("T")
PATIENCE = 0.25
KEEP_ENDED = 30 * 86400.0
"""The defaults of ``authority_timeout`` and ``keep_ended``, seconds."""
EXPECTED = 10_000
"""Sessions whose unchanged bytes are remembered."""
REGISTRY = (keys.WORKERS, keys.ACKED, keys.RETIRED)
NO_CONNECTIONS = "connection=: Redis has no transactions to join; leave connection out"


class RedisStore:
    """See ``rescind.stores.base.Store``.

    Args:
        url: ``redis://``, ``rediss://`` (TLS) or ``unix://``, as redis-py reads them.
        patience: seconds that connecting may take, and the reply to a question.
        keep_ended: seconds that a session's row stays after its absolute end when nobody prunes.
    """

    def __init__(
        self, url: str, *, clock: Clock, patience: float = PATIENCE, keep_ended: float = KEEP_ENDED
    ) -> None:
        self._clock = clock
        self._tombstone = round(keep_ended * SECOND)
        self._connections = Connections(url, patience)
        self._channel = f"{keys.CHANNEL}:{self._connections.database}"
        self._births = Births(self._connections.place, self._channel, clock)
        self._connections.greet = self._births.greet
        self._lock = Lock(self._connections)
        self._trails = Trails()
        self._expected: dict[str, tuple[Facts, list[bytes | None]]] = {}

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(
            name="redis",
            shared=True,
            durable=self._births.durable,
            counter=False,
            inline_reads=False,
            joins_transactions=False,
            lease_alone=True,
            accounts=False,
        )

    def open(self) -> None:
        self._connections.give_back(self._connections.new())
        self._births.settled = True

    def close(self) -> None:
        self._connections.close()
        self._births.settled = False

    # -- the log and its readers -------------------------------------------------------------------------

    @property
    def word(self) -> None:
        """Redis has no word in memory to look at."""
        return None

    def head(self) -> Head:
        return self._read(Reader.head)

    def find_entry(self, id: str) -> LogEntry | None:
        self._lock.settle()
        return self._read(lambda reader: reader.entry(id))

    def renew(self, worker_id: str, applied: int, *, limit: int = 1000) -> Renewal:
        names = (keys.META, keys.LOG, keys.ENTRIES, keys.WORKERS, keys.RETIRED, keys.SERVER)

        def ask(wire: Wire) -> Renewal | None:
            found = wire.run(RENEW, *names, worker_id, applied, limit + 1)
            self._births.ask_settings(wire)
            renewal = _renewal_of(found, limit) if found[0] and None not in found[3] else None
            whole = renewal is not None and _reaches_the_head(renewal, applied)
            return renewal if self._is_believed(wire, found, whole=whole) else None

        return self._until_believed(ask, patience=None)

    def register(self, worker: WorkerRow) -> None:
        words = (worker.id, codec.encode_worker(worker), f"{worker.acked} {worker.seen_at}")
        if not self._run(REGISTER, keys.WORKERS, keys.ACKED, *words):
            raise Conflict(f"worker {worker.id} exists: an id is for one incarnation")

    def acknowledge(self, worker_id: str, seq: int, *, at: int) -> None:
        self._run(ACKNOWLEDGE, keys.WORKERS, keys.ACKED, worker_id, seq, f"{seq} {at}")

    def deregister(self, worker_id: str) -> None:
        self._run(FORGET, *REGISTRY, worker_id, "")

    def workers(self) -> Sequence[WorkerRow]:
        def ask(wire: Wire) -> list[Any] | None:
            found: list[Any] = wire.run(WORKERS, keys.META, *REGISTRY, keys.SERVER)
            return found if self._is_believed(wire, found) else None

        _, rows, acked, retired, _, _ = self._until_believed(ask, patience=LONG_PATIENCE)
        words = dict(zip(acked[::2], acked[1::2], strict=True))
        return [
            _worker_of(value, words[worker_id], worker_id in retired)
            for worker_id, value in zip(rows[::2], rows[1::2], strict=True)
        ]

    def incarnation(self) -> Incarnation:
        def ask(reader: Reader) -> Incarnation:
            meta, noted, settled = reader.values(keys.META, keys.SERVER, keys.SETTLED)
            if meta is None or noted is None:
                raise Flushed
            now = f"{codec.decode_head(meta).birth}:{Known.decode(noted).run}"
            return Incarnation(now, settled=settled == now.encode())

        return self._read(ask)

    def settle(self, incarnation: str) -> None:
        # Of another one that settled meanwhile this takes the word back: then it is watched once more.
        self._connections.ask(lambda wire: wire.call("SET", keys.SETTLED, incarnation))

    def push(self) -> None:
        try:
            self._connections.ask(lambda wire: wire.call("PUBLISH", self._channel, 0))
        except RescindError as error:
            logger.warning("could not push: %s; workers look within a quarter of a lease", error)

    def listen(self, wake: Callable[[], None]) -> Callable[[], None]:
        return Listener(self._connections, self._channel, wake).stop

    def retire(self, worker_id: str, seq: int) -> None:
        self._run(RETIRE, *REGISTRY, worker_id, seq)

    def forget(self, worker_id: str) -> None:
        self._run(FORGET, *REGISTRY, worker_id, "retired")

    def new_birth(self, *, expected: str, at_least: int, reason: str, initiator: str, at: int) -> Head:
        with self._held() as held:
            if held.head.birth != expected:
                return held.head
            head, writes = reborn(
                held.head,
                max(held.head.seq, at_least) + 1,
                reason=reason,
                initiator=initiator,
                at=at,
                channel=self._channel,
            )
            held.writes += writes
        return head

    # -- sessions ----------------------------------------------------------------------------------------

    def facts(self, session_id: str) -> Facts | None:
        tables = self._read(lambda reader: reader.tables([session_id]), patience=None)
        self._births.saw(tables.head)
        return tables.facts(session_id)

    def unchanged(self, facts: Facts) -> bool:
        return self.unchanged_all((facts,))[0]

    def unchanged_all(self, facts: Sequence[Facts]) -> list[bool]:
        names = [keys.META]
        for one in facts:
            record = one.record
            names += (keys.session(record.id), keys.standing(record.realm, record.principal_id))
        try:
            wire = self._connections.take()
            try:
                head, *found = wire.call("MGET", *names)
            finally:
                self._connections.give_back(wire)
        except (said.RedisError, ConfigurationError, StoreUnavailable):
            return [False] * len(facts)  # ``facts`` says what it is
        return [
            [head, *found[at : at + 2]] == self._expected_of(one)
            for at, one in zip(count(step=2), facts, strict=False)
        ]

    def _expected_of(self, facts: Facts) -> list[bytes | None]:
        """What the three keys hold if nothing has changed."""
        known = self._expected.get(facts.record.id)
        if known is not None and known[0] is facts:
            return known[1]
        standing = None if facts.standing is None else codec.encode_standing(facts.standing)
        expected = [codec.encode_head(facts.head), codec.encode_session(facts.record), standing]
        if len(self._expected) >= EXPECTED:
            self._expected.clear()
        self._expected[facts.record.id] = facts, expected
        return expected

    def sessions(
        self, selection: Selection, *, now: int, limit: int = 100, after: str | None = None
    ) -> Sequence[SessionRecord]:
        def listed(reader: Reader) -> list[SessionRecord]:
            found: list[SessionRecord] = []
            for page in reader.candidates(selection, after):
                tables = reader.tables(page)
                rows = sorted(tables.selected(selection), key=lambda record: record.id)
                found += (record for record in rows if tables.is_live(record, now))
                if len(found) >= limit:
                    break
            return found[:limit]

        return self._read(listed)

    def count(self, selection: Selection, *, now: int) -> tuple[int, int]:
        def counted(reader: Reader) -> tuple[int, int]:
            pages = [reader.tables(page).count(selection, now) for page in reader.candidates(selection)]
            return sum(rows for rows, _ in pages), sum(live for _, live in pages)

        return self._read(counted)

    def touch(self, seen: Sequence[tuple[str, int]]) -> int:
        if not seen:
            return 0
        with self._writing() as (_, tables):
            ids = list(dict.fromkeys(session_id for session_id, _ in seen))
            for start in range(0, len(ids), PAGE):
                tables.load(ids[start : start + PAGE])
            return sum(touched(tables, session_id, at) for session_id, at in seen)

    def load_data(self, session_id: str) -> dict[str, Any]:
        name = keys.data(session_id)
        found = self._connections.ask(lambda wire: wire.call("HGETALL", name), patience=LONG_PATIENCE)
        return {key.decode(): json.loads(text) for key, text in zip(found[::2], found[1::2], strict=True)}

    def save_data(self, session_id: str, changed: dict[str, Any], removed: Sequence[str]) -> bool:
        texts = {key: codec.json_text(value) for key, value in changed.items()}
        with self._writing() as (held, tables):
            record = tables.sessions.get(session_id)
            if record is None or tables.has_ended(record):
                return False
            key = keys.data(session_id)
            if removed:
                held.writes.append(("HDEL", key, *removed))
            if texts:
                words = [word for pair in texts.items() for word in pair]
                held.writes += [("HSET", key, *words), ("PEXPIRE", key, life_of(record, self._tombstone))]
            return True

    # -- people ------------------------------------------------------------------------------------------

    def standing(self, realm: str, principal_id: str) -> Standing | None:
        return self._read(lambda reader: reader.standing(realm, principal_id))

    def standings(self, realm: str, *, limit: int = 100, after: str | None = None) -> Sequence[Standing]:
        return self._read(lambda reader: reader.standings(realm, limit, after))

    def sign_in_evidence(self, realm: str, login: str) -> SignInEvidence:
        refuse_accounts()

    def password_evidence(self, realm: str, principal_id: str) -> SignInEvidence:
        refuse_accounts()

    # -- writing -----------------------------------------------------------------------------------------

    def write(self, connection: Any = None, *, urgent: bool = False) -> AbstractContextManager[UnitOfWork]:
        if connection is not None:
            raise ConfigurationError(NO_CONNECTIONS)
        return self._unit()

    def watch_transaction(self, connection: Any, done: Callable[[bool], None]) -> None:
        raise ConfigurationError(NO_CONNECTIONS)

    def audit_events(
        self, realm: str, *, subject: str | None = None, limit: int = 100, before: str | None = None
    ) -> Sequence[AuditEvent]:
        def ask(wire: Wire) -> list[AuditEvent]:
            return self._trails.read(wire, realm, subject, limit, before)

        return self._connections.ask(ask, patience=LONG_PATIENCE)

    def prune(
        self, *, now: int, keep_ended: int, access_life: int, session_life: int, batch: int = 1000
    ) -> PruneReport:
        if batch < 1:
            raise ValueError(f"batch={batch}: at least 1")
        ages = pruning.Ages.at(now, keep_ended=keep_ended, access_life=access_life, session_life=session_life)
        # Looked at first without the write lock: mostly there is nothing to do.
        if not self._read(lambda reader: pruning.has_work(reader, ages)):
            return PruneReport(floor=self.head().floor)
        with self._writing() as (held, tables):
            report, writes = pruning.prune_batch(held, tables, ages, batch)
            held.writes += writes
        more = self._read(lambda reader: pruning.has_work(reader, ages))
        return replace(report, more=more)

    @contextmanager
    def _unit(self) -> Iterator[UnitOfWork]:
        with self._writing() as (held, tables):
            unit = RedisUnit(tables, held.reader)
            try:
                yield unit
            finally:
                unit.close()

    @contextmanager
    def _writing(self) -> Iterator[tuple[Held, UnitTables]]:
        """The write lock, and tables whose layer is committed with what else ``held`` is given."""
        with self._held() as held:
            tables = UnitTables(held.head, held.reader)
            yield held, tables
            held.writes[:0] = writes_of(tables, self._tombstone, self._channel)
        self._births.saw(tables.head)

    @contextmanager
    def _held(self) -> Iterator[Held]:
        with ExitStack() as stack:
            try:
                held = stack.enter_context(self._lock.held())
            except Flushed:
                self._connections.ask(self._births.greet)
                held = stack.enter_context(self._lock.held())
            yield held

    # -- reading -----------------------------------------------------------------------------------------

    def _read(self, question: Callable[[Reader], T], *, patience: float | None = LONG_PATIENCE) -> T:
        """Ask, after beginning a new log if the old one is gone.

        Args:
            patience: ``None`` where a check waits.
        """
        for _ in range(ATTEMPTS):
            try:
                return self._connections.ask(lambda wire: question(Reader(wire)), patience=patience)
            except Flushed:
                self._connections.ask(self._births.greet)
        raise Flushed

    def _run(self, script: Script, *words: Any) -> Any:
        return self._connections.ask(lambda wire: wire.run(script, *words), patience=LONG_PATIENCE)

    def _is_believed(self, wire: Wire, found: list[Any], *, whole: bool = True) -> bool:
        """Whether a reply, which names log, server and INFO at its ends, is of a log that can be believed."""
        meta, noted, info = found[0], found[-2], found[-1]
        return self._births.look(wire, Server.read(info), meta or None, noted or None, whole=whole)

    def _until_believed(self, question: Callable[[Wire], T | None], *, patience: float | None) -> T:
        for _ in range(ATTEMPTS):
            answer = self._connections.ask(question, patience=patience)
            if answer is not None:
                return answer
        raise StoreUnavailable(f"{self._connections.place}: the log is begun anew again and again")


def _renewal_of(found: list[Any], limit: int) -> Renewal:
    meta, registered, applied_id, page, _, _ = found
    return Renewal(
        head=codec.decode_head(meta),
        registered=bool(registered),
        applied_id=applied_id.decode() or None,
        entries=tuple(codec.decode_entry(value) for value in page[:limit]),
        more=len(page) > limit,
    )


def _reaches_the_head(renewal: Renewal, applied: int) -> bool:
    """The newest entry is never removed: without it the log has lost some."""
    last = renewal.entries[-1].seq if renewal.entries else applied
    return renewal.more or last >= renewal.head.seq


def _worker_of(value: bytes, acked: bytes, retired: bool) -> WorkerRow:
    seq, _, at = acked.partition(b" ")
    return replace(codec.decode_worker(value), acked=int(seq), seen_at=int(at), retired=retired)
