"""An idle refusal ends the session where it counts, unless somebody was active meanwhile."""

from __future__ import annotations

import pytest
from tests.flows.house import Broken, House, WatchedStore

from rescind.flows.end_idle import end_idle, end_told_idle
from rescind.flows.start_session import start_session
from rescind.model.revocation import Kind, Scope
from rescind.model.session import SessionRecord
from rescind.policy.session_lifetime import IDLE_REASON


def idle_session(house: House) -> SessionRecord:
    record = start_session(house.ctx, "ada", method="password").facts.record
    house.clock.advance(days=8)
    assert house.verdict(record.id) == "idle"
    return record


def test_mark_entry_and_event_together(house: House) -> None:
    record = idle_session(house)
    assert end_idle(house.ctx, record)
    [event] = house.events("session.idle")
    entry = house.store.renew("nobody", 0).entries[-1]
    assert (entry.kind, entry.scope, entry.target) == (Kind.END, Scope.SESSION, record.id)
    assert (event.seq, event.subject) == (entry.seq, f"session:{record.id}")
    facts = house.store.facts(record.id)
    assert facts is not None
    assert facts.record.ended_reason == IDLE_REASON
    assert house.verdict(record.id) == "idle"


def test_who_was_active_meanwhile_is_left_alone(house: House) -> None:
    record = idle_session(house)
    house.store.touch([(record.id, record.last_seen + 3600 * 1_000_000)])
    head = house.store.head()
    assert not end_idle(house.ctx, record)
    assert house.store.head() == head
    assert house.events("session.idle") == []


def test_ended_once(house: House) -> None:
    record = idle_session(house)
    assert end_idle(house.ctx, record)
    head = house.store.head()
    assert not end_idle(house.ctx, record)
    assert house.store.head() == head


@pytest.mark.parametrize("breaks", ["append", "audit"])
def test_all_or_nothing(house: House, watched: WatchedStore, breaks: str) -> None:
    record = idle_session(house)
    watched.breaks = breaks
    with pytest.raises(Broken):
        end_idle(house.ctx, record)
    facts = house.store.facts(record.id)
    assert facts is not None
    assert facts.record.ended_at is None


def test_what_was_answered_ends_whoever_was_active_since(house: House) -> None:
    records = [idle_session(house), start_session(house.ctx, "bob", method="password").facts.record]
    house.store.touch([(records[0].id, records[0].last_seen + 3600 * 1_000_000)])
    assert end_told_idle(house.ctx, records) == 2
    assert end_told_idle(house.ctx, records) == 0
    assert {house.verdict(record.id) for record in records} == {"idle"}
    assert len(house.events("session.idle")) == 2
