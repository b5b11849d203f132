"""rescind for WSGI: one middleware, without any framework.

``request``     one request: its credential, judged at most once
``middleware``  the way in and out: the initiator, receipts that are final before the answer leaves
``stream``      an answer that goes on ends with its session
``servers``     what a server has to be told

Flask applications use ``rescind.flask``; this is what it stands on.
"""

from __future__ import annotations

from rescind.wsgi.middleware import Middleware
from rescind.wsgi.request import Request, request_of

__all__ = ["Middleware", "Request", "request_of"]
