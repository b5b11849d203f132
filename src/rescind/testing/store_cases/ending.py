"""What the log ends: for everything wider than one session the log decides, whatever the rows say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import ClassVar

import pytest

from rescind.model.revocation import Head, Kind, LogEntry, Scope, What
from rescind.model.session import SessionRecord
from rescind.policy.ending import NARROW, ends
from rescind.stores.base import Store
from rescind.testing.records import HOUR, NOW, REALM, a_session, a_standing, an_entry, select
from rescind.testing.store_cases.base import StoreCases

WIDE = [scope for scope in Scope if scope not in NARROW]
ISSUED = 5


@dataclass(frozen=True)
class Case:
    """One entry and one session in a realm of their own, so that the cases do not meet."""

    entry: LogEntry
    record: SessionRecord
    tenant: str | None


def all_cases(scope: Scope, birth: str, differing: int) -> Iterator[Case]:
    """The combinations of kind, what, exception, target and ids that can matter for ``scope``.

    Args:
        differing: in how many of the five, at most, they differ from an end that ends the session.
    """
    whats = (What.NOTHING, What.SESSIONS, What.GRANTS, What.KEYS, What.GRANTS | What.KEYS, What.ALL)
    targets = ("", "x") if scope is Scope.EVERYTHING else ("x", "x2", "X", "")
    plain = (Kind.END, What.ALL, None, targets[0], True)
    combinations = (
        one
        for one in product(Kind, whats, (None, "itself", "other"), targets, (True, False))
        if sum(value != usual for value, usual in zip(one, plain, strict=True)) <= differing
    )
    for number, (kind, what, keep, target, has_ids) in enumerate(combinations):
        realm, session_id = f"r{number}", f"{scope}-{number}"
        record = a_session(
            Head(birth, ISSUED),
            id=session_id,
            realm=realm,
            principal_id="x" if has_ids else "another",
            credential_id="x" if has_ids else None,
            client_id="x" if has_ids else None,
        )
        kept = {"itself": session_id, "other": "s-other", None: None}[keep]
        entry = an_entry(scope, target, realm=realm, kind=kind, what=what, keep=kept)
        yield Case(entry, record, "x" if has_ids else None)


class EndingCases(StoreCases):
    """Every method that asks "has it ended?" answers by the same rule: ``rescind.policy.ending.ends``."""

    differing: ClassVar[int] = 5
    """How many of the five may differ at a time from an end that ends the session: 5 is every combination."""

    @pytest.mark.parametrize("scope", Scope)
    def test_the_log_ends_exactly_what_the_rule_says(self, store: Store, scope: Scope) -> None:
        cases = list(all_cases(scope, store.head().birth, self.differing))
        appended = self.write_all(store, cases)
        wrong = [
            (case, entry)
            for case, entry in zip(cases, appended, strict=True)
            if self.seen_as_ended(store, case.record) != {self.by_rule(entry, case)}
        ]
        assert wrong == []
        ended = sum(self.by_rule(entry, case) for case, entry in zip(cases, appended, strict=True))
        assert (ended > 0) is (scope in WIDE and scope is not Scope.SIGNING_KEY), "the cases prove something"

    @pytest.mark.parametrize("scope", WIDE)
    def test_an_end_at_or_before_the_issue_ends_nothing(self, store: Store, scope: Scope) -> None:
        target = "" if scope is Scope.EVERYTHING else "x"
        facts = {"principal_id": "x", "credential_id": "x", "client_id": "x"}
        self.put(store, "x", tenant="x")
        entry = self.append(store, scope, target)
        same = self.start(store, issued_seq=entry.seq, **facts)
        later = self.start(store, issued_seq=entry.seq + 1, **facts)
        before = self.start(store, issued_seq=entry.seq - 1, **facts)
        assert self.seen_as_ended(store, same) == self.seen_as_ended(store, later) == {False}
        assert self.seen_as_ended(store, before) == {scope is not Scope.SIGNING_KEY}

    def test_a_session_inserted_behind_a_racing_end_is_ended(self, store: Store, second: Store) -> None:
        """Head read, end committed, row inserted, in this order: no mark, and yet it is over."""
        head = store.head()
        entry = self.append(second)
        record = a_session(head)
        with store.write() as unit:
            unit.put_standing(a_standing())
            unit.insert_session(record)
        facts = second.facts(record.id)
        assert facts is not None
        assert facts.record.ended_at is None, "the row alone says that it is alive"
        assert facts.ended_by == entry
        assert self.seen_as_ended(second, record) == {True}

    def test_another_end_does_not_hide_the_first(self, store: Store) -> None:
        record = self.start(store)
        self.append(store)
        self.append(store, keep=record.id)
        self.append(store, what=What.KEYS)
        self.append(store, kind=Kind.CHANGED)
        assert self.seen_as_ended(store, record) == {True}

    def test_a_tenant_is_that_of_the_standing(self, store: Store) -> None:
        for principal, tenant in (("1", "app"), ("2", "app2"), ("3", None), ("4", ""), ("5", "App")):
            self.put(store, principal, tenant=tenant)
        records = [self.start(store, principal_id=principal) for principal in "12345"]
        ghost = a_session(store.head(), principal_id="no standing")
        with store.write() as unit:
            unit.insert_session(ghost)
        self.append(store, Scope.TENANT, "app")
        ended = [self.seen_as_ended(store, record) for record in (*records, ghost)]
        assert ended == [{True}, {False}, {False}, {False}, {False}, {False}]

    @pytest.mark.parametrize("moved_to", ["b", None, ""])
    def test_moving_to_another_tenant_brings_nothing_back(
        self, store: Store, second: Store, moved_to: str | None
    ) -> None:
        """The end of a tenant marks no rows, and in the new tenant its entry would not be found."""
        self.put(store, tenant="a")
        records = [self.start(store, id=name) for name in ("ended", "kept")]
        entry = self.append(
            store, Scope.TENANT, "a", keep="kept", reason="left", initiator="cli:a", at=NOW + 5
        )
        self.append(store, Scope.TENANT, "a", keep="kept", reason="again")
        records.append(self.start(store, id="later"))
        self.put(store, tenant=moved_to, version=2)
        ended, kept, later = (self.record(second, record.id) for record in records)
        assert (ended.ended_at, ended.ended_reason, ended.ended_by) == (entry.at, "left", "cli:a")
        assert (kept.ended_at, later.ended_at) == (None, None)
        assert [record.id for record in second.sessions(select(), now=NOW)] == ["kept", "later"]
        assert second.save_data("ended", {"late": True}, ()) is False
        assert second.touch([("ended", NOW + HOUR)]) == 0

    def test_moving_takes_nobody_elses_sessions_along(self, store: Store) -> None:
        for principal, realm in (("7", REALM), ("8", REALM), ("7", "other")):
            self.put(store, principal, realm=realm, tenant="a")
        mine, theirs = self.start(store), self.start(store, principal_id="8")
        foreign = self.start(store, realm="other")
        self.append(store, Scope.TENANT, "a", what=What.KEYS)
        self.put(store, tenant="b", version=2)
        for record in (mine, theirs, foreign):
            assert self.record(store, record.id) == record

    def test_a_principal_of_another_realm_is_another_principal(self, store: Store) -> None:
        mine, theirs = self.start(store), self.start(store, realm="other")
        self.append(store, Scope.EVERYTHING, "")
        assert (self.seen_as_ended(store, mine), self.seen_as_ended(store, theirs)) == ({True}, {False})

    # -- how a store can say it ---------------------------------------------------------------------------

    def write_all(self, store: Store, cases: list[Case]) -> list[LogEntry]:
        with store.write() as unit:
            for _ in range(ISSUED):
                unit.append(an_entry(Scope.GRANT, "none", realm="nobody"))
            for case in cases:
                unit.put_standing(
                    a_standing(case.record.principal_id, realm=case.record.realm, tenant=case.tenant)
                )
                unit.insert_session(case.record)
            appended = [unit.append(case.entry) for case in cases]
        return [unit.numbered(entry) for entry in appended]

    @staticmethod
    def by_rule(entry: LogEntry, case: Case) -> bool:
        """For one session its mark decides, so an entry without the mark ends nothing here."""
        return entry.scope not in NARROW and ends(entry, case.record, case.tenant)

    def seen_as_ended(self, store: Store, record: SessionRecord) -> set[bool]:
        """The answers of all methods that judge; one element when they agree."""
        facts = store.facts(record.id)
        assert facts is not None
        one = select(Scope.SESSION, record.id, realm=record.realm)
        moved = store.touch([(record.id, self.record(store, record.id).last_seen + HOUR)])
        with store.write() as unit:
            inside, counted = unit.facts(record.id), unit.count(one, now=NOW)
        return {
            facts.ended_by is not None,
            inside is not None and inside.ended_by is not None,
            store.count(one, now=NOW) == (1, 0),
            counted == (1, 0),
            list(store.sessions(one, now=NOW)) == [],
            moved == 0,
            store.save_data(record.id, {"late": True}, ()) is False,
            store.load_data(record.id) == {},
        }
