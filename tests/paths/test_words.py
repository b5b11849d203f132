"""Words for behaviours and times."""

from __future__ import annotations

import pytest

from rescind.paths.words import duration


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.5, "0.5 s"), (60, "1 min"), (1_800, "30 min"), (9_000, "2.5 h"), (1_209_600, "14 d")],
)
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text
