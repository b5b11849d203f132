"""The parts of an engine together: forks, and processes that share one file."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from tests.programs import SERVER
from tests.world import World, code

from rescind import Rescind, Session
from rescind.testing.processes import in_a_child

ROOT = Path(__file__).parents[1]


def rows(auth: Rescind[Any]) -> set[str]:
    return {row.id for row in auth.core.store.workers()}


def test_a_child_has_no_view_and_registers_for_itself(file_world: World) -> None:
    """B10. Mutations: a forked child with its parent's lease; worker id from host and pid."""
    auth = file_world.engine()
    token = auth.sessions.start("ada").token
    assert code(auth.check(token)) == "live"
    parent = auth.core.worker.id

    def child() -> bool:
        assert auth.core.worker.current(file_world.clock.lease()) is None, "the parent's lease"
        assert not auth.core.worker.registered
        assert len(auth.core.cache) == 0
        assert not auth.core.keeper.running
        auth.core.worker.renew(register=True)
        assert auth.core.worker.id != parent
        assert rows(auth) >= {parent, auth.core.worker.id}
        assert code(auth.check(token)) == "live"
        auth.core.worker.leave()
        return True

    in_a_child(child)
    assert rows(auth) == {parent}, "the child took its own row and no other"
    assert code(auth.check(token)) == "live"


def test_parent_and_child_end_each_others_sessions(file_world: World) -> None:
    auth = file_world.engine()
    token, kept = auth.sessions.start("ada").token, auth.sessions.start("bob").token
    assert code(auth.check(token)) == "live"

    def child() -> bool:
        assert code(auth.check(token)) == "live"
        auth.revoke(principal="ada", reason="by the child")
        return code(auth.check(token)) == "revoked"

    in_a_child(child)
    assert code(auth.check(token)) == "revoked"
    assert code(auth.check(kept)) == "live"


def test_a_fork_that_no_hook_saw_is_noticed_on_the_next_slow_path(file_world: World) -> None:
    """uWSGI forks in C."""
    auth = file_world.engine()
    token = auth.sessions.start("ada").token
    assert code(auth.check(token)) == "live"
    parent = auth.core.worker.id
    auth.core.worker.pid = -1
    file_world.clock.advance(seconds=1)
    assert code(auth.check(token)) == "live"
    assert auth.core.worker.pid == os.getpid()
    assert auth.core.worker.id != parent


def test_a_fork_while_locks_are_held_hangs_nobody(file_world: World) -> None:
    auth = file_world.engine()
    token = auth.sessions.start("ada").token
    holding, free = threading.Event(), threading.Event()

    def hold() -> None:
        core, keeper = auth.core, auth.core.keeper.thread
        with core.cache._lock, core.touches._lock, core.worker._lock, keeper.lock, core.time._lock:
            holding.set()
            assert free.wait(20)

    holder = threading.Thread(target=hold)
    holder.start()
    assert holding.wait(20)

    def child() -> bool:
        auth.core.worker.renew(register=True)
        auth.core.keeper.ensure()
        return code(auth.check(token)) == "live" and code(auth.check(token)) == "live"

    try:
        in_a_child(child)
    finally:
        free.set()
        holder.join(20)


def test_a_child_does_not_write_its_parents_activity(file_world: World) -> None:
    auth = file_world.engine()
    auth.core.touches.add("0" * 24, 1)
    in_a_child(lambda: len(auth.core.touches) == 0)
    assert len(auth.core.touches) == 1


def check_elsewhere(url: str, token: str, asked: Any, answers: Any) -> None:
    """A worker process on the machine's clock: answers with what it says to the token, whenever asked."""
    with Rescind(url) as auth:
        while asked.get() is not None:
            answers.put(isinstance(auth.check(token), Session))


def test_another_process_refuses_on_its_next_check(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'app.db'}"
    with Rescind(url) as auth:
        token = auth.sessions.start("ada").token
        asked, answers = SERVER.Queue(), SERVER.Queue()
        other = SERVER.Process(target=check_elsewhere, args=(url, token, asked, answers))
        other.start()
        try:
            for expected in (True, True):
                asked.put(1)
                assert answers.get(timeout=60) is expected
            assert auth.revoke(principal="ada", reason="for a test").state == "final"
            for _ in range(3):
                asked.put(1)
                assert answers.get(timeout=60) is False
        finally:
            asked.put(None)
            other.join(60)
    assert other.exitcode == 0


def test_a_process_that_ends_without_a_word_leaves_the_registry(tmp_path: Path) -> None:
    """It never says ``close()``: the interpreter's end gives the lease back."""
    url = f"sqlite:///{tmp_path / 'app.db'}"
    program = f"""
from rescind import Rescind
auth = Rescind({url!r})
token = auth.sessions.start("ada").token
auth.core.worker.renew(register=True)
auth.check(token)
assert len(auth.core.store.workers()) == 1
"""
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    with Rescind(url) as auth:
        assert rows(auth) == set()
