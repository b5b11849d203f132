"""Creating an account: all of it or nothing, one per login, never on top of a principal that exists."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

import pytest
from tests.flows.house import CHEAP, LOGIN, PASSWORD, Broken, House, WatchedStore

from rescind.credentials.password import Passwords
from rescind.errors import ConfigurationError, Conflict, Overloaded, PasswordRejected
from rescind.flows.create_account import create_account, insert_account, mint_principal_id, plan_account
from rescind.flows.sign_in import sign_in
from rescind.flows.start_session import start_session
from rescind.model.credential import Account
from rescind.model.principal import PrincipalIds
from rescind.policy.password_rules import PasswordRules
from rescind.testing.threads import race


def test_account_password_and_standing_are_there(house: House) -> None:
    account = create_account(
        house.ctx,
        house.passwords,
        login="  Ada@Example.com",
        password=PASSWORD,
        roles=["finance", "admin", "finance"],
        tenant="acme",
        by="session:root",
    )
    assert account == Account("default", LOGIN, account.principal_id, house.judging.now())
    evidence = house.store.sign_in_evidence("default", LOGIN)
    assert evidence.account == account
    assert evidence.standing is not None
    assert (evidence.standing.roles, evidence.standing.tenant) == (("admin", "finance"), "acme")
    assert evidence.standing.active
    assert evidence.password is not None
    assert evidence.password.version == 1
    assert house.passwords.verify(PASSWORD, evidence.password.phc)
    (event,) = house.events()
    assert (event.type, event.actor) == ("account.created", "session:root")
    assert event.subject == f"principal:{account.principal_id}"
    assert PASSWORD not in repr(event)
    assert LOGIN not in repr(event)
    assert sign_in(house.ctx, house.passwords, LOGIN, PASSWORD).token


@pytest.mark.parametrize("login", [LOGIN, "ADA@EXAMPLE.COM", " ada@example.com "])
def test_a_taken_login_is_a_conflict_and_changes_nothing(house: House, login: str) -> None:
    principal = house.account()
    calls = house.passwords.calls
    with pytest.raises(Conflict):
        house.account(login, "another-password-entirely", roles=["admin"])
    assert house.passwords.calls - calls == 1  # the same work as for a free one
    evidence = house.store.sign_in_evidence("default", LOGIN)
    assert evidence.account is not None
    assert evidence.account.principal_id == principal
    assert house.passwords.verify(PASSWORD, house.phc())
    assert len(house.store.standings("default")) == len(house.events()) == 1


def test_a_login_is_taken_in_its_own_realm_only(house: House) -> None:
    house.account()
    other = House(house.store, house.clock, house.passwords, realm="other")
    other.account(password="another-password-entirely")
    assert sign_in(house.ctx, house.passwords, LOGIN, PASSWORD).facts.record.realm == "default"
    opened = sign_in(other.ctx, house.passwords, LOGIN, "another-password-entirely")
    assert opened.facts.record.realm == "other"


def test_an_account_never_attaches_itself_to_a_principal_that_exists(house: House) -> None:
    """Somebody who registers as principal 7 would be principal 7."""
    start_session(house.ctx, "7", method="password")
    with pytest.raises(Conflict, match="principal 7 exists"):
        house.account(principal_id="7")
    assert house.store.sign_in_evidence("default", LOGIN).account is None


def test_the_application_may_name_the_principal(house: House) -> None:
    assert house.account(principal_id="8") == "8"


def test_50_at_once_make_one_account(house: House) -> None:
    def create(number: int) -> Account | None:
        try:
            return create_account(
                house.ctx, house.passwords, login=LOGIN, password=f"the password of {number}"
            )
        except Conflict:
            return None

    created = race([partial(create, number) for number in range(50)])
    (winner,) = [number for number, account in enumerate(created) if account is not None]
    assert len(house.store.standings("default")) == len(house.events("account.created")) == 1
    opened = sign_in(house.ctx, house.passwords, LOGIN, f"the password of {winner}")
    account = created[winner]
    assert account is not None
    assert opened.facts.record.principal_id == account.principal_id


def test_a_password_that_breaks_the_rules_is_rejected_before_any_work(
    house: House, watched: WatchedStore
) -> None:
    for password, problem in [("short", "too_short"), (LOGIN, "is_login"), ("x" * 2000, "too_long")]:
        with pytest.raises(PasswordRejected) as rejected:
            house.account(password=password)
        assert rejected.value.problem == problem
    with pytest.raises(PasswordRejected, match="15"):
        house.account(password="x" * 14, rules=PasswordRules(min_length=15))
    assert (house.passwords.calls, watched.units) == (0, 0)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"login": ""}, TypeError),
        ({"login": "a\nb"}, ValueError),
        ({"roles": "admin"}, ConfigurationError),
        ({"roles": [""]}, TypeError),
        ({"tenant": ""}, TypeError),
        ({"principal_id": ""}, TypeError),
    ],
)
def test_an_argument_that_cannot_be_is_an_error(
    house: House, options: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        house.account(**options)
    assert house.passwords.calls == 0


def test_without_a_hashing_thread_nothing_is_created(house: House) -> None:
    full = Passwords(CHEAP, threads=1, queue=0)

    def ask() -> None:  # from the pool's only thread: none is free
        create_account(house.ctx, full, login=LOGIN, password=PASSWORD)

    with pytest.raises(Overloaded):
        full.pool.run(ask)
    full.close()
    assert house.store.sign_in_evidence("default", LOGIN).account is None


@pytest.mark.parametrize("method", ["insert_account", "put_standing", "put_password", "audit"])
def test_it_is_there_together_or_not_at_all(house: House, watched: WatchedStore, method: str) -> None:
    watched.breaks = method
    with pytest.raises(Broken):
        house.account()
    evidence = house.store.sign_in_evidence("default", LOGIN)
    assert (evidence.account, evidence.password, evidence.standing) == (None, None, None)
    assert (list(house.store.standings("default")), house.events()) == ([], [])


@pytest.mark.parametrize("kind", [str, int, UUID])
def test_minted_ids_are_canonical_and_new(kind: type[Any]) -> None:
    ids = PrincipalIds(kind)
    minted = [mint_principal_id(kind) for _ in range(1000)]
    assert len(set(minted)) == 1000
    for text in minted:
        assert ids.text(ids.parse(text)) == text
    if kind is int:
        assert max(int(text) for text in minted) < 2**53


def test_a_minted_id_that_is_taken_is_minted_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    start_session(house.ctx, "taken", method="password")
    offered = iter(["taken", "taken", "free"])
    monkeypatch.setattr("rescind.flows.create_account.mint_principal_id", lambda kind: next(offered))
    plan = plan_account(LOGIN, PASSWORD)
    assert insert_account(house.ctx, plan, house.passwords.hash(PASSWORD)).principal_id == "free"
