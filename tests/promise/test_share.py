"""A run that is told to do a part does that part, and a word that is no share is an error."""

from __future__ import annotations

import pytest
from tests.promise.share import share_of


@pytest.mark.parametrize(
    ("share", "count"), [("1", 1000), ("0.25", 250), ("0.0001", 1), (" 5e-1 ", 500), (None, 1000)]
)
def test_a_share(monkeypatch: pytest.MonkeyPatch, share: str | None, count: int) -> None:
    monkeypatch.delenv("LONG_SHARE", raising=False)
    if share is not None:
        monkeypatch.setenv("LONG_SHARE", share)
    assert share_of(1000) == count
    assert share_of(1000, least=300) == max(count, 300)


@pytest.mark.parametrize("share", ["", "all", "0", "-0.5", "1.01", "25%", "nan", "inf"])
def test_what_is_no_share(monkeypatch: pytest.MonkeyPatch, share: str) -> None:
    monkeypatch.setenv("LONG_SHARE", share)
    with pytest.raises(ValueError, match="LONG_SHARE"):
        share_of(1000)
