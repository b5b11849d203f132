"""A replica takes over without the last commands, or a backup is put back, under one address."""

from __future__ import annotations

import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Protocol

from tests.postgres import PostgresServer, running
from tests.promise.beside import Beside
from tests.promise.restarts import Loss, all_has_ended, newcomer, reopen_what_is_gone, stays_ended
from tests.promise.test_promise import Trial
from tests.promise.wire import Wire
from tests.promise.worker import LEASE
from tests.redis_server import DURABLE, Server

from rescind import Refused, Session
from rescind._tokens import new_id

GLIMPSE = 1.0
"""Seconds for which somebody looks at a server that has just taken over, again and again."""


class Pair(Protocol):
    """A server, and how its replica follows it.

    Attributes:
        port: of the server that answers now.
        event: what happens to it.
    """

    port: int
    event: str

    def prepare(self) -> None:
        """Start a replica that has everything, and tell it nothing from now on."""

    def fail_over(self) -> None:
        """The server is gone, and the replica is one of its own; ``port`` is that of the replica."""

    def close(self) -> None: ...


class PostgresPair:
    event = "failover"

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._primary = self._stack.enter_context(running())
        self.port = self._primary.port
        self.name = self._primary.create("rescind_empty")

    def prepare(self) -> None:
        self._standby = self._primary.standby()
        self._stack.callback(self._standby.close)
        caught_up = "SELECT count(*) FROM pg_stat_replication WHERE replay_lsn >= pg_current_wal_flush_lsn()"
        _until(self._primary, caught_up, 1)
        with self._standby.admin() as admin:
            admin.execute("ALTER SYSTEM SET primary_conninfo = ''")
            admin.execute("SELECT pg_reload_conf()")
        _until(self._primary, "SELECT count(*) FROM pg_stat_replication", 0)

    def fail_over(self) -> None:
        self._primary.close()
        self._standby.promote()
        self._primary, self.port = self._standby, self._standby.port

    def close(self) -> None:
        self._stack.close()


def _until(server: PostgresServer, question: str, answer: int) -> None:
    until = time.monotonic() + 30
    with server.admin() as admin:
        while admin.execute(question).fetchall() != [(answer,)]:
            assert time.monotonic() < until, question
            time.sleep(0.01)


class RedisPair:
    """Args:
    kind: see ``Server``.
    """

    event = "failover"

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._primary = self._new()
        self.port = self._primary.port

    def _new(self) -> Server:
        return Server(self._kind, *DURABLE, tcp=True)

    def prepare(self) -> None:
        self._replica = self._new()
        self._replica.do("REPLICAOF", "127.0.0.1", self.port)
        self._replica.wait_for("master_link_status", "up")
        self._replica.do("REPLICAOF", "NO", "ONE")

    def fail_over(self) -> None:
        self._primary.remove()
        self._primary, self.port = self._replica, self._replica.port

    def close(self) -> None:
        self._primary.remove()


class Failovers(Beside):
    """What is revoked beside one is known to the server that is lost alone.

    Args:
        loses: of the live sessions.
        at_once: a process that starts just then is refused as well, and not only once a lease has passed.

    Attributes:
        wire: the address of the pair.
    """

    def __init__(self, pair: Pair, *, every: int, loses: Loss = "everything", at_once: bool = True) -> None:
        super().__init__(every=every, seed=13)
        self.pair, self.loses, self.at_once = pair, loses, at_once
        self.wire = Wire(pair.port)
        self.ways = (pair.event,)

    def at(self, url: str) -> str:
        """That url with the address of the pair."""
        return re.sub(r"127\.0\.0\.1:\d+", f"127.0.0.1:{self.wire.port}", url)

    @contextmanager
    def happening(self, trial: Trial) -> Iterator[None]:
        victim = trial.written(lambda: trial.auth.sessions.start("victim"), Refused).token
        self.pair.prepare()
        order = new_id()
        receipt = trial.written(lambda: trial.auth.revoke(principal="victim", reason="promise", id=order))
        assert receipt.state == "final"
        trial.ended.append((victim, order))
        live = set(trial.tokens.values())
        trial.fleet.log.append(self.pair.event)
        if len(trial.fleet.log) % 2:
            yield
            self._fail_over()
        else:  # the outcome of the revocation may be unknown then
            with self.meanwhile(self._fail_over):
                yield
        if self.at_once:
            nobody_is_let_in(trial, {victim, trial.ended[-1][0]})
        else:
            time.sleep(LEASE)
        if self.loses == "everything":
            all_has_ended(trial, live)
        else:
            reopen_what_is_gone(trial)
        stays_ended(trial, trial.ended[-8:])

    def _fail_over(self) -> None:
        self.pair.fail_over()
        self.wire.lead_to(self.pair.port)

    def close(self) -> None:
        self.wire.close()
        self.pair.close()


def nobody_is_let_in(trial: Trial, tokens: set[str]) -> None:
    """By a process that knows nothing, and looks before anybody who knows more has said so."""
    with newcomer(trial) as fresh:
        until = time.monotonic() + GLIMPSE
        while time.monotonic() < until:
            answers = [fresh.check(token, strict=strict) for token in tokens for strict in (True, False)]
            if any(isinstance(answer, Session) for answer in answers):
                trial.violations.append("let in what was ended on the server that is gone")
                return
            time.sleep(0.005)


class PostgresBackup(PostgresPair):
    """The server itself, which goes back to how it was."""

    event = "backup put back"

    def prepare(self) -> None:
        self._backup = self._primary.folder / "backup"
        source = ["-h", "127.0.0.1", "-p", self.port, "-U", "postgres"]
        self._primary.run("pg_basebackup", "-D", self._backup, "--checkpoint=fast", "--no-sync", *source)

    def fail_over(self) -> None:
        self._primary.stop()
        shutil.rmtree(self._primary.data)
        self._backup.rename(self._primary.data)
        self._primary.start()


class RedisBackup(RedisPair):
    """The same, with every command on disk: nothing tells that it is older than it was."""

    event = "backup put back"

    def prepare(self) -> None:
        server = self._primary
        server.stop()
        self._backup = Path(tempfile.mkdtemp())
        shutil.copytree(server.folder / "appendonlydir", self._backup / "appendonlydir")
        server.start()

    def fail_over(self) -> None:
        server = self._primary
        server.stop()
        shutil.rmtree(server.folder / "appendonlydir")
        shutil.move(self._backup / "appendonlydir", server.folder)
        self._backup.rmdir()
        server.start()


Makes = Callable[[], Pair]


@contextmanager
def failing_over(
    make: Makes, *, every: int, loses: Loss = "everything", at_once: bool = True
) -> Iterator[Failovers]:
    made = Failovers(make(), every=every, loses=loses, at_once=at_once)
    try:
        yield made
    finally:
        made.close()
