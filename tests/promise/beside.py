"""Something that happens beside every so-manieth revocation, somewhere in the middle of it."""

from __future__ import annotations

import random
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from tests.promise.test_promise import Trial

LATEST = 0.01
"""Seconds into a revocation, which takes milliseconds, or a little after it."""


class Beside(ABC):
    """For ``run(during=...)``.

    Args:
        every: beside each of so many revocations.
    """

    def __init__(self, *, every: int, seed: int) -> None:
        self.every = every
        self.chance = random.Random(seed)
        self.turn = 0

    @contextmanager
    def __call__(self, trial: Trial) -> Iterator[None]:
        self.turn += 1
        if self.turn % self.every:
            yield
        else:
            with self.happening(trial):
                yield

    @abstractmethod
    def happening(self, trial: Trial) -> AbstractContextManager[None]:
        """Around one revocation: let it happen, and look at what became of it."""

    @contextmanager
    def meanwhile(self, step: Callable[[], object]) -> Iterator[None]:
        """Do it on another thread, while the block runs; both are over afterwards."""
        thread = threading.Thread(target=self.soon, args=(step,))
        thread.start()
        yield
        thread.join()

    def soon(self, step: Callable[[], object]) -> None:
        """Do it at a moment of chance, mostly an early one."""
        time.sleep(self.chance.random() ** 2 * LATEST)
        step()
