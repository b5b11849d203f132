"""An engine with signed tokens whose face also opens opaque sessions judges both, and mistakes neither
for the other."""

from __future__ import annotations

import pytest
from tests.sessions.jwt.house import House
from tests.world import World, code, spy_of

from rescind._tokens import new_session_token


@pytest.fixture
def house(world: World) -> House:
    return House(world)


def test_an_opaque_session_lives_and_ends_as_everywhere(house: House) -> None:
    auth, opaque = house.worker(), house.world.engine()
    issued = opaque.sessions.start("ada")
    assert code(auth.check(issued.token)) == "malformed", "unless the face says so"
    auth.core.accept_opaque()
    for strict in (False, True):
        assert code(auth.check(issued.token, strict=strict)) == "live"
    spy_of(auth).calls.clear()
    assert code(auth.check(issued.token)) == "live"
    assert spy_of(auth).quiet()
    other = opaque.sessions.start("ada")
    assert auth.sign_out(issued.token).ended == {"session": 1}
    assert [code(auth.check(one.token)) for one in (issued, other)] == ["revoked", "live"]
    auth.revoke(principal="ada", reason="x")
    assert code(auth.check(other.token)) == "revoked"


def test_no_secret_of_one_kind_opens_the_other(house: House) -> None:
    """Mutation: ``_is_of`` takes a text without claims for the token of any row."""
    auth, opaque = house.worker(), house.world.engine()
    auth.core.accept_opaque()
    session, signed = opaque.sessions.start("ada"), auth.sessions.start("ben")
    guesses = [new_session_token(one.session.id) for one in (session, signed)]
    guesses += [f"rsc_s_{signed.session.id}.{signed.token}", session.token[:-1], session.token + "A"]
    for text in guesses:
        for strict in (False, True):
            assert code(auth.check(text, strict=strict)) in {"revoked", "malformed"}, text
        assert auth.sign_out(text).ended == {}
    assert code(auth.check(session.token)) == "live"
    assert auth.recheck(signed.session).id == signed.session.id
