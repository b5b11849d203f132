"""A new birth: the log begins anew, above every number ever seen, once."""

# ruff: noqa: PT012 - a unit that fails does something first
from __future__ import annotations

from functools import partial

import pytest

from rescind.model.revocation import Head, Kind
from rescind.stores.base import Store
from rescind.testing.records import HOUR, NOW, a_worker, an_entry, select
from rescind.testing.store_cases.base import StoreCases
from rescind.testing.threads import race

LOG_REALM = ""
"""The log belongs to no realm: its events are listed under the empty one, which no application can have."""


class BirthCases(StoreCases):
    """What was issued by the old log is refused; nobody is born twice."""

    def reborn(self, store: Store, expected: str, at_least: int = 0) -> Head:
        return store.new_birth(
            expected=expected, at_least=at_least, reason="restored", initiator="cli:ö@host", at=NOW + 1
        )

    def test_the_new_log_is_above_every_number_seen(self, store: Store, second: Store) -> None:
        for at_least in (0, 1, 41, 7):
            old = self.append(store).seq
            before = store.head()
            head = self.reborn(store, before.birth, at_least)
            assert head.birth != before.birth
            assert head.seq > max(old, at_least)
            assert head.floor >= before.floor
            assert store.head() == second.head() == head
            assert self.append(second).seq == head.seq + 1

    def test_the_new_log_begins_with_an_entry_at_its_head(self, store: Store, second: Store) -> None:
        """So that a reader that has come to the head finds there what it has applied."""
        self.append(store)
        head = self.reborn(store, store.head().birth)
        renewal = second.renew("w", head.seq)
        assert renewal.applied_id is not None
        first = second.find_entry(renewal.applied_id)
        assert first is not None
        assert (first.seq, first.realm, first.kind) == (head.seq, LOG_REALM, Kind.CHANGED)
        assert head.floor == head.seq, "nothing older is believed"
        assert store.renew("w", 0).entries[-1] == first

    def test_a_counter_ahead_counts_as_seen(self, store: Store, second: Store) -> None:
        with pytest.raises(ZeroDivisionError), store.write() as unit:
            for _ in range(3):
                unit.append(an_entry())
            raise ZeroDivisionError
        head = self.reborn(second, store.head().birth)
        assert (head.seq > 3) is store.capabilities.counter
        for handle in (store, second):
            handle.renew("w", 0)
            if handle.word is not None:
                assert handle.word[0] == head.seq

    def test_the_old_birth_is_not_expected_any_more(self, store: Store, second: Store) -> None:
        old = store.head().birth
        head = self.reborn(store, old)
        for handle in (store, second):
            assert self.reborn(handle, old, at_least=10**6) == head
            assert self.reborn(handle, "never", at_least=10**6) == head
        assert second.head() == head
        assert len(store.audit_events(LOG_REALM)) == 1

    def test_one_of_many_begins_the_new_log(self, store: Store, second: Store) -> None:
        birth = store.head().birth
        heads = race([partial(self.reborn, h, birth, n) for n, h in enumerate([store, second] * 4)])
        assert set(heads) == {store.head()}
        assert len(store.audit_events(LOG_REALM)) == 1

    def test_it_is_told_in_the_trail(self, store: Store) -> None:
        old = store.head().birth
        head = self.reborn(store, old)
        (event,) = store.audit_events(LOG_REALM)
        assert (event.type, event.reason, event.actor, event.at) == (
            "log.reborn",
            "restored",
            "cli:ö@host",
            NOW + 1,
        )
        kind, _, born = event.subject.partition(":")
        assert kind == "log"
        for whole, named in ((head.birth, born), (old, str(event.data["old_birth"]))):
            assert named, "the birth of the log"
            assert whole.endswith(named), "to which a store may have added something"
        assert event.seq == head.seq
        assert event.outcome == "done"

    def test_what_the_old_log_issued_is_over(self, store: Store, second: Store) -> None:
        record = self.start(store)
        store.save_data(record.id, {"a": 1}, ())
        head = self.reborn(store, record.birth)
        facts = second.facts(record.id)
        assert facts is not None
        assert facts.head.birth != facts.record.birth
        assert list(second.sessions(select(), now=NOW)) == []
        assert second.count(select(), now=NOW) == (1, 0)
        assert second.touch([(record.id, NOW + HOUR)]) == 0
        assert second.save_data(record.id, {"b": 1}, ()) is False
        fresh = self.start(store)
        assert (fresh.birth, fresh.issued_seq) == (head.birth, head.seq)
        assert [row.id for row in store.sessions(select(), now=NOW)] == [fresh.id]

    def test_a_worker_of_the_old_log_learns_of_it(self, store: Store, second: Store) -> None:
        worker = a_worker(store.head())
        store.register(worker)
        head = self.reborn(store, store.head().birth)
        assert second.renew(worker.id, 0).head == head
        assert {row.birth for row in second.workers()} == {worker.birth}, "its row says what it reads"
