"""The Redis store passes the store contract, on Redis and on Valkey; its own tests stand beside this file."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

import pytest
from tests.redis_server import shared
from tests.world import PATIENCE

from rescind._clock import SystemClock
from rescind.stores.base import Store
from rescind.stores.redis import RedisStore
from rescind.testing import StoreContract
from rescind.testing.store_cases.silence import Silence


class TestRedisStore(StoreContract):
    kind: ClassVar[str] = "redis"
    differing = 2

    def make(self) -> RedisStore:
        server = shared(self.kind)
        server.do("FLUSHALL")
        return RedisStore(server.url, clock=SystemClock(), patience=PATIENCE)

    def make_second(self, first: Store) -> RedisStore:
        return RedisStore(shared(self.kind).url, clock=SystemClock(), patience=PATIENCE)

    @contextmanager
    def falls_silent(self, patience: float) -> Iterator[tuple[Store, Silence]]:
        server = shared(self.kind)
        store = RedisStore(server.url, clock=SystemClock(), patience=patience)
        yield store, lambda stop: os.kill(server.pid, signal.SIGSTOP if stop else signal.SIGCONT)


@pytest.mark.long
class TestRedisStoreOnValkey(TestRedisStore):
    """With every combination of what an end may say, too."""

    kind = "valkey"
    differing = 5
