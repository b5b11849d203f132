"""What every request of an application shares."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rescind.engine import Rescind
from rescind.model.session import Session
from rescind.transport.cookie import OncePerHost
from rescind.web.request_id import RequestIds
from rescind.web.settings import WebSettings
from rescind.web.surface import Surface


class Gate:
    """An engine as the web sees it. No I/O in the constructor.

    Attributes:
        engine: what judges.
        settings: the HTTP rules that it was configured with.
        cookie, recall: of these two, what every guarded request needs.
        surface: our own routes.
        warned: the hosts that were told that a browser will drop the cookie; one for routes and application.
        ids: of requests.
    """

    def __init__(self, engine: Rescind[Any], *, home: str = "/") -> None:
        self.engine = engine
        self.settings = WebSettings.of(engine.settings, home=home)
        self.cookie = self.settings.cookie
        self.recall: Callable[[bytes], Session[Any] | None] = engine.core.checks.recall
        self.warned = OncePerHost()
        self.surface = Surface(engine, self.settings, self.warned)
        self.ids = RequestIds()
        engine.core.on_fork.append(self.ids.renew)
