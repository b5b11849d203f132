"""``auth.sessions`` and ``auth.principals``: listing, data, standing, and arguments judged at the edge."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.world import World, code

from rescind import Refused
from rescind.errors import ConfigurationError


def test_a_listing_is_paged_and_marks_who_asks(world: World) -> None:
    auth = world.engine()
    issued = [auth.sessions.start("ada", label=f"browser {n}", client="web") for n in range(5)]
    auth.sessions.start("bob")
    seen: list[Any] = []
    after, current = None, issued[2].session
    while page := auth.sessions.list("ada", limit=2, after=after, current=current):
        assert len(page) <= 2
        seen.extend(page)
        after = page[-1].id
    assert [one.id for one in seen] == sorted(one.session.id for one in issued)
    assert [one.id for one in seen if one.current] == [issued[2].session.id]
    assert {one.client_id for one in seen} == {"web"}


@pytest.mark.parametrize("end", ["revoke", "everything", "idle", "rotate"])
def test_a_listing_has_live_sessions_only(world: World, end: str) -> None:
    auth = world.engine(idle="10m")
    issued = auth.sessions.start("ada")
    if end == "revoke":
        auth.revoke(session=issued.session, reason="for a test")
    elif end == "everything":
        auth.revoke(everything=True, confirm="default", reason="for a test")
    elif end == "idle":
        world.clock.advance(minutes=10)
    else:
        auth.sessions.rotate(issued.session)
    assert issued.session.id not in [one.id for one in auth.sessions.list("ada")]


def test_data_lives_as_long_as_the_session_and_never_brings_it_back(world: World) -> None:
    auth, other = world.engine(), world.engine()
    session = auth.sessions.start("ada").session
    assert auth.sessions.save_data(session, {"cart": [1], "theme": "dark"})
    assert other.sessions.save_data(session, {"cart": [1, 2]}, removed=["theme"])
    assert auth.sessions.load_data(session) == {"cart": [1, 2]}
    auth.revoke(principal="ada", reason="for a test")
    assert not other.sessions.save_data(session, {"late": True})


def test_when_it_was_proved_is_kept_and_never_in_the_future(world: World) -> None:
    auth = world.engine()
    now: datetime = world.clock.now()
    past = auth.sessions.start("ada", auth_time=now - timedelta(hours=1)).session
    future = auth.sessions.start("ada", auth_time=now + timedelta(hours=1)).session
    assert past.auth_time == now - timedelta(hours=1)
    assert future.auth_time == now
    assert past.auth_time.tzinfo is UTC


@pytest.mark.parametrize("lasts", ["1h", 3600, timedelta(hours=1)])
def test_a_session_may_be_short_and_rotation_does_not_lengthen_it(world: World, lasts: Any) -> None:
    auth = world.engine()
    issued = auth.sessions.start("ada", lasts=lasts)
    assert issued.lasts == 3600
    world.clock.advance(minutes=59)
    rotated = auth.sessions.rotate(issued.session)
    assert rotated.session.expires_at == issued.session.expires_at
    world.clock.advance(minutes=1)
    assert code(auth.check(rotated.token)) == "expired"


@pytest.mark.parametrize("wrong", [0, "0s", -1, "soon", True])
def test_a_session_of_no_time_is_refused(world: World, wrong: Any) -> None:
    auth = world.engine()
    with pytest.raises(ConfigurationError, match="lasts="):
        auth.sessions.start("ada", lasts=wrong)
    assert auth.principals.get("ada") is None


def test_principals_are_listed_in_pages(world: World) -> None:
    auth = world.engine()
    for name in "cab":
        auth.principals.set(name, roles=["r"], reason="hired")
    first = auth.principals.list(limit=2)
    assert [str(one.id) for one in first] == ["a", "b"]
    assert [str(one.id) for one in auth.principals.list(limit=2, after="b")] == ["c"]
    assert auth.principals.get("nobody") is None


@pytest.mark.parametrize(
    ("facts", "error"),
    [
        ({"reason": ""}, TypeError),
        ({"id": ""}, TypeError),
        ({"id": 7}, TypeError),
        ({"by": "a\nb"}, ValueError),
        ({"by": ""}, TypeError),
        ({"roles": "admin"}, ConfigurationError),
        ({"active": None}, TypeError),
    ],
)
def test_a_change_of_standing_is_judged_before_it_happens(
    world: World, facts: dict[str, Any], error: type[Exception]
) -> None:
    auth = world.engine()
    token = auth.sessions.start("ada").token
    given: dict[str, Any] = {"active": False, "reason": "left"} | facts
    with pytest.raises(error):
        auth.principals.set("ada", **given)
    assert code(auth.check(token)) == "live"


def test_an_unseen_principal_may_be_shut_out_in_advance(world: World) -> None:
    auth = world.engine()
    auth.principals.set("ada", active=False, reason="never")
    with pytest.raises(Refused) as refused:
        auth.sessions.start("ada")
    assert refused.value.code == "principal_disabled"
