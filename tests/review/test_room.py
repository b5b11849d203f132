"""The interpreter's limit, which is one for all threads."""

from __future__ import annotations

import sys
import threading

from rescind.review.room import DEEPEST, deeper, own_limit


def test_the_last_one_out_puts_the_limit_back() -> None:
    """Mutation: each puts back what it found, and whoever came second found the raised one."""
    before = sys.getrecursionlimit()
    in_first, in_second, first_out = (threading.Event() for _ in range(3))

    def first() -> None:
        with deeper():
            in_first.set()
            assert in_second.wait(10)
        first_out.set()

    thread = threading.Thread(target=first)
    thread.start()
    assert in_first.wait(10)
    with deeper():
        in_second.set()
        assert first_out.wait(10)
        assert sys.getrecursionlimit() == max(before, DEEPEST)
        assert own_limit() == before
    thread.join(10)
    assert sys.getrecursionlimit() == own_limit() == before
