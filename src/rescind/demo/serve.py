"""One worker process of the demo: uvicorn on a port that it shares with the other workers (SO_REUSEPORT).

`python -m rescind.demo.serve PORT`. Each worker listens on a socket of its own, so the kernel spreads the
connections evenly. It ends on SIGTERM, and when its standard input closes: then whoever started it is gone.
"""

from __future__ import annotations

import os
import signal
import sys
import threading

from uvicorn import Config, Server

from rescind.demo.port import share


def main(arguments: list[str]) -> None:
    """Serves until stopped."""
    listener = share(int(arguments[0]))
    listener.listen(2048)
    threading.Thread(target=_stop_with_parent, daemon=True).start()
    config = Config(
        "rescind.demo.app:create_app",
        factory=True,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=2,
    )
    Server(config).run(sockets=[listener])


def _stop_with_parent() -> None:
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main(sys.argv[1:])
