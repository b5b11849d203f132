"""Live connections: closed when their session ends, told off the keeper.

A stream registers *first* and is checked *after*: a revocation between the two then finds it registered.
One dispatcher thread per engine exists while there are streams or listeners. It watches the counter, reads
the log when it moves, judges the streams, and hands ends on to the ``on_revoked`` listeners, whose own thread
may be slow.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

from rescind._clock import Clock
from rescind.errors import Refused, RescindError
from rescind.model.revocation import Kind, LogEntry
from rescind.revocation.background import Background
from rescind.revocation.listeners import Listener, Listeners
from rescind.revocation.outage import SAY_AGAIN
from rescind.revocation.patience import Patience

logger = logging.getLogger("rescind.streams")

LOOK_EVERY = 0.02
"""Seconds between two looks at the counter: a memory read, no I/O."""
JUDGE_EVERY = 5.0
"""Seconds between two rounds over all streams, for expiry and for an authority that went away."""
JUDGE_AGAIN = 1.0
"""The same, while the authority does not answer."""

Close = Callable[[Refused], None]


@dataclass(eq=False, slots=True)
class Stream:
    """One open connection.

    Attributes:
        session_id: whose it is.
        signing_key: the ``kid`` of the key that signed its token, where one did.
        close: called once, from the dispatcher thread, with the reason; must not block
            (``loop.call_soon_threadsafe``).
        patience: while the authority does not answer.
    """

    session_id: str
    close: Close
    number: int
    patience: Patience
    signing_key: str | None = None


class Streams:
    """The registry of a process, and the dispatcher.

    Args:
        realm: listeners are told of its entries only.
        judge: judges a session id, and the key that signed its token, again; ``None`` when it may go on.
        look: reads the log if that may bring something, and tells what it brought.
        grace: seconds that a stream may outlive its worker's lease.

    Attributes:
        served: whether there ever was a stream: the application has some.
    """

    def __init__(
        self,
        clock: Clock,
        realm: str,
        *,
        judge: Callable[[str, str | None], Refused | None],
        look: Callable[[], None],
        grace: float,
    ) -> None:
        self._clock = clock
        self._realm = realm
        self._judge = judge
        self._look_at_log = look
        self._grace = grace
        self.listeners = Listeners()
        self.served = False
        self.thread = Background("rescind-streams", self._run)
        self._begin()

    def _begin(self) -> None:
        self._streams: dict[int, Stream] = {}
        self._numbers = count()
        self._news: deque[LogEntry] = deque()
        self._moved = False
        self._judged_at = 0.0
        self._said_at = float("-inf")
        self._unreachable = False

    def after_fork(self) -> None:
        """The connections belong to the parent; the listeners are ours too."""
        self._begin()
        self.thread.after_fork()
        self.listeners.after_fork()

    def __len__(self) -> int:
        return len(self._streams)

    @property
    def running(self) -> bool:
        return self.thread.running

    def register(self, session_id: str, close: Close, *, signing_key: str | None = None) -> Stream:
        """Add a stream, *before* its session is checked."""
        stream = Stream(session_id, close, next(self._numbers), self.patience(), signing_key)
        self._streams[stream.number] = stream
        self.served = True
        self.thread.ensure()
        return stream

    def patience(self) -> Patience:
        """For a live connection that judges its session itself."""
        return Patience(self._clock, self._grace)

    def unregister(self, stream: Stream) -> None:
        self._streams.pop(stream.number, None)

    def listen(self, listener: Listener) -> None:
        """Call ``listener`` with every ``end`` entry that this process applies."""
        self.listeners.add(listener)
        self.thread.ensure()

    def tell(self, entries: list[LogEntry]) -> None:
        """For the worker: entries were applied, these of them are news. Returns at once."""
        if self._streams or self.listeners:
            self._moved = True
            self._news.extend(entries)
            self.thread.ensure()
            self.thread.push()

    def stop(self) -> None:
        """End the dispatcher and wait for it, 5 s at most; streams stay registered."""
        self.thread.stop()
        self.listeners.stop()

    def _run(self, stop: threading.Event) -> None:
        self._judged_at = self._clock.lease()
        while not (stop.is_set() or self.thread.ends_if(self._idle, stop)):
            self.thread.pause(LOOK_EVERY)
            self._look()
            self._deliver()
            if self._clock.lease() - self._judged_at >= (JUDGE_AGAIN if self._unreachable else JUDGE_EVERY):
                self._judge_streams()

    def _idle(self) -> bool:
        return not (self._streams or self.listeners or self._news)

    def _look(self) -> None:
        try:
            self._look_at_log()
        except RescindError as error:
            self._say(error)
            self._judge_streams()
        except Exception:
            logger.exception("could not read the log for live connections")
            self._judge_streams()

    def _say(self, error: RescindError) -> None:
        """Once in a while: it is tried every second while the authority is away."""
        now = self._clock.lease()
        if now >= self._said_at + SAY_AGAIN:
            self._said_at = now
            logger.warning("could not read the log for live connections: %s", error)

    def _deliver(self) -> None:
        entries = [self._news.popleft() for _ in range(len(self._news))]
        moved, self._moved = self._moved, False
        if moved:
            self._judge_streams()
        ours = [entry for entry in entries if entry.realm == self._realm]
        self.listeners.tell([entry for entry in ours if entry.kind is Kind.END])

    def _judged(self, stream: Stream) -> Refused | None:
        try:
            return self._judge(stream.session_id, stream.signing_key)
        except Exception:
            logger.exception("a live connection could not be judged")
            return Refused("store_unavailable", "the session could not be judged", retry_after=1)

    def _judge_streams(self) -> None:
        self._judged_at = self._clock.lease()
        self._unreachable = False
        for stream in list(self._streams.values()):
            refused = self._judged(stream)
            if stream.patience.is_over(refused) and refused is not None:
                self._close(stream, refused)
            elif refused is not None:
                self._unreachable = True

    def _close(self, stream: Stream, refused: Refused) -> None:
        if self._streams.pop(stream.number, None) is None:
            return
        try:
            stream.close(refused)
        except Exception:
            logger.exception("closing a live connection failed")
