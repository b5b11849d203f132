"""The shipped kit loads late: nothing of it by ``import rescind``, and no pytest before it is needed."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

import rescind.testing
from rescind._clock import Clock
from rescind.testing import FakeClock, StoreContract
from rescind.testing.store_contract import StoreContract as Direct


def loaded_by(statement: str) -> set[str]:
    code = f"import sys, json\n{statement}\nprint(json.dumps(list(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout))


def test_the_clock_needs_no_test_framework() -> None:
    loaded = loaded_by("from rescind.testing import FakeClock")
    assert "rescind.testing.clock" in loaded
    assert {
        "pytest",
        "hypothesis",
        "rescind.testing.store_contract",
        "rescind.stores.memory",
    } & loaded == set()


def test_the_contract_needs_pytest_and_no_hypothesis() -> None:
    loaded = loaded_by("from rescind.testing import StoreContract")
    assert "pytest" in loaded
    assert "hypothesis" not in loaded


def test_a_failing_case_shows_its_values() -> None:
    """Assertions of the kit are rewritten as those of a test module are."""
    assert StoreContract is Direct
    finder = StoreContract.test_numbers_follow_each_other.__globals__["__loader__"]
    assert type(finder).__name__ == "AssertionRewritingHook"


def test_names_are_listed_and_others_are_refused() -> None:
    assert sorted(rescind.testing.__all__) == ["FakeClock", "StoreContract"]
    with pytest.raises(AttributeError, match="Nothing"):
        rescind.testing.Nothing  # noqa: B018


def test_the_clock_is_a_clock() -> None:
    clock: Clock = FakeClock()
    assert (clock.lease(), clock.wall() > 0) == (0, True)
