"""For how long after a COMMIT of somebody else's do workers that answer from memory accept a session?"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field

import httpx2
from tests.drill.applications import serving

PATIENCE = 60.0
COOKIE = "__Host-rescind"
TRUST = 0.8
"""Of a lease; see ``rescind.revocation.worker``."""
REFUSED = (302, 401, 403)
SLACK = 0.15
"""Seconds that a request may be under way between processes of a busy machine after it was accepted."""

Record = Callable[[str, object], None]


@dataclass
class Served:
    """Workers at ``base``.

    Attributes:
        lags: for each way, seconds after its COMMIT at which a request was begun that was still accepted.
    """

    base: str
    lags: dict[str, list[float]] = field(default_factory=dict)

    def lag(self, name: str, token: str, change: Callable[[], object], path: str = "/me") -> None:
        """Measure one change, which has committed when it returns."""
        with ExitStack() as open_:
            clients = self._warm(open_, path, {"Cookie": f"{COOKIE}={token}"})
            change()
            committed = time.monotonic()
            last, left = 0.0, dict(clients)
            while left:
                for pid, client in list(left.items()):
                    begun = time.monotonic()
                    if client.get(path).status_code == 200:
                        last = max(last, begun - committed)
                    else:
                        del left[pid]
                assert time.monotonic() < committed + PATIENCE
            assert all(client.get(path).status_code in REFUSED for client in clients.values())
        self.lags.setdefault(name, []).append(last)

    def _warm(self, open_: ExitStack, path: str, headers: dict[str, str]) -> dict[int, httpx2.Client]:
        """A connection to each worker, which knows the session and answers from memory."""
        found: dict[int, httpx2.Client] = {}
        while len(found) < serving.WORKERS:
            client = open_.enter_context(httpx2.Client(base_url=self.base, headers=headers, timeout=PATIENCE))
            for _ in range(4):
                answer = client.get(path)
                assert answer.status_code == 200, answer.text
            found[answer.json()["pid"]] = client
        return found

    def judge(self, times: int, bound: float, record: Record) -> None:
        """Show what was measured, and hold it against the bound, in seconds."""
        said = {name: f"{max(lags):.3f}" for name, lags in self.lags.items()}
        record("measured", f"seconds accepted after COMMIT, the most of {times}: {said}; bound {bound:.2f}")
        assert max(map(max, self.lags.values())) <= bound
