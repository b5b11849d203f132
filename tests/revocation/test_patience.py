"""What ends a live connection: a verdict against it at once, no answer after the grace."""

from __future__ import annotations

import pytest

from rescind.errors import Overloaded, Refused
from rescind.revocation.patience import Patience
from rescind.testing.clock import FakeClock

AWAY = [Refused("store_unavailable", retry_after=1), Overloaded("busy")]


def test_a_verdict_decides_at_once() -> None:
    patience = Patience(FakeClock(), 10)
    assert not patience.is_over(None)
    assert patience.is_over(Refused("revoked"))


@pytest.mark.parametrize("refused", AWAY)
def test_no_answer_ends_it_after_the_grace(refused: Refused) -> None:
    clock = FakeClock()
    patience = Patience(clock, 10)
    assert not patience.is_over(refused)
    clock.advance(seconds=9.9)
    assert not patience.is_over(refused)
    clock.advance(seconds=0.1)
    assert patience.is_over(refused)


@pytest.mark.parametrize("refused", AWAY)
def test_an_answer_between_gives_the_whole_grace_again(refused: Refused) -> None:
    clock = FakeClock()
    patience = Patience(clock, 10)
    assert not patience.is_over(refused)
    clock.advance(seconds=9)
    assert not patience.is_over(None)
    clock.advance(seconds=9)
    assert not patience.is_over(refused)
    clock.advance(seconds=9)
    assert not patience.is_over(refused)


def test_without_grace_no_answer_ends_it_at_once() -> None:
    assert Patience(FakeClock(), 0).is_over(AWAY[0])
