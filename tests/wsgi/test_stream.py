"""A stream ends with its session, and not because the store is away."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from tests.wsgi.wire import begin, call, end, environ

from rescind import Rescind
from rescind.errors import StoreUnavailable
from rescind.flows.context import current_initiator
from rescind.testing import FakeClock
from rescind.web.gate import Gate
from rescind.wsgi import Middleware, request_of

TEXT = [("Content-Type", "text/plain")]


class Numbers:
    """An application that counts for those who are signed in.

    Attributes:
        left: whether its clean-up has run.
    """

    def __init__(self, gate: Gate, before: Callable[[int], object] = lambda _: None) -> None:
        self._gate = gate
        self._before = before
        self.left = False
        self.initiators: set[str] = set()

    def __call__(self, request: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        found = request_of(request, self._gate)
        assert found is not None
        found.check()
        start("200 OK", list(TEXT))
        return self._count()

    def _count(self) -> Iterator[bytes]:
        try:
            for number in range(6):
                self._before(number)
                self.initiators.add(current_initiator.get())
                yield str(number).encode()
        finally:
            self.left = True


def test_it_ends_with_its_session(gate: Gate, auth: Rescind[str]) -> None:
    issued = auth.sessions.start("ada")

    def revoke_at_three(number: int) -> None:
        if number == 3:
            auth.revoke(principal="ada", reason="left")

    numbers = Numbers(gate, revoke_at_three)
    answer = call(Middleware(numbers, gate), environ(issued.token))
    assert (answer.status, answer.body, numbers.left) == (200, b"012", True)
    assert numbers.initiators == {f"session:{issued.session.id}"}, "its parts run for the request, too"


def test_one_that_goes_on_is_whole(gate: Gate, auth: Rescind[str]) -> None:
    numbers = Numbers(gate)
    answer = call(Middleware(numbers, gate), environ(auth.sessions.start("ada").token))
    assert (answer.body, numbers.left, answer.header("vary")) == (b"012345", True, ["Cookie"])


def test_revoked_before_the_first_byte_a_refusal_is_the_answer(gate: Gate, auth: Rescind[str]) -> None:
    token = auth.sessions.start("ada").token
    left: list[bool] = []

    def app(request: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        numbers = Numbers(gate)
        body = numbers(request, start)
        auth.revoke(principal="ada", reason="left")
        left.append(numbers.left)
        return body

    answer = call(Middleware(app, gate), environ(token))
    assert (answer.status, answer.header("content-type")) == (401, ["application/problem+json"])
    assert "Max-Age=0" in answer.header("set-cookie")[0]
    assert b"sign_in" in answer.body
    assert answer.header("content-length") == [str(len(answer.body))]


def test_a_client_that_goes_away_closes_it(gate: Gate, auth: Rescind[str]) -> None:
    numbers = Numbers(gate)
    _, body = begin(Middleware(numbers, gate), environ(auth.sessions.start("ada").token))
    assert next(body) == b"0"
    end(body)
    assert numbers.left


@pytest.mark.parametrize(
    ("method", "status", "headers"),
    [("HEAD", "200 OK", []), ("GET", "304 Not Modified", []), ("GET", "200 OK", [("Content-Length", "1")])],
)
def test_what_is_no_stream_is_a_request_in_flight(
    gate: Gate, auth: Rescind[str], method: str, status: str, headers: list[tuple[str, str]]
) -> None:
    body = [b""] if method == "HEAD" or status[0] == "3" else [b"x"]

    def app(request: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        found = request_of(request, gate)
        assert found is not None
        found.check()
        start(status, headers)
        return body

    request = environ(auth.sessions.start("ada").token, method)
    assert Middleware(app, gate)(request, lambda *_: body.append) is body


def test_while_the_authority_is_away_it_goes_on_for_its_grace(
    gate: Gate, auth: Rescind[str], clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any, **__: Any) -> Any:
        raise StoreUnavailable("unplugged")

    def go_away(number: int) -> None:
        if number == 1:
            monkeypatch.setattr(auth.core.store, "facts", away)
            monkeypatch.setattr(auth.core.store, "renew", away)
            clock.advance(seconds=3)  # past the lease: memory answers no more
        elif number:
            clock.advance(seconds=auth.settings.stream_grace / 2)

    numbers = Numbers(gate, go_away)
    answer = call(Middleware(numbers, gate), environ(auth.sessions.start("ada").token))
    assert answer.body == b"012"
    assert numbers.left


def test_receipts_tell_of_streams(gate: Gate, auth: Rescind[str]) -> None:
    assert auth.revoke(principal="ada", reason="x").outside == ()
    call(Middleware(Numbers(gate), gate), environ(auth.sessions.start("ada").token))
    assert "live connections" in auth.revoke(principal="ada", reason="x").outside[0]
