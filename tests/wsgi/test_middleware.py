"""The way in and out under WSGI: what a request may know, and what is done before its answer leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from tests.wsgi.wire import begin, call, end, environ

from rescind import Rescind
from rescind.errors import StoreUnavailable
from rescind.flows.context import current_initiator, current_request_id, pending_receipts, running_request
from rescind.model.session import Session
from rescind.revocation.receipt import Receipt
from rescind.web.gate import Gate
from rescind.wsgi import Middleware, Request, request_of
from rescind.wsgi.request import running_of

Start = Callable[..., Any]
PLAIN = [("Content-Type", "text/plain"), ("Content-Length", "2")]


def ok(_: dict[str, Any], start: Start) -> Iterable[bytes]:
    start("200 OK", list(PLAIN))
    return [b"ok"]


def asking(gate: Gate, then: Callable[[Request], object] = lambda _: None) -> Any:
    """An application that asks who it is."""

    def app(request: dict[str, Any], start: Start) -> Iterable[bytes]:
        found = request_of(request, gate)
        assert found is not None
        found.check()
        then(found)
        return ok(request, start)

    return app


def test_an_application_that_asks_nothing_is_left_alone(gate: Gate, auth: Rescind[str]) -> None:
    body: list[bytes] = [b"ok"]

    def app(_: dict[str, Any], start: Start) -> Iterable[bytes]:
        start("200 OK", list(PLAIN))
        return body

    seen: list[Any] = []

    def started(*start: Any) -> Callable[[bytes], object]:
        seen.append(start)
        return seen.append

    given = Middleware(app, gate)(environ("junk"), started)
    assert given is body
    assert seen == [("200 OK", PLAIN)]


def test_the_request_is_there_while_it_runs_and_not_after(gate: Gate, auth: Rescind[str]) -> None:
    issued, seen = auth.sessions.start("ada"), list[Any]()

    def look(request: Request) -> None:
        seen.extend([running_of(gate) is request, current_initiator.get(), current_request_id.get()])

    request = environ(issued.token, HTTP_X_REQUEST_ID="from-the-proxy")
    answer = call(Middleware(asking(gate, look), gate), request)
    assert (answer.status, answer.header("vary")) == (200, ["Cookie"])
    assert seen == [True, f"session:{issued.session.id}", "from-the-proxy"]
    assert running_request.get() is None
    assert running_of(gate) is None


def test_it_is_not_after_a_failure_either(gate: Gate) -> None:
    def app(_: dict[str, Any], __: Start) -> Iterable[bytes]:
        raise LookupError("of the application")

    with pytest.raises(LookupError, match="of the application"):
        call(Middleware(app, gate), environ())
    assert running_request.get() is None


def test_twice_is_once_and_each_engine_has_its_own(gate: Gate, auth: Rescind[str]) -> None:
    with Rescind("memory://") as other:
        inner = Gate(other)
        issued, seen = auth.sessions.start("ada"), list[Any]()

        def app(request: dict[str, Any], start: Start) -> Iterable[bytes]:
            ours, theirs = request_of(request, gate), request_of(request, inner)
            assert ours is not None
            assert theirs is not None
            seen.extend([ours is theirs.outer, isinstance(ours.check(), Session), theirs.initiator])
            return ok(request, start)

        both = Middleware(Middleware(Middleware(app, inner), gate), gate)
        assert call(both, environ(issued.token)).starts == 1
    assert seen == [True, True, f"session:{issued.session.id}"]


@pytest.mark.parametrize("error", [LookupError("no"), None])
def test_receipts_are_completed_before_the_answer_leaves(gate: Gate, error: Exception | None) -> None:
    done: list[str] = []

    class Waiting(Receipt):
        def complete(self) -> Receipt:
            done.append("completed")
            self.state = "final"
            return self

    def app(request: dict[str, Any], start: Start) -> Iterable[bytes]:
        receipts = pending_receipts.get()
        assert receipts is not None
        receipts.append(Waiting("pending", "id"))
        if error is not None:
            raise error
        return ok(request, start)

    def started(*_: Any) -> Any:
        done.append("started")
        return done.append

    if error is None:
        Middleware(app, gate)(environ(), started)
    else:
        with pytest.raises(LookupError):
            Middleware(app, gate)(environ(), started)
    assert done == ["completed", "started"][: 2 if error is None else 1]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_receipt_that_cannot_be_completed_is_no_good_answer(gate: Gate, method: str) -> None:
    """The application's "done" may not be true: 503, and the receipt is asked for again with its id."""
    closed: list[str] = []

    class Lost(Receipt):
        def complete(self) -> Receipt:
            raise StoreUnavailable("unplugged")

    class Body(list[bytes]):
        def close(self) -> None:
            closed.append("closed")

    def app(request: dict[str, Any], start: Start) -> Iterable[bytes]:
        receipts = pending_receipts.get()
        assert receipts is not None
        receipts.append(Lost("pending", "id"))
        ok(request, start)
        return Body([b"done"])

    answer = call(Middleware(app, gate), environ(method=method))
    assert (answer.status, answer.starts, closed) == (503, 1, ["closed"])
    assert answer.body == b"" if method == "HEAD" else b"unavailable" in answer.body
    assert b"unplugged" not in answer.body

    def failing(request: dict[str, Any], start: Start) -> Iterable[bytes]:
        app(request, start)
        raise LookupError("of the application")

    with pytest.raises(LookupError, match="of the application"):
        call(Middleware(failing, gate), environ())


