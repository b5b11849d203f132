"""The write lock: all of a unit or nothing, whoever dies, pauses, or loses a reply."""

# ruff: noqa: PT012 - a unit that fails does something first
from __future__ import annotations

import os
import signal
import textwrap
import threading
import time
from collections.abc import Callable
from itertools import count

import pytest
import redis
from tests.programs import Piped, text
from tests.redis_server import Server
from tests.stores.redis.acts import append, start
from tests.stores.redis.conftest import MakeStore

from rescind.errors import CommitUnknown, Conflict, StoreUnavailable
from rescind.stores.base import UnitOfWork
from rescind.stores.redis import RedisStore, connections, keys, lock
from rescind.stores.redis.reads import LOCK_TIME
from rescind.stores.redis.scripts import COMMIT
from rescind.testing.records import NOW, REALM, a_session, a_standing, an_entry, an_event
from rescind.testing.threads import race

# These wait, whatever the server: Valkey's turn is among the long ones.
pytestmark = pytest.mark.parametrize(
    "kind", ["redis", pytest.param("valkey", marks=pytest.mark.long)], indirect=True
)
PRELUDE = """
import os, signal, sys
from rescind._clock import SystemClock
from rescind.stores.redis import RedisStore
from rescind.testing.records import *
store = RedisStore(sys.argv[1], clock=SystemClock())
store.open()
"""


def dying_at(fatal: int, steps: int) -> Callable[..., object]:
    """``Wire.call`` that notes each step (before a command, after its reply) in a pipe, and dies at one."""
    plain, made = connections.Wire.call, count(1)

    def step() -> None:
        os.write(steps, b".")
        if next(made) == fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    def call(self: connections.Wire, *words: object, **options: float) -> object:
        step()
        answer = plain(self, *words, **options)
        step()
        return answer

    return call


def child(server: Server, code: str) -> Piped:
    return Piped(text, PRELUDE + textwrap.dedent(code), server.url)


def write_all(unit: UnitOfWork, name: str) -> None:
    entry = unit.append(an_entry(id=name))
    unit.put_standing(a_standing(name))
    unit.insert_session(a_session(unit.head(), id=name, principal_id=name))
    unit.audit(an_event(id=name, seq=entry.seq))


def seen(store: RedisStore, name: str) -> set[bool]:
    """Whether each of what ``write_all`` writes is there; one element when it is all or nothing."""
    return {
        store.find_entry(name) is not None,
        store.standing(REALM, name) is not None,
        store.facts(name) is not None,
        any(event.id == name for event in store.audit_events(REALM)),
    }


@pytest.mark.parametrize(
    "last", [4, pytest.param(0, marks=pytest.mark.long)], ids=["last steps", "every step"]
)
def test_a_writer_killed_anywhere_leaves_all_or_nothing_and_blocks_nobody_for_long(
    open_store: MakeStore, monkeypatch: pytest.MonkeyPatch, last: int
) -> None:
    """kill -9 at the calls that a whole unit makes of the driver, before each and after it."""
    store = open_store()

    def run(fatal: int) -> int:
        """Write in a forked child that dies at its ``fatal``-th step; how it ended."""
        reader, writer = os.pipe()
        pid = os.fork()
        if pid == 0:
            try:
                monkeypatch.setattr(connections.Wire, "call", dying_at(fatal, writer))
                with store.write() as unit:
                    write_all(unit, f"w{fatal}")
            finally:
                os._exit(0)
        os.close(writer)
        with os.fdopen(reader, "rb") as steps:
            made = len(steps.read())
        _, status = os.waitpid(pid, 0)
        assert os.WIFSIGNALED(status) is (fatal > 0)
        return made

    total, found = run(0), []
    assert total >= 8
    for fatal in range(total - last + 1 if last else 1, total + 1):
        assert run(fatal) == fatal
        (there,) = seen(store, f"w{fatal}")
        found.append(there)
        began = time.monotonic()
        append(store, "next")
        assert time.monotonic() - began < lock.BREAK
    assert found == sorted(found), "nothing before the commit, everything after it"
    assert found.count(True) == 1
    numbers = [entry.seq for entry in store.renew("w", 0).entries]
    assert numbers == list(range(1, store.head().seq + 1))


def test_a_writer_that_was_paused_too_long_writes_nothing(server: Server, open_store: MakeStore) -> None:
    store = open_store()
    process = child(
        server,
        """
        with store.write() as unit:
            unit.put_standing(a_standing("mine"))
            unit.append(an_entry(id="mine"))
            print("inside", flush=True)
            sys.stdin.readline()
        """,
    )
    assert process.stdout.readline() == "inside\n"
    append(store, "later")  # waits until the lock has expired
    process.communicate("\n")
    assert process.returncode == 1
    assert store.find_entry("mine") is None
    assert store.standing(REALM, "mine") is None
    assert store.head().seq == 1


