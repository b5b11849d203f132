"""Ending by selector: what is matched, what is ended, what is kept, what is said about it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rescind import Conflict, NotFound, Refused, Rescind, Session


@pytest.fixture(params=["memory://", "sqlite"])
def auth(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rescind[str]]:
    url = request.param if request.param != "sqlite" else f"sqlite:///{tmp_path / 'app.db'}"
    with Rescind(url) as engine:
        yield engine


def test_revoking_a_rotated_session_ends_what_it_became(auth: Rescind[str]) -> None:
    """An administrator reads a list, the session is rotated, the administrator ends what was listed."""
    issued = auth.sessions.start("ada")
    second = auth.sessions.rotate(issued.session)
    third = auth.sessions.rotate(second.session)
    receipt = auth.revoke(session=issued.session, reason="stolen")
    assert dict(receipt.ended) == {"session": 1}
    assert isinstance(auth.check(third.token), Refused)


def test_matched_counts_rows_and_ended_counts_the_living(auth: Rescind[str]) -> None:
    sessions = [auth.sessions.start("ada") for _ in range(3)]
    auth.revoke(session=sessions[0].session, reason="one")
    receipt = auth.revoke(principal="ada", reason="all")
    assert (receipt.matched, dict(receipt.ended)) == (3, {"session": 2})
    again = auth.revoke(principal="ada", reason="all")
    assert (again.matched, dict(again.ended), again.state) == (3, {}, "final")


def test_what_is_already_ended_appends_nothing_and_is_still_final(auth: Rescind[str]) -> None:
    issued = auth.sessions.start("ada")
    first = auth.revoke(session=issued.session, reason="one")
    second = auth.revoke(session=issued.session, reason="two")
    assert (second.seq, second.state, second.matched, dict(second.ended)) == (first.seq, "final", 1, {})


def test_an_unknown_session_ends_nothing_and_appends_nothing(auth: Rescind[str]) -> None:
    receipt = auth.revoke(session="0" * 24, reason="x")
    assert (receipt.state, receipt.matched, dict(receipt.ended), receipt.seq) == ("final", 0, {}, 0)


def test_a_credential_that_opened_nothing_yet_is_ended_all_the_same(auth: Rescind[str]) -> None:
    """A sign-in with it may be under way: its session must not get in."""
    mark = auth.mark()
    receipt = auth.revoke(credential="passkey-1", reason="stolen")
    assert (receipt.matched, dict(receipt.ended), receipt.seq) == (0, {}, 1)
    with pytest.raises(Refused):
        auth.sessions.start("ada", credential="passkey-1", mark=mark)


def test_keep_must_be_a_live_session_of_that_principal(auth: Rescind[str]) -> None:
    ada, ben = auth.sessions.start("ada"), auth.sessions.start("ben")
    with pytest.raises(NotFound, match="nothing was ended"):
        auth.revoke(principal="ada", keep=ben.session, reason="x")
    assert isinstance(auth.check(ada.token), Session)
    kept = auth.sessions.start("ada")
    auth.revoke(principal="ada", keep=kept.session, reason="x")
    assert isinstance(auth.check(kept.token), Session)
    assert isinstance(auth.check(ada.token), Refused)


def test_a_kept_session_survives_its_own_rotation(auth: Rescind[str]) -> None:
    kept = auth.sessions.start("ada")
    auth.revoke(principal="ada", keep=kept.session, reason="x")
    rotated = auth.sessions.rotate(kept.session)
    assert isinstance(auth.check(rotated.token), Session)
    assert isinstance(auth.check(rotated.token, strict=True), Session)


def test_the_audit_event_tells_who_why_and_how_many(auth: Rescind[str]) -> None:
    auth.sessions.start("ada")
    receipt = auth.revoke(principal="ada", reason="left the company", by="cli:root@host")
    event = auth.core.store.audit_events("default", limit=1)[0]
    assert (event.type, event.actor, event.reason, event.seq) == (
        "principal.revoked",
        "cli:root@host",
        "left the company",
        receipt.seq,
    )
    assert event.data["ended"] == 1


def test_an_id_is_for_one_revocation(auth: Rescind[str]) -> None:
    ada, ben = auth.sessions.start("ada"), auth.sessions.start("ben")
    first = auth.revoke(principal="ada", reason="x", id="ticket-1")
    assert auth.revoke(principal="ada", reason="x", id="ticket-1").seq == first.seq
    for other in ({"principal": "ben"}, {"session": ben.session}, {"tenant": "ada"}):
        with pytest.raises(Conflict, match="nothing was ended"):
            auth.revoke(**other, reason="x", id="ticket-1")
    with pytest.raises(Conflict, match="nothing was changed"):
        auth.principals.set("ada", active=False, reason="x", id="ticket-1")
    assert isinstance(auth.check(ben.token), Session)
    assert isinstance(auth.check(ada.token), Refused)


def test_repeating_the_id_of_a_session_that_was_rotated_finds_the_same_entry(auth: Rescind[str]) -> None:
    issued = auth.sessions.start("ada")
    auth.sessions.rotate(issued.session)
    first = auth.revoke(session=issued.session, reason="x", id="ticket-2")
    assert auth.revoke(session=issued.session, reason="x", id="ticket-2").seq == first.seq
