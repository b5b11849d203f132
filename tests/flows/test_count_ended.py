"""How many a revocation ended: counted when access has ended already, and found again by its id."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session as OrmSession
from tests.test_engine import lose_the_answer
from tests.test_engine_joined import engine_at
from tests.world import World, code, spy_of

from rescind import Rescind
from rescind.errors import StoreUnavailable
from rescind.flows.count_ended import PAGE, count_ended
from rescind.model.audit_event import AuditEvent

WIDE: dict[str, dict[str, Any]] = {
    "tenant": {"tenant": "app"},
    "client": {"client": "web"},
    "everything": {"everything": True, "confirm": "default"},
}


def people(auth: Rescind[Any], count: int = 3) -> list[str]:
    tokens = []
    for number in range(count):
        auth.principals.set(f"p{number}", tenant="app", reason="member")
        tokens.append(auth.sessions.start(f"p{number}", client="web").token)
    return tokens


def events(auth: Rescind[Any], type: str) -> list[AuditEvent]:
    return [one for one in auth.core.store.audit_events("default", limit=1000) if one.type == type]


@pytest.mark.parametrize("scope", WIDE)
def test_access_has_ended_before_anything_is_counted(world: World, scope: str) -> None:
    auth, other = world.engine(spy=True), world.engine()
    tokens = people(auth)
    seen: list[set[str]] = []
    spy_of(auth).before["count"] = lambda *_, **__: seen.append({code(other.check(one)) for one in tokens})
    receipt = auth.revoke(**WIDE[scope], reason="for a test")
    assert seen == [{"revoked"}]
    assert (receipt.state, receipt.counted) == ("final", True)
    assert (receipt.matched, dict(receipt.ended)) == (3, {"session": 3})


@pytest.mark.parametrize("scope", WIDE)
def test_counting_holds_nobody_up(world: World, scope: str) -> None:
    """Another writer gets the lock while it is counted, as long as that may take."""
    auth, other = world.engine(spy=True), world.engine()
    people(auth)
    spy_of(auth).before["count"] = lambda *_, **__: other.sessions.start("somebody else")
    receipt = auth.revoke(**WIDE[scope], reason="for a test")
    assert receipt.matched == 3, "who signed in after it was not named by it"


def test_only_what_it_ended_is_counted(world: World) -> None:
    auth = world.engine()
    tokens = people(auth, 4)
    auth.sign_out(tokens[0])
    auth.revoke(principal="p1", reason="before")
    receipt = auth.revoke(everything=True, confirm="default", reason="for a test")
    assert (receipt.matched, dict(receipt.ended)) == (4, {"session": 2})
    assert auth.revoke(everything=True, confirm="default", reason="again").ended == {}


def test_the_trail_says_that_it_was_counted_afterwards(world: World) -> None:
    auth = world.engine()
    people(auth)
    receipt = auth.revoke(tenant="app", reason="for a test", by="cli:root@host")
    [ended], [counted] = events(auth, "tenant.revoked"), events(auth, "revocation.counted")
    assert (ended.data["matched"], ended.data["ended"]) == (None, None)
    assert (counted.data["matched"], counted.data["ended"]) == (3, 3)
    for event in (ended, counted):
        assert (event.seq, event.subject, event.actor) == (receipt.seq, "tenant:app", "cli:root@host")
        assert event.data["revocation"] == receipt.id


def test_after_the_commit_counting_is_no_failure(world: World, caplog: pytest.LogCaptureFixture) -> None:
    auth = world.engine(spy=True)
    tokens = people(auth)
    spy_of(auth).failing("count", StoreUnavailable("gone"))
    receipt = auth.revoke(**WIDE["everything"], reason="for a test", id="r-1")
    assert (receipt.state, receipt.counted, receipt.matched) == ("final", False, 0)
    assert "not counted" in str(receipt)
    assert "could not be counted" in caplog.text
    assert {code(auth.check(token)) for token in tokens} == {"revoked"}
    spy_of(auth).works("count")
    again = auth.revoke(**WIDE["everything"], reason="for a test", id="r-1")
    assert (again.seq, again.counted, dict(again.ended)) == (receipt.seq, True, {"session": 3})


def test_a_count_that_cannot_be_written_down_is_told_all_the_same(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    auth = world.engine(spy=True)
    people(auth)
    spy = spy_of(auth)
    spy.before["count"] = lambda *_, **__: spy.failing("write", StoreUnavailable("the disk is full"))
    receipt = auth.revoke(tenant="app", reason="for a test", id="r-1")
    assert (receipt.state, receipt.counted, receipt.matched) == ("final", True, 3)
    assert "was not written down" in caplog.text
    assert events(auth, "revocation.counted") == []
    spy.works("count")
    spy.works("write")
    assert auth.revoke(tenant="app", reason="for a test", id="r-1").matched == 3
    assert len(events(auth, "revocation.counted")) == 1


def test_nobody_waited_for_and_counted_all_the_same(world: World) -> None:
    auth = world.engine()
    people(auth)
    receipt = auth.revoke(tenant="app", reason="for a test", wait=False)
    assert (receipt.state, receipt.matched) == ("committed", 3)


ALL: dict[str, dict[str, Any]] = WIDE | {"principal": {"principal": "p1"}, "session": {}}


@pytest.mark.parametrize("scope", ALL)
def test_a_retry_tells_what_the_first_one_did(world: World, scope: str) -> None:
    auth, other = world.engine(), world.engine()
    people(auth)
    selector = ALL[scope] or {"session": auth.sessions.list("p2")[0].id}
    first = auth.revoke(**selector, reason="for a test", id="r-1")
    auth.sessions.start("p1", client="web")
    again = other.revoke(**selector, reason="for a test", id="r-1")
    assert (again.seq, again.matched, dict(again.ended)) == (first.seq, first.matched, dict(first.ended))
    assert again.counted
    assert again.matched > 0
    assert len(events(auth, "revocation.counted")) == (scope in WIDE), "once"


@pytest.mark.parametrize("scope", ["principal", "everything"])
def test_an_answer_that_was_lost_is_found_with_its_counts(world: World, scope: str) -> None:
    auth = world.engine(spy=True)
    people(auth)
    lose_the_answer(auth, committed=True)
    receipt = auth.revoke(**ALL[scope], reason="for a test", id="r-1")
    assert (receipt.state, receipt.matched, dict(receipt.ended)) == (
        "final",
        3 if scope == "everything" else 1,
        {"session": 3 if scope == "everything" else 1},
    )


def test_a_retried_change_of_standing_tells_whether_it_was_known(world: World) -> None:
    auth = world.engine()
    first = auth.principals.set("new", active=False, reason="for a test", id="c-1")
    again = auth.principals.set("new", active=False, reason="for a test", id="c-1")
    assert (first.matched, again.matched, again.seq) == (0, 0, first.seq)


def test_found_behind_many_later_events_of_the_same_subject(world: World) -> None:
    auth = world.engine()
    auth.sessions.start("ada")
    auth.revoke(principal="ada", reason="for a test", id="r-1")
    for _ in range(PAGE + 1):
        auth.sessions.start("ada")
    assert dict(auth.revoke(principal="ada", reason="for a test", id="r-1").ended) == {"session": 1}


def test_whoever_ends_first_does_not_search_the_trail(world: World) -> None:
    """On Redis that is a walk through up to 100,000 events."""
    auth = world.engine(spy=True)
    auth.sessions.start("ada")
    spy_of(auth).calls.clear()
    assert auth.revoke(client="app", reason="for a test", id="r-1").counted
    assert spy_of(auth).calls["audit_events"] == 0
    assert auth.revoke(client="app", reason="for a test", id="r-1").counted
    assert spy_of(auth).calls["audit_events"] == 1


def test_a_trail_that_was_cut_off_is_not_read_to_its_beginning(world: World) -> None:
    """The events of the retry's entry are gone; much older ones of the same subject are not."""
    auth = world.engine(spy=True)
    for _ in range(3 * PAGE):
        with auth.core.store.write() as unit:
            unit.audit(auth.core.ctx.event("session.started", actor="x", subject="principal:ada"))
    world.clock.advance(hours=1)
    auth.revoke(principal="ada", reason="for a test", id="r-1")
    entry = auth.core.store.find_entry("r-1")
    assert entry is not None
    spy = spy_of(auth)
    spy.after["audit_events"] = lambda found: [one for one in found if one.data.get("revocation") != "r-1"]
    spy.calls.clear()
    assert count_ended(auth.core.ctx, entry) is None
    assert spy.calls["audit_events"] == 1
    again = auth.revoke(principal="ada", reason="for a test", id="r-1")
    assert (again.state, again.counted) == ("final", False)


