"""The write lock: units of work come one after another, and who lost it can commit nothing.

The lock is a key that expires, for writers that die. That alone would be unsafe (a writer that was paused
goes on after another has begun), so the commit, and what reads sessions inside a unit, ask for the *fence*:
the token of the unit that began last. A commit takes it away: what arrives twice or late writes nothing.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

from redis import exceptions as said

from rescind._clock import SystemClock
from rescind._tokens import jitter, new_id
from rescind.errors import CommitUnknown, RescindError, StoreUnavailable
from rescind.model.revocation import Head
from rescind.stores.redis import codec, keys
from rescind.stores.redis.connections import LONG_PATIENCE, Connections, Wire
from rescind.stores.redis.faults import translated
from rescind.stores.redis.reads import LOCK_TIME, Flushed, Reader
from rescind.stores.redis.scripts import BEGIN, COMMIT, RELEASE
from rescind.stores.redis.writes import Write, words_of

logger = logging.getLogger("rescind.redis")

WAIT = 5.0
"""Seconds that a writer waits for the others."""
BREAK = 2 * LOCK_TIME / 1000
"""Seconds after which one and the same holder is taken for dead, should the server's clock have been set back
and the lock not expire."""
FIRST_PAUSE, LAST_PAUSE = 0.0005, 0.008


class Held:
    """The lock, for one unit of work.

    Attributes:
        reader: asks under the fence.
        head: as the unit found it.
        writes: what is committed when the block ends.
    """

    def __init__(self, wire: Wire, token: str, head: Head) -> None:
        self.wire = wire
        self.token = token
        self.reader = Reader(wire, token)
        self.head = head
        self.writes: list[Write] = []


class Lock:
    """Takes the lock on connections of this process.

    Args:
        patience: seconds that a reply may take in a unit of work.
    """

    def __init__(self, connections: Connections, *, patience: float = LONG_PATIENCE) -> None:
        self._connections = connections
        self._patience = patience
        self._clock = SystemClock()  # others are waited for in real time, whatever the tests' clock says
        self._pid, self._writers = os.getpid(), set[int]()
        self._unsettled: list[str] = []

    @contextmanager
    def held(self) -> Iterator[Held]:
        """Take the lock; commit at the end of the block, or write nothing if it raised.

        Raises:
            Flushed: there is no log.
            StoreUnavailable: the lock was not to be had, or was lost; nothing was written.
            CommitUnknown: the reply to the commit was lost.
        """
        with self._alone():
            held = self._begin(new_id())
            try:
                yield held
            except said.RedisError as error:
                self._release(held)
                raise translated(error, self._connections.place) from error
            except BaseException:
                self._release(held)
                raise
            if held.writes:
                self._commit(held)
            else:
                self._release(held)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """A second unit in the same thread would wait for the first for ever."""
        if self._pid != os.getpid():
            self._pid, self._writers = os.getpid(), set()
        me = threading.get_ident()
        if me in self._writers:
            raise StoreUnavailable("this thread has a unit of work open: write inside it, or after it")
        self._writers.add(me)
        try:
            yield
        finally:
            self._writers.discard(me)

    def _begin(self, token: str) -> Held:
        words = (keys.LOCK, keys.FENCE, keys.META, token, LOCK_TIME)
        began = self._clock.lease()
        before, since, pause = b"", began, FIRST_PAUSE
        while True:
            now = self._clock.lease()
            stuck = before if now - since >= BREAK else b""
            wire, (holder, *meta) = self._connections.keep(
                partial(_begin, words=(*words, stuck)), patience=self._patience
            )
            if not holder and meta[0]:
                return Held(wire, token, codec.decode_head(meta[0]))
            self._connections.give_back(wire)
            if not holder:
                raise Flushed
            if now - began >= WAIT:
                raise StoreUnavailable(f"the write lock was not to be had within {WAIT:g} s")
            if holder != before:
                before, since = holder, now
            self._clock.sleep(pause * jitter(0.5, 1.0))
            pause = min(2 * pause, LAST_PAUSE)

    def _commit(self, held: Held) -> None:
        guard = (keys.FENCE, keys.LOCK, keys.FENCE, held.token)
        try:
            held.wire.run(COMMIT, *guard, *words_of(held.writes))
        except said.ResponseError as error:
            self._release(held)
            raise translated(error, self._connections.place) from error
        except BaseException as error:
            self._connections.give_back(held.wire)
            self._unsettled.append(held.token)
            if not isinstance(error, said.RedisError):
                raise
            self._after_a_lost_reply(held.token, error)
        else:
            self._connections.give_back(held.wire)

    def _after_a_lost_reply(self, token: str, error: said.RedisError) -> None:
        what = translated(error, self._connections.place)
        try:
            never = self._settle(token)
        except RescindError:
            never = False
        if never:
            raise what from error
        raise CommitUnknown(f"the reply to a commit was lost: {what}") from error

    def settle(self) -> None:
        """See to it that every commit whose reply was lost has happened by now or never will.

        Raises:
            StoreUnavailable: nobody knows yet.
        """
        while self._unsettled:
            self._settle(self._unsettled[-1])

    def _settle(self, token: str) -> bool:
        """Take the fence away from a commit; whether it was there still, so that the commit never happens."""
        answer = self._connections.ask(partial(_release, token=token))
        with suppress(ValueError):  # another thread was quicker
            self._unsettled.remove(token)
        return answer == 1

    def _release(self, held: Held) -> None:
        """Give the lock back. If that fails it expires, and nothing was sent that could be committed."""
        try:
            if held.wire.broken:
                self._connections.ask(partial(_release, token=held.token))
            else:
                _release(held.wire, held.token)
        except (RescindError, said.RedisError) as error:
            logger.warning("the write lock could not be given back, it expires: %s", error)
        finally:
            self._connections.give_back(held.wire)


def _begin(wire: Wire, words: tuple[Any, ...]) -> list[bytes]:
    answer: list[bytes] = wire.run(BEGIN, *words)
    return answer


def _release(wire: Wire, token: str) -> int:
    answer: int = wire.run(RELEASE, keys.LOCK, keys.FENCE, token)
    return answer
