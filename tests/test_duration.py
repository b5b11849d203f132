"""Durations as people write them."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rescind._duration import seconds
from rescind.errors import ConfigurationError


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("30s", 30.0),
        ("5m", 300.0),
        ("2h", 7200.0),
        ("7d", 604800.0),
        ("250ms", 0.25),
        ("1h30m", 5400.0),
        ("1.5h", 5400.0),
        (" 5m ", 300.0),
        (0, 0.0),
        (2, 2.0),
        (0.5, 0.5),
        (timedelta(minutes=1), 60.0),
    ],
)
def test_reads(written: Any, meant: float) -> None:
    assert seconds(written, setting="lease") == meant


@pytest.mark.parametrize(
    "wrong",
    [
        "", " ", "5", "m", "5 m", "5x", "-5m", "5m!", "!5m", "1e3s", "٣s", True, None, [], -1, float("nan"),
        float("inf"), timedelta(seconds=-1), "9" * 400 + "s", 10**400,
    ],
)  # fmt: skip
def test_refuses_and_names_the_setting(wrong: Any) -> None:
    with pytest.raises(ConfigurationError, match="lease="):
        seconds(wrong, setting="lease")


@given(st.text(max_size=12))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(ConfigurationError):
        assert seconds(text, setting="x") >= 0
