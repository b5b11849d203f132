"""Refusals as FastAPI knows exceptions: right without any handler, and better with ours."""

from __future__ import annotations

from fastapi import HTTPException, WebSocketException
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.websockets import WebSocket, WebSocketState

from rescind.asgi.connection import Connection, connection_of
from rescind.asgi.websocket import POLICY_VIOLATION, close_code
from rescind.errors import RefusalCode, Refused, RevocationUnknown, StoreUnavailable
from rescind.transport.cookie import set_cookie
from rescind.transport.message import Response as Answer
from rescind.web.answer import told, told_of
from rescind.web.refusal import answer_to, answer_with


class HTTPRefused(Refused, HTTPException):
    """A refusal of a request.

    Attributes:
        code: the inner code, as for ``Refused``.
        status_code, headers: what the client gets.
        detail: the sentence that the client gets; the inner one is that of ``__cause__``.
        of_credential: whether the credential of the request was refused.
    """

    def __init__(self, refused: Refused, connection: Connection, *, of_credential: bool = True) -> None:
        what = told(refused, connection.source if of_credential else None)
        headers = {"cache-control": "no-store", **dict(what.headers)}
        if what.clear_cookie:
            headers["set-cookie"] = set_cookie(connection.gate.settings.cookie, None)
        Refused.__init__(
            self,
            refused.code,
            refused.detail,
            max_age=refused.max_age,
            retry_after=refused.retry_after,
            renewable=refused.renewable,
            misplaced=refused.misplaced,
        )
        message = self.args
        HTTPException.__init__(self, what.status, what.detail, headers)
        self.args = message
        self.of_credential = of_credential


class WebSocketRefused(WebSocketException):
    """A refusal of a handshake; closes with 1008 where nobody handles it. It is no ``Refused``, because the
    ``code`` of a ``WebSocketException`` is a number.

    Attributes:
        refused: the refusal.
    """

    def __init__(self, refused: Refused) -> None:
        super().__init__(POLICY_VIOLATION)
        self.refused = refused


def refusal(connection: Connection, refused: Refused) -> HTTPRefused | WebSocketRefused:
    """A refusal of the request's credential, in the shape that this kind of connection raises."""
    if connection.scope["type"] == "websocket":
        return WebSocketRefused(refused)
    return HTTPRefused(refused, connection)


async def answer_refused(asked: HTTPConnection, error: Exception) -> Response | None:
    """The handler of ``HANDLED``, wherever they come from."""
    connection = connection_of(asked.scope)
    code: RefusalCode = "store_unavailable"
    if isinstance(error, WebSocketRefused):
        code, answer = error.refused.code, answer_to(connection, error.refused)
    elif isinstance(error, Refused):
        inner = error.__cause__ if isinstance(error, HTTPRefused) else None
        of_credential = isinstance(error, HTTPRefused) and error.of_credential
        refused = inner if isinstance(inner, Refused) else error
        code, answer = error.code, answer_to(connection, refused, of_credential=of_credential)
    else:
        answer = answer_with(connection, told_of(code))
    response = as_response(answer)
    if not isinstance(asked, WebSocket):
        return response
    await _answer_socket(asked, close_code(code), response)
    return None


def as_response(answer: Answer) -> Response:
    """An answer of ours as a response of Starlette."""
    response = Response(answer.body, answer.status)
    for name, value in answer.headers:
        response.headers.append(name, value)
    return response


async def _answer_socket(socket: WebSocket, code: int, response: Response) -> None:
    if socket.application_state is WebSocketState.CONNECTED:
        await socket.close(code)
    elif socket.application_state is WebSocketState.CONNECTING:
        if "websocket.http.response" in (socket.scope.get("extensions") or {}):
            await socket.send_denial_response(response)
        else:
            await socket.close(POLICY_VIOLATION)


HANDLED: tuple[type[Exception], ...] = (Refused, WebSocketRefused, StoreUnavailable, RevocationUnknown)
"""Errors that ``answer_refused`` answers."""
