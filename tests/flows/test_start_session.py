"""Opening a session: what it carries, and what must not have happened since its mark."""

from __future__ import annotations

from typing import Any

import pytest
from tests.flows.house import DAY, Broken, House, WatchedStore

from rescind._clock import SECOND
from rescind._tokens import digest_of, new_session_id, new_session_token, session_id_of
from rescind.errors import Conflict, Refused
from rescind.flows.set_standing import Change, set_standing
from rescind.flows.start_session import start_session
from rescind.model.revocation import Head, Scope, What


def test_a_session_is_what_was_asked_for(house: House) -> None:
    now = house.judging.now()
    opened = start_session(house.ctx, "7", method="sso", credential_id="c1", client_id="phone", label="Pixel")
    record = opened.facts.record
    assert session_id_of(opened.token) == record.id
    assert record.digest == digest_of(opened.token)
    assert (record.realm, record.principal_id, record.method) == ("default", "7", "sso")
    assert (record.credential_id, record.client_id, record.label) == ("c1", "phone", "Pixel")
    assert record.created_at == record.auth_time == record.last_seen == now
    assert (record.expires_at, record.idle) == (now + 30 * DAY, 7 * DAY)
    assert (record.birth, record.issued_seq) == (house.store.head().birth, house.store.head().seq)
    assert opened.facts == house.store.facts(record.id)
    assert opened.token not in repr(opened)


def test_a_principal_never_seen_gets_a_standing_and_a_known_one_keeps_its_own(house: House) -> None:
    start_session(house.ctx, "7", method="password")
    standing = house.store.standing("default", "7")
    assert standing is not None
    assert (standing.active, standing.roles, standing.tenant) == (True, (), None)
    set_standing(house.ctx, "7", Change(roles=["finance"]), id="a" * 32, reason="new task", by="system")
    opened = start_session(house.ctx, "7", method="password")
    assert opened.facts.standing is not None
    assert opened.facts.standing.roles == ("finance",)


def test_the_event_names_the_session_and_never_the_token(house: House) -> None:
    opened = start_session(house.ctx, "7", method="password", by="session:admin")
    (event,) = house.events("session.started")
    assert (event.actor, event.subject) == ("session:admin", "principal:7")
    assert event.data["session"] == opened.facts.record.id
    assert opened.token.partition(".")[2] not in repr(event)


def test_ids_and_tokens_are_new_each_time(house: House) -> None:
    opened = [start_session(house.ctx, "7", method="password") for _ in range(100)]
    assert len({o.facts.record.id for o in opened}) == len({o.token for o in opened}) == 100


@pytest.mark.parametrize(
    ("scope", "target"),
    [
        (Scope.PRINCIPAL, "7"),
        (Scope.CREDENTIAL, "c1"),
        (Scope.CLIENT, "phone"),
        (Scope.TENANT, "acme"),
        (Scope.EVERYTHING, ""),
    ],
)
def test_what_was_ended_since_the_mark_is_refused_and_leaves_nothing(
    house: House, scope: Scope, target: str
) -> None:
    """The race of a sign-in with "sign out everywhere"; read at the insert, the mark would let it in."""
    set_standing(house.ctx, "7", Change(tenant="acme"), id="a" * 32, reason="moved", by="system")
    start_session(house.ctx, "7", method="password", credential_id="c1")  # a credential that is known
    mark = house.store.head()
    house.end(scope, target)
    rows, events = house.rows(), len(house.events())
    options: dict[str, Any] = {"method": "password", "credential_id": "c1", "client_id": "phone"}
    with pytest.raises(Refused) as refused:
        start_session(house.ctx, "7", mark=mark, **options)
    assert refused.value.code == "revoked"
    assert (house.rows(), len(house.events())) == (rows, events)
    assert start_session(house.ctx, "7", **options).token  # verified after it: in


@pytest.mark.parametrize(
    ("target", "what"), [("7", What.KEYS), ("7", What.GRANTS), ("8", What.ALL), ("77", What.ALL)]
)
def test_what_was_ended_of_others_does_not_matter(house: House, target: str, what: What) -> None:
    mark = house.store.head()
    house.end(Scope.PRINCIPAL, target, what=what)
    opened = start_session(house.ctx, "7", method="password", mark=mark)
    assert house.verdict(opened.facts.record.id) is None


def test_a_disabled_principal_is_refused_and_leaves_nothing(house: House) -> None:
    start_session(house.ctx, "7", method="password")
    house.disable("7")
    rows, events = house.rows(), len(house.events())
    with pytest.raises(Refused) as refused:
        start_session(house.ctx, "7", method="password")
    assert refused.value.code == "principal_disabled"
    assert (house.rows(), len(house.events())) == (rows, events)


