"""kill -9 of the revoker between any two of its steps: nothing is lost, nothing is half done.

Whatever the step, afterwards either the entry, the mark and the audit event are all there and every worker
refuses, or none is and every worker accepts. A retry with the same id then ends the session for good, once.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

import pytest
from tests.programs import Piped
from tests.promise.revoker import main
from tests.promise.share import share_of
from tests.promise.worker import LEASE
from tests.redis_server import Server

from rescind import Rescind, Session
from rescind._tokens import new_id


class Revoker:
    """The process that revokes and is killed."""

    def __enter__(self) -> Self:
        self.process = Piped(main)
        return self

    def __exit__(self, *_: object) -> None:
        self.process.communicate()

    def order(self, url: str, step: int, scope: str, target: str, id: str) -> list[str]:
        """What it printed: the number of steps if it lived, then how it ended."""
        self.process.stdin.write(f"{url} {step} {scope} {target} {id}\n")
        self.process.stdin.flush()
        said = [self.process.stdout.readline().strip()]
        if said[0].isdigit():
            said.append(self.process.stdout.readline().strip())
        assert said[-1] in ("killed", "exit 0"), said
        return said


def kill_at(url: str, steps: list[int] | int, seed: int, **settings: Any) -> dict[str, int]:
    """Kill at every given step (or at so many random ones); returns how often what was found."""
    chance, found = random.Random(seed), {"nothing": 0, "everything": 0}
    engines = Rescind(url, **settings), Rescind(url, **settings)
    with Revoker() as revoker, engines[0] as worker, engines[1] as other:
        worker.sessions.start("somebody")
        probe = worker.sessions.start("probe").session
        total = int(revoker.order(url, 0, "session", probe.id, new_id())[0])
        assert total > 20
        chosen = steps if isinstance(steps, list) else [chance.randint(1, total) for _ in range(steps)]
        for step in chosen:
            scope = chance.choice(("session", "principal"))
            issued = worker.sessions.start("victim")
            assert isinstance(worker.check(issued.token), Session)
            assert isinstance(other.check(issued.token), Session)
            target = issued.session.id if scope == "session" else "victim"
            order = new_id()
            revoker.order(url, step, scope, target, order)
            found[look(worker, other, issued.token, order)] += 1
            again = {"session": issued.session} if scope == "session" else {"principal": "victim"}
            receipt = other.revoke(**again, reason="again", id=order)
            assert receipt.state == "final"
            for engine in (worker, other):
                assert not isinstance(engine.check(issued.token), Session), (
                    "a retry ends it, whatever happened"
                )
    return found


def look(worker: Rescind[str], other: Rescind[str], token: str, id: str) -> str:
    """All or nothing, in every place that can tell."""
    entry = worker.core.store.find_entry(id)
    events = [
        e for e in worker.core.store.audit_events("default", limit=20) if e.data.get("revocation") == id
    ]
    until = time.monotonic() + (LEASE if worker.core.store.capabilities.lease_alone else 0)
    while True:  # nobody was told before it was killed: memory may go on for a lease
        answers = [
            isinstance(engine.check(token, strict=strict), Session)
            for engine in (worker, other)
            for strict in (False, True)
        ]
        if len(set(answers)) == 1 or time.monotonic() > until:
            break
    assert len(set(answers)) == 1, answers
    assert (entry is None) == (events == []) == answers[0], (entry, events, answers)
    return "nothing" if entry is None else "everything"


def test_killed_at_steps_spread_over_the_whole_call(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    found = kill_at(f"sqlite:///{tmp_path / 'app.db'}", 6, seed=3)
    record_property("measured", measured(found))
    assert found["nothing"] > 0


@pytest.mark.long
def test_killed_a_thousand_times(tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    found = kill_at(f"sqlite:///{tmp_path / 'app.db'}", share_of(1000), seed=4)
    record_property("measured", measured(found))
    assert min(found.values()) > 0


@pytest.mark.long
@pytest.mark.parametrize("kind", ["postgresql", "redis", "valkey"])
def test_killed_many_times_on_a_server(
    kind: str, request: pytest.FixtureRequest, record_property: Callable[[str, object], None]
) -> None:
    with ExitStack() as stack:
        if kind == "postgresql":
            url = request.getfixturevalue("postgres")
        else:
            url = stack.enter_context(Server(kind)).url
        times = share_of(80)
        found = kill_at(url, times, seed=5, lease=LEASE)
        record_property("measured", measured(found))
        assert sum(found.values()) == times
        assert min(found.values()) > 0 or times < 40


def measured(found: dict[str, int]) -> str:
    return f"killed {sum(found.values())} times; found of the revocation: {found}"
