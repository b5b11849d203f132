"""Our own routes under an event loop: the body is read with a cap, the handler runs in a thread."""

from __future__ import annotations

from functools import partial

from rescind.asgi.connection import Connection
from rescind.asgi.messages import Receive
from rescind.errors import Overloaded
from rescind.transport.message import Response, from_scope
from rescind.web.body import MAX_BODY_BYTES
from rescind.web.refusal import answer_to
from rescind.web.surface import Route

HASHING = frozenset({"sign_in", "step_up"})
"""Names of the routes that compute a password hash."""


async def serve_route(connection: Connection, route: Route, path: str, receive: Receive) -> Response | None:
    """Answer a request to one of our routes.

    Args:
        path: decoded, below the prefix, e.g. ``/sessions/abc``.
        receive: where the body comes from.

    Returns:
        the answer; ``None`` if the client went away before it had sent its body.
    """
    body = await read_capped(receive)
    if body is None:
        return None
    gate = connection.gate
    work = partial(gate.surface.handle, from_scope(connection.scope), path, body)
    if route.name not in HASHING:
        return await gate.threads.wait(work)
    try:
        return await gate.threads.hash(work)
    except Overloaded as overloaded:
        return answer_to(connection, overloaded, of_credential=False)


async def read_capped(receive: Receive) -> bytes | None:
    """The body, at most one byte more than ``MAX_BODY_BYTES``; the rest is left unread."""
    parts: list[bytes] = []
    size = 0
    while size <= MAX_BODY_BYTES:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        part: bytes = message.get("body") or b""
        parts.append(part)
        size += len(part)
        if not message.get("more_body"):
            break
    return b"".join(parts)[: MAX_BODY_BYTES + 1]
