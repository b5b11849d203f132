"""The Redis server that holds session contents, and the *marker* by which a loss of them is noticed.

The marker is a key that names the contents: their birth, which every session in them bears. It goes with a
flush. Its owner is the log that it belongs to, so that two applications do not share a place unnoticed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TypeVar

from redis import exceptions as said

from rescind._clock import SECOND, SystemClock
from rescind.errors import ConfigurationError, StoreUnavailable
from rescind.model.revocation import Head
from rescind.stores.base import SessionsUnavailable
from rescind.stores.redis import codec, keys
from rescind.stores.redis.connections import Connections, Wire
from rescind.stores.redis.faults import LOST, translated
from rescind.stores.redis.lock import Held, Lock
from rescind.stores.redis.reads import Reader
from rescind.stores.redis.scripts import COMMIT
from rescind.stores.redis.server import SECTIONS, Server
from rescind.stores.redis.writes import words_of

T = TypeVar("T")
PATIENCE = 1.0
"""Seconds that a reply may take where no check waits for it. Less than ``LONG_PATIENCE``: a unit keeps locks
of the database meanwhile, and what it writes there counts without Redis."""
SILENT = 2.0
"""Seconds for which a place that did not answer in time is not asked again by whoever keeps such locks."""


class Silence:
    """Whether the place has last failed somebody who had patience; then others need not wait for the same.

    It ends by itself, or when anybody is answered: those who wait without locks, checks and the look at the
    marker before a unit, go on asking.
    """

    def __init__(self) -> None:
        self._now = SystemClock().lease  # whatever the tests' clock says
        self._until = 0.0
        self._why = ""

    def refuse(self) -> None:
        """Raises:
        StoreUnavailable: the place was silent a moment ago.
        """
        if self._now() < self._until:
            raise StoreUnavailable(self._why)

    def heard(self) -> None:
        self._until = 0.0

    def noted(self, error: StoreUnavailable, *, begins: bool) -> None:
        """A question failed with ``error``; if it only took too long for a check, no silence begins."""
        said_nothing = isinstance(error.__cause__, (said.ConnectionError, said.TimeoutError))
        if said_nothing and (begins or self._until):
            self._until, self._why = self._now() + SILENT, str(error)


class Marker:
    """What stands in the place.

    Attributes:
        birth: of the contents, ``None`` when there are none.
        owner: the log that they belong to.
    """

    __slots__ = ("birth", "owner", "value")

    def __init__(self, meta: bytes | None, owner: bytes | None) -> None:
        self.value = meta or b""
        self.birth = None if meta is None else codec.decode_head(meta).birth
        self.owner = None if owner is None else owner.decode()


class Place:
    """Args:
    url: ``redis://``, ``rediss://`` or ``unix://``.
    patience: seconds that connecting may take, and the reply to a question.
    keep_ended: seconds that a session's keys outlive its absolute end.
    """

    def __init__(self, url: str, *, patience: float, keep_ended: float) -> None:
        with _named():
            self._connections = Connections(url, patience)
        self._connections.greet = self._greet
        self._lock = Lock(self._connections, patience=PATIENCE)
        self._silence = Silence()
        self._settled = False
        self.tombstone = round(keep_ended * SECOND)

    @property
    def place(self) -> str:
        """The URL without its password."""
        return self._connections.place

    def open(self) -> None:
        """Raises:
        ConfigurationError: the server cannot be used; the message names ``redis=``.
        StoreUnavailable: it does not answer.
        """
        with _named():
            self._connections.give_back(self._connections.new())
        self._settled = True

    def close(self) -> None:
        self._connections.close()
        self._settled = False

    def _greet(self, wire: Wire) -> None:
        info, noted = wire.calls(("INFO", *SECTIONS), ("EXISTS", keys.SERVER))
        for reply in (info, noted):
            if isinstance(reply, said.RedisError):
                raise reply
        Server.read(info).require(self.place, kept="sessions")
        if noted:
            raise ConfigurationError(
                f"url={self.place!r} holds the log of an application without a SQL database: "
                "take another database number"
            )

    def ask(self, question: Callable[[Reader], T], *, patience: float | None = PATIENCE) -> T:
        """Ask something that may be asked twice.

        Args:
            patience: seconds; ``None`` where a check waits.
        """
        with self._outages(begins=patience is not None):
            answer = self._connections.ask(lambda wire: question(Reader(wire)), patience=patience)
        self._silence.heard()
        return answer

    @contextmanager
    def reading(self) -> Iterator[Reader]:
        """Several questions on one connection."""
        with self._outages():
            self._silence.refuse()
            wire, _ = self._connections.keep(lambda wire: wire.call("PING"), patience=PATIENCE)
        self._silence.heard()
        try:
            yield Reader(wire)
        except said.RedisError as error:
            raise translated(error, self.place) from error
        finally:
            self._connections.give_back(wire)

    @contextmanager
    def held(self) -> Iterator[Held]:
        """The write lock of the place; see ``Lock.held``."""
        with ExitStack() as stack:
            with self._outages():
                self._silence.refuse()
                held = stack.enter_context(self._lock.held())
            self._silence.heard()
            try:
                yield held
            except said.RedisError as error:
                with self._outages():
                    raise translated(error, self.place) from error
            with self._outages():
                stack.close()

    def marker(self, *, patience: float | None = PATIENCE) -> Marker:
        return Marker(*self.ask(lambda reader: reader.values(keys.META, keys.OWNER), patience=patience))

    def mark(self, birth: str, owner: str, seen: Marker) -> bool:
        """Begin contents, unless the marker is another one than was ``seen``; whether it was done. Who has a
        unit of work open loses it."""
        meta = codec.encode_head(Head(birth, 0))
        writes = (("SET", keys.META, meta), ("SET", keys.OWNER, owner))

        def write(wire: Wire) -> bool:
            try:
                wire.run(COMMIT, keys.META, keys.LOCK, keys.FENCE, seen.value, *words_of(writes))
            except said.ResponseError as error:
                if str(error).startswith(LOST):
                    return False
                raise
            return True

        with self._outages():
            return self._connections.ask(write, patience=PATIENCE)

    @contextmanager
    def _outages(self, *, begins: bool = True) -> Iterator[None]:
        """Once the place has been opened, what is wrong with it is an outage.

        Args:
            begins: an answer that did not come in time begins a silence.
        """
        try:
            with _named():
                yield
        except StoreUnavailable as error:
            self._silence.noted(error, begins=begins)
            raise
        except ConfigurationError as error:
            if not self._settled:
                raise
            raise StoreUnavailable(str(error)) from error


@contextmanager
def looking() -> Iterator[None]:
    """Inside a unit: sessions are looked at.

    Raises:
        SessionsUnavailable: that could not be done. What the unit knows of the log stands.
    """
    try:
        yield
    except said.RedisError as error:
        raise SessionsUnavailable(f"Redis could not be asked: {error}") from error


@contextmanager
def _named() -> Iterator[None]:
    """The setting is ``redis`` here and not ``url``."""
    try:
        yield
    except ConfigurationError as error:
        text = str(error)
        if not text.startswith("url"):
            raise
        raise ConfigurationError("redis" + text.removeprefix("url")) from error.__cause__
