"""What a route may ask for, and what is said when it cannot be given."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from rescind import ConfigurationError, bounded
from rescind.policy.guarantee import Bounded, seconds_of


@pytest.mark.parametrize("within", ["30s", 30, 30.0, timedelta(seconds=30)])
def test_durations_are_read_as_everywhere(within: Any) -> None:
    assert bounded(within) == Bounded(30.0)
    assert seconds_of(bounded(within), lease=1.0, strict=False) == 30.0


@pytest.mark.parametrize(
    ("within", "says"),
    [("soon", "bounded='soon' is no duration"), (-1, "no duration"), (0, "bounded(0) accepts nothing")],
)
def test_a_time_that_cannot_work_is_said(within: Any, says: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        bounded(within)
    assert says in str(error.value)


def test_immediate_is_no_time_at_all() -> None:
    assert seconds_of("immediate", lease=0, strict=True) is None


@pytest.mark.parametrize(
    ("guarantee", "lease", "strict", "says"),
    [
        ("bounded", 1.0, False, 'use guarantee="immediate", the default, or bounded("30s")'),
        (30, 1.0, False, "guarantee=30: use"),
        (bounded("30s"), 1.0, True, "strict=True reads the authority"),
        (bounded("30s"), 0.0, False, "with lease=0 nothing is answered from memory"),
        (bounded("1s"), 1.0, False, "memory answers for a lease (1 s) as it is"),
    ],
)
def test_what_cannot_be_given_is_said(guarantee: Any, lease: float, strict: bool, says: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        seconds_of(guarantee, lease=lease, strict=strict)
    assert says in str(error.value)
