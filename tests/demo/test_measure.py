"""Drills side by side: their progress is one bar, and those that take longest begin."""

from __future__ import annotations

from typing import Any, cast

from rescind.demo.kinds import KINDS, WAYS
from rescind.demo.measure import Progress, longest_first


def test_progress_is_that_of_all_drills() -> None:
    told: list[tuple[float, int, int]] = []
    progress = Progress(lambda *seen: told.append(seen), drills=2, trials=4)
    end = cast("Any", None)
    progress.of(0)(end, 1, 2)
    progress.of(1)(end, 1, 2)
    progress.of(0)(end, 2, 2)
    progress.of(1)(end, 2, 2)
    assert told == [(0.25, 0, 2), (0.5, 0, 2), (0.75, 1, 2), (1.0, 2, 2)]


def test_ordinary_ones_whose_copies_live_on_begin() -> None:
    order = [*longest_first()]
    assert len(order) == len(KINDS) * len(WAYS)
    ours = [kind.ours for kind, _ in order]
    assert ours == sorted(ours)
