"""Flask or Django under gunicorn, which loads the application once and forks its worker processes.

`python -m rescind.demo.prefork SITE PORT`, where SITE is a module of `rescind.demo.sites`. It ends on
SIGTERM, and when its standard input closes: then whoever started it is gone.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

from gunicorn.app.base import BaseApplication

from rescind.demo.port import HOST
from rescind.demo.processes import WORKERS, wait_for_go

SETTINGS = {
    "workers": WORKERS,
    "worker_class": "gthread",
    "threads": 8,
    "reuse_port": True,  # the demo holds the port until the server listens
    "keepalive": 30,  # seconds, longer than anybody in a drill waits on a busy machine
    "graceful_timeout": 1,
    "loglevel": "warning",
    "control_socket_disable": True,  # of newer ones, which would put a socket into the home folder
}


class Prefork(BaseApplication):  # type: ignore[misc]
    """gunicorn around an application that is there already."""

    def __init__(self, application: Any, port: int) -> None:
        self._application = application
        self._port = port
        super().__init__()

    def load_config(self) -> None:
        """Its settings; those that this gunicorn does not know are left out."""
        self.cfg.set("bind", f"{HOST}:{self._port}")
        for name, value in SETTINGS.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Any:
        """What the workers run."""
        return self._application


def main(arguments: list[str]) -> None:
    """Serves until stopped."""
    name, port = arguments
    site = import_module(f"rescind.demo.sites.{name}")
    application = site.create_app()
    wait_for_go()
    if hasattr(site, "prepare"):
        site.prepare()
    Prefork(application, int(port)).run()


if __name__ == "__main__":
    main(sys.argv[1:])
