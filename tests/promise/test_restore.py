"""An old database is put back under running workers: what it brings back to life is refused.

The backup knows a session that was ended after it was taken. Whoever looks first, a worker that was running,
a worker that starts now or a strict check, nobody accepts that session again, and a session opened after the
backup, whose row is gone, is refused as well. Then the site goes on.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest
from tests.promise.test_promise_tokens import JWT
from tests.redis_server import Server

from rescind import Issued, Refused, Rescind, Session

Restore = Callable[[Path, Path], None]


def through_sqlite(backup: Path, live: Path) -> None:
    """As ``.restore`` of the sqlite3 shell: pages are written into the live file under its locks."""
    with closing(sqlite3.connect(backup)) as source, closing(sqlite3.connect(live)) as target:
        source.backup(target)


def by_moving(backup: Path, live: Path) -> None:
    """As an operator does it: another file under the same name, the journal of the old one removed."""
    copy = live.with_name("copy.db")
    shutil.copy(backup, copy)
    for suffix in ("-wal", "-shm"):
        live.with_name(live.name + suffix).unlink(missing_ok=True)
    copy.replace(live)


class Site:
    """Two workers and a backup that is older than a revocation."""

    def __init__(self, folder: Path, settings: dict[str, Any]) -> None:
        self.live, self.backup = folder / "app.db", folder / "backup.db"
        self._settings = settings
        self.workers = [self.new(), self.new()]
        self.ended = self.workers[0].sessions.start("ada")
        self.accept_everywhere(self.ended)
        with closing(sqlite3.connect(self.live)) as source, closing(sqlite3.connect(self.backup)) as target:
            source.backup(target)
        self.later = self.workers[1].sessions.start("ben")
        self.accept_everywhere(self.later)
        for number in range(3):
            assert self.workers[0].revoke(principal="ada", reason=f"stolen {number}").state == "final"

    def new(self) -> Rescind[str]:
        return Rescind(f"sqlite:///{self.live}", **self._settings)

    def accept_everywhere(self, issued: Issued[str]) -> None:
        for worker in self.workers:
            assert isinstance(worker.check(issued.token), Session)

    def close(self) -> None:
        for worker in self.workers:
            worker.close()


@pytest.fixture(params=["database", "jwt", "redis"])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    """With the sessions of each model; those in Redis are not put back."""
    with ExitStack() as stack:
        settings: dict[str, Any] = JWT if request.param == "jwt" else {}
        if request.param == "redis":
            settings = {"redis": stack.enter_context(Server("redis")).url}
        yield stack.enter_context(closing(Site(tmp_path, settings)))


@pytest.mark.parametrize("restore", [through_sqlite, by_moving])
@pytest.mark.parametrize("first", ["running", "strict", "new"])
def test_what_a_restore_brings_back_is_refused(site: Site, restore: Restore, first: str) -> None:
    restore(site.backup, site.live)
    newcomer = site.new()
    looks: dict[str, Callable[[], object]] = {
        "running": lambda: site.workers[0].check(site.ended.token),
        "strict": lambda: site.workers[1].check(site.ended.token, strict=True),
        "new": lambda: newcomer.check(site.ended.token),
    }
    assert isinstance(looks[first](), Refused)
    for engine in (*site.workers, newcomer):
        for strict in (False, True):
            assert isinstance(engine.check(site.ended.token, strict=strict), Refused)
            assert isinstance(engine.check(site.later.token, strict=strict), Refused)
    newcomer.close()


@pytest.mark.parametrize("restore", [through_sqlite, by_moving])
def test_the_site_goes_on_after_a_restore(site: Site, restore: Restore) -> None:
    restore(site.backup, site.live)
    newcomer = site.new()
    assert isinstance(newcomer.check(site.ended.token), Refused)
    for _ in range(3):
        issued = newcomer.sessions.start("ada")
        for engine in (*site.workers, newcomer):
            assert isinstance(engine.check(issued.token), Session)
        assert newcomer.revoke(principal="ada", reason="again").state == "final"
        for engine in (*site.workers, newcomer):
            assert isinstance(engine.check(issued.token), Refused)
    events = newcomer.core.store.audit_events("", limit=10)
    assert "log.reborn" in {event.type for event in events}
    newcomer.close()
