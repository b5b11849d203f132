"""The choke point for standing: what changes is written with its entry, what does not is not."""

from __future__ import annotations

from typing import Any

import pytest
from tests.flows.house import Broken, House, WatchedStore

from rescind._tokens import new_id
from rescind.errors import ConfigurationError
from rescind.flows.revoke import Ended
from rescind.flows.set_standing import Change, canonical_roles, set_standing
from rescind.flows.start_session import start_session
from rescind.model.principal import Standing
from rescind.model.revocation import Kind, Scope, What


def change(house: House, id: str | None = None, **facts: Any) -> Ended:
    return set_standing(house.ctx, "ada", Change(**facts), id=id or new_id(), reason="for a test", by="cli")


def standing(house: House) -> Standing:
    found = house.store.standing(house.realm, "ada")
    assert found is not None
    return found


def test_a_principal_never_seen_gets_its_row(house: House) -> None:
    ended = change(house, active=False)
    assert (ended.matched, standing(house).active, standing(house).version) == (0, False, 1)


def test_every_change_is_an_entry_and_an_event(house: House) -> None:
    change(house, roles=["a"])
    ended = change(house, roles=["b", "a", "b"], tenant="t")
    assert ended.entry is not None
    assert (ended.entry.kind, ended.entry.scope, ended.entry.target, ended.entry.what) == (
        Kind.CHANGED,
        Scope.PRINCIPAL,
        "ada",
        What.NOTHING,
    )
    now = standing(house)
    assert (now.roles, now.tenant, now.active, now.version) == (("a", "b"), "t", True, 2)
    event = house.events("principal.changed")[0]
    assert (event.actor, event.seq, event.data["roles"], event.data["tenant"]) == (
        "cli",
        ended.entry.seq,
        "a b",
        "t",
    )


@pytest.mark.parametrize("facts", [{}, {"active": True}, {"roles": ["a"]}, {"tenant": "t"}])
def test_no_difference_no_entry(house: House, facts: dict[str, Any]) -> None:
    change(house, roles=["a"], tenant="t")
    head, before = house.store.head(), standing(house)
    house.clock.advance(seconds=1)
    ended = change(house, **facts)
    assert (ended.entry, ended.head, ended.matched) == (None, head, 1)
    assert standing(house) == before


def test_a_known_id_changes_nothing(house: House) -> None:
    first = change(house, id="c-1", active=False)
    change(house, active=True)
    again = change(house, id="c-1", active=False)
    assert first.entry is not None
    assert again.entry == first.entry
    assert again.head.seq == first.entry.seq
    assert standing(house).active


@pytest.mark.parametrize(
    ("facts", "error"),
    [
        ({"active": None}, TypeError),
        ({"active": 1}, TypeError),
        ({"roles": "admin"}, ConfigurationError),
        ({"roles": ["a\n"]}, ValueError),
        ({"roles": [7]}, TypeError),
        ({"tenant": ""}, TypeError),
        ({"tenant": 7}, TypeError),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(
    house: House, facts: dict[str, Any], error: type[Exception]
) -> None:
    change(house, roles=["a"])
    head = house.store.head()
    with pytest.raises(error):
        change(house, **facts)
    assert house.store.head() == head
    assert standing(house).roles == ("a",)


def test_suspension_and_return_restore_what_was_there(house: House) -> None:
    """A11: ``changed`` is no end: only ``end`` is final."""
    kept = start_session(house.ctx, "ada", method="password").facts.record
    ended = start_session(house.ctx, "ada", method="password").facts.record
    house.end(Scope.SESSION, ended.id)
    change(house, active=False)
    assert house.verdict(kept.id) == "principal_disabled"
    change(house, active=True)
    assert house.verdict(kept.id) is None
    assert house.verdict(ended.id) == "revoked"


def test_moving_to_another_tenant_brings_nothing_back(house: House) -> None:
    change(house, tenant="old")
    record = start_session(house.ctx, "ada", method="password").facts.record
    house.end(Scope.TENANT, "old")
    assert house.verdict(record.id) == "revoked"
    change(house, tenant="new")
    assert house.verdict(record.id) == "revoked"


@pytest.mark.parametrize("breaks", ["append", "audit", "put_standing"])
def test_all_or_nothing(house: House, watched: WatchedStore, breaks: str) -> None:
    change(house, roles=["a"])
    head = house.store.head()
    watched.breaks = breaks
    with pytest.raises(Broken):
        change(house, roles=["b"])
    assert house.store.head() == head
    assert standing(house).roles == ("a",)


def test_roles_are_sorted_and_single() -> None:
    assert canonical_roles(["b", "a", "b"]) == ("a", "b")
    assert canonical_roles(()) == ()
