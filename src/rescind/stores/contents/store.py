"""The store itself: log, registry, people and audit trail in a SQL database, session contents in Redis."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from typing import Any, TypeVar, cast

from rescind._clock import Clock
from rescind.errors import ConfigurationError, RescindError, StoreUnavailable
from rescind.model.principal import Standing
from rescind.model.revocation import Head, LogEntry, Renewal
from rescind.model.session import Facts, SessionRecord
from rescind.stores.base import Capabilities, PruneReport, Selection, SessionsUnavailable, UnitOfWork
from rescind.stores.contents import prune as pruning
from rescind.stores.contents.beginning import ATTEMPTS, Beginning
from rescind.stores.contents.births import birth_of_log, with_contents
from rescind.stores.contents.delegating import Delegating, Log
from rescind.stores.contents.place import Place
from rescind.stores.contents.tables import BURIED, ContentsTables
from rescind.stores.contents.unit import ContentsUnit
from rescind.stores.memory.store import touched
from rescind.stores.redis import codec, keys
from rescind.stores.redis.lock import Held
from rescind.stores.redis.reads import PAGE, Flushed, Reader
from rescind.stores.redis.writes import life_of, put_data, put_saved, writes_of
from rescind.stores.sqlalchemy import rows
from rescind.stores.sqlalchemy.contents import FACTS, PROBE, Many, facts_about, values_about
from rescind.stores.sqlalchemy.prune import times as times_of
from rescind.stores.sqlalchemy.rows import json_text
from rescind.stores.sqlalchemy.unit import SqlUnit

logger = logging.getLogger("rescind.redis")

T = TypeVar("T")
FEW = 4
"""Questions to the database that are quicker one by one."""
NOT_OPENED = "the session was not opened: its contents could not be written"
NOT_SAVED = "the data of a session was not written"


class ContentsStore(Delegating):
    """See ``rescind.stores.base.Store``.

    Args:
        log: the store of everything but live sessions; it decides.
        place: the Redis server that holds them.
    """

    def __init__(self, log: Log, place: Place, *, clock: Clock) -> None:
        super().__init__(log)
        self._place = place
        self._many = Many(log.ask)
        self._beginning = Beginning(log, place, clock)
        self._come_to: dict[str, str] = {}  # of pruning

    @property
    def capabilities(self) -> Capabilities:
        of_log = self._log.capabilities
        apart: dict[str, bool] = {"inline_reads": False, "joins_sessions": False, "log_apart": True}
        return replace(of_log, name=f"{of_log.name}+redis", **apart)

    def open(self) -> None:
        self._log.open()
        self._place.open()
        self._beginning.ensure(self._log.head())
        self._beginning.settled = True

    def close(self) -> None:
        self._place.close()
        self._log.close()
        self._beginning.settled = False

    # -- the log and its readers -------------------------------------------------------------------------

    def head(self) -> Head:
        head = self._log.head()
        if self._beginning.follow(head):
            head = self._log.head()
        return with_contents(head, self.number(head))

    def number(self, head: Head | None) -> int:
        return self._beginning.number(head)

    def renew(self, worker_id: str, applied: int, *, limit: int = 1000) -> Renewal:
        """Also looks whether the contents are still there: whoever trusts memory does so for a lease."""
        renewal = self._log.renew(worker_id, applied, limit=limit)
        birth = self._beginning.ensure(renewal.head)
        return replace(renewal, head=replace(renewal.head, birth=birth))

    def new_birth(self, *, expected: str, at_least: int, reason: str, initiator: str, at: int) -> Head:
        """Redis has no say in it: whoever looks at it next begins the contents."""
        head = self._log.new_birth(
            expected=birth_of_log(expected), at_least=at_least, reason=reason, initiator=initiator, at=at
        )
        return with_contents(head, self.number(head))

    # -- sessions ----------------------------------------------------------------------------------------

    def facts(self, session_id: str) -> Facts | None:
        # Redis first, so that what the log says is not older than the row.
        value = self._place.ask(lambda reader: reader.values(keys.session(session_id)), patience=None)[0]
        if value is None:
            return self._facts_of_tombstone(session_id)
        record = codec.decode_session(value)
        for _ in range(ATTEMPTS):
            row = self._log.row_with_head(FACTS, **values_about(record))
            facts = facts_about(record, row, self._entry_at)
            if facts is not None:
                known = replace(facts, head=with_contents(facts.head, row[-6]))
                return None if known.record.realm == BURIED else known
        raise StoreUnavailable(f"{self._log.place} changed at every look")

    def _facts_of_tombstone(self, session_id: str) -> Facts | None:
        facts = self._log.facts(session_id)
        if facts is None or facts.record.realm == BURIED:
            return None
        return replace(facts, head=with_contents(facts.head, self.number(facts.head)))

    def _entry_at(self, seq: int) -> LogEntry | None:
        row = self._log.entry_row(seq)
        return None if row is None else rows.entry_of(row)

    def unchanged(self, facts: Facts) -> bool:
        return self.unchanged_all((facts,))[0]

    def unchanged_all(self, facts: Sequence[Facts]) -> list[bool]:
        if not facts:
            return []
        names = [keys.session(one.record.id) for one in facts]
        try:
            found = self._place.ask(lambda reader: reader.values(*names), patience=None)
            same = [
                value == codec.encode_session(one.record) for one, value in zip(facts, found, strict=True)
            ]
            if len(facts) < FEW or self._log.capabilities.inline_reads:
                return [good and self._reads_the_same(one) for one, good in zip(facts, same, strict=True)]
            known = self._read_the_same(facts)
            return [good and one for good, one in zip(same, known, strict=True)]
        except (ConfigurationError, StoreUnavailable):
            return [False] * len(facts)  # ``facts`` says what it is

    def _reads_the_same(self, facts: Facts) -> bool:
        """Whether the log and its tables say what they said. New contents begin with an entry."""
        standing = facts.standing
        if standing is None or facts.ended_by is not None:
            return False
        row = self._log.row_with_head(PROBE, **values_about(facts.record))
        head = (birth_of_log(facts.head.birth), None, facts.head.seq)
        who = (int(standing.active), json_text(list(standing.roles)), standing.tenant)
        return row is not None and tuple(row) == (*head, *who)

    def _read_the_same(self, facts: Sequence[Facts]) -> list[bool]:
        """The same for many, in a few round trips instead of one for each."""
        dead = self._many.tombstones(one.record.id for one in facts)
        people: dict[tuple[str, str], Standing] = {}
        for realm in {one.record.realm for one in facts}:
            ids = [one.record.principal_id for one in facts if one.record.realm == realm]
            people |= {(realm, key): one for key, one in self._many.standings(realm, ids).items()}
        head = self._log.head()
        return [
            one.record.id not in dead
            and one.ended_by is None
            and one.standing is not None
            and one.standing == people.get((one.record.realm, one.record.principal_id))
            and (head.birth, head.seq) == (birth_of_log(one.head.birth), one.head.seq)
            for one in facts
        ]

    def sessions(
        self, selection: Selection, *, now: int, limit: int = 100, after: str | None = None
    ) -> Sequence[SessionRecord]:
        found: list[SessionRecord] = []
        for tables in self._page_by_page(selection, after):
            listed = sorted(tables.selected(selection), key=lambda record: record.id)
            found += (record for record in listed if tables.is_live(record, now))
            if len(found) >= limit:
                break
        return found[:limit]

    def count(self, selection: Selection, *, now: int) -> tuple[int, int]:
        pages = [tables.count(selection, now) for tables in self._page_by_page(selection)]
        return sum(found for found, _ in pages), sum(live for _, live in pages)

    def _page_by_page(self, selection: Selection, after: str | None = None) -> Iterator[ContentsTables]:
        """Tables that answer for a page of the sessions that a selection may name, in order."""
        with self._place.reading() as reader:
            for page in ContentsTables(self.head(), reader, self._many).pages(selection, after):
                tables = ContentsTables(self.head(), reader, self._many)
                tables.page = page
                tables.load(page)
                yield tables

    def count_signed(self, realm: str, kid: str, *, now: int) -> tuple[int, int]:
        found = live = 0
        with self._place.reading() as reader:
            for until in self._many.signed(kid, PAGE):
                tables = ContentsTables(self.head(), reader, self._many)
                tables.load(list(until))
                here = [one for one in tables.sessions.values() if one.realm == realm]
                found += len(here)
                live += sum(until[one.id] > now and tables.is_live(one, now) for one in here)
        return found, live

    def touch(self, seen: Sequence[tuple[str, int]]) -> int:
        if not seen:
            return 0
        with self._writing() as (_, tables):
            tables.load(list(dict.fromkeys(session_id for session_id, _ in seen)))
            return sum(touched(tables, session_id, at) for session_id, at in seen)

    def load_data(self, session_id: str) -> dict[str, Any]:
        found = self._place.ask(lambda reader: reader.data(session_id))
        return {key: json.loads(text) for key, text in found.items()}

    def save_data(self, session_id: str, changed: dict[str, Any], removed: Sequence[str]) -> bool:
        texts = {key: codec.json_text(value) for key, value in changed.items()}
        with self._writing() as (held, tables):
            record = tables.sessions.get(session_id)
            if record is None or tables.has_ended(record):
                return False
            held.writes += put_data(session_id, texts, removed, life_of(record, self._place.tombstone))
            return True

    # -- writing -----------------------------------------------------------------------------------------

    def write(self, connection: Any = None, *, urgent: bool = False) -> AbstractContextManager[UnitOfWork]:
        return self._unit(urgent=urgent) if connection is None else self._joined_unit(connection)

    def prune(
        self, *, now: int, keep_ended: int, access_life: int, session_life: int, batch: int = 1000
    ) -> PruneReport:
        if batch < 1:
            raise ValueError(f"batch={batch}: at least 1")
        times = times_of(now, keep_ended=keep_ended, access_life=access_life, session_life=session_life)
        if not self._has_work(times):
            return PruneReport(floor=self._log.head().floor)
        with self._open_unit(self._log.housekeeping()) as (unit, sql, held):
            sql.keep_openers_out()
            report, come_to = pruning.prune_batch(unit, sql, held, times, batch=batch, come_to=self._come_to)
        self._come_to = come_to
        return replace(report, floor=self._log.head().floor, more=self._has_work(times))

    def _has_work(self, times: dict[str, int]) -> bool:
        due = self._place.ask(lambda reader: reader.over(times["before"], 1))
        return bool(due) or pruning.has_work(self._log, times)

    @contextmanager
    def _unit(self, *, urgent: bool) -> Iterator[UnitOfWork]:
        if not urgent:
            self._beginning.follow(self._log.head())
        with self._open_unit(self._log.write(urgent=urgent)) as (unit, _, _):
            yield unit

    @contextmanager
    def _open_unit(
        self, transaction: AbstractContextManager[Any]
    ) -> Iterator[tuple[ContentsUnit, SqlUnit, Callable[[], Held]]]:
        """``held`` is the lock of the contents, once the unit has looked at them."""
        held: list[Held] = []
        unit: ContentsUnit | None = None
        committed = False
        try:
            with ExitStack() as contents:

                def enter(head: Head) -> Reader:
                    held.append(self._enter(contents, self._place.held()))
                    if held[0].head.birth != head.birth:
                        raise Flushed
                    return held[0].reader

                with transaction as sql:
                    unit = ContentsUnit(sql, enter)
                    yield unit, sql, lambda: held[0]
                    tables = unit.end()
                committed = True
                if tables is not None:
                    tables.before = tables.head
                    held[0].writes[:0] = writes_of(tables, self._place.tombstone, "")
                    held[0].writes += put_saved(unit.saved, self._place.tombstone)
        except Flushed as error:
            self._begin_anew()
            raise StoreUnavailable("Redis has lost the sessions: try again") from error
        except RescindError as error:
            if not committed or unit is None:
                raise
            if unit.opened or unit.saved:
                missing = NOT_OPENED if unit.opened else NOT_SAVED
                raise StoreUnavailable(f"{missing}: {error}") from error
            logger.warning("the log has it, and Redis has not been told: %s", error)
        finally:
            if unit is not None:
                unit.end()

    def _enter(self, contents: ExitStack, looking: AbstractContextManager[T]) -> T:
        """The contents, until the stack is closed; a unit that cannot have them may do without."""
        try:
            return contents.enter_context(looking)
        except Flushed:
            raise
        except StoreUnavailable as error:
            raise SessionsUnavailable(str(error)) from error

    def _settle(self) -> None:
        with self._place.held():
            pass

    def _begin_anew(self) -> None:
        self._beginning.ensure(self._log.head())

    @contextmanager
    def _joined_unit(self, connection: Any) -> Iterator[UnitOfWork]:
        """Writes nothing to Redis: the caller may roll back, and the log decides."""
        with ExitStack() as contents:

            def enter(head: Head) -> Reader:
                return self._enter(contents, self._place.reading())

            with self._log.write(connection) as sql:
                unit = ContentsUnit(cast("SqlUnit", sql), enter, settle=self._settle)
                try:
                    yield unit
                finally:
                    unit.end()

    @contextmanager
    def _writing(self) -> Iterator[tuple[Held, ContentsTables]]:
        """The write lock of the contents alone, for what is no fact of a session."""
        with ExitStack() as contents:
            try:
                held, head = self._held(contents)
            except Flushed:
                self._begin_anew()
                held, head = self._held(contents)
            tables = ContentsTables(head, held.reader, self._many)
            yield held, tables
            tables.before = tables.head
            held.writes[:0] = writes_of(tables, self._place.tombstone, "")

    def _held(self, contents: ExitStack) -> tuple[Held, Head]:
        """Raises:
        Flushed: and then nothing is held.
        """
        held, head = contents.enter_context(self._place.held()), self._log.head()
        # Nothing is begun here: whoever writes SQL may wait for this lock.
        head = with_contents(head, self.number(head))
        if held.head.birth != head.birth:
            contents.close()
            raise Flushed
        return held, head
