"""The hashing pool: order, bounds, deadlines, cancellation, close, fork."""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from rescind.credentials import hash_pool
from rescind.credentials.hash_pool import HashPool
from rescind.errors import ConfigurationError, Overloaded

PATIENCE = 20.0
"""Seconds after which a test that waits for a condition fails; never waited for when all is well."""


def wait_until(condition: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(int(PATIENCE / 0.001)):
        if condition():
            return
        pause.wait(0.001)
    pytest.fail("the condition did not come true")


@contextmanager
def wedged(pool: HashPool) -> Iterator[threading.Event]:
    """All threads of the pool are busy until the event is set."""
    release = threading.Event()
    began = threading.Barrier(pool.threads + 1)

    def hold() -> None:
        began.wait(PATIENCE)
        assert release.wait(PATIENCE)

    holders = [threading.Thread(target=pool.run, args=(hold,)) for _ in range(pool.threads)]
    for holder in holders:
        holder.start()
    began.wait(PATIENCE)
    try:
        yield release
    finally:
        release.set()
        for holder in holders:
            holder.join(PATIENCE)


@pytest.fixture
def make_pool() -> Iterator[Callable[..., HashPool]]:
    made: list[HashPool] = []

    def make(**options: object) -> HashPool:
        pool = HashPool(**options)  # type: ignore[arg-type]
        made.append(pool)
        return pool

    yield make
    for pool in made:
        pool.close()


def test_jobs_run_in_order_of_arrival(make_pool: Callable[..., HashPool]) -> None:
    pool = make_pool(threads=1)
    order: list[int] = []

    def in_line(number: int) -> bool:
        return pool.waiting() == number

    with ThreadPoolExecutor(8) as callers, wedged(pool) as release:
        for number in range(8):
            callers.submit(pool.run, partial(order.append, number))
            wait_until(partial(in_line, number + 1))
        release.set()
    assert order == list(range(8))


def test_as_many_run_at_a_time_as_there_are_threads_and_no_more(make_pool: Callable[..., HashPool]) -> None:
    pool = make_pool(threads=2)
    together = threading.Barrier(2)
    running: list[int] = []
    seen: list[int] = []

    def work() -> None:
        running.append(1)
        together.wait(PATIENCE)  # passes only when two run at once
        seen.append(len(running))
        together.wait(PATIENCE)
        running.pop()

    with ThreadPoolExecutor(16) as callers:
        for call in [callers.submit(pool.run, work) for _ in range(16)]:
            call.result(PATIENCE)
    assert len(seen) == 16
    assert max(seen) == 2


def test_a_full_queue_is_refused_at_once_and_its_job_is_not_run(make_pool: Callable[..., HashPool]) -> None:
    pool = make_pool(threads=1, queue=2)
    ran: list[str] = []
    with ThreadPoolExecutor(2) as callers, wedged(pool):
        for name in ("first", "second"):
            callers.submit(pool.run, lambda name=name: ran.append(name))
        wait_until(lambda: pool.waiting() == 2)
        with pytest.raises(Overloaded) as refusal:
            pool.run(lambda: ran.append("third"))
    assert refusal.value.code == "overloaded"
    assert refusal.value.retry_after is not None
    assert refusal.value.retry_after >= 1
    assert ran == ["first", "second"]


def test_without_a_queue_a_free_thread_is_taken_or_none(make_pool: Callable[..., HashPool]) -> None:
    pool = make_pool(threads=1, queue=0)
    assert pool.run(lambda: 7) == 7
    with wedged(pool), pytest.raises(Overloaded):
        pool.run(lambda: 8)
    assert pool.run(lambda: 9) == 9


def test_work_that_may_not_wait_is_refused_while_all_threads_are_busy(
    make_pool: Callable[..., HashPool],
) -> None:
    pool = make_pool(threads=1, queue=10)
    with wedged(pool), pytest.raises(Overloaded, match="as many"):  # at once, not at the deadline
        pool.run(lambda: 8, queued=False)
    assert pool.run(lambda: 9, queued=False) == 9


def test_a_job_whose_deadline_passed_is_refused_and_never_run(make_pool: Callable[..., HashPool]) -> None:
    pool = make_pool(threads=1, deadline=0.05)
    ran: list[str] = []
    with wedged(pool), pytest.raises(Overloaded, match="deadline"):
        pool.run(lambda: ran.append("late"))
    pool.run(lambda: ran.append("next"))
    assert ran == ["next"]


def test_a_stale_job_that_reaches_a_thread_is_not_run(
    make_pool: Callable[..., HashPool], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its caller has not noticed the time yet; the thread looks at the clock itself."""
    pool = make_pool(threads=1, deadline=60.0)
    ran: list[str] = []
    with ThreadPoolExecutor(1) as callers, wedged(pool) as release:
        call = callers.submit(pool.run, lambda: ran.append("late"))
        wait_until(lambda: pool.waiting() == 1)
        real = hash_pool._lease
        monkeypatch.setattr(hash_pool, "_lease", lambda: real() + 61.0)
        release.set()
        with pytest.raises(Overloaded, match="deadline"):
            call.result(PATIENCE)
    assert ran == []


def test_a_job_that_a_thread_has_begun_is_finished_past_its_deadline(
    make_pool: Callable[..., HashPool],
) -> None:
    pool = make_pool(threads=1, deadline=0.05)
    assert pool.run(lambda: threading.Event().wait(0.2)) is False


def test_stale_jobs_make_room_in_a_full_queue(make_pool: Callable[..., HashPool]) -> None:
    pool = make_pool(threads=1, queue=1, deadline=0.05)
    with wedged(pool) as release:
        with pytest.raises(Overloaded, match="deadline"):
            pool.run(lambda: None)
        assert pool.waiting() == 1  # it lies there until somebody needs its place
        pool.deadline = PATIENCE
        with ThreadPoolExecutor(1) as callers:
            call = callers.submit(pool.run, lambda: 7)
            release.set()
            assert call.result(PATIENCE) == 7


def test_a_thread_is_free_before_its_caller_is_told(make_pool: Callable[..., HashPool]) -> None:
    """Counted as busy a moment longer, it would now and then refuse the same caller's next question."""
    pool = make_pool(threads=1)
    told, busy = threading.Event(), []
    job = pool._submit(lambda: told.wait(PATIENCE), queued=True)
    job.future.add_done_callback(lambda _: busy.append(pool._line.busy))
    told.set()
    assert job.future.result(PATIENCE)
    pool.close()  # the callback is over when the thread is
    assert busy == [0]


def test_an_error_reaches_its_caller_and_the_threads_go_on(make_pool: Callable[..., HashPool]) -> None:
    pool = make_pool(threads=1)
    with pytest.raises(KeyError, match="ours"):
        pool.run(lambda: dict[str, int]()["ours"])
    assert pool.run(lambda: 7) == 7


def test_a_cancelled_caller_s_job_is_not_begun(make_pool: Callable[..., HashPool]) -> None:
    pool = make_pool(threads=1)
    ran: list[str] = []

    async def main(release: threading.Event) -> None:
        task = asyncio.create_task(pool.run_async(lambda: ran.append("cancelled")))
        await asyncio.to_thread(wait_until, lambda: pool.waiting() == 1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        release.set()
        await pool.run_async(lambda: ran.append("next"))

    with wedged(pool) as release:
        asyncio.run(main(release))
    assert ran == ["next"]


def test_a_caller_may_go_away_while_its_job_runs(make_pool: Callable[..., HashPool]) -> None:
    pool = make_pool(threads=1)
    release = threading.Event()
    began = threading.Event()

    def work() -> None:
        began.set()
        release.wait(PATIENCE)

    async def main() -> None:
        task = asyncio.create_task(pool.run_async(work))
        await asyncio.to_thread(began.wait, PATIENCE)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    release.set()
    assert pool.run(lambda: 7) == 7


def test_awaiting_reports_overload_and_deadline(make_pool: Callable[..., HashPool]) -> None:
    pool = make_pool(threads=1, queue=1, deadline=0.05)

    async def main() -> list[BaseException | int]:
        jobs = [pool.run_async(lambda: 7), pool.run_async(lambda: 8)]
        return await asyncio.gather(*jobs, return_exceptions=True)

    with wedged(pool):
        late, full = asyncio.run(main())
    assert isinstance(late, Overloaded)
    assert "deadline" in late.detail
    assert isinstance(full, Overloaded)
    assert asyncio.run(pool.run_async(lambda: 9)) == 9


def test_several_event_loops_share_one_pool(make_pool: Callable[..., HashPool]) -> None:
    pool = make_pool(threads=2, queue=80)

    def work(number: int) -> int:
        return number

    async def main(base: int) -> list[int]:
        return await asyncio.gather(*(pool.run_async(partial(work, base + n)) for n in range(20)))

    with ThreadPoolExecutor(4) as threads:
        results = list(threads.map(lambda base: asyncio.run(main(base)), (0, 100, 200, 300)))
    assert results == [[base + n for n in range(20)] for base in (0, 100, 200, 300)]


def test_nobody_gets_another_s_answer_under_load(make_pool: Callable[..., HashPool]) -> None:
    pool = make_pool(threads=2, queue=4, deadline=0.002)
    ran: set[int] = set()

    def work(number: int) -> int:
        ran.add(number)
        return number

    def ask(number: int) -> tuple[int, int | None]:
        try:
            return number, pool.run(partial(work, number))
        except Overloaded:
            return number, None

    with ThreadPoolExecutor(16) as callers:
        answers = dict(callers.map(ask, range(2000)))
    accepted = {number for number, answer in answers.items() if answer is not None}
    assert all(answers[number] == number for number in accepted)
    assert ran == accepted  # what was refused was not run, what was run was answered
    wait_until(lambda: ask(2000) == (2000, 2000))


def test_close_finishes_what_runs_refuses_what_waits_and_starts_again(
    make_pool: Callable[..., HashPool],
) -> None:
    pool = make_pool(threads=1)
    with ThreadPoolExecutor(2) as callers, wedged(pool) as release:
        waiting = callers.submit(pool.run, lambda: 7)
        wait_until(lambda: pool.waiting() == 1)
        workers = list(pool._line.workers)
        closing = callers.submit(pool.close)
        with pytest.raises(Overloaded, match="closed"):
            waiting.result(PATIENCE)
        assert not closing.done()  # it waits for the running job
        release.set()
        closing.result(PATIENCE)
    assert not any(worker.is_alive() for worker in workers)
    assert pool.run(lambda: 8) == 8
    pool.close()
    pool.close()


def test_idle_threads_end_and_an_unclosed_pool_is_collected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hash_pool, "IDLE_EXIT", 0.01)
    pool = HashPool(threads=2)
    pool.run(lambda: None)
    workers = list(pool._line.workers)
    for worker in workers:
        worker.join(PATIENCE)
        assert not worker.is_alive()
    assert pool.run(lambda: 7) == 7
    gone = weakref.ref(pool)
    workers = list(pool._line.workers)
    del pool
    for worker in workers:
        worker.join(PATIENCE)
    gc.collect()
    assert gone() is None


def test_a_system_without_threads_is_an_overload_and_not_a_hang(
    make_pool: Callable[..., HashPool], monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = make_pool(threads=1)

    def no_more(self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", no_more)
        with pytest.raises(Overloaded, match="started"):
            pool.run(lambda: 7)
    assert pool.waiting() == 0
    assert pool.run(lambda: 8) == 8


@pytest.mark.parametrize(
    ("options", "named"),
    [({"threads": 0}, "threads"), ({"queue": -1}, "hash_queue"), ({"deadline": 0}, "hash_deadline")],
)
def test_settings_that_cannot_work_are_named(options: dict[str, int], named: str) -> None:
    with pytest.raises(ConfigurationError, match=named):
        HashPool(**options)


FORKS = """
import os, threading
from rescind.credentials.hash_pool import HashPool

pool = HashPool(threads=1, queue=5, deadline=20.0)
release, began, held = threading.Event(), threading.Event(), threading.Event()

def hold():
    began.set()
    release.wait(20)

def hold_the_lock():
    with pool._line.ready:
        held.set()
        release.wait(20)

waiter = threading.Thread(target=pool.run, args=(hold,))
waiter.start()
began.wait(20)
locker = threading.Thread(target=hold_the_lock)
locker.start()
held.wait(20)

child = os.fork()
if child == 0:
    pool.count()
    os._exit(0 if pool.run(lambda: 7) == 7 and pool.counted == 1 and pool.waiting() == 0 else 1)
_, status = os.waitpid(child, 0)
release.set()
waiter.join(20)
locker.join(20)
assert pool.run(lambda: 8) == 8
print("child", os.waitstatus_to_exitcode(status))
"""


def test_a_forked_child_has_threads_of_its_own(tmp_path: Path) -> None:
    """Forked while the parent's thread works and its lock is held by a thread that the child lacks."""
    script = tmp_path / "forks.py"
    script.write_text(FORKS)
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout.strip(), done.returncode) == ("child 0", 0), done.stderr
