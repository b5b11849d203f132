"""Activity off the request path: written in batches, kept when it cannot be written, never a resurrection."""

from __future__ import annotations

import pytest
from tests.world import Spy

from rescind.errors import StoreUnavailable
from rescind.revocation import touches as module
from rescind.revocation.touches import Touches


def test_many_uses_are_one_write(spy: Spy) -> None:
    touches = Touches(spy.as_store)
    for at in range(100):
        touches.add("s1", at)
        touches.add("s2", at)
    assert len(touches) == 2
    touches.flush()
    assert spy.calls["touch"] == 1
    assert not touches


def test_batches_are_bounded(spy: Spy) -> None:
    touches = Touches(spy.as_store)
    for number in range(module.BATCH + 1):
        touches.add(f"s{number}", 1)
    touches.flush()
    assert spy.calls["touch"] == 2


def test_what_could_not_be_written_is_kept_and_the_newer_wins(spy: Spy) -> None:
    touches = Touches(spy.as_store)
    touches.add("s1", 1)
    touches.add("s2", 1)

    def fail(seen: object) -> None:
        touches.add("s1", 9)
        raise StoreUnavailable("gone")

    spy.before["touch"] = fail
    with pytest.raises(StoreUnavailable):
        touches.flush()
    spy.works("touch")
    written: list[tuple[str, int]] = []
    spy.before["touch"] = written.extend
    touches.flush()
    assert sorted(written) == [("s1", 9), ("s2", 1)]


def test_what_is_being_written_or_just_was_is_still_known(spy: Spy) -> None:
    """Whoever read the row before the write commits would else refuse as idle what this process has seen."""
    touches = Touches(spy.as_store)
    touches.add("s1", 5)
    meanwhile: list[int | None] = []
    spy.before["touch"] = lambda _: meanwhile.append(touches.last_seen("s1"))
    touches.flush()
    assert meanwhile == [5]
    assert touches.last_seen("s1") == 5
    touches.add("s2", 6)
    touches.flush()
    assert (touches.last_seen("s1"), touches.last_seen("s2")) == (None, 6)


def test_a_child_writes_nothing_of_its_parent(spy: Spy) -> None:
    touches = Touches(spy.as_store)
    touches.add("s1", 1)
    touches.after_fork()
    assert touches.flush() == 0
    assert spy.calls["touch"] == 0
