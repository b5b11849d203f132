"""Streams over a real server: they end with their session; ordinary answers finish."""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from tests import plain_http
from tests.asgi.house import House, Recorder, cookie, get
from tests.asgi.serving import serving
from tests.world import calls_of

from rescind import Rescind


@pytest.fixture
def house(tmp_path: Path, empty_database: Path) -> Iterator[House]:
    made = House(f"sqlite:///{shutil.copy(empty_database, tmp_path / 'app.db')}")
    yield made
    made.auth.close()


def test_an_event_stream_ends_and_nothing_follows_the_receipt(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    heard, token = Recorder(), house.token()
    with (
        caplog.at_level(logging.WARNING),
        serving(heard.around(house.app)) as server,
        Rescind(house.auth.settings.url, principal_id=int) as admin,
        plain_http.stream("GET", f"http://{server.address}/events", headers=cookie(token)) as answer,
    ):
        lines = answer.iter_lines()
        assert next(lines) == "data: 0"
        assert admin.revoke(principal=7, reason="left").state == "final"
        after = time.monotonic()
        rest = [line for line in lines if line]  # ends by itself, and as a whole: no error is raised
        assert house.gone.wait(5), "the generator was not ended"
    assert time.monotonic() - after < 5
    assert all(line.startswith("data: ") for line in rest)
    assert heard.passed("http.response.body", before=after)
    assert (
        len(heard.passed("http.response.body", since=after)) <= 1
    )  # it was between its check and the server
    assert [record.getMessage() for record in caplog.records] == []
    assert len(house.auth.core.streams) == 0


def test_a_stream_on_which_nothing_happens_ends_too(house: House) -> None:
    with (
        serving(house.app) as server,
        plain_http.stream("GET", f"http://{server.address}/silent", headers=cookie(house.token())) as answer,
    ):
        assert house.opened.acquire(timeout=5)
        house.auth.revoke(principal=7, reason="left")
        assert answer.read() == b""
        assert house.gone.wait(5)


def test_a_stream_of_somebody_else_goes_on(house: House) -> None:
    with (
        serving(house.app) as server,
        plain_http.stream("GET", f"http://{server.address}/events", headers=cookie(house.token(8))) as answer,
    ):
        lines = (line for line in answer.iter_lines() if line)
        assert next(lines) == "data: 0"
        house.auth.revoke(principal=7, reason="left")
        assert [next(lines) for _ in range(50)] == [f"data: {number}" for number in range(1, 51)]


def test_the_client_goes_first(house: House) -> None:
    with serving(house.app) as server:
        url = f"http://{server.address}/events"
        with plain_http.stream("GET", url, headers=cookie(house.token())) as answer:
            lines = answer.iter_lines()
            assert next(lines) == "data: 0"
            assert len(house.auth.core.streams) == 1
        assert house.gone.wait(5)
    assert len(house.auth.core.streams) == 0


def test_ordinary_answers_register_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    registered = calls_of(monkeypatch, house.auth.core.streams, "register")
    token = house.token()
    with serving(house.app) as server:
        assert get(server.address, "/me", token).text == "7"
        assert registered == []
        with plain_http.stream("GET", f"http://{server.address}/events", headers=cookie(token)):
            assert len(registered) == 1


def test_revoked_between_the_check_and_the_first_byte(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """It registers first and is checked after: the revocation falls between the two checks."""
    register = house.auth.core.streams.register

    def revoke_then_register(*args: object, **more: object) -> object:
        with Rescind(house.auth.settings.url, principal_id=int, allow_sync_on_loop=True) as admin:
            admin.revoke(principal=7, reason="left", wait=False)
        return register(*args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(house.auth.core.streams, "register", revoke_then_register)
    with serving(house.app) as server:
        answer = get(server.address, "/events", house.token())
    assert (answer.status_code, answer.json()["code"]) == (401, "sign_in")


def test_a_stream_that_asks_by_itself(house: House, caplog: pytest.LogCaptureFixture) -> None:
    with (
        caplog.at_level(logging.WARNING),
        serving(house.app) as server,
        plain_http.stream("GET", f"http://{server.address}/asking", headers=cookie(house.token())) as answer,
    ):
        lines = answer.iter_lines()
        assert next(lines) == "data: x"
        house.auth.revoke(principal=7, reason="left")
        assert set(lines) <= {"data: x", ""}, "ends as a whole"
    assert [record.getMessage() for record in caplog.records] == []


class Tagged(BaseHTTPMiddleware):
    """The middleware that people write: it reads the answer and streams it on."""

    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        response = await call_next(request)
        response.headers["x-tagged"] = "yes"
        return response


@pytest.mark.parametrize("place", ["inside", "outside"])
@pytest.mark.parametrize("middleware", [Tagged, GZipMiddleware])
def test_with_other_middlewares(
    tmp_path: Path,
    empty_database: Path,
    place: str,
    middleware: type,
    caplog: pytest.LogCaptureFixture,
) -> None:
    url = f"sqlite:///{shutil.copy(empty_database, tmp_path / 'app.db')}"
    house = House(url, **{place: [middleware]})
    with (
        caplog.at_level(logging.WARNING),
        serving(house.app) as server,
        plain_http.stream("GET", f"http://{server.address}/events", headers=cookie(house.token())) as answer,
    ):
        assert get(server.address, "/me", house.token(8)).text == "8"
        parts = answer.iter_raw()
        next(parts)
        house.auth.revoke(principal=7, reason="left")
        after = time.monotonic()
        for _ in parts:
            assert time.monotonic() - after < 5
        assert house.gone.wait(5)
    assert [record.getMessage() for record in caplog.records] == []
    house.auth.close()


def test_a_server_that_reports_a_disconnect_only_by_failing(house: House) -> None:
    """ASGI 2.4: the application must hear of the end all the same, though it is not listening by itself."""

    async def newer(scope: dict[str, object], receive: object, send: object) -> None:
        scope["asgi"] = {"version": "3.0", "spec_version": "2.4"}
        await house.app(scope, receive, send)  # type: ignore[arg-type]

    with (
        serving(newer, lifespan="off") as server,
        plain_http.stream("GET", f"http://{server.address}/silent", headers=cookie(house.token())) as answer,
    ):
        assert house.opened.acquire(timeout=5)
        house.auth.revoke(principal=7, reason="left")
        assert answer.read() == b""
        assert house.gone.wait(5)
