"""A bounded pool of connections, renewed when broken, abandoned by a forked child.

A connection is made by a thread of its own: how long that takes is up to the resolver, the network and libpq,
whose own limit is two seconds, and who needs one waits for less. What is made too late is there for the next.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable
from typing import Any

import psycopg

from rescind._clock import SystemClock
from rescind.errors import StoreBusy, StoreUnavailable
from rescind.stores.sqlalchemy.postgres.faults import translated
from rescind.stores.sqlalchemy.postgres.link import Link
from rescind.stores.sqlalchemy.query import Text

Question = Callable[[Link], list[tuple[Any, ...]]]
LEAST = 0.001
"""Seconds that a statement is given whatever was spent before it."""
_inherited: list[object] = []
"""What a child got from its parent: never used, never closed, never collected."""


class Attempt:
    """A connection that is being made.

    Args:
        life: of the pool, when this began.

    Attributes:
        error: why it could not be made.
    """

    def __init__(self, life: int) -> None:
        self.life = life
        self.error: BaseException | None = None


class Links:
    """At most ``size`` connections, those that are being made included; the last one used first.

    Args:
        connect: makes one.
        patience: seconds that a statement may take, unless it is given a time of its own.
        wait: seconds to wait for a connection, free or new.
    """

    def __init__(self, connect: Callable[[], Link], size: int, *, patience: float, wait: float = 5.0) -> None:
        self._connect = connect
        self.size = size
        self.patience = patience
        self.wait = wait
        self._now = SystemClock().lease
        self._life = 0
        self._begin()

    def _begin(self) -> None:
        self.pid = os.getpid()
        self._idle: deque[Link] = deque()
        self._changed = threading.Condition()
        self._open = self._waiting = 0

    def take(self, wait: float | None = None) -> Link:
        """A connection for this thread alone; to be given back by ``give``.

        Args:
            wait: seconds, if it is less than usual.

        Raises:
            StoreUnavailable: none was free in time, or none could be made.
            ConfigurationError: none can be made with this url.
        """
        if self.pid != os.getpid():
            self.abandon()  # a fork made in C runs no hooks
        try:
            link = self._idle.pop()  # without a lock: most reads find one here
        except IndexError:
            link = self._wait(self.wait if wait is None else min(wait, self.wait))
        link.connection.patience = self.patience
        return link

    def _wait(self, seconds: float) -> Link:
        """One that somebody gave back, or a new one, whichever comes first."""
        until, attempt = self._now() + seconds, None
        with self._changed:
            self._waiting += 1
            try:
                while True:
                    # Looked at after ``_waiting`` was raised: whoever gives one back later says so.
                    if self._idle:
                        return self._idle.pop()
                    if attempt is not None and attempt.error is not None:
                        raise attempt.error
                    if attempt is None and self._open < self.size:
                        self._open += 1
                        attempt = self._begin_one()
                        continue
                    left = until - self._now()
                    if left <= 0 or not self._changed.wait(left):
                        raise self._none_in(seconds, attempt)
            finally:
                self._waiting -= 1

    def _none_in(self, seconds: float, attempt: Attempt | None) -> StoreUnavailable:
        if attempt is None:
            return StoreBusy(f"all {self.size} connections are in use for {seconds:g} s")
        return StoreUnavailable(f"the server let nobody in within {seconds:g} s")

    def _begin_one(self) -> Attempt:
        attempt = Attempt(self._life)
        thread = threading.Thread(target=self._make, args=(attempt,), name="rescind-connect", daemon=True)
        try:
            thread.start()
        except RuntimeError:  # none to be had, or the interpreter is ending
            self._changed.release()
            try:
                self._make(attempt)
            finally:
                self._changed.acquire()
        return attempt

    def _make(self, attempt: Attempt) -> None:
        changed, idle = self._changed, self._idle
        try:
            link = self._connect()
        except BaseException as error:  # noqa: BLE001 - raised by who waits for it
            with changed:
                attempt.error = error
                self._open -= 1
                changed.notify_all()
            return
        link.life = attempt.life
        with changed:
            closed = attempt.life != self._life
            if closed:
                attempt.error = StoreUnavailable("the store was closed meanwhile")
                self._open -= 1
                changed.notify_all()
            else:
                idle.append(link)
                changed.notify()
        if closed:
            link.close()

    def give(self, link: Link) -> None:
        """Back into the pool, unless it is broken, in the middle of something, or the pool was closed."""
        if link.pid != self.pid:
            link.close()
        elif link.is_idle and link.life == self._life:
            self._idle.append(link)
            if link.life != self._life:  # closed just now, and whoever did so may not have seen it
                self.drop_idle()
            if self._waiting:
                with self._changed:
                    self._changed.notify()
        else:
            link.close()
            self._one_less()

    def _one_less(self) -> None:
        with self._changed:
            self._open -= 1
            self._changed.notify()

    def close(self) -> None:
        """Close what is not in use now, and what is in use or being made as soon as that is over. The pool
        may be used again."""
        with self._changed:
            self._life += 1
        self.drop_idle()

    def drop_idle(self) -> None:
        """Close what is not in use: the server was restarted."""
        while True:
            try:
                link = self._idle.pop()
            except IndexError:
                return
            link.close()
            self._one_less()

    def abandon(self) -> None:
        """In a child: the parent's connections are left alone."""
        _inherited.append(self._idle)
        self._begin()

    # -- reading -----------------------------------------------------------------------------------------

    def read(
        self, text: Text, values: dict[str, Any], *, patience: float | None = None
    ) -> list[tuple[Any, ...]]:
        """Run one reading statement, as ``ask`` does."""
        parameters = text.bind(**values)
        return self.ask(lambda link: link.rows(text.sql, parameters), patience=patience)

    def ask(self, question: Question, *, patience: float | None = None) -> list[tuple[Any, ...]]:
        """Ask on one connection; once more if it turns out to be an old one that broke.

        Args:
            question: one reading statement.
            patience: seconds that it may take, with the connection that it needs.

        Raises:
            StoreUnavailable, SchemaMissing, ConfigurationError: see ``faults``.
        """
        within = self.patience if patience is None else patience
        until = self._now() + within
        while True:
            link = self.take(within)
            stale = not link.fresh
            within = link.connection.patience = max(until - self._now(), LEAST)
            try:
                return question(link)
            except psycopg.Error as error:
                if not (stale and link.broken) or isinstance(error, psycopg.errors.ConnectionTimeout):
                    if isinstance(error, psycopg.DataError) and error.sqlstate is None:
                        return []  # text with a NUL, which no row can have
                    raise translated(error) from error
                self.drop_idle()
            except UnicodeEncodeError:
                return []  # half a character, which no row can have
            finally:
                self.give(link)

    def raw_row(self, sql: bytes, parameter: bytes, patience: float) -> tuple[bytes | None, ...] | None:
        """The first row, ``None`` if there is none or anything goes wrong; quicker than ``read``.

        It waits for a free connection if need be, and makes none: ``read`` does.
        """
        until = self._now() + patience
        link = self._free(until)
        if link is None:
            return None
        link.connection.patience = max(until - self._now(), LEAST)
        try:
            return link.raw_row(sql, parameter)
        except psycopg.Error:
            return None
        finally:
            self.give(link)

    def _free(self, until: float) -> Link | None:
        """One that is free, or becomes so."""
        if self.pid != os.getpid():
            return None
        try:
            return self._idle.pop()
        except IndexError:
            pass
        with self._changed:
            self._waiting += 1
            try:
                while not self._idle:
                    left = until - self._now()
                    if self._open < self.size or left <= 0 or not self._changed.wait(left):
                        return None
                return self._idle.pop()
            finally:
                self._waiting -= 1

    def execute(self, text: Text, values: dict[str, Any]) -> int:
        """Run one writing statement in a transaction of its own; returns how many rows it changed.

        It is not run again when the connection breaks, and may then have been carried out.
        """
        parameters = text.bind(**values)
        link = self.take()
        try:
            return link.change(text.sql, parameters)
        except psycopg.Error as error:
            raise translated(error) from error
        finally:
            self.give(link)
