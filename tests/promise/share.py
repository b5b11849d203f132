"""How much of the thousands of repetitions is done: all of them, unless ``LONG_SHARE`` says otherwise."""

from __future__ import annotations

import os


def share_of(full: int, least: int = 1) -> int:
    """That share (above 0, at most 1) of ``full`` repetitions.

    Args:
        least: as many as it takes for anything to happen.

    Raises:
        ValueError: ``LONG_SHARE`` is no such number.
    """
    text = os.environ.get("LONG_SHARE", "1")
    try:
        share = float(text)
    except ValueError:
        share = 0.0
    if not 0 < share <= 1:
        raise ValueError(f"LONG_SHARE={text!r} is no share: give a number above 0 and up to 1, such as 0.25")
    return max(least, round(full * share))
