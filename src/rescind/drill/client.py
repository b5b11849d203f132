"""A lean HTTP/1.1 client (h11 over asyncio) that says when a request started and when its answer ended.

Rules of this file
1. `started` is read just before the first byte is written, `ended` in the callback that brings the last byte;
   both from `time.perf_counter`, in seconds. Connecting is not part of a request.
2. Nothing is retried and no redirect is followed: one request, one answer or one `NoAnswer`.
3. A kept connection that the server closed while idle is opened again before the next request is written.
4. The address is the one that `consent` approved; names are not looked up again.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter
from urllib.parse import quote

import h11

from rescind.drill.consent import Endpoint

MAX_BODY = 1 << 20  # bytes of one answer; more is not an answer that proves who is signed in
_IN_TARGET = "/?:@!$&'()*+,;=%"  # what a path may hold besides letters and digits (RFC 3986)
Headers = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent; Host and Content-Length are added."""

    method: str
    target: str
    headers: Headers = ()
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, with its two moments (perf_counter seconds). Header names are lower-case."""

    status: int
    headers: Headers
    body: bytes
    started: float
    ended: float

    def header(self, name: str) -> str | None:
        """The first header of that name, or None."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key == wanted), None)


class NoAnswer(Exception):
    """There was no complete answer: `why` is "timeout", "no connection", "broken off" or "body too large".

    Or there was no request: `why` is "HTTP cannot carry it" for control characters in a header or path.

    `started` is when the first byte was about to be written, or when connecting began if it never was.
    """

    def __init__(self, why: str, started: float, ended: float) -> None:
        super().__init__(why)
        self.why = why
        self.started = started
        self.ended = ended


class Line:
    """One place in the target's queue: a connection that is kept, or opened anew for every request.

    `ask` is for one task at a time; `busy` says whether one is at it.
    """

    def __init__(self, endpoint: Endpoint, *, keep: bool, timeout: float) -> None:
        self.endpoint = endpoint
        self.keep = keep
        self.busy = False
        self._timeout = timeout  # seconds, for connecting and answering together
        self._tls = ssl.create_default_context() if endpoint.secure else None
        self._wire: _Wire | None = None

    async def ask(self, request: Request) -> Answer:
        """Sends one request. Raises NoAnswer."""
        self.busy = True
        began = perf_counter()
        wire: _Wire | None = None
        try:
            async with asyncio.timeout(self._timeout):
                wire = self._wire if self._wire is not None and self._wire.usable else await self._open()
                self._wire = wire
                return await wire.send(request, self.endpoint)
        except TimeoutError:
            started = began if wire is None else wire.started
            raise NoAnswer("timeout", started, perf_counter()) from None
        except (OSError, ssl.SSLError) as error:
            raise NoAnswer(f"no connection ({type(error).__name__})", began, perf_counter()) from None
        finally:
            if not self.keep or wire is None or not wire.usable:
                self.close()
            self.busy = False

    def close(self) -> None:
        """Closes the connection, if there is one; the next `ask` opens another."""
        if self._wire is not None:
            self._wire.close()
            self._wire = None

    async def _open(self) -> _Wire:
        _, wire = await asyncio.get_running_loop().create_connection(
            _Wire,
            self.endpoint.address,
            self.endpoint.port,
            ssl=self._tls,
            server_hostname=self.endpoint.host if self._tls else None,
        )
        return wire


class _Wire(asyncio.Protocol):
    """One TCP connection: bytes to h11, h11's events to one `Answer`."""

    def __init__(self) -> None:
        self.started = perf_counter()
        self._h11 = h11.Connection(h11.CLIENT)
        self._transport: asyncio.Transport | None = None
        self._waiter: asyncio.Future[Answer] | None = None
        self._head: h11.Response | None = None
        self._body = bytearray()

    @property
    def usable(self) -> bool:
        """True when a request may be written now."""
        return (
            self._transport is not None
            and not self._transport.is_closing()
            and self._waiter is None
            and self._h11.our_state is h11.IDLE
        )

    def send(self, request: Request, endpoint: Endpoint) -> asyncio.Future[Answer]:
        """Writes the request at once and returns the future of its answer."""
        try:
            data = self._encoded(request, endpoint)
        except (h11.LocalProtocolError, UnicodeEncodeError):  # whose text would show the value
            raise NoAnswer("HTTP cannot carry it", self.started, perf_counter()) from None
        self._waiter = asyncio.get_running_loop().create_future()
        self._head, self._body = None, bytearray()
        transport = self._transport
        if transport is None:  # connection_made has always run by now
            raise ConnectionError("the connection was never made")
        self.started = perf_counter()
        transport.write(data)
        return self._waiter

    def _encoded(self, request: Request, endpoint: Endpoint) -> bytes:
        head = [("Host", endpoint.authority), *request.headers]
        if request.body or request.method != "GET":
            head.append(("Content-Length", str(len(request.body))))
        event = h11.Request(
            method=request.method,
            target=quote(endpoint.prefix + request.target, safe=_IN_TARGET),
            headers=[(name.encode("ascii"), value.encode()) for name, value in head],
        )
        parts = [self._h11.send(event)]
        if request.body:
            parts.append(self._h11.send(h11.Data(data=request.body)))
        parts.append(self._h11.send(h11.EndOfMessage()))
        return b"".join(part for part in parts if part)

    def close(self) -> None:
        """Closes without waiting."""
        if self._transport is not None:
            if self._waiter is None:
                self._transport.close()
            else:
                self._transport.abort()
            self._waiter = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if not isinstance(transport, asyncio.Transport):
            raise TypeError(f"not a stream transport: {type(transport).__name__}")
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._take(data, perf_counter())

    def eof_received(self) -> bool:
        self._take(b"", perf_counter())
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail("broken off", perf_counter())

    def _take(self, data: bytes, now: float) -> None:
        if self._waiter is None:  # bytes nobody asked for, or the end of an idle connection
            if self._transport is not None:
                self._transport.close()
            return None
        try:
            self._h11.receive_data(data)
            while (event := self._h11.next_event()) not in (h11.NEED_DATA, h11.PAUSED):
                if isinstance(event, h11.Response):
                    self._head = event
                elif isinstance(event, h11.Data):
                    self._body += event.data
                    if len(self._body) > MAX_BODY:
                        return self._fail("body too large", now)
                elif isinstance(event, h11.EndOfMessage):
                    return self._finish(now)
                elif isinstance(event, h11.ConnectionClosed):
                    return self._fail("broken off", now)
        except h11.RemoteProtocolError:
            return self._fail("not HTTP" if data else "broken off", now)
        return None

    def _finish(self, now: float) -> None:
        head, waiter = self._head, self._waiter
        self._waiter = None
        if head is None or waiter is None:
            return
        headers = tuple((key.decode("latin-1"), value.decode("latin-1")) for key, value in head.headers)
        if not waiter.done():
            waiter.set_result(Answer(head.status_code, headers, bytes(self._body), self.started, now))
        if self._h11.our_state is h11.DONE and self._h11.their_state is h11.DONE:
            self._h11.start_next_cycle()
        elif self._transport is not None:
            self._transport.close()

    def _fail(self, why: str, now: float) -> None:
        waiter, self._waiter = self._waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_exception(NoAnswer(why, self.started, now))
        if self._transport is not None:
            self._transport.abort()
