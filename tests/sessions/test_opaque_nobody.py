"""A visitor's session has a row and belongs to nobody: no face takes it for somebody's."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from tests.world import World, code

from rescind import Refused, Rescind
from rescind._tokens import digest_of, new_session_token
from rescind.model.principal import NOBODY
from rescind.model.revocation import Scope
from rescind.model.session import Session, SessionRecord
from rescind.testing.records import DAY, HOUR, REALM, a_session, select


@pytest.fixture(params=[1.0, 0], ids=["leased", "strict"])
def auth(request: pytest.FixtureRequest, world: World) -> Rescind[Any]:
    return world.engine(lease=request.param, principal_id=int)


def visit(auth: Rescind[Any], **facts: Any) -> tuple[str, SessionRecord]:
    """The token and the row of a visitor who comes now."""
    store, now = auth.core.store, auth.core.time.now()
    times = dict.fromkeys(("created_at", "auth_time", "last_seen"), now) | {"expires_at": now + DAY}
    record = a_session(store.head(), principal_id=NOBODY, **(times | facts))
    token = new_session_token(record.id)
    record = replace(record, digest=digest_of(token))
    with store.write() as unit:
        unit.insert_session(record)
        assert unit.save_data(record.id, {"cart": [1]}, ())
    return token, record


def session_of(record: SessionRecord) -> Session[Any]:
    """As if somebody had once let it in."""
    fields: dict[str, Any] = dict.fromkeys(Session.__slots__)
    return Session(**(fields | {"id": record.id}))


def test_every_face_refuses_it(auth: Rescind[Any]) -> None:
    token, record = visit(auth)
    for _ in range(2):
        assert code(auth.check(token)) == "principal_disabled"
        assert code(auth.check(token, strict=True)) == "principal_disabled"
        assert code(asyncio.run(auth.aio.check(token))) == "principal_disabled"
        assert code(asyncio.run(auth.aio.check(token, strict=True))) == "principal_disabled"
    for ask in (
        lambda: auth.recheck(session_of(record)),
        lambda: auth.sessions.get(record.id),
        lambda: auth.sessions.rotate(session_of(record)),
    ):
        with pytest.raises(Refused) as refused:
            ask()
        assert refused.value.code == "principal_disabled"
    assert auth.core.store.load_data(record.id) == {"cart": [1]}, "Django alone reads and writes it"
    assert auth.core.store.save_data(record.id, {"cart": [1, 2]}, ())


def test_nobody_gets_a_standing_and_no_session_of_theirs_is_opened(auth: Rescind[Any]) -> None:
    visit(auth)
    for ask in (
        lambda: auth.sessions.start(NOBODY, method="password"),
        lambda: auth.principals.set(NOBODY, active=True, reason="x"),
        lambda: auth.principals.get(NOBODY),
        lambda: auth.sessions.list(NOBODY),
        lambda: auth.revoke(principal=NOBODY, reason="x"),
    ):
        with pytest.raises(TypeError, match="principal is ''"):
            ask()
    assert auth.core.store.standings(REALM) == []


def test_listing_and_counting_know_it(auth: Rescind[Any]) -> None:
    _, record = visit(auth)
    known = auth.sessions.start(7)
    store, now = auth.core.store, auth.core.time.now()
    assert {one.id for one in store.sessions(select(), now=now)} == {record.id, known.session.id}
    nobodys = select(Scope.PRINCIPAL, NOBODY)
    assert [one.id for one in store.sessions(nobodys, now=now)] == [record.id]
    assert store.count(nobodys, now=now) == (1, 1)
    assert store.count(select(Scope.TENANT, NOBODY), now=now) == (0, 0)
    assert [one.id for one in auth.sessions.list(7)] == [known.session.id]


def test_it_ends_by_its_mark_and_with_everything(auth: Rescind[Any]) -> None:
    _, marked = visit(auth)
    assert auth.revoke(session=marked.id, reason="the visitor left").ended == {"session": 1}
    _, swept = visit(auth)
    auth.revoke(everything=True, confirm=REALM, reason="shut")
    store = auth.core.store
    for record in (marked, swept):
        facts = store.facts(record.id)
        assert facts is not None
        assert facts.record.ended_at is not None or facts.ended_by is not None
        assert not store.save_data(record.id, {"late": True}, ())


def test_pruning_takes_the_row_with_its_data(auth: Rescind[Any]) -> None:
    now = auth.core.time.now()
    _, short = visit(auth, expires_at=now + HOUR)
    _, long = visit(auth)
    auth.core.store.prune(now=now + 2 * HOUR, keep_ended=0, access_life=HOUR, session_life=DAY)
    assert auth.core.store.facts(short.id) is None
    assert auth.core.store.load_data(short.id) == {}
    assert auth.core.store.load_data(long.id) == {"cart": [1]}
