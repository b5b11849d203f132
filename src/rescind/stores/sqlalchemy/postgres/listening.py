"""Pushes: a thread that waits on a connection of its own and says when somebody has appended.

Nothing depends on it. While there is no connection, workers hear of a revocation when they read next.
"""

from __future__ import annotations

import logging
import os
import select
import threading
from collections.abc import Callable

import psycopg
from psycopg import sql

from rescind.errors import RescindError
from rescind.stores.sqlalchemy.postgres.link import Link

logger = logging.getLogger("rescind.store")

FIRST_BACKOFF, LAST_BACKOFF = 0.05, 1.0


class Ear:
    """One thread; ``close`` ends it.

    Args:
        connect: makes a connection.
        wake: called after every push, and whenever some may have been missed.
    """

    def __init__(self, connect: Callable[[], Link], wake: Callable[[], None]) -> None:
        self._connect = connect
        self._wake = wake
        self._closed = False
        self._ended, self._end = os.pipe()
        self._thread = threading.Thread(target=self._run, name="rescind-ear", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the thread and wait for it, a second at most."""
        if not self._closed:
            self._closed = True
            os.write(self._end, b".")
            self._thread.join(timeout=1)
            if not self._thread.is_alive():
                os.close(self._ended)
                os.close(self._end)

    def _run(self) -> None:
        backoff = FIRST_BACKOFF
        while not self._closed:
            try:
                if not self._listen():
                    return
                backoff = FIRST_BACKOFF
            except (psycopg.Error, RescindError) as error:
                logger.debug("not listening: %s", error)
            if select.select([self._ended], [], [], backoff)[0]:
                return
            backoff = min(backoff * 2, LAST_BACKOFF)

    def _listen(self) -> bool:
        """Until the connection breaks. ``False``: not to be tried again."""
        link = self._connect()
        try:
            if link.pooled:  # the server behind it may be another one for each statement
                return False
            pgconn = link.connection.pgconn
            link.connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(link.channel)))
            self._wake()
            poll = select.poll()
            poll.register(pgconn.socket, select.POLLIN)
            poll.register(self._ended, select.POLLIN)
            while not self._closed:
                poll.poll()
                pgconn.consume_input()
                heard = False
                while pgconn.notifies() is not None:
                    heard = True
                if heard:
                    self._wake()
                elif link.broken:
                    return True
            return False
        finally:
            link.close()
