"""The limits of a session that goes on: nearer is told, further is found, never past the policy."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.flows.house import DAY, House

from rescind import Refused, Rescind, Session
from rescind._clock import SECOND
from rescind.flows.limit_session import limit_session
from rescind.flows.start_session import start_session
from rescind.flows.visit import begin_visit, find_visit, new_visit_token

MINUTE = 60 * SECOND
Two = tuple[Rescind[str], Rescind[str]]


@pytest.fixture
def two(house: House) -> Iterator[Two]:
    """Two workers."""
    with (
        Rescind(store=house.store, clock=house.clock) as here,
        Rescind(store=house.store, clock=house.clock) as there,
    ):
        yield here, there


def test_the_end_comes_nearer_and_goes_away_again_within_the_policy(house: House) -> None:
    opened = start_session(house.ctx, "7", method="password").facts.record
    nearer = limit_session(house.ctx, opened.id, lasts=60, idle=None)
    assert nearer is not None
    assert nearer.expires_at == house.judging.now() + MINUTE
    house.clock.advance(seconds=30)
    further = limit_session(house.ctx, opened.id, lasts=10**9, idle=None)
    assert further is not None
    assert further.expires_at == opened.created_at + 30 * DAY
    facts = house.store.facts(opened.id)
    assert facts is not None
    assert facts.record == further


def test_the_idle_limit_counts_from_now_and_not_above_the_policy(house: House) -> None:
    opened = start_session(house.ctx, "7", method="password").facts.record
    house.clock.advance(days=6)
    limited = limit_session(house.ctx, opened.id, lasts=None, idle=60)
    assert limited is not None
    assert (limited.idle, limited.last_seen) == (MINUTE, house.judging.now())
    back = limit_session(house.ctx, opened.id, lasts=None, idle=None)
    assert back is not None
    assert back.idle == 7 * DAY


def test_a_nearer_end_is_believed_by_every_memory(house: House, two: Two) -> None:
    """Under a lease another worker answers from memory; the entry makes it read again."""
    here, there = two
    issued = here.sessions.start("7")
    assert isinstance(there.check(issued.token), Session)
    before = house.store.head().seq
    limit_session(here.core.ctx, issued.session.id, lasts=60, idle=None)
    assert house.store.head().seq == before + 1
    house.clock.advance(seconds=61)
    judged = there.check(issued.token)
    assert isinstance(judged, Refused)
    assert judged.code == "expired"


def test_a_further_end_needs_no_entry_and_is_found(house: House, two: Two) -> None:
    here, there = two
    issued = here.sessions.start("7", lasts="1m")
    assert isinstance(there.check(issued.token), Session)
    before = house.store.head().seq
    limit_session(here.core.ctx, issued.session.id, lasts=3600, idle=None)
    assert house.store.head().seq == before
    house.clock.advance(seconds=120)
    assert isinstance(there.check(issued.token), Session)


def test_what_has_ended_gets_no_limits(house: House, two: Two) -> None:
    opened = start_session(house.ctx, "7", method="password").facts.record
    two[0].revoke(session=opened.id, reason="x")
    assert limit_session(house.ctx, opened.id, lasts=60, idle=None) is None
    assert limit_session(house.ctx, "0" * 24, lasts=60, idle=None) is None


def test_what_is_over_does_not_come_back_by_a_later_end(house: House) -> None:
    expired = start_session(house.ctx, "7", method="password", lasts=60).facts.record
    idle = start_session(house.ctx, "7", method="password", idle=60).facts.record
    house.clock.advance(seconds=60)
    for record in (expired, idle):
        assert limit_session(house.ctx, record.id, lasts=3600, idle=3600) is None
        facts = house.store.facts(record.id)
        assert facts is not None
        assert facts.record == record


def test_what_the_log_has_ended_gets_none_and_no_entry(house: House, two: Two) -> None:
    opened = start_session(house.ctx, "7", method="password").facts.record
    two[0].revoke(everything=True, confirm="default", reason="x")
    before = house.store.head().seq
    assert limit_session(house.ctx, opened.id, lasts=60, idle=None) is None
    assert house.store.head().seq == before


def test_a_visit_has_limits_too(house: House) -> None:
    token = new_visit_token()
    begun = begin_visit(house.ctx, token, data={})
    before = house.store.head().seq
    assert limit_session(house.ctx, begun.id, lasts=60, idle=None) is not None
    assert house.store.head().seq == before, "memory holds none"
    house.clock.advance(seconds=60)
    assert find_visit(house.ctx, token) is None