def test_a_refused_start_does_not_create_the_principal(house: House) -> None:
    mark = house.store.head()
    house.end(Scope.EVERYTHING, "")
    with pytest.raises(Refused):
        start_session(house.ctx, "never seen", method="password", mark=mark)
    assert house.store.standing("default", "never seen") is None


def test_a_mark_of_another_log_is_superseded(house: House) -> None:
    mark = house.store.head()
    house.store.new_birth(expected=mark.birth, at_least=0, reason="restored", initiator="system", at=1)
    with pytest.raises(Refused) as refused:
        start_session(house.ctx, "7", method="password", mark=mark)
    assert refused.value.code == "superseded"


def test_a_mark_beyond_the_head_is_superseded(house: House) -> None:
    head = house.store.head()
    with pytest.raises(Refused) as refused:
        start_session(house.ctx, "7", method="password", mark=Head(head.birth, head.seq + 1))
    assert refused.value.code == "superseded"


def test_a_mark_below_the_floor_is_superseded(house: House) -> None:
    """What ended it may have been forgotten: the entry is gone, the mark is not believed."""
    start_session(house.ctx, "7", method="password")
    mark = house.store.head()
    house.end(Scope.PRINCIPAL, "7")
    house.clock.advance(days=90)
    house.end(Scope.PRINCIPAL, "8")  # the newest entry stays
    house.store.prune(now=house.judging.now(), keep_ended=0, access_life=0, session_life=30 * DAY)
    assert house.store.head().floor > mark.seq
    with pytest.raises(Refused) as refused:
        start_session(house.ctx, "7", method="password", mark=mark)
    assert refused.value.code == "superseded"


def test_auth_time_may_be_past_and_never_future(house: House) -> None:
    now = house.judging.now()
    past = start_session(house.ctx, "7", method="sso", auth_time=now - 60 * SECOND)
    future = start_session(house.ctx, "7", method="sso", auth_time=now + DAY)
    assert past.facts.record.auth_time == now - 60 * SECOND
    assert future.facts.record.auth_time == now


@pytest.mark.parametrize(("lasts", "days"), [(None, 30), (86_400.0, 1), (30 * 86_400.0, 30), (1e12, 30)])
def test_a_session_may_end_sooner_and_never_later(house: House, lasts: float | None, days: int) -> None:
    record = start_session(house.ctx, "7", method="sso", lasts=lasts).facts.record
    assert (record.expires_at, record.idle) == (record.created_at + days * DAY, 7 * DAY)


@pytest.mark.parametrize(
    ("label", "kept"),
    [
        (None, None),
        ("", None),
        ("\x1b[31m", "[31m"),
        ("Firefox\r\non Linux\0", "Firefoxon Linux"),
        ("x" * 10_000, "x" * 255),
    ],
)
def test_a_label_is_cleaned_and_not_refused(house: House, label: str | None, kept: str | None) -> None:
    assert start_session(house.ctx, "7", method="password", label=label).facts.record.label == kept


@pytest.mark.parametrize("principal", [None, "", 7])
def test_a_principal_that_is_no_text_is_a_type_error(house: House, principal: Any) -> None:
    with pytest.raises(TypeError, match="principal"):
        start_session(house.ctx, principal, method="password")
    assert house.rows() == 0


@pytest.mark.parametrize("argument", ["method", "credential_id", "client_id"])
def test_an_argument_with_control_characters_is_named(house: House, argument: str) -> None:
    arguments: dict[str, Any] = {"method": "password"} | {argument: "a\nb"}
    with pytest.raises(ValueError, match=argument):
        start_session(house.ctx, "7", **arguments)
    assert house.rows() == 0


@pytest.mark.parametrize("method", ["put_standing", "insert_session", "facts", "audit"])
def test_session_standing_and_event_are_there_together_or_not_at_all(
    house: House, watched: WatchedStore, method: str
) -> None:
    watched.breaks = method
    with pytest.raises(Broken):
        start_session(house.ctx, "7", method="password")
    assert (house.rows(), house.events(), house.store.standing("default", "7")) == (0, [], None)


def test_a_token_that_was_made_before_is_that_of_the_session(house: House) -> None:
    token = new_session_token(new_session_id())
    opened = start_session(house.ctx, "7", method="password", token=token, data={"a": 1}, idle=60)
    assert opened.token == token
    assert opened.facts.record.id == session_id_of(token)
    assert opened.facts.record.idle == 60 * SECOND
    assert house.store.load_data(opened.facts.record.id) == {"a": 1}
    with pytest.raises(Conflict):
        start_session(house.ctx, "8", method="password", token=token)
    assert house.store.standing("default", "8") is None, "nothing of it was written"


def test_data_that_cannot_be_written_opens_no_session(house: House) -> None:
    token = new_session_token(new_session_id())
    with pytest.raises(TypeError):
        start_session(house.ctx, "7", method="password", token=token, data={"a": object()})
    assert house.store.facts(str(session_id_of(token))) is None
