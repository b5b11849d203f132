"""The way in: pure ASGI, for requests and sockets.

A request that needs nothing of us costs a few microseconds here: no header is decoded, no store is touched,
no header is added to its answer.
"""

from __future__ import annotations

import logging

from rescind.asgi.answer import refuse_handshake, send_http
from rescind.asgi.connection import KEY, Connection, is_inside
from rescind.asgi.gate import Gate
from rescind.asgi.http import Request
from rescind.asgi.messages import Application, Receive, Scope, Send
from rescind.asgi.websocket import Socket
from rescind.errors import ConfigurationError, Refused
from rescind.flows.context import running_request
from rescind.transport.cookie import dev_refusal
from rescind.transport.csrf import SAFE_METHODS, check_csrf
from rescind.web.refusal import answer_to

logger = logging.getLogger("rescind.asgi")

LISTENS = "2.3"
"""The newest ASGI in which an application hears of a disconnect by listening. From 2.4 on it may instead wait
for ``send`` to fail, and an idle stream whose session ended would wait for good."""


class Middleware:
    """Puts a ``Connection`` into the scope of every request and socket.

    Args:
        app: the application inside.
        gate: what its requests share.

    Raises:
        ConfigurationError: from a request: the development cookie and https.
    """

    def __init__(self, app: Application, gate: Gate) -> None:
        self.app = app
        self.gate = gate
        self._dev = gate.settings.cookie.is_dev

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind, outer = scope["type"], scope.get(KEY)
        connection: Request | Socket
        if outer is not None and is_inside(scope, self.gate):
            await self.app(scope, receive, send)
            return
        if kind == "http":
            connection = Request(self.gate, scope, receive, send, outer)
            unsafe = scope["method"] not in SAFE_METHODS
            asgi = scope.get("asgi")
            if asgi is not None and asgi.get("spec_version", LISTENS) > LISTENS:
                scope["asgi"] = {**asgi, "spec_version": LISTENS}
        elif kind == "websocket":
            connection, unsafe = Socket(self.gate, scope, receive, send, outer), True
        else:
            await self.app(scope, receive, send)
            return
        running = running_request.set(connection)
        scope[KEY] = connection
        try:
            if self._dev:
                self._refuse_dev_cookie(connection)
            if unsafe and await self._refused_as_foreign(connection):
                return
            try:
                await self.app(scope, connection.receive, connection.send)
            except BaseException as error:  # noqa: BLE001 - raised again, unless the connection was ended
                await self._failed(connection, error)
            else:
                if connection.watched:
                    await connection.close()
        finally:
            scope[KEY] = outer
            running_request.reset(running)

    @staticmethod
    async def _failed(connection: Connection, error: BaseException) -> None:
        await connection.close(failed=True)
        if connection.ended is None or not isinstance(error, Exception):
            raise error
        # It was told that the client has gone, and this is how it took it.
        logger.debug("the application of an ended connection raised", exc_info=error)

    async def _refused_as_foreign(self, connection: Request | Socket) -> bool:
        """The CSRF rule: an unsafe request or a handshake that our cookie decides is from our own pages."""
        if connection.source != "cookie":
            return False
        failure = check_csrf(connection.facts, self.gate.settings.csrf)
        if failure is None:
            return False
        answer = answer_to(connection, Refused("csrf", failure.detail))
        if isinstance(connection, Socket):
            await refuse_handshake(connection, connection.send, answer)
        else:
            await send_http(connection.send, answer)
        return True

    def _refuse_dev_cookie(self, connection: Connection) -> None:
        settings = self.gate.settings
        scheme = connection.facts.scheme
        refusal = dev_refusal(settings.cookie, production=settings.production, scheme=scheme)
        if refusal is not None:
            raise ConfigurationError(refusal)
