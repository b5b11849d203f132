"""A forked child for the cases that need one."""

from __future__ import annotations

import os
import signal
import sys
import traceback
import warnings
from collections.abc import Callable

WAIT = 60
"""Whole seconds after which a child counts as hung and is ended by its own alarm."""


def in_a_child(work: Callable[[], bool]) -> None:
    """Run ``work`` in a forked child, which has none of this process's other threads, and wait for it.

    Raises:
        AssertionError: it did not return ``True``, or not in time; see its standard error.
        NotImplementedError: the platform has no fork.
    """
    if not hasattr(os, "fork"):
        raise NotImplementedError("this platform has no fork")
    with warnings.catch_warnings():
        # From Python 3.12 on a fork beside other threads warns; that is the situation under test.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        _answer(work)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    if code != 0:
        raise AssertionError(f"the child ended with {code} instead of 0")


def _answer(work: Callable[[], bool]) -> None:
    """In the child: nothing of the parent's test run may go on here."""
    code = 1
    try:
        signal.alarm(WAIT)
        code = 0 if work() else 2
    except BaseException:  # noqa: BLE001 - the child ends here, whatever it was
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(code)
