"""The memory store passes the store contract; what is its own is tested below."""

from __future__ import annotations

from rescind.stores.memory import MemoryStore
from rescind.testing import StoreContract


class TestMemoryStore(StoreContract):
    def make(self) -> MemoryStore:
        return MemoryStore()
