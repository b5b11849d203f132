"""Stores with one fault each: how they are made, and the case of the kit that must see each.

Every fault has been made by somebody; the reasons stand in the store contract and in the protocol.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rescind.stores.base import UnitOfWork
from rescind.stores.memory import MemoryStore
from rescind.stores.memory.unit import MemoryUnit

CAUGHT_BY: dict[type[MemoryStore], str] = {}


def caught_by(case: str) -> Any:
    def note(store: type[MemoryStore]) -> type[MemoryStore]:
        CAUGHT_BY[store] = case
        return store

    return note


class UnitStore(MemoryStore):
    """A store whose units are of the class ``unit``."""

    unit: type[MemoryUnit] = MemoryUnit

    @contextmanager
    def _unit(self) -> Iterator[UnitOfWork]:
        with super()._unit() as unit:
            assert isinstance(unit, MemoryUnit)
            unit.__class__ = self.unit
            yield unit


def with_unit(unit: type[MemoryUnit]) -> type[MemoryStore]:
    return type(unit.__name__, (UnitStore,), {"unit": unit})
