"""Listing, counting and marking: selections, limits of time, stable pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar

import pytest

from rescind.model.revocation import Scope
from rescind.model.session import SessionRecord
from rescind.stores.base import Selection, Store
from rescind.testing.records import DAY, HOUR, NOW, REALM, a_session, a_standing, an_entry, select
from rescind.testing.store_cases.base import StoreCases


class ListingCases(StoreCases):
    """A listing holds what is live, a count says how many, a mark ends them."""

    def populate(self, store: Store) -> dict[str, SessionRecord]:
        """Sessions that differ in one respect each, by that respect."""
        facts: dict[str, dict[str, str]] = {
            "plain": {},
            "credential": {"credential_id": "c"},
            "credential2": {"credential_id": "c2"},
            "client": {"client_id": "app"},
            "client2": {"client_id": "app2"},
            "principal": {"principal_id": "70"},
            "tenant": {"principal_id": "1"},
            "tenant2": {"principal_id": "2"},
            "realm": {"realm": f"{REALM}2"},
        }
        records = {name: a_session(store.head(), id=f"s-{name}", **given) for name, given in facts.items()}
        with store.write() as unit:
            for principal, tenant in (("7", None), ("70", None), ("1", "app"), ("2", "app2")):
                unit.put_standing(a_standing(principal, tenant=tenant))
            unit.put_standing(a_standing(realm=f"{REALM}2", tenant="app"))
            for record in records.values():
                unit.insert_session(record)
        return records

    CASES: ClassVar[tuple[tuple[Selection, set[str]], ...]] = (
        (select(Scope.SESSION, "s-plain"), {"plain"}),
        (select(Scope.SESSION, "s-client"), {"client"}),
        (select(Scope.SESSION, "s-realm"), set()),
        (select(Scope.SESSION, "s-"), set()),
        (select(Scope.CREDENTIAL, "c"), {"credential"}),
        (select(Scope.CLIENT, "app"), {"client"}),
        (select(Scope.PRINCIPAL, "70"), {"principal"}),
        (select(Scope.PRINCIPAL, "7"), {"plain", "credential", "credential2", "client", "client2"}),
        (select(Scope.TENANT, "app"), {"tenant"}),
        (select(Scope.TENANT, "app2"), {"tenant2"}),
        (select(Scope.TENANT, "ap%"), set()),
        (select(Scope.TENANT, ""), set()),
        (select(Scope.CLIENT, ""), set()),
        (select(Scope.CREDENTIAL, ""), set()),
        (select(Scope.GRANT, "7"), set()),
        (select(Scope.SIGNING_KEY, "7"), set()),
        (select(Scope.TENANT, "app", realm=f"{REALM}2"), {"realm"}),
        (select(realm=f"{REALM}2"), {"realm"}),
        (select(realm="nobody"), set()),
        (select(Scope.PRINCIPAL, "7", keep="s-plain"), {"credential", "credential2", "client", "client2"}),
        (select(Scope.CLIENT, "app", keep="s-plain"), {"client"}),
    )

    @pytest.mark.parametrize(("selection", "expected"), CASES)
    def test_a_selection_is_exact(self, store: Store, selection: Selection, expected: set[str]) -> None:
        records = self.populate(store)
        listed = store.sessions(selection, now=NOW)
        assert {record.id for record in listed} == {f"s-{name}" for name in expected}
        assert all(record in records.values() for record in listed)
        assert store.count(selection, now=NOW) == (len(expected), len(expected))
        with store.write() as unit:
            assert unit.count(selection, now=NOW) == (len(expected), len(expected))
            assert unit.end_sessions(selection, at=NOW + 1, reason="x", by="system") == len(expected)
        for name, record in records.items():
            ended = replace(record, ended_at=NOW + 1, ended_reason="x", ended_by="system")
            assert self.record(store, record.id) == (ended if name in expected else record)

    def test_everything_is_the_realm(self, store: Store) -> None:
        records = self.populate(store)
        assert store.count(select(), now=NOW) == (len(records) - 1, len(records) - 1)

    def test_only_what_was_issued_before(self, store: Store) -> None:
        for seq in range(4):
            self.start(store, id=f"s{seq}", issued_seq=seq)
        with store.write() as unit:
            for _ in range(4):
                unit.append(an_entry(Scope.GRANT, "none"))
        selection = select(issued_before=2)
        assert [record.id for record in store.sessions(selection, now=NOW)] == ["s0", "s1"]
        assert store.count(selection, now=NOW) == (2, 2)
        with store.write() as unit:
            assert unit.end_sessions(selection, at=NOW, reason="x", by="system") == 2
        assert store.count(select(), now=NOW) == (4, 2)

    def test_marking_changes_nothing_that_has_ended(self, store: Store) -> None:
        first, other = self.start(store), self.start(store)
        with store.write() as unit:
            unit.end_session(first.id, at=NOW, reason="first", by="session:a")
            assert unit.end_sessions(select(), at=NOW + 9, reason="second", by="system") == 1
            assert unit.end_sessions(select(), at=NOW + 9, reason="third", by="system") == 0
        assert self.record(store, first.id).ended_reason == "first"
        assert self.record(store, other.id).ended_reason == "second"

    def test_marking_finds_what_its_own_entry_has_just_ended(self, store: Store) -> None:
        record = self.start(store)
        with store.write() as unit:
            unit.append(an_entry())
            selection = select(Scope.PRINCIPAL, "7")
            seen = 1 if store.capabilities.numbers_at_commit else 0
            assert unit.count(selection, now=NOW) == (1, seen)
            assert unit.end_sessions(selection, at=NOW, reason="x", by="system") == 1
        assert self.record(store, record.id).ended_at == NOW

    @pytest.mark.parametrize("scope", [Scope.PRINCIPAL, Scope.TENANT, Scope.EVERYTHING])
    def test_counting_afterwards_finds_what_an_entry_ended(self, store: Store, scope: Scope) -> None:
        """As the log stood before it: neither what was over by then, nor what came or ended later."""
        target = {Scope.PRINCIPAL: "7", Scope.TENANT: "t"}.get(scope, "")
        with store.write() as unit:
            unit.put_standing(a_standing("7", tenant="t"))
        for name, facts in {"a": {}, "b": {}, "kept": {}, "over": {"expires_at": NOW}}.items():
            self.start(store, id=name, **facts)
        self.start(store, id="before", client_id="c")
        with store.write() as unit:
            unit.append(an_entry(Scope.CLIENT, "c"))
        with store.write() as unit:
            entry = unit.append(an_entry(scope, target, keep="kept"))
        entry = unit.numbered(entry)
        selection = select(scope, target, issued_before=entry.seq, keep="kept")
        assert store.count(selection, now=NOW) == (4, 2)
        self.start(store, id="later", issued_seq=entry.seq)
        with store.write() as unit:
            unit.append(an_entry(scope, target))
        assert store.count(selection, now=NOW) == (4, 2)

    def test_marking_counts_what_was_alive(self, store: Store) -> None:
        """Past its limits a session has nothing left to end, and a receipt must not claim it."""
        self.start(store, id="expired", expires_at=NOW)
        self.start(store, id="idle", idle=HOUR, last_seen=NOW - HOUR)
        self.start(store, id="live", expires_at=NOW + 1, idle=HOUR, last_seen=NOW - HOUR + 1)
        with store.write() as unit:
            assert unit.end_sessions(select(), at=NOW, reason="x", by="system") == 1
        assert self.record(store, "live").ended_at == NOW

    @pytest.mark.parametrize("limit", ["absolute", "idle"])
    def test_at_the_limit_it_is_over(self, store: Store, limit: str) -> None:
        end = NOW + HOUR
        facts = {"expires_at": end} if limit == "absolute" else {"idle": HOUR, "last_seen": NOW}
        record = self.start(store, **facts)
        for now, live in ((end - 1, 1), (end, 0), (end + 1, 0), (end + DAY, 0)):
            assert store.count(select(), now=now) == (1, live)
            assert len(store.sessions(select(), now=now)) == live
            with store.write() as unit:
                assert unit.count(select(), now=now) == (1, live)
        assert self.record(store, record.id) == record, "looking changes nothing"

    def test_without_an_idle_limit_only_the_absolute_end_counts(self, store: Store) -> None:
        self.start(store, last_seen=0, expires_at=NOW + 1)
        assert store.count(select(), now=NOW) == (1, 1)

    def test_counts_tell_rows_from_live_sessions(self, store: Store) -> None:
        ended = self.start(store)
        self.start(store, expires_at=NOW)
        self.start(store, idle=1, last_seen=NOW - 1)
        self.start(store, principal_id="by the log", issued_seq=0)
        self.append(store, target="by the log")
        self.start(store, issued_seq=1)
        with store.write() as unit:
            unit.end_session(ended.id, at=NOW, reason="x", by="system")
            assert unit.count(select(), now=NOW) == (5, 1)
        assert store.count(select(), now=NOW) == (5, 1)

    # -- pages -------------------------------------------------------------------------------------------

    def pages(self, store: Store, limit: int) -> Iterator[list[SessionRecord]]:
        after = None
        while page := list(store.sessions(select(), now=NOW, limit=limit, after=after)):
            yield page
            after = page[-1].id

    def test_pages_are_ordered_and_complete(self, store: Store) -> None:
        ids = sorted(self.start(store).id for _ in range(11))
        assert [record.id for record in store.sessions(select(), now=NOW)] == ids
        pages = list(self.pages(store, 4))
        assert [len(page) for page in pages] == [4, 4, 3]
        assert [record.id for page in pages for record in page] == ids
        assert store.sessions(select(), now=NOW, after=ids[-1]) == []
        assert [r.id for r in store.sessions(select(), now=NOW, after=ids[2][:-1])] == ids[2:]

    def test_pages_skip_what_is_over_without_getting_short(self, store: Store) -> None:
        for n in range(12):
            self.start(store, id=f"s{n:02}", expires_at=NOW + (n % 2))
        assert [[r.id for r in page] for page in self.pages(store, 4)] == [
            ["s01", "s03", "s05", "s07"],
            ["s09", "s11"],
        ]

    def test_paging_misses_and_repeats_nothing_while_others_write(self, store: Store, second: Store) -> None:
        for n in range(0, 40, 2):
            self.start(store, id=f"s{n:02}")
        seen: list[str] = []
        for number, page in enumerate(self.pages(store, 3)):
            seen += [record.id for record in page]
            assert len(seen) == len(set(seen))
            last = int(seen[-1][1:])
            with second.write() as unit:
                unit.end_session(seen[0], at=NOW, reason="x", by="system")
                unit.insert_session(a_session(second.head(), id=f"s{last - 1:02}x{number}"))
                unit.insert_session(a_session(second.head(), id=f"s{last + 1:02}"))
        assert seen == sorted(seen)
        assert {f"s{n:02}" for n in range(0, 40, 2)} <= set(seen)
