"""Forks. SQLite keeps a book of POSIX locks per process, and a child inherits the book without the locks.

So the parent closes its idle connections before it forks: then there is nothing to inherit. What was in use
at that moment is kept in the child, untouched for ever. One set of hooks serves all stores; a store that is
gone leaves nothing behind.
"""

from __future__ import annotations

import os
import threading
import weakref
from typing import Protocol


class Forkable(Protocol):
    def before_fork(self) -> None: ...
    def after_fork_in_parent(self) -> None: ...
    def after_fork_in_child(self) -> None: ...


_watched: weakref.WeakSet[Forkable] = weakref.WeakSet()
_forking: list[Forkable] = []
_one_at_a_time = threading.Lock()
"""Held from the hooks before a fork to those after it: two threads may fork at once."""


def watch(store: Forkable) -> None:
    """Tell ``store`` of every fork for as long as it exists."""
    _watched.add(store)


def _before() -> None:
    _one_at_a_time.acquire()
    _forking[:] = list(_watched)
    for store in _forking:
        store.before_fork()


def _in_parent() -> None:
    for store in reversed(_forking):
        store.after_fork_in_parent()
    _forking.clear()
    _one_at_a_time.release()


def _in_child() -> None:
    global _one_at_a_time  # noqa: PLW0603 - the parent's is held by a thread that may not exist here
    _one_at_a_time = threading.Lock()
    # Not only those of ``_forking``: a server that forks in C (uWSGI) may run this hook alone.
    for store in list(_watched):
        store.after_fork_in_child()
    _forking.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before, after_in_parent=_in_parent, after_in_child=_in_child)
