"""One gunicorn worker of four threads, for the applications of ``flask_served`` and ``django_served``.

Prints one JSON line when it listens: ``{"port", "token", "cookie", "pid"}``, the pid that of the worker.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from gunicorn.app.base import BaseApplication

THREADS = 4


class Made(Protocol):
    """An application, a token that it accepts, and the cookie that it reads it from."""

    @property
    def app(self) -> Any: ...

    @property
    def token(self) -> str: ...

    @property
    def cookie(self) -> str: ...


class Server(BaseApplication):  # type: ignore[misc]
    """gunicorn without its command line. The application is made in the worker."""

    def __init__(self, make: Callable[[str, Path], Made], kind: str, folder: Path) -> None:
        self.make = make
        self.kind = kind
        self.folder = folder
        super().__init__()

    def load_config(self) -> None:
        settings = {
            "bind": "127.0.0.1:0",
            "workers": 1,
            "worker_class": "gthread",
            "threads": THREADS,
            "loglevel": "warning",
            "post_worker_init": self.tell,
        }
        for name, value in settings.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        self.made = self.make(self.kind, self.folder)
        return self.made.app

    def tell(self, worker: Any) -> None:
        """The worker listens: say where."""
        port = worker.sockets[0].getsockname()[1]
        told = {"port": port, "token": self.made.token, "cookie": self.made.cookie, "pid": os.getpid()}
        print(json.dumps(told), flush=True)
