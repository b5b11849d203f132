"""An answer of ours as ASGI messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rescind.asgi.messages import Send
from rescind.transport.message import Response

if TYPE_CHECKING:
    from rescind.asgi.connection import Connection


async def send_http(send: Send, response: Response, *, head: bool = False) -> None:
    """A whole answer to a request. ``head``: without the body (RFC 9110 9.3.2)."""
    await send({"type": "http.response.start", "status": response.status, "headers": _headers(response)})
    await send({"type": "http.response.body", "body": b"" if head else response.body})


async def refuse_handshake(connection: Connection, send: Send, response: Response) -> None:
    """A whole answer to a WebSocket handshake where the server can send one, else a close before accepting
    (1008, RFC 6455 7.4.1)."""
    if "websocket.http.response" not in (connection.scope.get("extensions") or {}):
        await send({"type": "websocket.close", "code": 1008, "reason": ""})
        return
    kind = "websocket.http.response"
    await send({"type": f"{kind}.start", "status": response.status, "headers": _headers(response)})
    await send({"type": f"{kind}.body", "body": response.body})


def _headers(response: Response) -> list[tuple[bytes, bytes]]:
    headers = response.raw_headers()
    if response.status >= 200 and response.status != 204:
        headers.append((b"content-length", str(len(response.body)).encode("ascii")))
    return headers
