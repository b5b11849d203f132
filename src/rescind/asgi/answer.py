"""An answer of ours as ASGI messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rescind.asgi.messages import Send
from rescind.errors import Refused
from rescind.transport.message import Response
from rescind.transport.negotiate import prefers_html
from rescind.transport.problem import BASE_HEADERS, PAGE_HEADERS, Problem, html_page
from rescind.transport.refusal import refuse
from rescind.web.answer import told
from rescind.web.body import is_form

if TYPE_CHECKING:
    from rescind.asgi.connection import Connection


def answer_to(connection: Connection, refused: Refused, *, of_credential: bool = True) -> Response:
    """The answer that a refused request gets.

    Args:
        of_credential: whether the credential of the request was refused; only then may the cookie be cleared.
    """
    what = told(refused, connection.source if of_credential else None)
    return answer_with(connection, what)


def answer_with(connection: Connection, what: Problem) -> Response:
    """A problem in the form that this client reads."""
    facts, settings = connection.facts, connection.gate.settings
    if is_form(facts) and prefers_html(b",".join(facts.all(b"accept")).decode("latin-1")):
        # A person sent a form: a page, and no redirect, which would hide what went wrong.
        return Response(what.status, BASE_HEADERS + what.headers + PAGE_HEADERS, html_page(what))
    return refuse(facts, what, settings.cookie, settings.sign_in_url)


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
