"""Refresh families: whatever is presented in whatever order, there is one leaf that may be exchanged."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rescind import ConfigurationError
from rescind._clock import SECOND
from rescind.model.family import Family
from rescind.policy.refresh import GRACE, check_grace, judge_refresh

START = 1_790_000_000 * SECOND
WITHIN = round(GRACE * SECOND)


def family_at(generation: int, rotated_at: int) -> Family:
    return Family("0" * 24, generation, rotated_at, b"", "kid", rotated_at)


def following(family: Family, now: int) -> Family:
    """The state after an exchange."""
    return family_at(family.generation + 1, now)


def test_current_token_is_exchanged_whenever() -> None:
    for now in (0, START, START + 10**12):
        assert judge_refresh(family_at(5, START), 5, now) == "next"
    assert following(family_at(5, START), START + 1) == family_at(6, START + 1)


def test_immediate_predecessor_has_the_grace() -> None:
    family = family_at(5, START)
    assert judge_refresh(family, 4, START) == "again"
    assert judge_refresh(family, 4, START + WITHIN - 1) == "again"
    assert judge_refresh(family, 4, START + WITHIN) == "reuse"


def test_grandparent_within_the_grace_is_reuse() -> None:
    """Asks B3, django-oauth-toolkit#1617: a long grace let grandparents refresh."""
    family = following(following(family_at(1, START), START + 1), START + 2)
    assert judge_refresh(family, 1, START + 3) == "reuse"
    assert judge_refresh(family, 2, START + 3) == "again"
    assert judge_refresh(family, 3, START + 3) == "next"


def test_token_from_the_future_of_its_family() -> None:
    assert judge_refresh(family_at(5, START), 6, START) == "ahead"


def test_no_grace() -> None:
    assert judge_refresh(family_at(5, START), 4, START, grace=0) == "reuse"
    assert judge_refresh(family_at(5, START), 5, START, grace=0) == "next"


def test_clock_that_is_far_behind_lengthens_no_grace() -> None:
    """Another worker's clock may be an hour behind: its "now" is before the exchange for an hour."""
    assert judge_refresh(family_at(5, START), 4, START - WITHIN + 1) == "again"
    assert judge_refresh(family_at(5, START), 4, START - WITHIN) == "reuse"


@pytest.mark.parametrize("grace", [-1, 60.1, 3600, float("inf"), float("nan")])
def test_grace_that_cannot_work(grace: float) -> None:
    with pytest.raises(ConfigurationError, match=r"refresh_grace=.*: 0 to 60 seconds"):
        check_grace(grace)
    check_grace(GRACE)


# Who refreshes: presents one of the tokens handed out so far (an index from the end), after some time.
steps = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 2 * WITHIN)), max_size=40)


@settings(deadline=None)
@given(steps)
def test_exactly_one_unspent_leaf_in_every_interleaving(moves: list[tuple[int, int]]) -> None:
    family, now, handed_out, alive = family_at(1, START), START, [1], True
    for back, pause in moves:
        now += pause
        presented = handed_out[-min(back + 1, len(handed_out))]
        outcome = judge_refresh(family, presented, now)
        leaves = [one for one in set(handed_out) if judge_refresh(family, one, now) == "next"]
        assert leaves == [family.generation]
        if outcome == "next":
            assert presented == family.generation
            family = following(family, now)
        elif outcome == "again":
            assert presented == family.generation - 1
        else:
            assert outcome == "reuse"
            assert presented < family.generation
            alive = False
            break
        answer = family.generation  # the winner's new token and the loser's are the same
        assert answer in (handed_out[-1], handed_out[-1] + 1)
        handed_out.append(answer)
    if not alive:  # only an old copy ends a family, never the holder of its newest token
        assert presented != handed_out[-1]


@settings(deadline=None)
@given(st.integers(2, 20), st.integers(0, WITHIN - 1))
def test_twenty_tabs_with_one_token_get_one_successor(tabs: int, spread: int) -> None:
    """Asks B1: each exchange is one transaction, so the tabs come one after the other, in any order."""
    family, answers = family_at(1, START), set()
    for tab in range(tabs):
        now = START + spread * tab // tabs
        outcome = judge_refresh(family, 1, now)
        assert outcome == ("again" if tab else "next")
        if outcome == "next":
            family = following(family, now)
        answers.add(family.generation)
    assert answers == {2}
