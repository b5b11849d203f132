"""One request or socket: what it presents, who that is, and how it is told that a session has ended."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any

from rescind.asgi.gate import Gate
from rescind.asgi.messages import Message, Receive, Scope, Send
from rescind.errors import ConfigurationError, Refused
from rescind.flows.context import running_request
from rescind.model.session import Issued, Session
from rescind.revocation.receipt import Receipt
from rescind.revocation.streams import Stream
from rescind.transport.bearer import Malformed
from rescind.transport.client_address import behind_proxies
from rescind.transport.credential import Presented, Source, find_credential, sole_credential
from rescind.transport.message import RequestFacts, from_scope
from rescind.web.call import resolve

KEY = "rescind"
"""Where the connection is in an ASGI scope."""

_UNREAD: Any = object()


class Connection:
    """What the middleware puts into the scope. Nothing of the request is looked at before it is needed.

    Attributes:
        gate: what the application shares.
        outer: the connection of another engine around this one (a mounted application), or ``None``.
        judged: the session of the request or its refusal, once somebody asked.
        issued: the session whose token the answer sets as our cookie; see ``issue``.
        ended: why the live connection was ended, ``None`` while it was not.
        age: seconds since the log was read by which ``judged`` was accepted while the authority is away;
            ``None``: it was accepted as always.
        untold_age: the same until the answer has said so.
        watched: whether its messages are looked at, and ``close`` has something to do: from the moment that
            anything was asked of it.
    """

    # Defaults are on the class: a request that needs nothing of them does not pay for setting them.
    judged: Session[Any] | Refused | None = None
    issued: Issued[Any] | None = None
    ended: Refused | None = None
    age: float | None = None
    untold_age: float | None = None
    watched = False
    _found: Presented | Malformed | None = _UNREAD
    _source: Source | None = None
    _receipts: list[Receipt] | None = None
    _request_id: str | None = None
    _facts: RequestFacts | None = None
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

    @property
    def initiator(self) -> str:
        """Who acts in this request, as the log and the audit trail name them."""
        if isinstance(self.judged, Session):
            return f"session:{self.judged.id}"
        return "system" if self.outer is None else self.outer.initiator

    @property
    def request_id(self) -> str:
        """The id that the proxy gave, or one of our own. Made on first use."""
        if self._request_id is None:
            self._request_id = self.gate.ids.of(self.scope)
        return self._request_id

    @property
    def receipts(self) -> list[Receipt]:
        """Of revocations inside the application's own transactions, to be completed in this request."""
        self.watched = True
        if self._receipts is None:
            self._receipts = []
        return self._receipts

    def issue(self, issued: Issued[Any]) -> None:
        """Note that the answer sets the cookie of this session."""
        self.issued = issued
        self.watched = True

    # -- who ---------------------------------------------------------------------------------------------

    @property
    def facts(self) -> RequestFacts:
        """The request as values, after declared proxies. Built on first use."""
        if self._facts is None:
            self._facts = behind_proxies(from_scope(self.scope), self.gate.settings.proxies)
        return self._facts

    @property
    def found(self) -> Presented | Malformed | None:
        """The credential of the request, not yet judged."""
        if self._found is _UNREAD:
            self._found = find_credential(self.scope["headers"], self.gate.cookie)
        return self._found

    @property
    def source(self) -> Source | None:
        """Where the credential was, ``None`` if there is none."""
        if self._source is None:
            found = self.found
            self._source = None if found is None else found.source
        return self._source

    @property
    def token(self) -> str | None:
        """The token that decides; ``None`` if there is none or it cannot be read."""
        found = self.found
        return None if found is None or isinstance(found, Malformed) else found.token

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

    def accept_stale(self, within: float) -> Session[Any] | None:
        """While the authority is away: the session as memory knew it ``within`` seconds ago at most.

        Of two credentials none is accepted so: whether both are of one person cannot be told.
        """
        found = self.found
        if not isinstance(found, Presented) or found.other is not None:
            return None
        stale = self.gate.engine.core.checks.stale(found.token, None, within)
        if stale is None:
            return None
        self.judged, self.age = session, self.untold_age = stale
        return session

    def refuse_stale(self) -> Refused:
        """What another guard of the route says where memory was not enough for it."""
        self.untold_age = None
        return Refused("store_unavailable", "not from memory on this route", retry_after=1)

    async def check_strictly(self) -> Session[Any] | Refused:
        """Judge the request by reading the authority now."""
        self.watched = True
        found = self.found
        tokens = [] if found is None or isinstance(found, Malformed) else [found.token, found.other]
        check = self.gate.engine.aio.check
        read = {token: await check(token, strict=True) for token in tokens if token is not None}
        self.judged = judged = resolve(read.__getitem__, found)
        self.age = self.untold_age = None  # read now, whatever a guard before this one had to be content with
        return judged

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
            return None if refused.code in {"store_unavailable", "overloaded"} else refused
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
