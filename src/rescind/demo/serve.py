"""The server process of the demo: binds a port, says which, and runs uvicorn's workers until told to stop.

`python -m rescind.demo.serve PORT WORKERS`. It ends on SIGTERM, and also when its standard input closes: then
the process that started it is gone, however it went.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from pathlib import Path

from uvicorn import Config
from uvicorn.supervisors import Multiprocess

from rescind.demo.app import FOLDER, PEERS_DATABASE
from rescind.demo.peers import create_tables


def main(arguments: list[str]) -> None:
    """Serves until stopped. Prints the port as its only line."""
    port, workers = int(arguments[0]), int(arguments[1])
    create_tables(Path(os.environ[FOLDER]) / PEERS_DATABASE)
    listener = bind(port)
    config = Config(
        "rescind.demo.app:create_app",
        factory=True,
        workers=workers,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=2,
    )
    threading.Thread(target=_stop_with_parent, daemon=True).start()
    sys.stdout.write(f"{listener.getsockname()[1]}\n")
    sys.stdout.flush()
    Multiprocess(config, sockets=[listener]).run()


def bind(port: int) -> socket.socket:
    """Listens on that port of 127.0.0.1, or on any free one when it is taken."""
    for candidate in (port, 0):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", candidate))
        except OSError:
            listener.close()
            continue
        listener.listen(2048)
        listener.set_inheritable(True)
        return listener
    raise OSError("no free port on 127.0.0.1")


def _stop_with_parent() -> None:
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main(sys.argv[1:])
