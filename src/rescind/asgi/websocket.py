"""A socket: it registers first and is checked after, again with every message, and closes with its session.

Close codes, of the range that applications may use (RFC 6455 7.4.2):

* 4001: the session has ended; sign in again.
* 4002: the session goes on under a new token (rotation, step-up); connect again with it.
* 4003: the authority could not be reached for ``stream_grace``; try again later.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from contextlib import suppress
from typing import Any

from rescind.asgi.connection import Connection
from rescind.asgi.messages import Message
from rescind.errors import RefusalCode, Refused
from rescind.model.session import Session

ENDED = 4001
SUPERSEDED = 4002
UNREACHABLE = 4003
POLICY_VIOLATION = 1008
"""RFC 6455 7.4.1: a refused handshake where the server cannot send an answer, and a role that is missing."""

_CODES: dict[RefusalCode, int] = {
    "superseded": SUPERSEDED,
    "store_unavailable": UNREACHABLE,
    "overloaded": UNREACHABLE,
    "step_up": POLICY_VIOLATION,
    "insufficient": POLICY_VIOLATION,
    "csrf": POLICY_VIOLATION,
}
_REASONS = {ENDED: "session ended", SUPERSEDED: "connect again", UNREACHABLE: "try again later"}


def close_code(code: RefusalCode) -> int:
    """The close code of a refusal on an open socket."""
    return _CODES.get(code, ENDED)


class Socket(Connection):
    """A WebSocket. One that nothing asked the session of is left alone."""

    _closed = False
    _closing: asyncio.Task[None] | None = None

    def known(self) -> Session[Any] | Refused | None:
        if self.judged is None:
            self._watch()
        return super().known()

    async def _ask(self) -> Session[Any] | Refused:
        return self._drop_if_refused(await super()._ask())

    async def check_strictly(self) -> Session[Any] | Refused:
        self._watch()
        return self._drop_if_refused(await super().check_strictly())

    def accept_stale(self, within: float) -> Session[Any] | None:
        self._watch()  # first, as for any socket: an end from now on finds it
        session = super().accept_stale(within)
        if session is None:
            self._unregister()
        return session

    def _look_at(self, message: Message) -> Awaitable[None]:
        """Swallows what comes after the end."""
        if self._stream is not None and message["type"] == "websocket.send":
            return self._send_judged(message)
        return self._pass_on(message)

    async def _send_judged(self, message: Message) -> None:
        await self._end_if_refused(touch=False)
        await self._pass_on(message)

    def _pass_on(self, message: Message) -> Awaitable[None]:
        if self.ended is not None:
            return _nothing()
        if message["type"] == "websocket.close":
            self._closed = True
            self._unregister()
        return self._send(message)

    async def close(self, *, failed: bool = False) -> None:
        """The application is done with this socket; a failure changes nothing here."""
        self._unregister()
        for receipt in self._receipts or ():
            await self.gate.engine.aio.offload.run(receipt.complete)
        if self._closing is not None:
            await self._closing

    async def _before_delivery(self, message: Message) -> None:
        if self._stream is not None and message["type"] == "websocket.receive":
            await self._end_if_refused(touch=True)  # a person who writes is active

    async def _end_if_refused(self, *, touch: bool) -> None:
        refused = None if self.ended is not None else await self._refused_now(touch=touch)
        if refused is not None:
            self._end(refused)

    def _watch(self) -> None:
        token = self.token
        session_id = None if token is None else self.gate.engine.core.checks.session_named(token)
        if session_id is not None and self._stream is None:
            self._register(session_id)

    def _drop_if_refused(self, judged: Session[Any] | Refused) -> Session[Any] | Refused:
        if isinstance(judged, Refused):
            self._unregister()
        return judged

    def _end(self, refused: Refused) -> None:
        if self.ended is not None or self._closed or self._stream is None:
            return
        self.ended = refused
        self._wake()
        self._closing = asyncio.get_running_loop().create_task(self._finish())

    async def _finish(self) -> None:
        message = self._disconnect_message() | {"type": "websocket.close"}
        with suppress(OSError, RuntimeError):  # the client has gone already
            await self._send(message)

    def _disconnect_message(self) -> dict[str, Any]:
        code = ENDED if self.ended is None else close_code(self.ended.code)
        return {"type": "websocket.disconnect", "code": code, "reason": _REASONS.get(code, "")}


async def _nothing() -> None:
    """What a swallowed message does."""
