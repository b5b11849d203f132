"""A thread that is there while it has work: started once, stopped for good, never missed at its last look."""

from __future__ import annotations

import threading

import pytest
from tests.world import PATIENCE

from rescind.revocation.background import Background
from rescind.testing.processes import in_a_child
from rescind.testing.threads import race


class Worker:
    """Works until it is stopped, or until ``idle``."""

    def __init__(self) -> None:
        self.background = Background("rescind-test", self.run)
        self.runs = 0
        self.rounds = threading.Semaphore(0)
        self.work = True

    def run(self, stop: threading.Event) -> None:
        self.runs += 1
        while not (stop.is_set() or self.background.ends_if(self.idle, stop)):
            self.background.pause(PATIENCE)
            self.rounds.release()

    def idle(self) -> bool:
        return not self.work


def test_one_thread_however_often_it_is_asked_for() -> None:
    worker = Worker()
    race([worker.background.ensure] * 16)
    worker.background.stop()
    assert worker.runs == 1
    assert not worker.background.running


def test_a_push_ends_the_pause() -> None:
    worker = Worker()
    worker.background.ensure()
    worker.background.push()
    assert worker.rounds.acquire(timeout=PATIENCE / 2)
    worker.background.stop()


def test_stopped_it_can_be_started_again() -> None:
    worker = Worker()
    for _ in range(3):
        worker.background.ensure()
        assert worker.background.running
        worker.background.stop()
        assert not worker.background.running
    assert worker.runs == 3


def test_work_that_comes_at_its_last_look_is_not_left_lying() -> None:
    """Between "is there anything?" and the end of the thread somebody brings something and finds it alive."""
    worker = Worker()
    worker.work = False
    callers: list[threading.Thread] = []

    def idle() -> bool:
        if not callers:
            worker.work = True
            caller = threading.Thread(target=worker.background.ensure)
            callers.append(caller)
            caller.start()
            caller.join(0.1)  # it must wait for this look to be over
            return True
        return not worker.work

    worker.idle = idle  # type: ignore[method-assign]
    worker.background.ensure()
    first = worker.background.thread
    assert first is not None
    first.join(PATIENCE)
    callers[0].join(PATIENCE)
    assert worker.background.running
    worker.background.stop()


def test_one_that_was_given_up_on_does_not_go_on_beside_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    stuck, free = threading.Event(), threading.Event()

    def work(stop: threading.Event) -> None:
        stuck.set()
        assert free.wait(PATIENCE)
        assert stop.wait(PATIENCE)

    background = Background("rescind-test", work)
    background.ensure()
    assert stuck.wait(PATIENCE)
    old = background.thread
    assert old is not None
    monkeypatch.setattr(old, "join", lambda timeout: None)
    background.stop()
    monkeypatch.undo()
    background.ensure()
    free.set()
    old.join(PATIENCE)
    assert not old.is_alive()
    assert background.running
    background.stop()


def test_no_thread_to_be_had_is_said_and_tried_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    worker = Worker()

    def none(*_: object) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", none)
        worker.background.ensure()
    assert worker.background.thread is None
    assert "rescind-test: no thread" in caplog.text
    worker.background.ensure()
    assert worker.background.running
    worker.background.stop()


def test_stopped_by_itself_it_does_not_wait_for_itself() -> None:
    done = threading.Event()

    def work(stop: threading.Event) -> None:
        background.stop()
        assert stop.is_set()
        done.set()

    background = Background("rescind-test", work)
    background.ensure()
    assert done.wait(PATIENCE)


def test_a_child_starts_its_own() -> None:
    worker = Worker()
    worker.background.ensure()

    def child() -> bool:
        worker.background.after_fork()
        assert worker.background.thread is None
        worker.background.ensure()
        running = worker.background.running
        worker.background.stop()
        return running

    with worker.background.lock:
        in_a_child(child)
    worker.background.stop()
