"""Sockets over a real server: closed with their session, and with nothing else."""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from tests import programs
from tests.asgi.house import House, Recorder, socket
from tests.asgi.serving import Serving, serving
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection

from rescind import Rescind
from rescind.asgi import ENDED, SUPERSEDED

SOON = 1.0
"""Seconds within which an open connection must be closed (asks E1)."""


@pytest.fixture
def house(tmp_path: Path, empty_database: Path) -> Iterator[House]:
    made = House(f"sqlite:///{shutil.copy(empty_database, tmp_path / 'app.db')}")
    yield made
    made.auth.close()


@pytest.fixture
def server(house: House) -> Iterator[Serving]:
    with serving(house.app) as running:
        yield running
        house.enough.set()


def close_code(open_socket: ClientConnection) -> int | None:
    """Reads until the socket is closed, soon, and returns the code that the server gave."""
    code, _ = read_to_the_end(open_socket)
    return code


def read_to_the_end(open_socket: ClientConnection) -> tuple[int | None, list[str]]:
    """The code that the server closes with, and what it sent before."""
    deadline, late = time.monotonic() + SOON, []

    def read() -> None:
        while True:
            late.append(str(open_socket.recv(timeout=max(0.0, deadline - time.monotonic()))))

    with pytest.raises(ConnectionClosed) as closed:
        read()
    return None if closed.value.rcvd is None else closed.value.rcvd.code, late


def test_echo_goes_on_until_the_session_ends(house: House, server: Serving) -> None:
    with socket(server.address, house.token()) as one:
        one.send("hello")
        assert one.recv(timeout=5) == "hello"
        house.auth.revoke(principal=7, reason="left")
        assert close_code(one) == ENDED
    assert house.gone.wait(5), "the endpoint was not told"


def test_an_idle_socket_is_closed_too(house: House, server: Serving) -> None:
    with socket(server.address, house.token()) as one:
        house.auth.revoke(everything=True, confirm="default", reason="incident")
        assert close_code(one) == ENDED


def test_an_endpoint_that_only_sends(house: House, server: Serving, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING), socket(server.address, house.token(), "/push") as one:
        assert one.recv(timeout=5) == "0"
        house.auth.revoke(principal=7, reason="left")
        assert close_code(one) == ENDED
    assert [r.getMessage() for r in caplog.records if "uvicorn" in r.name or "asgi" in r.name] == []


def test_sockets_of_others_stay(house: House, server: Serving) -> None:
    mine, phone, other = house.token(), house.token(), house.token(8)
    with (
        socket(server.address, mine) as one,
        socket(server.address, mine) as two,
        socket(server.address, phone) as three,
        socket(server.address, other) as four,
    ):
        session = house.auth.check(mine)
        house.auth.revoke(session=session.id, reason="signed out here")  # type: ignore[union-attr]
        assert close_code(one) == close_code(two) == ENDED
        for still_open in (three, four):
            still_open.send("here")
            assert still_open.recv(timeout=5) == "here"


def test_a_page_that_is_loaded_again_closes_no_other(house: House, server: Serving) -> None:
    token = house.token()
    with socket(server.address, token) as tab:
        for _ in range(3):
            with socket(server.address, token) as again:
                again.send("hi")
                assert again.recv(timeout=5) == "hi"
        tab.send("still")
        assert tab.recv(timeout=5) == "still"
    assert len(house.auth.core.streams) == 0 or house.gone.wait(5)


def test_rotation_asks_to_connect_again(house: House, server: Serving) -> None:
    token = house.token()
    with socket(server.address, token) as one:
        issued = house.auth.sessions.rotate(house.auth.check(token))  # type: ignore[arg-type]
        assert close_code(one) == SUPERSEDED
    with socket(server.address, issued.token) as one:
        one.send("again")
        assert one.recv(timeout=5) == "again"


