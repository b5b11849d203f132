"""Units of work: all of it or none of it, one after another, and the trail of what happened."""

# ruff: noqa: PT012 - a unit that fails does something first
from __future__ import annotations

import threading
from functools import partial
from typing import Any

import pytest

from rescind.model.audit_event import AuditEvent
from rescind.model.revocation import Scope
from rescind.stores.base import Store, UnitOfWork
from rescind.testing.records import (
    NOW,
    REALM,
    a_password,
    a_session,
    a_standing,
    an_account,
    an_entry,
    an_event,
    select,
)
from rescind.testing.store_cases.base import StoreCases
from rescind.testing.threads import WAIT, race

WRITERS = 8
ROUNDS = 5


class UnitCases(StoreCases):
    """State change, log entry and audit event commit together or not at all."""

    def write_everything(self, store: Store, unit: UnitOfWork, live: str) -> str:
        """Use every writing method once; returns the id of the new entry."""
        entry = unit.append(an_entry(Scope.CLIENT, "c"))
        unit.audit(an_event("unit.tested", seq=entry.seq))
        unit.put_standing(a_standing("7", active=False, version=9))
        unit.put_standing(a_standing("8"))
        unit.insert_session(a_session(unit.head(), id="new"))
        unit.end_session(live, at=NOW, reason="x", by="system")
        unit.end_sessions(select(Scope.PRINCIPAL, "9"), at=NOW, reason="x", by="system")
        if store.capabilities.accounts:
            unit.insert_account(an_account())
            unit.put_password(a_password())
        return entry.id

    def state(self, store: Store, entry_id: str, *sessions: str) -> dict[str, Any]:
        """Everything that ``write_everything`` changes, as it can be read."""
        facts = {name: store.facts(name) for name in ("new", *sessions)}
        return {
            "head": store.head(),
            "entry": store.find_entry(entry_id),
            "entries": store.renew("w", 0).entries,
            "sessions": {name: found and found.record for name, found in facts.items()},
            "standings": store.standings(REALM),
            "audit": store.audit_events(REALM),
            **self.account_of(store),
        }

    @staticmethod
    def account_of(store: Store) -> dict[str, Any]:
        """What of an account can be read, where accounts are kept."""
        if not store.capabilities.accounts:
            return {}
        return {
            "account": store.sign_in_evidence(REALM, an_account().login).account,
            "password": store.password_evidence(REALM, "7").password,
        }

    @pytest.mark.parametrize("fault", [ZeroDivisionError, KeyboardInterrupt, GeneratorExit])
    def test_a_fault_inside_leaves_nothing(
        self, store: Store, second: Store, fault: type[BaseException]
    ) -> None:
        live, other = self.start(store), self.start(store, principal_id="9")
        self.append(store, target="somebody")
        entry_id = "none yet"
        before = self.state(store, entry_id, live.id, other.id)
        with pytest.raises(fault), store.write() as unit:
            entry_id = self.write_everything(store, unit, live.id)
            raise fault
        for handle in (store, second):
            assert self.state(handle, entry_id, live.id, other.id) == before
            if handle.word is not None:
                assert handle.word[0] >= handle.head().seq
        assert self.append(store).seq == before["head"].seq + 1, "the next unit takes the number"

    def test_all_of_it_is_there_afterwards(self, store: Store, second: Store) -> None:
        live, other = self.start(store), self.start(store, principal_id="9")
        with store.write() as unit:
            entry_id = self.write_everything(store, unit, live.id)
            for handle in self.outside(store, second):
                assert self.state(handle, entry_id, live.id)["entry"] is None
        for handle in (store, second):
            after = self.state(handle, entry_id, live.id, other.id)
            assert after["entry"].seq == after["head"].seq == 1
            assert [event.seq for event in after["audit"]] == [1]
            assert [standing.id for standing in after["standings"]] == ["7", "8", "9"]
            assert [row.ended_at for row in after["sessions"].values()] == [None, NOW, NOW]
            if store.capabilities.accounts:
                assert after["account"] == an_account()
                assert after["password"].principal_id == "7"

    def test_a_unit_reads_its_own_writes(self, store: Store) -> None:
        record = self.start(store)
        with store.write() as unit:
            unit.put_standing(a_standing(tenant="t", version=2))
            assert unit.standing(REALM, "7") == a_standing(tenant="t", version=2)
            assert unit.count(select(Scope.TENANT, "t"), now=NOW) == (1, 1)
            unit.end_session(record.id, at=NOW, reason="x", by="system")
            ended = unit.session(record.id)
            assert ended is not None
            assert ended.ended_at == NOW
            assert unit.count(select(), now=NOW) == (1, 0)

    def test_the_session_that_replaced_another_is_found(self, store: Store) -> None:
        with store.write() as unit:
            old = a_session(unit.head(), id="old")
            unit.insert_session(old)
            unit.insert_session(a_session(unit.head(), id="other"))
            unit.insert_session(a_session(unit.head(), id="new", parent_id="old"))
        with store.write() as unit:
            found = unit.successor(old)
            assert found is not None
            assert found.id == "new"
            assert unit.successor(found) is None

    def test_readers_neither_wait_for_an_open_unit_nor_see_into_it(self, store: Store, second: Store) -> None:
        record = self.start(store)
        with store.write() as unit:
            unit.put_standing(a_standing(active=False))
            unit.append(an_entry())
            unit.end_session(record.id, at=NOW, reason="x", by="system")
            # In this thread and in another: the unit is open until they have answered.
            here = [self.look(handle, record.id) for handle in self.outside(store, second)]
            there = race([partial(self.look, h, record.id) for h in (store, second)])
            assert here == [(0, True, None, 1)] * len(here)
            assert there == [(0, True, None, 1)] * 2
        assert self.look(second, record.id) == (1, False, NOW, 0)

    @staticmethod
    def look(store: Store, session_id: str) -> tuple[int, bool, int | None, int]:
        facts = store.facts(session_id)
        assert facts is not None
        assert facts.standing is not None
        listed = store.sessions(select(), now=NOW)
        return facts.head.seq, facts.standing.active, facts.record.ended_at, len(listed)

    def test_units_come_one_after_another(self, store: Store, second: Store) -> None:
        """Each reads what the one before it wrote: no update is lost."""
        self.put(store, version=1)

        def count_up(handle: Store) -> None:
            for _ in range(ROUNDS):
                with handle.write() as unit:
                    standing = unit.standing(REALM, "7")
                    assert standing is not None
                    unit.put_standing(a_standing(version=standing.version + 1))

        race([partial(count_up, h) for h in [store, second] * (WRITERS // 2)])
        standing = store.standing(REALM, "7")
        assert standing is not None
        assert standing.version == 1 + WRITERS * ROUNDS

    def test_a_writer_waits_for_the_one_before(self, store: Store, second: Store) -> None:
        """At the latest where both ask for the same thing."""
        inside, order = threading.Event(), []

        def first() -> None:
            with store.write() as unit:
                assert unit.find_entry("first") is None
                inside.set()
                unit.append(an_entry(id="first"))
                order.append("first")

        def later() -> None:
            assert inside.wait(WAIT)
            with second.write() as unit:
                assert unit.find_entry("first") is not None
                order.append("later")

        race([first, later])
        assert order == ["first", "later"]

    # -- the audit trail ---------------------------------------------------------------------------------

    def test_an_event_comes_back_as_it_was(self, store: Store, second: Store) -> None:
        full = an_event(
            "tëst.done",
            actor="cli:ü@höst",
            subject="principal:Ä",
            outcome="refused",
            reason="weil '\"\\ 🙂" * 200,
            seq=2**40,
            request_id="r-1",
            data={"n": 2**53 + 1, "yes": True, "none": None, "text": "ß", "": ""},
        )
        plain = an_event(reason="")
        with store.write() as unit:
            unit.audit(full)
            unit.audit(plain)
        assert list(second.audit_events(REALM)) == [plain, full]
        assert type(second.audit_events(REALM)[1].data["yes"]) is bool

    def test_the_newest_event_comes_first(self, store: Store) -> None:
        events = [an_event(at=NOW + n, subject=f"principal:{n % 3}") for n in range(10)]
        with store.write() as unit:
            for event in events:
                unit.audit(event)
            unit.audit(an_event(at=NOW + 99, realm=REALM + "2"))
        assert list(store.audit_events(REALM)) == events[::-1]
        assert list(store.audit_events(REALM, limit=2)) == [events[9], events[8]]
        ones = [event for event in reversed(events) if event.subject == "principal:1"]
        assert list(store.audit_events(REALM, subject="principal:1")) == ones
        assert list(store.audit_events(REALM, subject="principal:")) == []
        assert list(store.audit_events("nobody")) == []

    def test_events_are_paged_while_new_ones_come(self, store: Store) -> None:
        old = [an_event(at=NOW) for _ in range(9)]
        with store.write() as unit:
            for event in old:
                unit.audit(event)
        seen: list[AuditEvent] = []
        before = None
        while page := store.audit_events(REALM, limit=4, before=before):
            seen += page
            before = page[-1].id
            with store.write() as unit:
                unit.audit(an_event(at=NOW))
        assert seen == old[::-1], "events of one instant have an order too: that of their commit"
