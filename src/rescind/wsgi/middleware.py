"""The way in and out. A request that needs nothing of us costs a few microseconds here."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from http import HTTPStatus
from itertools import chain
from math import ceil
from typing import Any

from rescind.errors import RescindError, RevocationUnknown, StoreUnavailable
from rescind.flows.context import running_request
from rescind.model.session import Session
from rescind.transport.message import Response
from rescind.web.answer import told_of
from rescind.web.gate import Gate
from rescind.web.issuing import end_replaced
from rescind.web.refusal import answer_to, answer_with
from rescind.wsgi.request import KEY, Request, request_of
from rescind.wsgi.stream import Stream

logger = logging.getLogger("rescind.wsgi")

Headers = list[tuple[str, str]]
StartResponse = Callable[..., Callable[[bytes], object]]
Application = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]

_WITHOUT_BODY = ("1", "204", "205", "304")
"""How the statuses begin whose answers end with their headers (RFC 9110 6.4.1)."""


class Middleware:
    """Puts a ``Request`` into the environ of every request, and looks at the answer of those that asked.

    Args:
        app: the application inside.
        gate: what its requests share.
    """

    def __init__(self, app: Application, gate: Gate) -> None:
        self.app = app
        self.gate = gate

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        outer = environ.get(KEY)
        if outer is not None and request_of(environ, self.gate) is not None:
            return self.app(environ, start_response)
        request = environ[KEY] = Request(self.gate, environ, outer)
        answer = Answer(request, start_response)
        running = running_request.set(request)
        try:
            body = self._run(request, answer)
            return answer.finish(body) if request.watched else answer.pass_on(body)
        finally:
            running_request.reset(running)

    def _run(self, request: Request, answer: Answer) -> Iterable[bytes]:
        try:
            return answer.begun(self.app(request.environ, answer.start))
        except BaseException:
            # Whatever becomes of the answer, what was committed is waited for.
            with suppress(RescindError):
                request.complete_receipts()
            raise


class Answer:
    """The answer of an application, held until the application has returned: by then its transactions are
    over, and what it revoked in them can be made final before anybody hears of it."""

    __slots__ = ("_exc_info", "_headers", "_request", "_sent", "_start_response", "_status")

    def __init__(self, request: Request, start_response: StartResponse) -> None:
        self._request = request
        self._start_response = start_response
        self._status: str | None = None
        self._headers: Headers = []
        self._exc_info: Any = None
        self._sent = False

    def start(self, status: str, headers: Headers, exc_info: Any = None) -> Callable[[bytes], object]:
        """The application's ``start_response`` (PEP 3333)."""
        if self._sent:
            return self._start_response(status, headers, exc_info)
        self._status, self._headers, self._exc_info = status, headers, exc_info
        return self._write

    def _write(self, part: bytes) -> object:
        """What PEP 3333 keeps for old applications; it cannot wait for anything."""
        return self._send()(part)

    def _send(self) -> Callable[[bytes], object]:
        self._sent = True
        further = () if self._exc_info is None else (self._exc_info,)
        return self._start_response(self._status, self._headers, *further)

    def begun(self, body: Iterable[bytes]) -> Iterable[bytes]:
        """The body; of an application that says with its first part only how the answer starts, that part
        is asked for now."""
        return body if self._status is not None else _Begun(body)

    def pass_on(self, body: Iterable[bytes]) -> Iterable[bytes]:
        """Nothing was asked of this request."""
        if not self._sent:
            self._send()
        return body

    def finish(self, body: Iterable[bytes]) -> Iterable[bytes]:
        """Do what must be done before the answer leaves."""
        request = self._request
        try:
            end_replaced(request)
            is_done = request.complete_receipts()
        except (StoreUnavailable, RevocationUnknown) as error:
            return self._undone(body, error)
        if self._sent:
            return body
        for headers in request.cookies:
            self._set_cookie(headers)
        if self._prepare():
            body = stream = Stream(request, body)
            refused = stream.refused_now()
            if refused is not None:
                stream.ended = refused
                return self._instead(stream, answer_to(request, refused))
        elif not is_done:
            body = _Completing(request, body)
        return self.pass_on(body)

    def _prepare(self) -> bool:
        """Say what the answer depends on; true if it is a stream to be guarded."""
        request, status = self._request, self._status or ""
        if not isinstance(request.judged, Session):
            return False
        if request.untold_age is not None:
            self._headers.append(("Rescind-Stale", str(ceil(request.untold_age))))
            request.untold_age = None
        varies = has_length = False
        for name, value in self._headers:
            lower = name.lower()
            if lower == "content-length":
                has_length = True
            elif lower == "vary" and "cookie" in value.lower():
                varies = True
        if request.source == "cookie" and not varies:
            # RFC 9110 12.5.5: no cache gives this answer to somebody else
            self._headers.append(("Vary", "Cookie"))
        if has_length:
            return False
        return not status.startswith(_WITHOUT_BODY) and request.environ["REQUEST_METHOD"] != "HEAD"

    def _vary(self) -> None:
        if not any(name.lower() == "vary" and "cookie" in value.lower() for name, value in self._headers):
            self._headers.append(("Vary", "Cookie"))

    def _set_cookie(self, headers: dict[str, str]) -> None:
        self._headers.append(("Set-Cookie", headers["set-cookie"]))
        kept = [(name, value) for name, value in self._headers if name.lower() != "cache-control"]
        self._headers = [*kept, ("Cache-Control", headers["cache-control"])]
        self._vary()

    def _undone(self, body: Iterable[bytes], error: RescindError) -> Iterable[bytes]:
        """What was revoked may not have reached every worker: the answer that is ready may say that it has.

        Raises:
            StoreUnavailable, RevocationUnknown: what is sent is sent; the server logs it.
        """
        if self._sent:
            raise error
        logger.warning("an answer was replaced by 503: %s", error)
        return self._instead(body, answer_with(self._request, told_of("store_unavailable")))

    def _instead(self, body: Iterable[bytes], answer: Response) -> Iterable[bytes]:
        """Nothing has been sent: an answer of ours is the better one."""
        close = getattr(body, "close", None)
        if close is not None:
            close()
        length = ("content-length", str(len(answer.body)))
        self._status = f"{answer.status} {HTTPStatus(answer.status).phrase}"
        self._headers = [*answer.headers, length]
        return self.pass_on([b"" if self._request.environ["REQUEST_METHOD"] == "HEAD" else answer.body])


class _Wrapped:
    """A body around a body: closes it."""

    def __init__(self, body: Iterable[bytes]) -> None:
        self._body = body
        self._parts: Iterator[bytes] = iter(body)

    def __iter__(self) -> Iterator[bytes]:
        return self._parts

    def close(self) -> None:
        close = getattr(self._body, "close", None)
        if close is not None:
            close()


class _Begun(_Wrapped):
    """Its first part has been asked for."""

    def __init__(self, body: Iterable[bytes]) -> None:
        super().__init__(body)
        first = next(self._parts, b"")
        self._parts = chain((first,), self._parts)


class _Completing(_Wrapped):
    """A transaction is open while the answer is sent: what it revokes is waited for at its end."""

    def __init__(self, request: Request, body: Iterable[bytes]) -> None:
        super().__init__(body)
        self._request = request

    def close(self) -> None:
        try:
            super().close()
        finally:
            self._request.complete_receipts()
