"""Connections: greeted when they are made, used by one caller at a time, never across a fork.

A connection belongs to one run of one server: when that ends, the connection breaks. So what is found out by
the greeting (which run this is, primary or replica, whether it evicts) holds for as long as the connection.
Nothing is tried again by the driver (redis-py 8 does so ten times, 4 s for a dead port). Its pool only reads
the URL: it counts what it ever made, also what failed, and refuses for good at a hundred.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlsplit

from redis import exceptions as said
from redis.backoff import NoBackoff
from redis.connection import ConnectionPool
from redis.retry import Retry

from rescind.config import masked_url
from rescind.errors import ConfigurationError
from rescind.stores.redis.faults import translated
from rescind.stores.redis.scripts import Script

T = TypeVar("T")
LONG_PATIENCE = 5.0
"""Seconds that a reply may take where no check waits for it: in units of work, which with ``appendfsync
always`` wait for the disk, and in what flows read."""


class Wire:
    """One connection; used by one thread at a time.

    Attributes:
        broken: its replies can no longer be told from one another.
        patience: seconds that a reply may take; ``None`` for what is usual with these connections.
    """

    __slots__ = ("_connection", "broken", "patience")

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self.broken = False
        self.patience: float | None = None
        connection.connect()

    def call(self, *words: Any) -> Any:
        """One command, one reply.

        Raises:
            redis.exceptions.ResponseError: the server said so; the connection goes on.
            redis.exceptions.RedisError: the connection is of no more use.
        """
        try:
            self._connection.send_command(*words)
            if self.patience is None:
                return self._connection.read_response()
            return self._connection.read_response(timeout=self.patience)
        except said.ResponseError:
            raise
        except BaseException:
            self.broken = True
            raise

    def calls(self, *commands: Sequence[Any]) -> list[Any]:
        """Several commands in one round trip; a reply that is an error stands in its place."""
        replies: list[Any] = []
        try:
            self._connection.send_packed_command(self._connection.pack_commands(commands))
            for _ in commands:
                try:
                    replies.append(self._connection.read_response())
                except said.ResponseError as error:
                    replies.append(error)
        except BaseException:
            self.broken = True
            raise
        return replies

    def run(self, script: Script, *words: Any) -> Any:
        """One script. A server that does not have it yet gets its text."""
        try:
            return self.call("EVALSHA", script.sha, script.keys, *words)
        except said.NoScriptError:
            return self.call("EVAL", script.text, script.keys, *words)

    def run_with(self, command: Sequence[Any], script: Script, *words: Any) -> tuple[Any, Any]:
        """One script and then a command, in one round trip.

        Returns:
            both replies; that of the command may be an error of the server.
        """
        reply, beside = self.calls(("EVALSHA", script.sha, script.keys, *words), command)
        if isinstance(reply, said.NoScriptError):
            reply, beside = self.calls(("EVAL", script.text, script.keys, *words), command)
        if isinstance(reply, said.RedisError):
            raise reply
        return reply, beside

    def has_news(self, within: float) -> bool:
        """For a connection that subscribed: whether a message arrived within so many seconds; it is read."""
        if not self._connection.can_read(timeout=within):
            return False
        self._connection.read_response()
        return True

    def close(self) -> None:
        with suppress(said.RedisError, OSError):
            self._connection.disconnect()


class Connections:
    """Free connections of one process, and how new ones are made.

    Args:
        patience: seconds that connecting may take, and a reply to a question.

    Attributes:
        greet: looks at a new connection, and raises if it must not be used.
        place: the URL without its password, for people.
        database: the number of the database.
    """

    greet: Callable[[Wire], None]

    def __init__(self, url: str, patience: float) -> None:
        self.place = masked_url(url.partition("?")[0])
        _refuse_options(url, self.place)
        try:
            self._pool = ConnectionPool.from_url(
                url,
                protocol=2,
                retry=Retry(NoBackoff(), 0),
                socket_timeout=patience,
                socket_connect_timeout=patience,
            )
        except ValueError as error:
            raise ConfigurationError(
                f"url={self.place!r} cannot be read ({error}): write redis://HOST:6379/0"
            ) from None
        self.database = int(self._pool.connection_kwargs.get("db") or 0)
        self.forget()

    def forget(self) -> None:
        """Leave every connection alone: they are another process's."""
        self._free: deque[Wire] = deque()
        self._pid = os.getpid()

    def close(self) -> None:
        if self._pid == os.getpid():
            with suppress(IndexError):  # empty, or another thread took the last one
                while True:
                    self._free.pop().close()
        self.forget()

    def take(self) -> Wire:
        """A free connection, or a new one."""
        if self._pid != os.getpid():
            self.forget()
        try:
            return self._free.pop()
        except IndexError:
            return self.new()

    def free(self) -> Wire | None:
        """A connection that nobody uses, ``None`` if there is none: for who cannot wait until one is made."""
        if self._pid != os.getpid():
            return None
        try:
            return self._free.pop()
        except IndexError:
            return None

    def new(self) -> Wire:
        """A new connection, greeted.

        Raises:
            ConfigurationError, StoreUnavailable: see ``translated``.
        """
        try:
            wire = Wire(self._pool.connection_class(**self._pool.connection_kwargs))
        except said.RedisError as error:
            raise translated(error, self.place) from error
        try:
            self.greet(wire)
        except said.RedisError as error:
            wire.close()
            raise translated(error, self.place) from error
        except BaseException:
            wire.close()
            raise
        return wire

    def give_back(self, wire: Wire) -> None:
        """Make it free for others, unless it broke: then those that were free beside it may have, too."""
        if wire.broken:
            wire.close()
            self.close()
        else:
            wire.patience = None
            self._free.append(wire)

    def ask(self, question: Callable[[Wire], T], *, patience: float | None = None) -> T:
        """Ask something that may be asked twice; see ``keep``."""
        wire, answer = self.keep(question, patience=patience)
        self.give_back(wire)
        return answer

    def keep(
        self, question: Callable[[Wire], T], *, patience: float | None = None, again: bool = True
    ) -> tuple[Wire, T]:
        """Ask, and keep the connection that answered.

        Args:
            patience: of the connection from now on, until it is given back.
            again: a connection that broke while nobody used it is replaced, once.

        Raises:
            ConfigurationError, StoreUnavailable: see ``translated``.
        """
        wire = self.take()
        wire.patience = patience
        try:
            return wire, question(wire)
        except said.ConnectionError as error:
            self.give_back(wire)
            if not again:
                raise translated(error, self.place) from error
        except said.RedisError as error:
            self.give_back(wire)
            raise translated(error, self.place) from error
        except BaseException:
            self.give_back(wire)
            raise
        return self.keep(question, patience=patience, again=False)


def _refuse_options(url: str, place: str) -> None:
    """Options of the driver change what replies look like and how often it tries; those of TLS do not."""
    for name, _ in parse_qsl(urlsplit(url).query, keep_blank_values=True):
        if name != "db" and not name.startswith("ssl_"):
            raise ConfigurationError(f"url={place!r}: {name} cannot be set; only db and ssl_... can")
