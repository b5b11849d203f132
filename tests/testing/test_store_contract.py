"""The kit finds faults: each broken store fails the case that is there for it."""

from __future__ import annotations

import inspect
from itertools import product
from typing import Any

import pytest
from tests.testing.broken import log, sessions, units, upkeep
from tests.testing.broken.base import CAUGHT_BY

from rescind.stores.base import Store
from rescind.stores.memory import MemoryStore
from rescind.testing import StoreContract
from rescind.testing.store_cases.base import StoreCases

ROOMS = (log, sessions, units, upkeep)
"""Importing them fills ``CAUGHT_BY``."""
TRIES = 20
"""A fault of timing does not show every time; a test that finds it in twenty tries can find it."""


def arguments_of(case: Any) -> list[dict[str, Any]]:
    """All combinations of a case's ``parametrize`` marks."""
    marks = [mark for mark in getattr(case, "pytestmark", []) if mark.name == "parametrize"]
    choices: list[list[dict[str, Any]]] = []
    for mark in marks:
        names = [mark.args[0]] if isinstance(mark.args[0], str) else list(mark.args[0])
        rows = [[value] if len(names) == 1 else value for value in mark.args[1]]
        choices.append([dict(zip(names, row, strict=True)) for row in rows])
    return [dict(pair for part in parts for pair in part.items()) for parts in product(*choices)]


def run(case_name: str, kind: type[MemoryStore]) -> None:
    """Every form of one case, each on a new store."""
    case = getattr(StoreContract, case_name)
    for arguments in arguments_of(case):
        store = kind()
        fixtures: dict[str, Store] = {"store": store, "second": store}
        given = {
            name: value for name, value in fixtures.items() if name in inspect.signature(case).parameters
        }
        case(StoreContract(), **given, **arguments)


def run_often(case_name: str, kind: type[MemoryStore]) -> None:
    for _ in range(TRIES):
        run(case_name, kind)


@pytest.mark.parametrize(("kind", "case"), CAUGHT_BY.items(), ids=[kind.__name__ for kind in CAUGHT_BY])
def test_a_broken_store_is_found(kind: type[MemoryStore], case: str) -> None:
    run(case, MemoryStore)
    with pytest.raises((AssertionError, BaseExceptionGroup, pytest.fail.Exception)):
        run_often(case, kind)


def test_every_room_of_faults_is_there() -> None:
    rooms = {kind.__module__ for kind in CAUGHT_BY if kind.__module__ != "tests.testing.broken.base"}
    assert rooms == {room.__name__ for room in ROOMS}


def test_no_case_hides_another_of_the_same_name() -> None:
    mixins = [kind for kind in StoreContract.__mro__ if kind not in (StoreContract, StoreCases, object)]
    defined = [name for kind in mixins for name in vars(kind) if not name.startswith("__")]
    assert set(mixins) >= set(StoreContract.__bases__)
    assert sorted(defined) == sorted(set(defined))


def test_make_is_asked_for_by_name() -> None:
    with pytest.raises(NotImplementedError, match="make"):
        StoreContract().make()
