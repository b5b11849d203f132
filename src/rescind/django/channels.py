"""Channels: who is at the other end of a socket, until their session ends.

.. code-block:: python

    application = ProtocolTypeRouter({
        "http": get_asgi_application(),
        "websocket": AuthMiddleware(URLRouter(routes)),
    })

In a consumer ``scope["user"]`` is the user, or ``AnonymousUser``, and ``scope["session"]`` the session. A
socket of somebody is closed as soon as their session ends: 4001 to the client, and the consumer is told with
``websocket.disconnect``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib.auth import aget_user
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from rescind.asgi.connection import Connection, connection_of
from rescind.asgi.gate import Gate
from rescind.asgi.messages import Application, Message, Receive, Scope, Send
from rescind.asgi.middleware import Middleware
from rescind.django.cookie import SessionCookie
from rescind.django.making import made
from rescind.django.origins import TrustedOrigins
from rescind.django.sessions import SessionStore
from rescind.engine import Rescind
from rescind.errors import Refused


class AuthMiddleware:
    """Around the consumers. The handshake has to come from the own pages, or from ``CSRF_TRUSTED_ORIGINS``.

    Args:
        inner: the application inside, such as a ``URLRouter``.
    """

    def __init__(self, inner: Application) -> None:
        self._people = _People(inner)
        self._around: Middleware | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One socket. Anything else is passed on as it is."""
        if scope["type"] != "websocket":
            await self._people.inner(scope, receive, send)
            return
        engine = made().engine
        if self._around is None or self._around.gate.engine is not engine:
            self._around = Middleware(self._people, SocketGate(engine))
        await self._around(scope, receive, send)


class SocketGate(Gate):
    """What all sockets share: the cookie is Django's, and so are the origins that are trusted."""

    def __init__(self, engine: Rescind[Any]) -> None:
        super().__init__(engine)
        self.cookie = SessionCookie.of_settings()
        self.settings = replace(self.settings, cookie=self.cookie, csrf=TrustedOrigins.of_settings())


class _People:
    """Puts user and session into the scope."""

    def __init__(self, inner: Application) -> None:
        self.inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        connection = connection_of(scope)
        scope["session"], scope["user"] = await _who(connection)

        async def hear() -> Message:  # synchronous consumers ask for coroutines
            return await receive()

        async def say(message: Message) -> None:
            await send(message)

        await self.inner(scope, hear, say)


async def _who(connection: Connection) -> tuple[SessionStore, Any]:
    """Judged after the socket was registered, so that an end between the two is not missed."""
    judged = None if connection.found is None else await connection.check()
    token = None if judged is None or isinstance(judged, Refused) else connection.token
    request = HttpRequest()
    request.session = SessionStore(token)
    user = AnonymousUser() if token is None else await aget_user(request)
    return request.session, user
