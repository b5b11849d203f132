"""kill -9 of the revoker between any two of its steps: nothing is lost, nothing is half done.

Whatever the step, afterwards either the entry, the mark and the audit event are all there and every worker
refuses, or none is and every worker accepts. A retry with the same id then ends the session for good, once.
"""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from rescind import Rescind, Session
from rescind._tokens import new_id

ROOT = Path(__file__).parents[2]


def revoker(url: str, step: int, scope: str, target: str, id: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.promise.revoker", url, str(step), scope, target, id]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)


def kill_at(folder: Path, steps: list[int] | int, seed: int) -> dict[str, int]:
    """Kill at every given step (or at so many random ones); returns how often what was found."""
    chance, found = random.Random(seed), {"nothing": 0, "everything": 0}
    url = f"sqlite:///{folder / 'app.db'}"
    with Rescind(url) as worker, Rescind(url) as other:
        worker.sessions.start("somebody")
        probe = worker.sessions.start("probe").session
        total = int(revoker(url, 0, "session", probe.id, new_id()).stdout)
        assert total > 20
        chosen = steps if isinstance(steps, list) else [chance.randint(1, total) for _ in range(steps)]
        for step in chosen:
            scope = chance.choice(("session", "principal"))
            issued = worker.sessions.start("victim")
            assert isinstance(worker.check(issued.token), Session)
            assert isinstance(other.check(issued.token), Session)
            target = issued.session.id if scope == "session" else "victim"
            order = new_id()
            killed = revoker(url, step, scope, target, order)
            assert killed.returncode in (-signal.SIGKILL, 0), killed.stderr
            found[look(worker, other, issued.token, order)] += 1
            receipt = other.revoke(principal="victim", reason="again", id=order)
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
    answers = [
        isinstance(engine.check(token, strict=strict), Session)
        for engine in (worker, other)
        for strict in (False, True)
    ]
    assert len(set(answers)) == 1, answers
    assert (entry is None) == (events == []) == answers[0], (entry, events, answers)
    return "nothing" if entry is None else "everything"


def test_killed_at_steps_spread_over_the_whole_call(tmp_path: Path) -> None:
    found = kill_at(tmp_path, 12, seed=3)
    print(found)
    assert found["nothing"] > 0


@pytest.mark.long
def test_killed_a_thousand_times(tmp_path: Path) -> None:
    found = kill_at(tmp_path, 1000, seed=4)
    print(found)
    assert min(found.values()) > 0
