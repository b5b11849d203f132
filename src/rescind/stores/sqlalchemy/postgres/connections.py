"""All connections of one store in one process: bounded, renewed when broken, abandoned by a forked child."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from rescind.errors import CommitUnknown, StoreUnavailable
from rescind.stores.sqlalchemy import forks
from rescind.stores.sqlalchemy.postgres.faults import BY_STATE, translated
from rescind.stores.sqlalchemy.postgres.link import Link
from rescind.stores.sqlalchemy.postgres.links import Links

logger = logging.getLogger("rescind.store")

LISTED_WITHIN, WRITTEN_WITHIN = 30.0, 30.0
"""Seconds for a statement of a listing (of millions), and for one of a unit: there the server's own limits on
locks and statements come before."""
BEGUN_WITHIN = POINT_READ_WITHIN = 5.0
"""Seconds for BEGIN, and for one row by its key: they wait for nothing but the server."""
FORKED = "this process was forked inside the unit of work: only the parent commits"


class Transaction:
    """Statements on one connection between BEGIN and COMMIT."""

    __slots__ = ("_link",)

    def __init__(self, link: Link) -> None:
        self._link = link

    def execute(self, sql: str, parameters: tuple[Any, ...] = ()) -> psycopg.Cursor[Any]:
        if self._link.pid != os.getpid():
            raise StoreUnavailable(FORKED)
        return self._link.connection.execute(sql, parameters)


class Connections:
    """Four pools, so that none of them can starve another.

    Attributes:
        checks: what a check waits for, and nothing else.
        readers: listings, evidence, pushes.
        writers: units of work.
        control: one connection for the log and its registry (keeper and barrier): a sign-in storm, or a unit
            that is stuck, does not keep this process from renewing.
    """

    CHECKS, READERS, WRITERS = 8, 4, 4

    def __init__(self, connect: Callable[[], Link], *, patience: float) -> None:
        """``patience``: seconds that a check, and a look at the log, may take."""
        self._connect = connect
        self.checks = Links(connect, self.CHECKS, patience=patience, wait=patience)
        self.readers = Links(connect, self.READERS, patience=LISTED_WITHIN)
        self.writers = Links(connect, self.WRITERS, patience=WRITTEN_WITHIN, wait=10.0)
        self.control = Links(connect, 1, patience=patience)
        forks.watch(self)

    @property
    def pools(self) -> tuple[Links, ...]:
        return self.checks, self.readers, self.writers, self.control

    def close(self) -> None:
        for pool in self.pools:
            pool.close()

    @contextmanager
    def transaction(self, begin: str) -> Iterator[Transaction]:
        """Commits at the end, rolls back on any exception.

        Raises:
            StoreUnavailable, CommitUnknown: as ``Store.write`` says.
        """
        link = self._begun(begin)
        try:
            with committing(link):
                yield Transaction(link)
        finally:
            self.writers.give(link)

    def _begun(self, begin: str) -> Link:
        while True:
            link = self.writers.take()
            stale = not link.fresh
            try:
                link.connection.patience = BEGUN_WITHIN
                link.connection.execute(begin)
                link.connection.patience = self.writers.patience
                link.fresh = False
                return link
            except psycopg.Error as error:
                again = stale and link.broken
                _roll_back(link)
                self.writers.give(link)
                if not again:
                    raise translated(error) from error
                self.writers.drop_idle()
            except BaseException:
                _roll_back(link)
                self.writers.give(link)
                raise

    @contextmanager
    def urgent(self, begin: str) -> Iterator[Transaction]:
        """The same on a connection of its own, whatever the pool is doing."""
        link = self._connect()
        try:
            link.connection.execute(begin)
            link.connection.patience = WRITTEN_WITHIN
            with committing(link):
                yield Transaction(link)
        finally:
            link.close()

    # -- forks -------------------------------------------------------------------------------------------

    def before_fork(self) -> None:
        """Nothing: sockets may be shared for as long as the child leaves them alone."""

    def after_fork_in_parent(self) -> None:
        """Nothing was touched."""

    def after_fork_in_child(self) -> None:
        for pool in self.pools:
            pool.abandon()


@contextmanager
def committing(link: Link) -> Iterator[None]:
    """COMMIT at the end of the block, ROLLBACK on any exception."""
    try:
        yield
        if link.pid != os.getpid():
            raise StoreUnavailable(FORKED)
    except BaseException:
        _roll_back(link)
        raise
    try:
        said = link.connection.execute("COMMIT").statusmessage
    except psycopg.Error as error:
        if link.broken or not error.sqlstate:
            raise CommitUnknown(
                f"the connection was lost in COMMIT, its outcome is open: {translated(error)}"
            ) from error
        raise translated(error) from error
    except BaseException:
        link.connection.close()
        raise
    if said != "COMMIT":  # it answers ROLLBACK, and no error, after a statement that failed
        raise StoreUnavailable(BY_STATE["25P02"])


def _roll_back(link: Link) -> None:
    if link.pid != os.getpid() or link.broken or link.is_idle:
        return
    try:
        link.connection.execute("ROLLBACK")
    except psycopg.Error as error:
        logger.debug("a rollback was not answered: %s", error)
        link.connection.close()
