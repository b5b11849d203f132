"""Principals, accounts, passwords, and what a sign-in is judged by."""

# ruff: noqa: PT012 - a unit that fails does something first
from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from rescind.errors import Conflict, NoAccounts
from rescind.model.revocation import Scope
from rescind.stores.base import Store
from rescind.testing.records import REALM, a_password, a_standing, an_account, an_entry
from rescind.testing.store_cases.base import StoreCases
from rescind.testing.store_cases.sessions import SPELLINGS
from rescind.testing.threads import race, watch_during

ROUNDS = 12


class PeopleCases(StoreCases):
    """Rows by realm and id; one account per login; one snapshot per sign-in."""

    @staticmethod
    def keeps_no_accounts(store: Store) -> bool:
        """For a store without accounts: it refuses each question and each wish, and says so in its
        capabilities."""
        if store.capabilities.accounts:
            return False
        for ask in (store.sign_in_evidence, store.password_evidence):
            with pytest.raises(NoAccounts, match="accounts"):
                ask(REALM, "7")
        with store.write() as unit:
            unit.put_standing(a_standing())
            for refused in (
                partial(unit.account, REALM, "ada"),
                partial(unit.insert_account, an_account()),
                partial(unit.password, REALM, "7"),
                partial(unit.put_password, a_password()),
            ):
                with pytest.raises(NoAccounts, match="accounts"):
                    refused()
        assert store.standing(REALM, "7") == a_standing(), "a refusal breaks no unit"
        return True

    def test_a_standing_comes_back_as_it_was(self, store: Store, second: Store) -> None:
        full = a_standing(
            "Ünïcode 🙂",
            realm="räum",
            active=False,
            roles=("", "a", "b,c", 'q"uote', "ß"),
            tenant="t%",
            kind="service",
            updated_at=2**62,
            version=2**40,
        )
        with store.write() as unit:
            unit.put_standing(full)
            assert unit.standing("räum", full.id) == full
        assert second.standing("räum", full.id) == full
        assert second.standing(REALM, full.id) is None

    def test_a_standing_is_replaced_as_a_whole(self, store: Store) -> None:
        self.put(store, roles=("a",), tenant="t", version=1)
        self.put(store, "8")
        after = self.put(store, active=False, version=2)
        assert store.standing(REALM, "7") == after
        assert store.standing(REALM, "8") == a_standing("8")

    def test_no_tenant_is_not_the_tenant_without_a_name(self, store: Store) -> None:
        self.put(store, "1", tenant=None)
        self.put(store, "2", tenant="")
        tenants = [standing.tenant for standing in store.standings(REALM)]
        assert tenants == [None, ""]

    def test_unknown_principals_have_no_standing(self, store: Store) -> None:
        self.put(store)
        for realm, unknown in ((REALM, "77"), (REALM, ""), (REALM + "2", "7"), ("", "7")):
            assert store.standing(realm, unknown) is None
            with store.write() as unit:
                assert unit.standing(realm, unknown) is None

    def test_standings_are_paged_by_id(self, store: Store) -> None:
        ids = [f"p{n:02}" for n in range(11)]
        for principal in reversed(ids):
            self.put(store, principal)
        self.put(store, "p03x", realm=REALM + "2")
        seen: list[str] = []
        after = None
        while page := store.standings(REALM, limit=4, after=after):
            assert len(page) <= 4
            seen += [standing.id for standing in page]
            after = page[-1].id
            self.put(store, "p00a")
        assert seen == ids
        assert store.standings("nobody") == []

    def test_spellings_are_different_people(self, store: Store) -> None:
        if self.keeps_no_accounts(store):
            return
        with store.write() as unit:
            for text in SPELLINGS:
                unit.put_standing(a_standing(text, tenant=text))
                unit.insert_account(an_account(text, principal_id=text))
                unit.put_password(a_password(text))
        for text in SPELLINGS:
            evidence = store.sign_in_evidence(REALM, text)
            assert evidence.account == an_account(text, principal_id=text)
            assert evidence.standing == a_standing(text, tenant=text)
            assert evidence.password is not None
            assert evidence.password.principal_id == text
        assert len(store.standings(REALM)) == len(SPELLINGS)

    # -- accounts ----------------------------------------------------------------------------------------

    def test_a_login_is_inserted_once_per_realm(self, store: Store, second: Store) -> None:
        if self.keeps_no_accounts(store):
            return
        account = an_account()
        with store.write() as unit:
            assert unit.account(REALM, account.login) is None
            unit.insert_account(account)
            unit.insert_account(an_account(realm="other", principal_id="9"))
            assert unit.account(REALM, account.login) == account
        with pytest.raises(Conflict), second.write() as unit:
            unit.insert_account(an_account(principal_id="8"))
        with second.write() as unit:
            assert unit.account(REALM, account.login) == account
            assert unit.account(REALM, account.login[:-1]) is None

    def test_a_conflict_takes_the_whole_unit_back(self, store: Store) -> None:
        if self.keeps_no_accounts(store):
            return
        with store.write() as unit:
            unit.insert_account(an_account())
        with pytest.raises(Conflict), store.write() as unit:
            unit.put_standing(a_standing("8"))
            unit.append(an_entry())
            unit.insert_account(an_account(principal_id="8"))
        assert store.standing(REALM, "8") is None
        assert store.head().seq == 0

    def test_a_login_is_taken_by_one_of_sixteen(self, store: Store, second: Store) -> None:
        if self.keeps_no_accounts(store):
            return

        def create(handle: Store, principal_id: str) -> bool:
            try:
                with handle.write() as unit:
                    unit.put_standing(a_standing(principal_id))
                    unit.insert_account(an_account(principal_id=principal_id))
                    unit.put_password(a_password(principal_id))
            except Conflict:
                return False
            return True

        handles = [store, second] * 8
        won = race([partial(create, h, f"p{n}") for n, h in enumerate(handles)])
        assert won.count(True) == 1
        evidence = store.sign_in_evidence(REALM, an_account().login)
        winner = f"p{won.index(True)}"
        assert evidence.account == an_account(principal_id=winner)
        assert [standing.id for standing in store.standings(REALM)] == [winner], "the losers left nothing"

    # -- passwords ---------------------------------------------------------------------------------------

    def test_a_password_is_replaced_as_a_whole(self, store: Store) -> None:
        if self.keeps_no_accounts(store):
            return
        first = a_password()
        second = replace(a_password(), version=2, phc="$argon2id$ünïcode" + "x" * 1000)
        other = a_password("8")
        with store.write() as unit:
            assert unit.password(REALM, "7") is None
            for credential in (first, other, second):
                unit.put_password(credential)
            assert unit.password(REALM, "7") == second
        assert store.password_evidence(REALM, "7").password == second
        assert store.password_evidence(REALM, "8").password == other
        assert store.password_evidence("other", "7").password is None

    # -- evidence ----------------------------------------------------------------------------------------

    def test_evidence_of_a_stranger_is_the_head_alone(self, store: Store) -> None:
        if self.keeps_no_accounts(store):
            return
        self.append(store)
        for evidence in (store.sign_in_evidence(REALM, "x"), store.password_evidence(REALM, "x")):
            assert evidence.head == store.head()
            assert (evidence.account, evidence.password, evidence.standing) == (None, None, None)

    def test_evidence_is_what_there_is(self, store: Store) -> None:
        if self.keeps_no_accounts(store):
            return
        account, credential = an_account(), a_password()
        with store.write() as unit:
            unit.insert_account(account)
        evidence = store.sign_in_evidence(REALM, account.login)
        assert (evidence.account, evidence.password, evidence.standing) == (account, None, None)
        with store.write() as unit:
            unit.put_password(credential)
        standing = self.put(store, active=False)
        evidence = store.sign_in_evidence(REALM, account.login)
        assert (evidence.account, evidence.password, evidence.standing) == (account, credential, standing)
        by_id = store.password_evidence(REALM, "7")
        assert (by_id.account, by_id.password, by_id.standing) == (None, credential, standing)
        assert store.sign_in_evidence("other", account.login).account is None

    def test_evidence_is_one_snapshot(self, store: Store, second: Store) -> None:
        """A head newer than the password would let the old one in: its session would outlive the change."""
        if self.keeps_no_accounts(store):
            return

        def change(version: int) -> None:
            with store.write() as unit:
                unit.put_password(a_password(version=version))
                unit.put_standing(a_standing(version=version))
                unit.append(an_entry(Scope.PRINCIPAL, "7"))

        with store.write() as unit:
            unit.insert_account(an_account())
        change(1)

        def look() -> None:
            for evidence in (
                second.sign_in_evidence(REALM, an_account().login),
                second.password_evidence(REALM, "7"),
            ):
                assert evidence.password is not None
                assert evidence.standing is not None
                versions = {evidence.head.seq, evidence.password.version, evidence.standing.version}
                assert len(versions) == 1

        def change_all() -> None:
            for version in range(2, ROUNDS):
                change(version)

        watch_during(look, [change_all])
        assert second.head().seq == ROUNDS - 1
