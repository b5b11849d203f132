"""A store in the memory of one process: for tests, for trying things, and as the contract's plainest reading.

It is gone with the process and no other process sees it (``capabilities.shared`` and ``durable`` are False).
"""

from __future__ import annotations

from rescind.stores.memory.store import MemoryStore

__all__ = ["MemoryStore"]
