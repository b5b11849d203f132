"""The cyclic garbage collector, out of the way while there is none.

A tree is tens of thousands of objects that stay: the collector goes through all of them again and again and
finds nothing. Parsing is more than three times as fast without it (`python -m bench reading`).
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused(*, to_the_end: bool = False) -> Iterator[None]:
    """No collection inside; afterwards as it was.

    Args:
        to_the_end: the program is about to end with what it has, and nobody looks through that any more, not
            even the interpreter on its way out. In a program that goes on, garbage of then would stay.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if to_the_end:
            gc.freeze()
        if was:
            gc.enable()
