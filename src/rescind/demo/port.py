"""A port of 127.0.0.1 that several processes listen on."""

from __future__ import annotations

import socket

HOST = "127.0.0.1"


def reserve(wish: int) -> socket.socket:
    """Holds the port `wish`, or any free one when somebody has it, without listening on it."""
    for candidate in (wish, 0):
        try:
            return share(_unused(candidate))
        except OSError:
            continue
    raise OSError(f"no free port on {HOST}")


def share(port: int) -> socket.socket:
    """A socket bound to a port that is held or shared already. Raises OSError."""
    shared = socket.socket()
    try:
        shared.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        shared.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        shared.bind((HOST, port))
    except OSError:
        shared.close()
        raise
    return shared


def _unused(port: int) -> int:
    """The port itself, or a free one for 0. Raises OSError when anybody has it, another demo included."""
    with socket.socket() as alone:
        alone.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        alone.bind((HOST, port))
        alone.listen()  # a shared port can be bound beside, but not listened on
        number: int = alone.getsockname()[1]
        return number
