"""Rotation: a new id and secret, the old one dead at once, the limits of the old one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from tests.flows.house import Broken, House, WatchedStore

from rescind._clock import SECOND
from rescind._tokens import digest_of
from rescind.errors import Refused
from rescind.flows.rotate_session import rotate_session
from rescind.flows.start_session import Opened, start_session
from rescind.model.revocation import Kind, Scope, What
from rescind.testing.threads import race


def a_session(house: House, principal: str = "7") -> Opened:
    return start_session(
        house.ctx, principal, method="passkey", credential_id="c1", client_id="phone", label="Pixel"
    )


def test_the_successor_has_a_new_id_and_secret_and_the_old_limits(house: House) -> None:
    old = a_session(house)
    house.clock.advance(hours=1)
    new = rotate_session(house.ctx, old.facts.record.id)
    before, after = old.facts.record, new.facts.record
    assert after.id != before.id
    assert new.token != old.token
    assert after.digest == digest_of(new.token)
    assert after.parent_id == before.id
    for kept in (
        "principal_id",
        "method",
        "created_at",
        "auth_time",
        "expires_at",
        "idle",
        "credential_id",
        "client_id",
        "label",
    ):
        assert getattr(after, kept) == getattr(before, kept), kept
    assert after.last_seen == house.judging.now()
    assert house.verdict(after.id) is None
    assert new.facts == house.store.facts(after.id)


def test_the_old_session_has_ended_and_the_log_says_so(house: House) -> None:
    old = a_session(house).facts.record
    new = rotate_session(house.ctx, old.id, by="session:admin")
    assert house.verdict(old.id) == "superseded"
    row = house.store.facts(old.id)
    assert row is not None
    assert (row.record.ended_reason, row.record.ended_by) == ("rotated", "session:admin")
    entry = new.entry
    assert entry is not None
    assert (entry.kind, entry.scope, entry.target, entry.what) == (
        Kind.END,
        Scope.SESSION,
        old.id,
        What.SESSIONS,
    )
    assert (entry.reason, entry.initiator) == ("rotated", "session:admin")
    assert house.store.find_entry(entry.id) == entry
    assert house.store.head().seq == entry.seq == new.facts.head.seq
    (event,) = house.events("session.rotated")
    assert (event.actor, event.seq) == ("session:admin", entry.seq)
    assert (event.data["session"], event.data["replaced"]) == (new.facts.record.id, old.id)


def test_activity_and_rotation_never_move_the_absolute_end(house: House) -> None:
    opened = a_session(house)
    end = opened.facts.record.expires_at
    for _ in range(4):
        house.clock.advance(days=6)
        assert house.store.touch([(opened.facts.record.id, house.judging.now())]) == 1
        opened = rotate_session(house.ctx, opened.facts.record.id)
        assert opened.facts.record.expires_at == end
    house.clock.advance(seconds=(end - house.judging.now()) / SECOND)
    with pytest.raises(Refused) as refused:
        rotate_session(house.ctx, opened.facts.record.id)
    assert refused.value.code == "expired"


def test_sign_out_everywhere_ends_the_successor(house: House) -> None:
    old = a_session(house)
    new = rotate_session(house.ctx, old.facts.record.id)
    house.end(Scope.PRINCIPAL, "7")
    assert house.verdict(new.facts.record.id) == "revoked"


def test_a_kept_session_may_be_rotated(house: House) -> None:
    """The entry names the kept session by its id; with the old number its successor would be ended by it."""
    kept, other = a_session(house), a_session(house)
    house.end(Scope.PRINCIPAL, "7", keep=kept.facts.record.id)
    assert house.verdict(other.facts.record.id) == "revoked"
    new = rotate_session(house.ctx, kept.facts.record.id)
    assert house.verdict(new.facts.record.id) is None
    house.end(Scope.PRINCIPAL, "7")
    assert house.verdict(new.facts.record.id) == "revoked"


@pytest.mark.parametrize(
    ("scope", "target"),
    [
        (Scope.SESSION, ""),
        (Scope.PRINCIPAL, "7"),
        (Scope.CREDENTIAL, "c1"),
        (Scope.CLIENT, "phone"),
        (Scope.EVERYTHING, ""),
    ],
)
def test_what_has_ended_has_no_successor(house: House, scope: Scope, target: str) -> None:
    old = a_session(house).facts.record
    house.end(scope, old.id if scope is Scope.SESSION else target)
    rows, head, events = house.rows(), house.store.head(), len(house.events())
    with pytest.raises(Refused) as refused:
        rotate_session(house.ctx, old.id)
    assert refused.value.code == "revoked"
    assert (house.rows(), house.store.head(), len(house.events())) == (rows, head, events)


def test_what_is_not_alive_is_refused_with_its_own_code(house: House) -> None:
    old = a_session(house).facts.record
    other = House(house.store, house.clock, house.passwords, realm="other")
    with pytest.raises(Refused, match="revoked"):
        rotate_session(other.ctx, old.id)
    with pytest.raises(Refused, match="revoked"):
        rotate_session(house.ctx, "0" * 24)
    house.disable("7")
    with pytest.raises(Refused, match="principal_disabled"):
        rotate_session(house.ctx, old.id)
    idle = a_session(house, "8").facts.record
    house.clock.advance(days=7)
    with pytest.raises(Refused, match="idle"):
        rotate_session(house.ctx, idle.id)


def test_of_many_that_rotate_one_session_one_wins(house: House) -> None:
    old = a_session(house).facts.record

    def rotate() -> Opened | str:
        try:
            return rotate_session(house.ctx, old.id)
        except Refused as refused:
            return refused.code

    results = race([rotate] * 16)
    assert results.count("superseded") == 15
    assert len(house.live()) == 1


def test_rotation_against_sign_out_everywhere_leaves_nothing_alive(house: House) -> None:
    def rotate(session_id: str) -> str | None:
        try:
            rotate_session(house.ctx, session_id)
        except Refused as refused:
            return refused.code
        return None

    for number in range(40):
        old = a_session(house, f"p{number}").facts.record
        end = partial(house.end, Scope.PRINCIPAL, old.principal_id)
        both: list[Callable[[], object]] = [partial(rotate, old.id), end]
        code, _ = race(both)
        assert code in (None, "revoked")
        assert house.live() == []


def test_the_application_s_data_goes_along(house: House) -> None:
    old = a_session(house).facts.record
    house.store.save_data(old.id, {"cart": [1, 2], "theme": "dark"}, ())
    new = rotate_session(house.ctx, old.id).facts.record
    assert house.store.load_data(new.id) == {"cart": [1, 2], "theme": "dark"}
    assert house.store.save_data(old.id, {"cart": []}, ()) is False


@pytest.mark.parametrize("method", ["end_session", "append", "insert_session", "audit"])
def test_old_and_new_change_together_or_not_at_all(house: House, watched: WatchedStore, method: str) -> None:
    old = a_session(house).facts.record
    head = house.store.head()
    watched.breaks = method
    with pytest.raises(Broken):
        rotate_session(house.ctx, old.id)
    assert house.verdict(old.id) is None
    assert (house.rows(), house.store.head()) == (1, head)
