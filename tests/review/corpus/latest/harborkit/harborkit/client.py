from __future__ import annotations

import logging
import time
from typing import Any

import requests

from .ids import backoff, trace_id
from .settings import Settings

log = logging.getLogger("harborkit.client")


class UpstreamError(RuntimeError):
    """Another service did not answer as it should."""


class Client:
    """Calls to authorities outside: customs, weather, pilots."""

    attempts = 3

    def __init__(self, settings: Settings, base: str, token: str) -> None:
        self.base = base.rstrip("/")
        self.session = requests.Session()
        self.session.verify = settings.verify_tls
        self.session.headers.update({"Authorization": f"Bearer {token}", "User-Agent": settings.service})

    def call(self, method: str, path: str, **kwargs: Any) -> Any:
        trace = trace_id()
        for attempt in range(self.attempts):
            answer = self.session.request(
                method, self.base + path, headers={"X-Trace": trace}, timeout=15, **kwargs
            )
            if answer.status_code < 500:
                break
            log.info("%s %s gave %d, trace %s", method, path, answer.status_code, trace)
            time.sleep(backoff(attempt))
        if answer.status_code >= 400:
            raise UpstreamError(f"{method} {path} gave {answer.status_code}, sent {dict(answer.request.headers)}")
        return answer.json() if answer.content else None


class InternalClient(Client):
    """Calls between services; their certificates come from the port's own authority."""

    def __init__(self, settings: Settings, base: str, token: str) -> None:
        super().__init__(settings, base, token)
        self.session.verify = settings.internal_ca
        log.debug("client for %s, token of %d characters", self.base, len(token))
