"""Signing in with a cookie that another session has: the one begins and the other ends, or neither."""

from __future__ import annotations

import pytest
from tests.flows.house import LOGIN, PASSWORD, Broken, House, WatchedStore, refusal_of

from rescind._tokens import new_session_token
from rescind.flows.rotate_session import rotate_session
from rescind.flows.sign_in import sign_in
from rescind.flows.start_session import Opened, start_session
from rescind.policy.session_lifetime import ROTATED_REASON


def signed_in(house: House, replaces: str | None, password: str = PASSWORD) -> Opened:
    return sign_in(house.ctx, house.passwords, LOGIN, password, replaces=replaces)


@pytest.fixture
def old(house: House) -> Opened:
    """The session of somebody else in the same browser."""
    house.account()
    return start_session(house.ctx, "somebody else", method="password")


def test_the_old_one_ends_as_rotated_with_the_new_one_as_the_cause(house: House, old: Opened) -> None:
    new = signed_in(house, old.token)
    facts = house.store.facts(old.facts.record.id)
    assert facts is not None
    by = f"session:{new.facts.record.id}"
    assert (facts.record.ended_reason, facts.record.ended_by) == (ROTATED_REASON, by)
    assert new.entry is not None
    assert new.entry == house.store.renew("nobody", 0).entries[-1]
    [event] = house.events("session.revoked")
    assert (event.subject, event.actor, event.seq) == (f"session:{old.facts.record.id}", by, new.entry.seq)
    assert [record.id for record in house.live()] == [new.facts.record.id]


def test_a_session_of_ones_own_sign_in_replaces_as_well(
    house: House, watched: WatchedStore, old: Opened
) -> None:
    watched.units = 0
    new = start_session(house.ctx, "ada", method="own", replaces=old.token)
    assert watched.units == 1
    assert house.verdict(old.facts.record.id) == "superseded"
    assert new.entry is not None


@pytest.mark.parametrize("breaks", ["end_counted", "append", "insert_session", "audit"])
def test_both_or_neither(house: House, watched: WatchedStore, old: Opened, breaks: str) -> None:
    """In two transactions a fault between them left the old session alive, and its copy with it."""
    watched.breaks = breaks
    with pytest.raises(Broken):
        signed_in(house, old.token)
    assert [record.id for record in house.live()] == [old.facts.record.id]
    watched.breaks = None
    watched.units = 0
    signed_in(house, old.token)
    assert watched.units == 1


def test_a_refused_sign_in_ends_nothing(house: House, old: Opened) -> None:
    refusal_of(lambda: signed_in(house, old.token, "wrong"))
    assert house.verdict(old.facts.record.id) is None


def test_only_who_has_the_secret_ends_a_session(house: House, old: Opened) -> None:
    forged = new_session_token(old.facts.record.id)
    for text in (forged, old.facts.record.id, "", "junk", "\x00", new_session_token("0" * 24), None):
        assert signed_in(house, text).entry is None
    assert house.verdict(old.facts.record.id) is None


def test_of_several_the_first_that_names_a_live_session(house: House, old: Opened) -> None:
    other = start_session(house.ctx, "somebody else", method="password")
    rotated = start_session(house.ctx, "somebody else", method="password")
    rotate_session(house.ctx, rotated.facts.record.id)
    tokens = ("junk", rotated.token, old.token, other.token)
    assert sign_in(house.ctx, house.passwords, LOGIN, PASSWORD, replaces=tokens).entry is not None
    assert house.verdict(old.facts.record.id) == "superseded"
    assert house.verdict(other.facts.record.id) is None
    assert sign_in(house.ctx, house.passwords, LOGIN, PASSWORD, replaces=()).entry is None


def test_what_has_ended_is_left_as_it_is(house: House, old: Opened) -> None:
    successor = rotate_session(house.ctx, old.facts.record.id)
    assert signed_in(house, old.token).entry is None
    assert house.verdict(successor.facts.record.id) is None, "a stale copy ends nobody's live session"
