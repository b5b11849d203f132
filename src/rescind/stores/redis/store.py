"""The store itself: sessions, log, registry and audit trail in one Redis or Valkey server."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from itertools import count
from typing import Any

from redis import exceptions as said

from rescind._clock import SECOND, Clock
from rescind.errors import ConfigurationError
from rescind.model.audit_event import AuditEvent
from rescind.model.credential import SignInEvidence
from rescind.model.family import KeyEnd
from rescind.model.principal import Standing
from rescind.model.revocation import Head, LogEntry, Scope
from rescind.model.session import Facts, SessionRecord
from rescind.stores.base import Capabilities, PruneReport, Selection, UnitOfWork
from rescind.stores.kept import is_kept
from rescind.stores.memory.store import touched
from rescind.stores.redis import codec, keys
from rescind.stores.redis import prune as pruning
from rescind.stores.redis.births import Births, reborn
from rescind.stores.redis.connections import LONG_PATIENCE, Connections, Wire
from rescind.stores.redis.lock import Held, Lock
from rescind.stores.redis.readers import Readers
from rescind.stores.redis.reads import PAGE, Flushed, Reader
from rescind.stores.redis.trails import Trails
from rescind.stores.redis.unit import RedisUnit, UnitTables, refuse_accounts
from rescind.stores.redis.writes import life_of, put_data, put_saved, writes_of

PATIENCE = 0.25
KEEP_ENDED = 30 * 86400.0
"""The defaults of ``authority_timeout`` and ``keep_ended``, seconds."""
EXPECTED = 10_000
"""Sessions whose unchanged bytes are remembered."""
NO_CONNECTIONS = "connection=: Redis has no transactions to join; leave connection out"


class RedisStore(Readers):
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
        connections = Connections(url, patience)
        channel = f"{keys.CHANNEL}:{connections.database}"
        births = Births(connections.place, channel, clock)
        connections.greet = births.greet
        super().__init__(connections, births, channel)
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

    def keeps(self, head: Head, entry_id: str | None) -> bool:
        return is_kept(self, head, entry_id)

    def find_entry(self, id: str) -> LogEntry | None:
        self._lock.settle()
        return self._read(lambda reader: reader.entry(id))

    def new_birth(self, *, expected: str, at_least: int, reason: str, initiator: str, at: int) -> Head:
        with self._held() as held:
            if held.head.birth != expected:
                return held.head
            head, writes = reborn(
                held.head,
                above=at_least,
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
        wire = self._connections.free()
        if wire is None:
            return [False] * len(facts)  # ``facts`` makes one
        try:
            head, *found = wire.call("MGET", *names)
        except said.RedisError:
            return [False] * len(facts)  # ``facts`` says what it is
        finally:
            self._connections.give_back(wire)
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
        found = self._read(lambda reader: reader.data(session_id))
        return {key: json.loads(text) for key, text in found.items()}

    def save_data(self, session_id: str, changed: dict[str, Any], removed: Sequence[str]) -> bool:
        texts = {key: codec.json_text(value) for key, value in changed.items()}
        with self._writing() as (held, tables):
            record = tables.sessions.get(session_id)
            if record is None or tables.has_ended(record):
                return False
            held.writes += put_data(session_id, texts, removed, life_of(record, self._tombstone))
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

    # -- signed tokens -----------------------------------------------------------------------------------

    def require_families(self) -> None:
        """They are kept like everything else."""

    def key_end(self, realm: str, kid: str) -> KeyEnd | None:
        return self._read(lambda reader: reader.key_end(realm, kid))

    def count_signed(self, realm: str, kid: str, *, now: int) -> tuple[int, int]:
        def counted(reader: Reader) -> tuple[int, int]:
            found = live = 0
            for page in reader.candidates(Selection(realm, Scope.EVERYTHING)):
                tables = reader.tables(page)
                tables.families.update(reader.families(page))
                signed, alive = tables.count_signed(realm, kid, now)
                found, live = found + signed, live + alive
            return found, live

        return self._read(counted)

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
        # Looked at first without the write lock: mostly there is nothing to do, and a log may be long.
        if not self._read(lambda reader: pruning.has_work(reader, ages)):
            return PruneReport(floor=self.head().floor)
        found = self._read(lambda reader: pruning.candidates(reader, ages, batch))
        with self._writing() as (held, tables):
            report, writes = pruning.prune_batch(held, tables, ages, batch, found)
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
            held.writes += put_saved(unit.saved, self._tombstone)

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
