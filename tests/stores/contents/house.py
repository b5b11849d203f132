"""A database, a Redis server, and engines on both."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.redis_server import Server

from rescind import Issued, Rescind, Session
from rescind.stores.redis import keys

LEASE = 0.5


class House:
    """Args:
    url: of the database.
    """

    def __init__(self, url: str, server: Server) -> None:
        self.url, self.server = url, server
        self.engines: list[Rescind[str]] = []

    def engine(self, **settings: Any) -> Rescind[str]:
        """Another process of the application, as far as the stores can tell."""
        patient: dict[str, Any] = {"lease": LEASE, "authority_timeout": "5s"}
        made: Rescind[str] = Rescind(self.url, redis=self.server.url, **(patient | settings))
        self.engines.append(made)
        return made

    def close(self) -> None:
        for engine in self.engines:
            engine.close()

    def forget_lock(self) -> None:
        """As if the time of a writer that died were over."""
        self.server.do("DEL", keys.LOCK)


@contextmanager
def house(tmp_path: Path, server: Server) -> Iterator[House]:
    made = House(f"sqlite:///{tmp_path / 'app.db'}", server)
    try:
        yield made
    finally:
        made.close()


def accepted(engine: Rescind[str], issued: Issued[str] | None) -> bool:
    """By memory or by the authority; they must agree."""
    if issued is None:
        return False
    strict, leased = (isinstance(engine.check(issued.token, strict=one), Session) for one in (True, False))
    assert strict == leased
    return strict


def live(engine: Rescind[str], principal_id: str) -> list[str]:
    return [one.id for one in engine.sessions.list(principal_id)]
