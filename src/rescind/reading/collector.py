"""The cyclic garbage collector, out of the way while there is none.

A tree is tens of thousands of objects that stay: the collector goes through all of them again and again and
finds nothing. Parsing is more than three times as fast without it (`python -m bench reading`).
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused() -> Iterator[None]:
    """No collection inside; afterwards as it was."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
