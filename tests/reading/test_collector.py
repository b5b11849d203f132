"""The collector is as it was, however a block was left; nothing is looked through that stays to the end."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from rescind.reading import paused


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    was = gc.isenabled()
    yield
    gc.unfreeze()
    (gc.enable if was else gc.disable)()


def test_nothing_is_collected_inside() -> None:
    gc.enable()
    with paused():
        assert not gc.isenabled()
        with paused():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()


def test_it_goes_on_after_an_error() -> None:
    gc.enable()
    with pytest.raises(ValueError, match="inside"), paused():
        raise ValueError("inside")
    assert gc.isenabled()


def test_who_had_it_off_keeps_it_off() -> None:
    gc.disable()
    with paused():
        pass
    assert not gc.isenabled()


def test_what_stays_to_the_end_is_not_looked_through() -> None:
    before = gc.get_freeze_count()
    with paused():
        kept: list[list[int]] = [[] for _ in range(1_000)]
    assert gc.get_freeze_count() == before
    with paused(to_the_end=True):
        kept += [[] for _ in range(1_000)]
    assert gc.get_freeze_count() >= before + len(kept)
