"""Looking after the counter and the birth, under the write lock.

Everything here runs inside a transaction that holds SQLite's write lock; that lock makes the writers of all
processes take turns, so nothing else is needed.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from rescind.model.revocation import Head
from rescind.stores.births import new_head
from rescind.stores.sqlalchemy import births
from rescind.stores.sqlalchemy import statements as s
from rescind.stores.sqlalchemy.counter import SUFFIX, CounterFile, make_counter, open_counter
from rescind.stores.sqlalchemy.sqlite import identity_of
from rescind.stores.sqlalchemy.unit import Cursor

logger = logging.getLogger("rescind.store")

KEPT_MAPPINGS = 4


Execute = Callable[[str, tuple[Any, ...]], Cursor]
"""Runs one statement inside the transaction."""


def read_head(execute: Execute) -> Head:
    return Head(*execute(s.HEAD.sql, ()).fetchone())


class Guard:
    """The counter of one database, as this process has it mapped.

    Attributes:
        counter: the mapping in use, ``None`` while there is none: then nobody may answer from memory.
    """

    def __init__(self, database: str) -> None:
        self.database = database
        self.path = database + SUFFIX
        self.counter: CounterFile | None = None
        self._settled: CounterFile | None = None
        self._former: list[CounterFile] = []
        self._warned = False

    def announce(self, seq: int) -> None:
        """Before COMMIT: ``seq`` in every mapping that this process holds.

        Also in those that were replaced at the path: another process may still look at one of them until its
        next renewal.
        """
        for counter in (self.counter, *self._former):
            if counter is not None:
                counter.announce(seq)

    def committed(self, seq: int) -> None:
        """After COMMIT returned.

        Not in a file whose id this process has not yet found in a committed head row: if the transaction that
        names it came to nothing, ``committed`` in it would look like a log that went backwards.
        """
        if self._settled is not None:
            self._settled.commit(seq)

    @property
    def last_committed(self) -> int:
        """A number that the head has reached for certain."""
        return 0 if self._settled is None else self._settled.committed

    def drop(self) -> None:
        """Let go of all mappings; who holds a ``word`` keeps its own."""
        self.counter = self._settled = None
        self._former = []

    def is_in_order(self, head: Head) -> bool:
        """Without a lock: whether nothing is to be looked after. An append in flight looks like disorder."""
        counter = self.counter
        return (
            counter is not None
            and counter.id == head.counter_id
            and counter.announced == head.seq
            and counter.committed <= head.seq
            and identity_of(self.path) == counter.identity
        )

    def look_after(self, execute: Execute, *, at: int, own: bool) -> Head:
        """Map what is to be mapped, lower what is ahead, and begin a new log if this one went backwards.

        Args:
            at: microseconds since the epoch, for the trail of a new birth.
            own: the transaction has just begun and is ours, so the head it reads is a committed one.
        """
        head = read_head(execute)
        counter = self._map(head)
        if counter is None:
            return head
        seen = max(counter.announced, counter.committed)
        foreign = counter.id != head.counter_id
        # Without an id: a process appended that could not map the counter.
        exchanged = foreign and head.counter_id is not None and counter.committed > 0
        if foreign:
            execute(s.SET_COUNTER.sql, s.SET_COUNTER.bind(to_id=counter.id))
            head = replace(head, counter_id=counter.id)
        if counter.committed > head.seq or exchanged:
            why = f"the log went backwards: {counter.committed} had been committed, it ends at {head.seq}"
            return self.rebear(execute, head, at_least=seen, reason=why, initiator="system", at=at)
        if counter.announced != head.seq:
            self.announce(head.seq)
        if own and not foreign:
            self._settled = counter
            counter.commit(head.seq)
        return head

    def rebear(
        self, execute: Execute, head: Head, *, at_least: int, reason: str, initiator: str, at: int
    ) -> Head:
        """Begin a new log above every number ever seen, and say so in log and trail."""
        counter = self.counter
        numbers = (counter.announced, counter.committed) if counter is not None else ()
        born = new_head(head, above=max(at_least, *numbers))
        self.announce(born.seq)
        for query, values in births.steps(head, born, reason=reason, initiator=initiator, at=at):
            execute(query.sql, query.bind(**values))
        births.tell(self.database, born, reason)
        return born

    def follow(self, head: Head) -> None:
        """Without a lock: watch the file that ``head``, a committed one, names, or none.

        A worker registers under that name, and a revoker that moved this file takes it for informed. What a
        caller committed in a transaction of its own is written down here as committed.
        """
        current = self.counter
        if current is not None and current.id == head.counter_id:
            self._settled = current
            current.commit(head.seq)
            return
        try:
            found = open_counter(self.path)
        except OSError:
            found = None
        self._forget(current)
        if found is not None and found.id == head.counter_id:
            self.counter = found

    def _map(self, head: Head) -> CounterFile | None:
        """The counter at the path, made anew if it is missing or no counter."""
        current = self.counter
        try:
            if current is not None and identity_of(self.path) == current.identity:
                return current
            found = open_counter(self.path)
            if found is None:
                like = os.stat(self.database)  # noqa: PTH116 - a plain path
                found = make_counter(self.path, like=like, seq=head.seq)
        except OSError as error:
            self._forget(current)
            self._warn(error)
            return None
        self._forget(current)
        self.counter, self._warned = found, False
        return found

    def _forget(self, counter: CounterFile | None) -> None:
        if counter is not None:
            self._former = [*self._former, counter][-KEPT_MAPPINGS:]
        self.counter = None

    def _warn(self, error: OSError) -> None:
        if not self._warned:
            logger.warning(
                "no counter at %s (%s): every check of this process reads the database; make the folder "
                "writable for it",
                self.path,
                error,
            )
        self._warned = True
