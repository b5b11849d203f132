"""A shared port: several listeners of one demo, never of two."""

from __future__ import annotations

import socket

import pytest

from rescind.demo.port import HOST, reserve, share


def test_a_wish_is_granted_when_nobody_has_it() -> None:
    with reserve(0) as held:
        port = held.getsockname()[1]
    with reserve(port) as again:
        assert again.getsockname() == (HOST, port)


@pytest.mark.parametrize("shared", [False, True])
def test_a_port_that_somebody_listens_on_is_left_alone(shared: bool) -> None:
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, shared)
        other.bind((HOST, 0))
        other.listen()
        with reserve(other.getsockname()[1]) as held:
            assert held.getsockname()[1] != other.getsockname()[1]


def test_several_listen_on_what_is_held_and_each_gets_its_part() -> None:
    with reserve(0) as held, share(held.getsockname()[1]) as one, share(held.getsockname()[1]) as two:
        one.listen(64)
        two.listen(64)
        clients = [socket.create_connection(held.getsockname(), 5) for _ in range(40)]
        accepted = {one: 0, two: 0}
        for listener in accepted:
            listener.setblocking(False)
            while True:
                try:
                    connection, _ = listener.accept()
                except BlockingIOError:
                    break
                connection.close()
                accepted[listener] += 1
        for client in clients:
            client.close()
    assert sum(accepted.values()) == 40
    assert min(accepted.values()) > 3


def test_a_port_of_others_cannot_be_shared() -> None:
    with socket.socket() as other:
        other.bind((HOST, 0))
        other.listen()
        with pytest.raises(OSError, match="in use"):
            share(other.getsockname()[1])
