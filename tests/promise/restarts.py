"""A server that is restarted beside a revocation, and what must hold when it is back."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Literal

from tests.postgres import PostgresServer
from tests.promise.beside import Beside
from tests.promise.board import BoardClock
from tests.promise.test_promise import PATIENCE, Trial, measured
from tests.promise.worker import LEASE
from tests.redis_server import Server

from rescind import Refused, Rescind, Session

Restart = Callable[[], object]
LONGEST_AWAY = 0.2
"""Seconds that a server which starts at once is kept away at the most."""
Loss = Literal["nothing", "some", "everything"]


def of_postgres(server: PostgresServer) -> dict[str, Restart]:
    """By name: what an operator does, what a power cut does, what the kernel does when memory is short."""

    def kill_a_backend() -> None:
        with server.admin() as admin:
            found = admin.execute(
                "SELECT pid FROM pg_stat_activity WHERE datname <> 'postgres' ORDER BY random() LIMIT 1"
            ).fetchone()
        if found is not None:
            server.kill(found[0])

    return {
        "restarted": server.restart,
        "crashed": lambda: server.restart(signal.SIGQUIT),
        "backend killed": kill_a_backend,
    }


def of_redis(server: Server) -> dict[str, Restart]:
    def after(end: Restart) -> Restart:
        def restart() -> None:
            end()
            time.sleep(random.random() * LONGEST_AWAY)
            server.start()

        return restart

    return {"restarted": after(server.stop), "killed": after(server.kill)}


def flush_of(server: Server) -> dict[str, Restart]:
    return {"flushed": lambda: server.do("FLUSHALL")}


class Restarts(Beside):
    """Args:
    ways: ways to restart the server, by name; one at random.
    loses: of the live sessions. What has ended stays ended in any case.
    before: what else is done before each.
    """

    def __init__(
        self,
        ways: dict[str, Restart],
        *,
        every: int,
        loses: Loss = "nothing",
        before: Callable[[], object] = lambda: None,
        seed: int = 5,
    ) -> None:
        super().__init__(every=every, seed=seed)
        self.ways, self.loses, self.before = ways, loses, before

    @contextmanager
    def happening(self, trial: Trial) -> Iterator[None]:
        name = self.chance.choice(sorted(self.ways))
        trial.fleet.log.append(name)
        self.before()
        live = set(trial.tokens.values())
        with self.meanwhile(self.ways[name]):
            yield
        if self.loses == "everything":
            all_has_ended(trial, live)
        elif self.loses == "some":
            reopen_what_is_gone(trial)
        stays_ended(trial, trial.ended[-8:])


def answer_of(auth: Rescind[str], token: str, *, strict: bool) -> Session[str] | Refused:
    """What the authority says, once it is back."""
    until = time.monotonic() + PATIENCE
    while True:
        answer = auth.check(token, strict=strict)
        if isinstance(answer, Session) or answer.code != "store_unavailable":
            return answer
        assert time.monotonic() < until, "the server is back, and nobody noticed"
        time.sleep(0.01)


def stays_ended(trial: Trial, ended: list[tuple[str, str]]) -> None:
    """Nothing that was told to be final is lost: to the revoker and to a process that knows nothing yet."""
    with newcomer(trial) as fresh:
        for token, _ in ended:
            for auth in (fresh, trial.auth):
                for strict in (True, False):
                    if isinstance(answer_of(auth, token, strict=strict), Session):
                        trial.violations.append(f"came back to life after {trial.fleet.log[-1]}")


def reopen_what_is_gone(trial: Trial) -> None:
    with newcomer(trial) as fresh:
        for slot, token in list(trial.tokens.items()):
            if not isinstance(answer_of(fresh, token, strict=True), Session):
                trial.open(slot)


def all_has_ended(trial: Trial, before: set[str]) -> None:
    """What was live has ended with the memory of the server: for who asks it at once, for all in a lease."""
    began = time.monotonic()
    slots = [slot for slot, token in trial.tokens.items() if token in before]
    with newcomer(trial) as fresh:
        for slot in slots:
            if isinstance(answer_of(fresh, trial.tokens[slot], strict=True), Session):
                trial.violations.append(f"slot {slot}: alive although the server has forgotten it")
    time.sleep(max(0.0, began + LEASE - time.monotonic()))
    lapsed = time.monotonic_ns()
    for slot in slots:
        trial.verify(slot, trial.live[slot][0], lapsed, "a server that forgot")
    for slot in trial.live:
        trial.open(slot)


@contextmanager
def newcomer(trial: Trial) -> Iterator[Rescind[str]]:
    fleet = trial.fleet
    clock = BoardClock(trial.board)
    made = Rescind(fleet.url, clock=clock, redis=fleet.redis, lease=LEASE, **fleet.model)
    try:
        yield made
    finally:
        made.close()


def check(trial: Trial, ways: Iterable[str], revocations: int, record: Callable[[str, object], None]) -> None:
    """At the end, while the server is up."""
    with trial.auth:
        stays_ended(trial, trial.ended)
    record("measured", measured(trial))
    assert trial.violations == []
    assert trial.revocations == revocations
    assert trial.probes_after > 2 * revocations
    assert set(ways) & set(trial.fleet.log), "nothing happened to the server"
