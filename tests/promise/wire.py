"""A network that fails: what one worker and the server say to each other goes through here, or stays here.

TCP gives up on nothing within the seconds of a test: bytes that are held arrive when they are let go, in
order, as after a partition that healed. A wire that is cut ends every connection at once.
"""

from __future__ import annotations

import select
import socket
import threading
from contextlib import suppress
from typing import Literal

Held = Literal["nothing", "everything", "answers"]
CHUNK = 65536


class Wire:
    """Forwards connections to a port of 127.0.0.1.

    Attributes:
        port: what to connect to instead.
        target: the port that it leads to.
        held: what is not forwarded now; ``"answers"``: what the worker asks arrives, and it hears of nothing.
    """

    def __init__(self, target: int) -> None:
        self.held: Held = "nothing"
        self.target = target
        self._lock = threading.Lock()
        self._connections: set[tuple[socket.socket, socket.socket]] = set()
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """End every connection; new ones can be made."""
        with self._lock:
            pairs, self._connections = self._connections, set()
        for pair in pairs:
            for end in pair:
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)

    def lead_to(self, target: int) -> None:
        """Another server answers at this address from now on."""
        self.target = target
        self.cut()

    def close(self) -> None:
        self._listening.close()
        self.cut()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listening.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                near.close()
                continue
            for end in (near, far):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._connections.add((near, far))
            threading.Thread(target=self._forward, args=(near, far), daemon=True).start()

    def _forward(self, near: socket.socket, far: socket.socket) -> None:
        try:
            while self._pass_on(near, far):
                pass
        finally:
            with self._lock:
                self._connections.discard((near, far))
            near.close()
            far.close()

    def _pass_on(self, near: socket.socket, far: socket.socket) -> bool:
        """Wait a little for something to forward; false when either end has gone."""
        readable = {"nothing": [near, far], "everything": [], "answers": [near]}[self.held]
        try:
            ready, _, _ = select.select(readable, [], [], 0.01)
            for end in ready:
                said = end.recv(CHUNK)
                if not said:
                    return False
                (far if end is near else near).sendall(said)
        except (OSError, ValueError):  # cut
            return False
        return True
