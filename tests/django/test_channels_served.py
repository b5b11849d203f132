"""A consumer behind a real server: its socket is closed where nobody says anything."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from tests.asgi.serving import serving
from tests.django.places import file_at, manage, pointing
from tests.django.test_channels import SOON, Echo, application
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from rescind.django import engine, revoke
from rescind.django.making import drop


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Any]:
    """A real one, on a database in a file, in a process of many threads."""
    with pointing(default=file_at(tmp_path / "site.db").database):
        drop()
        manage("migrate", verbosity=0)
        with serving(application, lifespan="off") as running:
            yield running
        drop()


def test_a_socket_is_closed_as_soon_as_its_session_ends(server: Any) -> None:
    users = [get_user_model().objects.create_user(name) for name in ("ada", "bob", "cy")]
    Echo.ended.clear()
    with ExitStack() as sockets:
        ada, bob, cy = (sockets.enter_context(_connected(server, user)) for user in users)
        for socket, user in zip((ada, bob, cy), users, strict=True):
            assert str(socket.recv(timeout=SOON)).startswith(user.get_username())
        began = time.monotonic()
        assert revoke(user=users[0], reason="left").state == "final"
        with pytest.raises(ConnectionClosed) as closed:
            ada.recv(timeout=SOON)
        assert time.monotonic() - began < SOON
        assert closed.value.rcvd is not None
        assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (4001, "session ended")
        users[1].is_active = False
        users[1].save()
        with pytest.raises(ConnectionClosed):
            bob.recv(timeout=SOON)
        cy.send("still here")
        assert cy.recv(timeout=SOON) == "still here"
    until = time.monotonic() + SOON
    while len(Echo.ended) < len(users) and time.monotonic() < until:
        time.sleep(0.01)
    assert Echo.ended.count(4001) == 2


def _connected(server: Any, user: Any) -> Any:
    token = engine().sessions.start(user.pk).token
    return connect(f"ws://{server.address}/echo", additional_headers={"Cookie": f"sessionid={token}"})