def test_a_transaction_that_is_open_while_the_answer_is_sent_is_completed_at_its_end(gate: Gate) -> None:
    done: list[str] = []

    class Open(Receipt):
        def complete(self) -> Receipt:
            done.append("asked")
            return self

    def app(request: dict[str, Any], start: Start) -> Iterable[bytes]:
        receipts = pending_receipts.get()
        assert receipts is not None
        receipts.append(Open("pending", "id"))
        return ok(request, start)

    _, body = begin(Middleware(app, gate), environ())
    assert (list(body), done) == ([b"ok"], ["asked"])
    end(body)
    assert done == ["asked", "asked"]


def test_an_application_that_starts_with_its_first_part(gate: Gate, auth: Rescind[str]) -> None:
    """PEP 3333 lets ``start_response`` be called as late as that."""
    issued, closed = auth.sessions.start("ada"), list[str]()

    def app(request: dict[str, Any], start: Start) -> Iterator[bytes]:
        found = request_of(request, gate)
        assert found is not None
        found.check()
        start("200 OK", list(PLAIN))
        try:
            yield b"o"
            yield b"k"
        finally:
            closed.append("closed")

    answer = call(Middleware(app, gate), environ(issued.token))
    assert (answer.status, answer.body, answer.header("vary"), closed) == (200, b"ok", ["Cookie"], ["closed"])


def test_an_application_that_starts_twice_and_one_that_writes(gate: Gate, auth: Rescind[str]) -> None:
    token = auth.sessions.start("ada").token

    def failing(request: dict[str, Any], start: Start) -> Iterable[bytes]:
        start("200 OK", list(PLAIN))
        try:
            raise LookupError
        except LookupError as error:
            start("500 Oops", list(PLAIN), (LookupError, error, error.__traceback__))
        return [b"no"]

    def writing(_: dict[str, Any], start: Start) -> Iterable[bytes]:
        start("200 OK", list(PLAIN))(b"ok")
        return []

    assert (call(Middleware(failing, gate), environ(token)).status) == 500
    written = call(Middleware(writing, gate), environ(token))
    assert (written.status, written.body, written.starts) == (200, b"ok", 1)


def test_cookies_of_who_has_no_answer_at_hand(gate: Gate) -> None:
    def app(request: dict[str, Any], start: Start) -> Iterable[bytes]:
        found = request_of(request, gate)
        assert found is not None
        found.set_cookies({"set-cookie": "a=1", "cache-control": "no-store", "vary": "Cookie"})
        found.set_cookies({"set-cookie": "a=2", "cache-control": "no-store", "vary": "Cookie"})
        start("200 OK", [*PLAIN, ("Cache-Control", "public, max-age=60")])
        return [b"ok"]

    answer = call(Middleware(app, gate), environ())
    assert answer.header("set-cookie") == ["a=2"]
    assert answer.header("cache-control") == ["no-store"], "a proxy that kept it would sign others in"
    assert answer.header("vary") == ["Cookie"]