def test_one_that_nobody_overtook_may_still_commit(open_store: MakeStore) -> None:
    """The lock expired, and nobody wanted it: nothing of what was read has changed."""
    store = open_store()
    with store.write() as unit:
        unit.append(an_entry(id="slow"))
        time.sleep(LOCK_TIME / 1000 + 0.1)
    assert store.find_entry("slow") is not None


def test_reading_after_the_lock_was_lost_says_so(server: Server, open_store: MakeStore) -> None:
    store, other = open_store(), open_store()
    with pytest.raises(StoreUnavailable, match="write lock was lost"), store.write() as unit:
        server.do("DEL", keys.LOCK)
        append(other, "other")
        unit.facts("anything")
    with pytest.raises(StoreUnavailable, match="nothing was written"), store.write() as unit:
        unit.append(an_entry(id="lost"))
        server.do("DEL", keys.LOCK)
        append(other, "other")
    assert store.find_entry("lost") is None


def test_a_lock_that_does_not_expire_is_broken(server: Server, open_store: MakeStore) -> None:
    """The server's clock was set back while a dead writer's lock stood."""
    store = open_store()
    append(store)
    server.do("SET", keys.LOCK, "of-somebody-dead")
    append(store)
    assert store.head().seq == 2
    assert server.do("EXISTS", keys.LOCK) == 0


def test_a_busy_lock_is_given_up_on(
    server: Server, open_store: MakeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, other = open_store(), open_store()
    monkeypatch.setattr(lock, "WAIT", 0.05)
    with store.write() as unit:
        unit.append(an_entry())
        with pytest.raises(BaseExceptionGroup) as caught:
            race([lambda: append(other)])
    assert "was not to be had" in str(caught.value.exceptions[0])


@pytest.mark.parametrize(
    "write",
    [
        lambda store: store.write().__enter__(),
        lambda store: store.touch([("s", NOW)]),
        lambda store: store.save_data("s", {}, ()),
    ],
)
def test_a_second_writer_in_the_same_thread_is_told(
    open_store: MakeStore, write: Callable[[RedisStore], object]
) -> None:
    store = open_store()
    with store.write() as unit:
        with pytest.raises(StoreUnavailable, match="this thread"):
            write(store)
        unit.append(an_entry())
    assert store.head().seq == 1


def test_a_conflict_gives_the_lock_back_at_once(server: Server, open_store: MakeStore) -> None:
    store = open_store()
    record = start(store)
    with pytest.raises(Conflict), store.write() as unit:
        unit.insert_session(record)
    assert server.do("EXISTS", keys.LOCK, keys.FENCE) == 0


def test_a_lost_reply_is_either_done_or_never_will_be(
    server: Server, open_store: MakeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server stands still while the commit is on its way: afterwards the command that was sent and given
    up on must have happened or be unable to."""
    monkeypatch.setattr(lock, "LONG_PATIENCE", 0.3)
    store, outcomes = open_store(), []
    for n in range(6):
        name = f"w{n}"
        try:
            with store.write() as unit:
                write_all(unit, name)
                os.kill(server.pid, signal.SIGSTOP)
                wake = threading.Timer(0.35 + 0.05 * n, os.kill, (server.pid, signal.SIGCONT))
                wake.start()
            outcomes.append("committed")
        except CommitUnknown:
            wake.join()
            outcomes.append("committed" if store.find_entry(name) is not None else "never")
        except StoreUnavailable:
            outcomes.append("never")
        wake.join()
        (there,) = seen(store, name)
        assert there is (outcomes[-1] == "committed")
        append(store, "next")
        assert seen(store, name) == {there}, "and stays so"
    assert len(outcomes) == 6


def test_a_reply_lost_with_its_connection(
    server: Server, open_store: MakeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Executed, and the answer does not arrive."""
    store = open_store()
    plain = connections.Wire.run

    def run(self: connections.Wire, script: object, *words: object, **options: object) -> object:
        answer = plain(self, script, *words, **options)  # type: ignore[arg-type]
        if script is COMMIT:
            self.close()
            self.broken = True
            raise redis.ConnectionError("lost")
        return answer

    monkeypatch.setattr(connections.Wire, "run", run)
    with pytest.raises(CommitUnknown, match="reply"), store.write() as unit:
        write_all(unit, "w")
    monkeypatch.undo()
    assert seen(store, "w") == {True}
