"""A bounded pool of connections, renewed when broken, abandoned by a forked child."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable
from typing import Any

import psycopg

from rescind.errors import RescindError, StoreUnavailable
from rescind.stores.sqlalchemy.postgres.faults import translated
from rescind.stores.sqlalchemy.postgres.link import Link
from rescind.stores.sqlalchemy.query import Text

_inherited: list[object] = []
"""What a child got from its parent: never used, never closed, never collected."""


class Links:
    """At most ``size`` connections, the last one used first.

    Args:
        connect: makes one.
        patience: seconds that a statement may take, unless it is given a time of its own.
        wait: seconds to wait for a free connection.
    """

    def __init__(self, connect: Callable[[], Link], size: int, *, patience: float, wait: float = 5.0) -> None:
        self._connect = connect
        self.size = size
        self.patience = patience
        self.wait = wait
        self._begin()

    def _begin(self) -> None:
        self.pid = os.getpid()
        self._idle: deque[Link] = deque()
        self._changed = threading.Condition()
        self._open = self._waiting = 0

    def take(self) -> Link:
        """A connection for this thread alone; to be given back by ``give``.

        Raises:
            StoreUnavailable: none was free in time, or none could be made.
            ConfigurationError: none can be made with this url.
        """
        if self.pid != os.getpid():
            self.abandon()  # a fork made in C runs no hooks
        try:
            link = self._idle.pop()  # without a lock: most reads find one here
        except IndexError:
            link = self._wait() or self._one_more()
        link.connection.patience = self.patience
        return link

    def _one_more(self) -> Link:
        try:
            return self._connect()
        except BaseException:
            self._one_less()
            raise

    def _wait(self) -> Link | None:
        """One that somebody gave back, or ``None``: one more may be made."""
        with self._changed:
            self._waiting += 1
            try:
                while self._open >= self.size:
                    # Looked at after ``_waiting`` was raised: whoever gives one back later says so.
                    if self._idle:
                        return self._idle.pop()
                    if not self._changed.wait(self.wait):
                        raise StoreUnavailable(f"all {self.size} connections are in use for {self.wait:g} s")
                self._open += 1
                return None
            finally:
                self._waiting -= 1

    def give(self, link: Link) -> None:
        """Back into the pool, unless it is broken or in the middle of something."""
        if link.pid != self.pid:
            link.close()
        elif link.is_idle:
            self._idle.append(link)
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

    def drop_idle(self) -> None:
        """Close what is not in use: the server was restarted, or the store is closed."""
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
        """Run one reading statement; once more if the connection turns out to be an old one that broke.

        Args:
            patience: seconds that it may take.

        Raises:
            StoreUnavailable, SchemaMissing, ConfigurationError: see ``faults``.
        """
        parameters = text.bind(**values)
        while True:
            link = self.take()
            stale = not link.fresh
            if patience is not None:
                link.connection.patience = patience
            try:
                return link.rows(text.sql, parameters)
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
        """The first row, ``None`` if there is none or anything goes wrong; quicker than ``read``."""
        try:
            link = self.take()
        except RescindError:
            return None
        link.connection.patience = patience
        try:
            return link.raw_row(sql, parameter)
        except psycopg.Error:
            return None
        finally:
            self.give(link)

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