def test_change_of_roles_closes_nothing_and_suspension_does(house: House, server: Serving) -> None:
    with socket(server.address, house.token()) as one:
        house.auth.principals.set(7, roles=["finance"], reason="promoted")
        one.send("here")
        assert one.recv(timeout=5) == "here"
        house.auth.principals.set(7, active=False, reason="suspended")
        assert close_code(one) == ENDED


def test_handshake_without_a_session_is_refused(house: House, server: Serving) -> None:
    revoked = house.token()
    house.auth.revoke(principal=7, reason="left")
    for token in (revoked, "garbage"):
        with pytest.raises(InvalidStatus) as refused:
            socket(server.address, token)
        assert refused.value.response.status_code == 401
        assert b'"code":"sign_in"' in refused.value.response.body


def test_handshake_of_another_site_is_refused(house: House, server: Serving) -> None:
    token = house.token()
    with pytest.raises(InvalidStatus) as refused:
        socket(server.address, token, Origin="https://evil.example")
    assert refused.value.response.status_code == 403
    assert b'"code":"csrf"' in refused.value.response.body
    with socket(server.address, token, Origin=f"http://{server.address}") as one:
        one.send("own page")
        assert one.recv(timeout=5) == "own page"


def test_the_client_goes_first(house: House, server: Serving) -> None:
    with socket(server.address, house.token()):
        assert len(house.auth.core.streams) == 1
    assert house.gone.wait(5)
    assert house.auth.revoke(principal=7, reason="left").state == "final"


# -- revoked elsewhere -----------------------------------------------------------------------------------


def test_revoked_by_another_engine(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'app.db'}"
    house = House(url)
    with (
        serving(house.app) as server,
        Rescind(url, principal_id=int) as admin,
        socket(server.address, house.token()) as one,
    ):
        one.send("a")
        assert one.recv(timeout=5) == "a"
        assert admin.revoke(principal=7, reason="left").state == "final"
        assert close_code(one) == ENDED


def test_revoked_by_another_process(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'app.db'}"
    house = House(url)
    code = (
        "from rescind import Rescind\n"
        f"with Rescind({url!r}, principal_id=int) as auth:\n"
        "    print(auth.revoke(principal=7, reason='left').state)\n"
    )
    with serving(house.app) as server, socket(server.address, house.token()) as one:
        done = programs.run(programs.text, code)
        assert done.stdout.strip() == "final"
        assert close_code(one) == ENDED


def test_no_message_passes_after_the_receipt(house: House) -> None:
    """Neither way: what the endpoint sends every 5 ms, and what the client goes on to say. One message may be
    between its check and the server when the receipt comes."""
    heard, token = Recorder(), house.token()
    with (
        serving(heard.around(house.app)) as server,
        Rescind(house.auth.settings.url, principal_id=int) as admin,
        socket(server.address, token, "/push") as push,
        socket(server.address, token) as talk,
    ):
        talk.send("before")
        assert (push.recv(timeout=5), talk.recv(timeout=5)) == ("0", "before")
        admin.revoke(principal=7, reason="left")
        after = time.monotonic()
        with suppress(ConnectionClosed):  # it may have heard of the end by now
            talk.send("after")
        assert close_code(push) == ENDED
        assert read_to_the_end(talk) == (ENDED, [])
        tried = house.pushed
        while house.pushed < tried + 100:
            assert time.monotonic() - after < 60, "the endpoint has stopped"
            time.sleep(0.01)
        house.enough.set()
    assert heard.passed("websocket.send", before=after)
    assert len(heard.passed("websocket.send", since=after)) <= 1


def test_server_without_denial_responses(house: House) -> None:
    async def plain(scope: dict[str, object], receive: object, send: object) -> None:
        scope.pop("extensions", None)
        await house.app(scope, receive, send)  # type: ignore[arg-type]

    with serving(plain, lifespan="off") as server, pytest.raises(InvalidStatus) as refused:
        socket(server.address, "garbage")
    assert refused.value.response.status_code == 403
