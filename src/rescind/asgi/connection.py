"""One request or socket: what it presents, who that is, and how it is told that a session has ended."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any

from rescind.asgi.gate import Gate
from rescind.asgi.messages import Message, Receive, Scope, Send
from rescind.errors import ConfigurationError, Refused
from rescind.flows.context import running_request
from rescind.model.session import Session
from rescind.revocation.streams import Stream
from rescind.transport.bearer import Malformed
from rescind.transport.credential import Presented, find_credential, sole_credential
from rescind.transport.message import HeaderList, RequestFacts, from_scope
from rescind.web.call import resolve
from rescind.web.caller import Caller

KEY = "rescind"
"""Where the connection is in an ASGI scope."""


class Connection(Caller[Gate]):
    """What the middleware puts into the scope.

    Attributes:
        ended: why the live connection was ended, ``None`` while it was not.
    """

    outer: Connection | None
    ended: Refused | None = None
    _stream: Stream | None = None
    _receiving: asyncio.Task[Any] | None = None
    _woken = False

    def __init__(
        self, gate: Gate, scope: Scope, receive: Receive, send: Send, outer: Connection | None
    ) -> None:
        self.gate = gate
        self.scope = scope
        self.outer = outer
        self._receive = receive
        self._send = send

    def send(self, message: Message) -> Awaitable[None]:
        """The application's ``send``: the server's own while nothing was asked of this connection."""
        return self._look_at(message) if self.watched else self._send(message)

    def _look_at(self, message: Message) -> Awaitable[None]:
        """Send a message of a watched connection."""
        raise NotImplementedError

    async def close(self, *, failed: bool = False) -> None:
        """The application has returned.

        Args:
            failed: it raised.
        """
        raise NotImplementedError

    # -- who ---------------------------------------------------------------------------------------------

    @property
    def headers(self) -> HeaderList:
        headers: HeaderList = self.scope["headers"]
        return headers

    def _read_facts(self) -> RequestFacts:
        return from_scope(self.scope)

    def _find(self) -> Presented | Malformed | None:
        return find_credential(self.scope["headers"], self.gate.cookie)

    def known(self) -> Session[Any] | Refused | None:
        """Who it is, if somebody asked before or memory knows the credential to the byte; nothing is read."""
        judged = self.judged
        if judged is None:
            self.watched = True
            sole = sole_credential(self.scope["headers"], self.gate.cookie)
            if sole is not None:
                token, self._source = sole
                judged = self.judged = self.gate.recall(token)
        return judged

    async def check(self) -> Session[Any] | Refused:
        """Judge the request, once: later questions get the same answer."""
        return self.known() or await self._ask()

    async def _ask(self) -> Session[Any] | Refused:
        """From memory, and from the authority where memory cannot tell; the loop goes on meanwhile."""
        found, read = self.found, dict[str, Session[Any] | Refused]()
        if isinstance(found, Presented):
            check = self.gate.engine.aio.check
            read[found.token] = judged = await check(found.token)
            if found.other is not None and isinstance(judged, Session):
                read[found.other] = await check(found.other)
        self.judged = judged = resolve(read.__getitem__, found)
        return judged

    async def check_strictly(self) -> Session[Any] | Refused:
        """Judge the request by reading the authority now."""
        self.watched = True
        found = self.found
        tokens = [] if found is None or isinstance(found, Malformed) else [found.token, found.other]
        check = self.gate.engine.aio.check
        read = {token: await check(token, strict=True) for token in tokens if token is not None}
        return self._read_now(resolve(read.__getitem__, found))

    # -- live --------------------------------------------------------------------------------------------

    def receive(self) -> Awaitable[Message]:
        """The application's ``receive``: as the server's until there is a session that can end."""
        return self._receive() if self.judged is None else self._wakeable()

    async def _wakeable(self) -> Message:
        """The server's next message, or a disconnect as soon as the session ends.

        The end interrupts the waiting task the way ``asyncio.timeout`` does, which costs a message nothing.
        """
        if self.ended is not None:
            return self._disconnect_message()
        task = self._receiving = asyncio.current_task()
        try:
            message = await self._receive()
        except asyncio.CancelledError:
            if not self._woken:
                raise
        finally:
            self._receiving = None
        if self._woken:
            self._woken = False
            if task is not None and task.uncancel() > 0:
                raise asyncio.CancelledError
        if self.ended is None:
            await self._before_delivery(message)
        return message if self.ended is None else self._disconnect_message()

    async def _before_delivery(self, message: Message) -> None:
        """What is to be looked at before the application gets a message of the client."""

    def _register(self, session_id: str) -> None:
        """Be told when this session ends. The caller checks the session *after* this."""
        self._loop = asyncio.get_running_loop()
        core = self.gate.engine.core
        signer = None if self.token is None else core.checks.signer_of(self.token)
        self._stream = core.streams.register(session_id, self._told, signing_key=signer)

    def _unregister(self) -> None:
        if self._stream is not None:
            self.gate.engine.core.streams.unregister(self._stream)
            self._stream = None

    async def _refused_now(self, *, touch: bool = False) -> Refused | None:
        """Judge the session of a live connection again; ``None`` while it may go on.

        While the authority cannot be reached it may: for how long, the registry decides (``stream_grace``).
        """
        session = self.judged
        if not isinstance(session, Session):
            return None
        try:
            await self.gate.engine.aio.recheck(session, touch=touch)
        except Refused as refused:
            return None if refused.unanswered else refused
        return None

    def _told(self, refused: Refused) -> None:
        """Called on the dispatcher's thread."""
        try:
            self._loop.call_soon_threadsafe(self._end, refused)
        except RuntimeError:  # the loop is closed, and the connection with it
            return

    def _end(self, refused: Refused) -> None:
        raise NotImplementedError

    def _disconnect_message(self) -> Message:
        raise NotImplementedError

    def _wake(self) -> None:
        """Interrupt the task that waits for the client."""
        if self._receiving is not None and not self._woken:
            self._woken = True
            self._receiving.cancel()


def connection_of(scope: Scope, gate: Gate | None = None) -> Connection:
    """The connection that the middleware put into a scope.

    Args:
        gate: of which engine; ``None``: the innermost.

    Raises:
        ConfigurationError: no middleware of this engine was passed.
    """
    found = _of_gate(scope.get(KEY), gate)
    if found is None:
        raise ConfigurationError("auth.install(app) was not called (or add auth.middleware by hand)")
    return found


def is_inside(scope: Scope, gate: Gate) -> bool:
    """Whether a middleware of this gate was passed already: the application is mounted in one that has it."""
    return _of_gate(scope.get(KEY), gate) is not None


def running_connection(gate: Gate) -> Connection | None:
    """The connection that this code runs for, ``None`` outside any request of this gate."""
    running = running_request.get()
    return _of_gate(running, gate) if isinstance(running, Connection) else None


def _of_gate(found: Connection | None, gate: Gate | None) -> Connection | None:
    while found is not None and gate is not None and found.gate is not gate:
        found = found.outer
    return found
