"""What every request of an application shares under an event loop."""

from __future__ import annotations

from typing import Any

from rescind.asgi.threads import RouteThreads
from rescind.engine import Rescind
from rescind.web.gate import Gate as WebGate


class Gate(WebGate):
    """Attributes:
    threads: where our own routes run.
    """

    def __init__(self, engine: Rescind[Any], *, home: str = "/") -> None:
        super().__init__(engine, home=home)
        self.threads = RouteThreads(engine.settings, engine.core.clock)
        engine.core.on_fork.append(self.threads.after_fork)
