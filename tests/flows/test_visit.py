"""A visit: contents of somebody who has not signed in, that nobody takes for somebody."""

from __future__ import annotations

import pytest
from tests.flows.house import House

from rescind import Refused, Rescind
from rescind._clock import SECOND
from rescind._tokens import TOKEN_LENGTH, new_session_id, new_session_token, session_id_of
from rescind.errors import Conflict
from rescind.flows.start_session import start_session
from rescind.flows.visit import begin_visit, end_visit, find_visit, new_visit_token, visit_id_of


def test_it_is_found_by_its_token_with_its_data(house: House) -> None:
    token = new_visit_token()
    assert find_visit(house.ctx, token) is None, "a token is not a visit before it is written"
    begun = begin_visit(house.ctx, token, data={"basket": [1]})
    found = find_visit(house.ctx, token)
    assert found == begun
    assert found.id == visit_id_of(token)
    assert house.store.load_data(found.id) == {"basket": [1]}
    assert (found.principal_id, found.method) == ("", "none")


def test_no_check_takes_it_for_somebody(house: House) -> None:
    token = new_visit_token()
    begun = begin_visit(house.ctx, token, data={})
    with Rescind(store=house.store, clock=house.clock) as auth:
        for strict in (False, True):
            judged = auth.check(token, strict=strict)
            assert isinstance(judged, Refused)
            assert judged.code == "malformed"
        # Nor under the prefix of somebody's, with the very same secret.
        assert isinstance(auth.check(token.replace("rsc_a_", "rsc_s_")), Refused)
        with pytest.raises(Refused, match="principal_disabled"):
            auth.sessions.get(begun.id)
    assert session_id_of(token) is None
    assert len(token) == TOKEN_LENGTH


def test_a_session_is_no_visit(house: House) -> None:
    opened = start_session(house.ctx, "7", method="password")
    assert find_visit(house.ctx, opened.token) is None
    twin = new_session_token(opened.facts.record.id, prefix="rsc_a_")
    assert find_visit(house.ctx, twin) is None
    assert end_visit(house.ctx, opened.facts.record.id, reason="x") is False
    assert house.store.facts(opened.facts.record.id) == opened.facts


def test_only_the_whole_secret_opens_it(house: House) -> None:
    token = new_visit_token()
    begin_visit(house.ctx, token, data={})
    same_id = new_session_token(str(visit_id_of(token)), prefix="rsc_a_")
    for other in (same_id, token[:-1], token + "x", token.upper(), "", "x"):
        assert find_visit(house.ctx, other) is None


def test_its_token_is_used_once(house: House) -> None:
    token = new_visit_token()
    begin_visit(house.ctx, token, data={"a": 1})
    with pytest.raises(Conflict):
        begin_visit(house.ctx, token, data={"a": 2})
    assert house.store.load_data(str(visit_id_of(token))) == {"a": 1}
    with pytest.raises(ValueError, match="not the token of a visit"):
        begin_visit(house.ctx, new_session_token(new_session_id()), data={})


def test_it_ends_by_its_mark_and_stays_ended(house: House) -> None:
    token = new_visit_token()
    begun = begin_visit(house.ctx, token, data={"a": 1})
    assert end_visit(house.ctx, begun.id, reason="signed in") is True
    assert find_visit(house.ctx, token) is None
    assert end_visit(house.ctx, begun.id, reason="again") is False
    assert house.store.save_data(begun.id, {"a": 2}, ()) is False
    assert end_visit(house.ctx, "0" * 24, reason="x") is False


def test_it_ends_with_everything(house: House) -> None:
    token = new_visit_token()
    begin_visit(house.ctx, token, data={})
    with Rescind(store=house.store, clock=house.clock) as auth:
        auth.revoke(everything=True, confirm="default", reason="incident")
    assert find_visit(house.ctx, token) is None


def test_it_has_limits(house: House) -> None:
    short, idle = new_visit_token(), new_visit_token()
    begin_visit(house.ctx, short, data={}, lasts=60)
    begin_visit(house.ctx, idle, data={}, idle=30)
    house.clock.advance(seconds=29)
    assert find_visit(house.ctx, short) is not None
    assert find_visit(house.ctx, idle) is not None
    house.clock.advance(seconds=1)
    assert find_visit(house.ctx, idle) is None
    house.clock.advance(seconds=30)
    assert find_visit(house.ctx, short) is None


def test_it_is_written_with_its_data_or_not_at_all(house: House) -> None:
    token = new_visit_token()
    with pytest.raises(TypeError):
        begin_visit(house.ctx, token, data={"a": object()})
    assert house.store.facts(str(visit_id_of(token))) is None


def test_it_lasts_as_long_as_the_policy_says(house: House) -> None:
    begun = begin_visit(house.ctx, new_visit_token(), data={}, lasts=10**9)
    assert begun.expires_at - begun.created_at == round(house.ctx.policy.absolute * SECOND)
