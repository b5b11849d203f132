"""rescind for ASGI: one pure middleware for requests and sockets, without any framework.

``gate``        what every request of an application shares: the engine, the settings, our routes
``connection``  one request or socket: its credential, judged at most once
``middleware``  the way in: CSRF, request id, the initiator, what must be done before an answer leaves
``http``        a request: streams end with their session, receipts are final before the answer leaves
``websocket``   a socket: closed with 4001 when its session ends
``answer``      an answer of ours as ASGI messages
``routes``      our own routes under an event loop
``lifespan``    open at start, give the lease back at the end

FastAPI applications use ``rescind.fastapi``; this is what it stands on.
"""

from __future__ import annotations

from rescind.asgi.connection import Connection, connection_of
from rescind.asgi.gate import Gate
from rescind.asgi.middleware import Middleware
from rescind.asgi.websocket import ENDED, SUPERSEDED, UNREACHABLE

__all__ = ["ENDED", "SUPERSEDED", "UNREACHABLE", "Connection", "Gate", "Middleware", "connection_of"]
