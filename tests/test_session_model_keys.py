"""Signing keys of ``session_model="jwt"``: changed with overlap, ended with all that they signed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from tests.revocation.test_streams import until
from tests.test_session_model import JWT, LATER, SECRET, kid_of
from tests.world import World, code

from rescind import Refused
from rescind.errors import NoSigningKey


def test_the_end_of_a_signing_key_ends_its_tokens_and_nobodys_session(world: World) -> None:
    old = [world.engine(**JWT) for _ in range(2)]
    issued, other = (old[0].sessions.start(name) for name in ("ada", "bob"))
    assert {code(worker.check(issued.token)) for worker in old} == {"live"}
    new = world.engine(session_model="jwt", secret=[LATER, SECRET])
    fine = new.sessions.refresh(other.refresh_token)
    receipt = new.revoke(signing_key=kid_of(old[0]), reason="leaked")
    assert receipt.state == "final"
    assert (dict(receipt.ended), receipt.matched) == ({"access_token": 1}, 1), (
        "bob's newest is by the new key"
    )
    assert "the published keys alone" in " ".join(receipt.outside)
    for worker in (*old, new):
        for strict in (False, True):
            refused = worker.check(issued.token, strict=strict)
            assert isinstance(refused, Refused)
            assert (refused.code, refused.renewable) == ("revoked", True)
    assert code(new.check(fine.token)) == "live"
    assert code(new.check(new.sessions.refresh(issued.refresh_token).token)) == "live"
    again = new.revoke(signing_key=kid_of(old[0]), reason="leaked")
    assert (again.state, dict(again.ended)) == ("final", {})


def test_a_worker_with_nothing_but_the_ended_key_signs_nobody_in(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    auth = world.engine(**JWT)
    issued = auth.sessions.start("ada")
    auth.revoke(signing_key=kid_of(auth), reason="leaked")
    for call in (partial(auth.sessions.start, "ada"), partial(auth.sessions.refresh, issued.refresh_token)):
        with pytest.raises(NoSigningKey, match="has ended"):
            call()
    assert "nobody can be signed in: every signing key of this application has ended" in caplog.text


def test_whoever_stole_a_signing_key_cannot_sign_anybody_out_with_it(world: World) -> None:
    auth = world.engine(session_model="jwt", secret=[SECRET, LATER])
    issued = auth.sessions.start("ada")
    auth.revoke(signing_key=kid_of(auth), reason="stolen")
    assert auth.sign_out(issued.token).matched == 0
    assert code(auth.check(auth.sessions.refresh(issued.refresh_token).token)) == "live"


def test_changing_the_secret_in_two_steps_signs_nobody_out(world: World) -> None:
    before = world.engine(**JWT)
    issued = before.sessions.start("ada")
    both = world.engine(session_model="jwt", secret=f"{SECRET} {LATER}")
    after = world.engine(session_model="jwt", secret=[LATER, SECRET])
    assert [key["kid"] for key in both.jwks()["keys"]] == [key["kid"] for key in after.jwks()["keys"]][::-1]
    for worker in (both, after):
        assert code(worker.check(issued.token)) == "live"
        issued = worker.sessions.refresh(issued.refresh_token)
        assert code(both.check(issued.token)) == "live"


def test_the_end_of_a_key_outlives_pruning(world: World) -> None:
    auth = world.engine(session_model="jwt", secret=[SECRET, LATER], absolute="1h", idle=None)
    issued = auth.sessions.start("ada")
    leaked = auth.core.tokens
    assert leaked is not None
    auth.revoke(signing_key=kid_of(auth), reason="leaked")
    world.clock.advance(days=60)
    auth.principals.set("bob", roles=[], reason="the newest entry stays")
    auth.prune()
    assert "signing_key" not in {entry.scope for entry in auth.core.store.renew("w", 0).entries}
    session = auth.sessions.start("ada").session
    late = world.engine(session_model="jwt", secret=[SECRET, LATER])
    facts = auth.core.store.facts(session.id)
    assert facts is not None
    forged, _ = leaked._sign(
        leaked.ready().access.keys.signing, facts.record, facts.head.seq, auth.core.time.now()
    )
    assert code(late.check(forged)) == code(auth.check(forged)) == "revoked"
    assert issued.token != forged


def test_live_connections_of_an_ended_key_close(world: World) -> None:
    """What a thief of the key has opened with it goes with it; the owner's other connections stay."""
    auth = world.engine(session_model="jwt", secret=[SECRET, LATER])
    issued = auth.sessions.start("ada")
    closed: list[tuple[str, Refused]] = []

    def close(name: str) -> Callable[[Refused], None]:
        return lambda refused: closed.append((name, refused))

    both = [auth.core.checks.signer_of(issued.token), auth.jwks()["keys"][1]["kid"]]
    assert both[0] == kid_of(auth)
    for name, kid in zip(("signed", "other"), both, strict=True):
        auth.core.streams.register(issued.session.id, close(name), signing_key=kid)
    auth.revoke(signing_key=kid_of(auth), reason="leaked")
    until(lambda: bool(closed))
    assert [(name, refused.code, refused.renewable) for name, refused in closed] == [
        ("signed", "revoked", True)
    ]
    assert auth.core.checks.signer_of("x") is None
