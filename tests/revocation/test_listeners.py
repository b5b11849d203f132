"""The listeners' own thread: there while there is something to tell."""

from __future__ import annotations

import threading

from tests.world import PATIENCE, entry

from rescind.model.revocation import LogEntry
from rescind.revocation.listeners import Listeners


def test_in_order_and_then_the_thread_ends() -> None:
    listeners, told, done = Listeners(), list[LogEntry](), threading.Event()
    listeners.add(told.append)
    listeners.add(lambda one: done.set() if one.seq == 3 else None)
    listeners.tell([entry(seq=1), entry(seq=2)])
    listeners.tell([entry(seq=3)])
    assert done.wait(PATIENCE)
    listeners.stop()
    assert [one.seq for one in told] == [1, 2, 3]
    assert not any(thread.name == "rescind-listeners" for thread in threading.enumerate())


def test_without_a_listener_there_is_no_thread() -> None:
    listeners = Listeners()
    listeners.tell([entry(seq=1)])
    assert listeners._thread is None


def test_a_child_tells_nothing_of_its_parents_news() -> None:
    listeners, told = Listeners(), list[LogEntry]()
    listeners.add(told.append)
    listeners._news.append(entry(seq=1))
    listeners.after_fork()
    listeners.stop()
    assert told == []
    assert len(listeners) == 1, "the listeners are the application's, in the child too"
