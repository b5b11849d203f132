"""Room for expressions of thousands of parts, such as texts that generators add up.

How deep calls may go is one number for all threads: the first that needs more room raises it, the last one
out puts it back.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

DEEPEST = 12_000  # calls, one inside of the other

_lock = threading.Lock()
_inside = 0
_own = 0


def own_limit() -> int:
    """The limit of the program, whoever else is inside of `deeper` now."""
    with _lock:
        return _own if _inside else sys.getrecursionlimit()


@contextmanager
def deeper() -> Iterator[None]:
    """With that room inside of it."""
    global _inside, _own  # noqa: PLW0603 - so is the interpreter's limit
    with _lock:
        if not _inside:
            _own = sys.getrecursionlimit()
            sys.setrecursionlimit(max(_own, DEEPEST))
        _inside += 1
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if not _inside:
                sys.setrecursionlimit(_own)
