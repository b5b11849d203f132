"""Which log this is: every new connection is asked; where the old log cannot be believed a new one begins.

A flush, a restart that may have lost what was acknowledged, a replica that took over, evicted keys: each ends
everything that the old log issued, loudly. Between the loss and the first look nobody is accepted by it: the
look comes before the first question on a connection, and connections do not outlive a run of a server.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from redis import exceptions as said

from rescind._clock import Clock
from rescind._tokens import new_id
from rescind.errors import ConfigurationError, RescindError, StoreUnavailable
from rescind.model.revocation import Head
from rescind.stores.births import first_of, new_head
from rescind.stores.redis import codec, keys
from rescind.stores.redis.connections import LONG_PATIENCE, Wire
from rescind.stores.redis.faults import LOST
from rescind.stores.redis.scripts import COMMIT
from rescind.stores.redis.server import APPEND_SETTINGS, SECTIONS, Known, Server
from rescind.stores.redis.writes import Write, append, trail, words_of

logger = logging.getLogger("rescind.redis")

ATTEMPTS = 5
GAP = "part of the log is missing, or an older copy of it was put back"
NOTES = ("MGET", keys.META, keys.SERVER)
FLUSHED = "the log is gone: the server was flushed, or restarted without its data"


class Births:
    """Args:
        place: the URL without its password.
        channel: where a moved head is published.

    Attributes:
        settled: the store has been opened; from then on what is wrong with the server is an outage.
    """

    def __init__(self, place: str, channel: str, clock: Clock) -> None:
        self._place = place
        self._channel = channel
        self._clock = clock
        self.settled = False
        self._seen: Head | None = None
        self._mine: Known | None = None
        self._settings: Any = None

    @property
    def durable(self) -> bool:
        """What was committed survives a restart of the server."""
        mine = self._mine
        return mine is not None and mine.always and not mine.replicas

    def saw(self, head: Head) -> None:
        """Remember how far a log was seen, so that a new one begins above it."""
        seen = self._seen
        if seen is None or seen.birth != head.birth or seen.seq < head.seq:
            self._seen = head

    def greet(self, wire: Wire) -> None:
        """Look at the server behind a new connection, and at its log.

        Raises:
            ConfigurationError: the server cannot be used; ``StoreUnavailable`` once the store is open, since
                then it could be used before.
        """
        for _ in range(ATTEMPTS):
            before = self._seen
            info, self._settings, values = wire.calls(("INFO", *SECTIONS), APPEND_SETTINGS, NOTES)
            for reply in (info, values):
                if isinstance(reply, said.RedisError):
                    raise reply
            whole = not _went_back(before, values[0])
            if self.look(wire, Server.read(info), *values, whole=whole):
                return
        raise StoreUnavailable(f"{self._place}: the log is begun anew again and again")

    def told_settings(self, reply: Any) -> None:
        """Learn whether the server still writes every command to disk before it answers.

        Args:
            reply: to ``APPEND_SETTINGS``.
        """
        self._settings = reply

    def look(
        self, wire: Wire, server: Server, meta: bytes | None, noted: bytes | None, *, whole: bool = True
    ) -> bool:
        """Whether the log can be believed as it stands. If not, a new one was begun, or something noted, or
        somebody else was quicker: read again.

        Args:
            meta, noted: the values of ``META`` and ``SERVER``.
            whole: what was read of the log has no gaps.
        """
        self.require(server)
        if meta is not None and noted is None and codec.decode_head(meta).birth.startswith("."):
            raise self._mistake(
                f"url={self._place!r} holds the sessions of an application with a SQL database: take another "
                "database number"
            )
        known = server.known(self._settings)
        if meta is None or noted is None:
            self._begin(wire, known, meta, noted)
            return False
        self.saw(codec.decode_head(meta))
        old = self._as_i_knew_it(Known.decode(noted))
        lost = server.lost(old) or (None if whole else GAP)
        if lost is not None:
            self._begin(wire, known, meta, noted, lost)
            return False
        if old.run == known.run and old.replicas:
            known = replace(known, replicas=True)  # one that is away may take over all the same
        self._mine = known
        if known.encode() == noted:
            return True
        if old.run != known.run:
            logger.warning("%s was restarted with every command on disk: the log goes on", self._place)
        self._write(wire, keys.SERVER, noted, [("SET", keys.SERVER, known.encode())])
        return False

    def _as_i_knew_it(self, noted: Known) -> Known:
        """What is noted may be older than what this process saw of that run: a server whose append-only file
        was switched off comes back with the note from before."""
        mine = self._mine
        if mine is not None and mine.run == noted.run and not mine.always:
            return replace(noted, always=False)
        return noted

    def _mistake(self, text: str) -> RescindError:
        return StoreUnavailable(text) if self.settled else ConfigurationError(text)

    def require(self, server: Server) -> None:
        """See ``Server.require``; once the store is open what is wrong is an outage."""
        try:
            server.require(self._place)
        except ConfigurationError as error:
            if self.settled:
                raise StoreUnavailable(str(error)) from error
            raise

    def _begin(
        self, wire: Wire, known: Known, meta: bytes | None, noted: bytes | None, why: str = FLUSHED
    ) -> None:
        seen = self._seen
        note = ("SET", keys.SERVER, known.encode())
        if meta is None and noted is None and seen is None:
            first = ("SET", keys.META, codec.encode_head(Head(new_id(), 0)))
            self._write(wire, keys.META, b"", [note, first])
            return
        old = Head("", 0) if meta is None else codec.decode_head(meta)
        head, writes = reborn(
            old,
            above=0 if seen is None else seen.seq,
            reason=why,
            initiator="system",
            at=self._clock.wall(),
            channel=self._channel,
        )
        rest = [("DEL", keys.LOG, keys.ENTRIES)] if why == GAP else []
        if not self._write(wire, keys.META, meta or b"", [note, *rest, *writes]):
            return
        logger.error(
            "%s: %s. A new log has begun (%s, number %d): every session issued before is refused",
            self._place,
            why,
            head.birth,
            head.seq,
        )

    def _write(self, wire: Wire, key: str, held: bytes, writes: list[Write]) -> bool:
        """Commit if the key holds the same still; whether it did. Who has a unit of work open loses it."""
        guard = (key, keys.LOCK, keys.FENCE, held)
        usual, wire.patience = wire.patience, LONG_PATIENCE
        try:
            wire.run(COMMIT, *guard, *words_of(writes))
        except said.ResponseError as error:
            if str(error).startswith(LOST):
                return False
            raise
        finally:
            wire.patience = usual
        return True


def _went_back(before: Head | None, meta: bytes | None) -> bool:
    """Whether the log is behind what this process had seen of it before it asked: a backup was put back."""
    if before is None or meta is None:
        return False
    head = codec.decode_head(meta)
    return head.birth == before.birth and head.seq < before.seq


def reborn(
    old: Head, *, above: int, reason: str, initiator: str, at: int, channel: str
) -> tuple[Head, Iterator[Write]]:
    """The head of a new log, and the writes that begin it."""
    head = new_head(old, above=above)
    first, event = first_of(head, old.birth, reason=reason, initiator=initiator, at=at)

    def writes() -> Iterator[Write]:
        yield from append(first)
        yield trail(event)
        yield "SET", keys.FIRST, head.seq
        yield "SET", keys.META, codec.encode_head(head)
        yield "PUBLISH", channel, head.seq

    return head, writes()
