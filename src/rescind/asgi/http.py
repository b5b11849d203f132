"""A request: receipts are final before its answer leaves, and a stream ends with its session.

A *stream* is an answer to a guarded request without ``Content-Length``: Server-Sent Events, a generator, a
long poll that sends as it goes. It registers before its first byte and is checked after, and again before
each part. An answer with a declared length is a request in flight like any other and finishes.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Iterable
from contextlib import suppress
from enum import Enum, auto
from math import ceil

from rescind.asgi.answer import send_http
from rescind.asgi.connection import Connection
from rescind.asgi.messages import Message
from rescind.errors import Refused
from rescind.model.session import Session
from rescind.web.issuing import end_replaced
from rescind.web.refusal import answer_to

logger = logging.getLogger("rescind.asgi")

START = "http.response.start"
BODY = "http.response.body"
MAX_LATE = 16
"""Parts of an ended stream that are dropped before its sender is told so."""
VARY = (b"vary", b"Cookie")
_WITHOUT_BODY = frozenset({204, 205, 304})
"""Statuses whose answers end with their headers (RFC 9110 6.4.1)."""


class Phase(Enum):
    """How far the answer is."""

    OPEN = auto()
    """Nothing has been sent."""
    PLAIN = auto()
    """Nothing more is to be done: messages go through."""
    HELD = auto()
    """A transaction with a revocation is open: the answer waits for its outcome."""
    LIVE = auto()
    """A stream that can be ended."""
    ENDED = auto()
    """The stream was ended; what the application sends is dropped."""


STALE = b"rescind-stale"
"""The header that says for how many seconds memory has not heard of the authority, rounded up."""
_OPEN, _PLAIN = Phase.OPEN, Phase.PLAIN  # what every answer passes; a member of an enum costs more to find


class Request(Connection):
    """An HTTP request."""

    _phase = Phase.OPEN
    _in_flight = 0
    _late = 0
    _held: tuple[Message, ...] = ()
    _closing: asyncio.Task[None] | None = None

    def _look_at(self, message: Message) -> Awaitable[None]:
        """An ordinary answer goes through without a coroutine of its own."""
        phase = self._phase
        if phase is _OPEN and message["type"] == START:
            if self._receipts or self.issued is not None or self._prepare(message):
                return self._begin(message)
            self._phase, self.watched = _PLAIN, False
        elif phase is not _OPEN and phase is not _PLAIN:
            return self._go_on(message)
        return self._send(message)

    def _pass(self) -> None:
        """From here on the answer goes through as it is."""
        self._phase = _PLAIN
        self.watched = bool(self._receipts)

    async def close(self, *, failed: bool = False) -> None:
        """The application is done with this request.

        Args:
            failed: it raised; an answer that was held back is dropped, so that the failure can be answered.
        """
        self._unregister()
        if self._phase is Phase.LIVE and failed:
            # What asked by itself and was refused (``auth.recheck``) ends like what was told.
            self.ended = await self._refused_now()
            if self.ended is not None:
                await self._finish()
        if self._closing is not None:
            await self._closing
        if self._phase is Phase.HELD and not failed:
            await self._release()
        elif self.receipts:
            await self._complete_receipts()

    # -- the answer --------------------------------------------------------------------------------------

    async def _begin(self, start: Message) -> None:
        if self.issued is not None:
            await self.gate.engine.aio.offload.run(end_replaced, self)
        if await self._complete_receipts():
            await self._start(start)
        else:
            self._phase = Phase.HELD
            self._held = (start,)

    async def _go_on(self, message: Message) -> None:
        if self._phase is Phase.LIVE:
            refused = await self._refused_now()
            if refused is not None:
                self._end(refused)
        if self._phase is Phase.ENDED:
            self._swallow()
            return
        if self._phase is Phase.HELD:
            self._held += (message,)
            if message.get("more_body"):  # a stream cannot be held back
                await self._release()
            return
        await self._deliver(message)

    async def _release(self) -> None:
        """The transaction is over, or cannot be waited for any longer."""
        await self._complete_receipts()
        (start, *rest), self._held = self._held, ()
        await self._start(start)
        for message in rest:
            await self.send(message)

    def _prepare(self, start: Message) -> bool:
        """Say that the answer depends on the cookie, if it does; true if it is a stream to be guarded."""
        if not isinstance(self.judged, Session):
            return False
        if self.untold_age is not None:
            age, self.untold_age = ceil(self.untold_age), None
            start["headers"] = [*(start.get("headers") or ()), (STALE, str(age).encode("ascii"))]
        varies = self.source == "bearer"
        streams = start["status"] not in _WITHOUT_BODY
        headers: Iterable[tuple[bytes, bytes]] = start.get("headers") or ()
        for name, value in headers:
            if name == b"content-length":
                streams = False
                if varies:
                    return False
            elif name == b"vary" and b"cookie" in value.lower():
                varies = True
        if not varies:  # RFC 9110 12.5.5: no cache gives this answer to somebody else
            start["headers"] = [*headers, VARY]
        return streams and self.scope["method"] != "HEAD"

    async def _start(self, start: Message) -> None:
        self._pass()
        session = self.judged
        if self._prepare(start) and isinstance(session, Session):
            self._register(session.id)
            self._phase, self.watched = Phase.LIVE, True
            refused = await self._refused_now()
            if refused is not None:
                await self._answer_instead(refused)
                return
        await self._deliver(start)

    async def _deliver(self, message: Message) -> None:
        if self._phase is not Phase.LIVE:
            await self._send(message)
            return
        self._in_flight += 1
        try:
            await self._send(message)
        finally:
            self._in_flight -= 1
            if self.ended is not None and not self._in_flight:
                await self._finish()
        if message["type"] == BODY and not message.get("more_body") and self.ended is None:
            self._pass()
            self._unregister()

    # -- the end of a stream -----------------------------------------------------------------------------

    def _end(self, refused: Refused) -> None:
        if self._phase is not Phase.LIVE:
            return
        self.ended, self._phase = refused, Phase.ENDED
        loop = asyncio.get_running_loop()
        loop.call_soon(self._wake)  # not now: see ``_swallow``
        if not self._in_flight:  # else the sender itself finishes, after what it is sending
            self._closing = loop.create_task(self._finish())

    def _swallow(self) -> None:
        """Drop what comes late, without a pause: the application goes on to where it waits by itself, and is
        interrupted there, so that its own clean-up runs. One that neither waits nor listens is told here, as
        servers do (ASGI 2.4)."""
        self._late += 1
        if self._late > MAX_LATE:
            raise ConnectionResetError("the session has ended, and this response with it")

    async def _finish(self) -> None:
        with suppress(OSError, RuntimeError):  # the client has gone already
            await self._send({"type": BODY, "body": b"", "more_body": False})

    async def _answer_instead(self, refused: Refused) -> None:
        """It ended before the first byte: a refusal is still the better answer."""
        self.ended, self._phase = refused, Phase.ENDED
        self._unregister()
        self._wake()
        await send_http(self._send, answer_to(self, refused))

    def _disconnect_message(self) -> Message:
        return {"type": "http.disconnect"}

    # -- what must be done before the answer leaves ------------------------------------------------------

    async def _complete_receipts(self) -> bool:
        """Bring receipts to their end; false if a transaction is still open."""
        for receipt in self.receipts:
            await self.gate.engine.aio.complete(receipt)
        self.receipts[:] = [receipt for receipt in self.receipts if receipt.state == "pending"]
        return not self.receipts