# -- in the caller's transaction -------------------------------------------------------------------------


@pytest.fixture
def app(file_world: World) -> Iterator[Engine]:
    made = engine_at(file_world.path)
    yield made
    made.dispose()


def test_joined_it_is_counted_after_the_callers_commit(file_world: World, app: Engine) -> None:
    auth = file_world.engine(spy=True)
    people(auth)
    with OrmSession(app) as orm, orm.begin():
        receipt = auth.revoke(tenant="app", reason="for a test", connection=orm.connection())
        assert (receipt.state, receipt.counted, receipt.matched) == ("pending", False, 0)
        assert spy_of(auth).calls["count"] == 0
    assert (receipt.state, receipt.counted) == ("final", True)
    assert (receipt.matched, dict(receipt.ended)) == (3, {"session": 3})


def test_joined_and_rolled_back_nothing_is_counted(file_world: World, app: Engine) -> None:
    auth = file_world.engine(spy=True)
    people(auth)
    with OrmSession(app) as orm:
        receipt = auth.revoke(tenant="app", reason="for a test", connection=orm.connection())
        orm.rollback()
    assert (receipt.state, receipt.counted, receipt.matched) == ("void", False, 0)
    assert spy_of(auth).calls["count"] == 0


def test_repeated_in_the_same_transaction_it_is_one(file_world: World, app: Engine) -> None:
    auth = file_world.engine()
    people(auth)
    with OrmSession(app) as orm, orm.begin():
        first = auth.revoke(principal="p1", reason="x", id="r-1", connection=orm.connection())
        again = auth.revoke(principal="p1", reason="x", id="r-1", connection=orm.connection())
    assert (first.state, again.state) == ("final", "final")
    assert (again.seq, dict(again.ended)) == (first.seq, {"session": 1})
