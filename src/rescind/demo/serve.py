"""One worker process of FastAPI: uvicorn on a port that it shares with the other workers (SO_REUSEPORT).

`python -m rescind.demo.serve PORT`. Each worker listens on a socket of its own, so the kernel spreads the
connections evenly. It ends on SIGTERM, and when its standard input closes: then whoever started it is gone.
"""

from __future__ import annotations

import sys

from uvicorn import Config, Server

from rescind.demo.port import share
from rescind.demo.processes import wait_for_go
from rescind.demo.sites.fastapi_site import create_app


def main(arguments: list[str]) -> None:
    """Serves until stopped."""
    server = Server(
        Config(
            create_app(),
            log_level="warning",
            access_log=False,
            timeout_keep_alive=30,
            timeout_graceful_shutdown=2,
        )
    )
    server.config.load()
    wait_for_go()
    listener = share(int(arguments[0]))
    listener.listen(2048)
    server.run(sockets=[listener])


if __name__ == "__main__":
    main(sys.argv[1:])
