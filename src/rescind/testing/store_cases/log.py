"""The log: numbers, ids, pages, the head and the counter."""

# ruff: noqa: PT012 - a unit that fails does something first
from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from rescind.model.revocation import Kind, LogEntry, Scope, What
from rescind.stores.base import Store
from rescind.testing.records import NOW, a_worker, an_entry
from rescind.testing.store_cases.base import StoreCases


class LogCases(StoreCases):
    """One append-only log, gapless and in commit order."""

    def test_an_empty_log_has_a_birth_and_no_entries(self, store: Store, second: Store) -> None:
        head = store.head()
        assert (head.seq, head.floor) == (0, 0)
        assert head.birth
        assert second.head() == head
        assert (head.counter_id is None) is not store.capabilities.counter

    def test_opening_again_changes_nothing(self, store: Store) -> None:
        self.append(store)
        head = store.head()
        store.open()
        assert store.head() == head
        store.close()
        store.close()
        store.open()
        assert store.head() == head, "a handle closed and opened again is on the same log"

    def test_numbers_follow_each_other(self, store: Store, second: Store) -> None:
        entries = [self.append(handle) for handle in (store, second, store)]
        assert [entry.seq for entry in entries] == [1, 2, 3]
        assert store.head().seq == second.head().seq == 3

    def test_a_unit_sees_its_own_appends_and_nobody_else_does(self, store: Store, second: Store) -> None:
        with store.write() as unit:
            entry = unit.append(an_entry())
            assert (entry.seq, unit.head().seq) == (
                (0, 0) if store.capabilities.numbers_at_commit else (1, 1)
            )
            assert unit.reach().seq == 1
            assert unit.head_of(entry) == replace(unit.head(), seq=entry.seq)
            unit.append(an_entry())
            assert unit.reach().seq == 2
            assert unit.find_entry(entry.id) == entry
            for other in self.outside(store, second):
                assert other.head().seq == 0
                assert other.find_entry(entry.id) is None
                assert other.renew("w", 0).entries == ()
        assert second.head().seq == 2
        assert second.find_entry(entry.id) == unit.numbered(entry)
        assert unit.numbered(entry).seq == 1

    def test_a_log_keeps_what_was_committed(self, store: Store, second: Store) -> None:
        """The same log, as far, and at that number the same entry: each of them counts."""
        entry = self.append(store)
        head = store.head()
        self.append(second)
        for handle in (store, second):
            assert handle.keeps(head, entry.id)
            assert handle.keeps(head, None)
            assert not handle.keeps(head, "another")
            assert not handle.keeps(replace(head, seq=head.seq + 2), None)
            assert not handle.keeps(replace(head, birth="another"), entry.id)
        second.new_birth(expected=head.birth, at_least=0, reason="restored", initiator="x", at=NOW)
        assert not store.keeps(head, entry.id)

    @pytest.mark.parametrize("kind", Kind)
    @pytest.mark.parametrize("scope", Scope)
    def test_entries_come_back_as_they_were(self, store: Store, kind: Kind, scope: Scope) -> None:
        long = "ß世界🙂'\"%_\\;--" * 400
        given = [
            an_entry(scope, "" if scope is Scope.EVERYTHING else "Ä 7", kind=kind, what=what, keep=keep)
            for what, keep in itertools.product(map(What, range(8)), (None, "s1"))
        ]
        given.append(an_entry(scope, "x" * 255, kind=kind, reason=long, initiator="cli:ü@höst", realm="r2"))
        with store.write() as unit:
            appended = [unit.append(entry) for entry in given]
        appended = [unit.numbered(entry) for entry in appended]
        renewal = store.renew("w", 0)
        assert list(renewal.entries) == appended
        assert [store.find_entry(entry.id) for entry in given] == appended
        for before, after in zip(given, renewal.entries, strict=True):
            assert (after.id, after.kind, after.scope, after.target) == (
                before.id,
                kind,
                scope,
                before.target,
            )
            assert (after.what, after.keep, after.reason) == (before.what, before.keep, before.reason)
            assert (after.realm, after.initiator, after.at) == (before.realm, before.initiator, before.at)

    def test_a_known_id_appends_nothing(self, store: Store, second: Store) -> None:
        with store.write() as unit:
            first = unit.append(an_entry(reason="first"))
            assert unit.append(an_entry(id=first.id, reason="again")) == first
            assert unit.reach().seq == 1
        first = unit.numbered(first)
        with second.write() as unit:
            assert unit.append(an_entry(Scope.EVERYTHING, "", id=first.id, reason="later")) == first
        assert store.head().seq == 1
        assert store.renew("w", 0).entries == (first,)

    def test_an_unknown_id_finds_nothing(self, store: Store) -> None:
        known = self.append(store)
        assert store.find_entry(known.id + "0") is None
        assert store.find_entry("") is None
        with store.write() as unit:
            assert unit.find_entry(known.id[:-1]) is None

    def test_a_unit_that_fails_leaves_no_gap(self, store: Store) -> None:
        with pytest.raises(ZeroDivisionError), store.write() as unit:
            lost = unit.append(an_entry())
            raise ZeroDivisionError
        assert store.head().seq == 0
        assert store.find_entry(lost.id) is None
        assert self.append(store).seq == 1

    def test_renew_reads_in_pages_and_in_order(self, store: Store) -> None:
        with store.write() as unit:
            appended = [unit.append(an_entry(target=str(n))) for n in range(7)]
        entries = [unit.numbered(entry) for entry in appended]
        seen: list[LogEntry] = []
        applied = pages = 0
        while True:
            renewal = store.renew("w", applied, limit=3)
            assert renewal.head.seq == 7
            assert len(renewal.entries) <= 3
            seen += renewal.entries
            pages += 1
            if not renewal.more:
                break
            applied = renewal.entries[-1].seq
        assert seen == entries
        assert pages == 3

    def test_more_is_said_only_when_entries_remain(self, store: Store) -> None:
        with store.write() as unit:
            for n in range(3):
                unit.append(an_entry(target=str(n)))
        assert store.renew("w", 0, limit=3).more is False
        assert store.renew("w", 0, limit=2).more is True
        assert store.renew("w", 3).entries == ()

    def test_renew_names_the_entry_at_applied(self, store: Store) -> None:
        first, last = self.append(store), self.append(store)
        assert store.renew("w", 0).applied_id is None
        assert store.renew("w", 1).applied_id == first.id
        assert store.renew("w", 2).applied_id == last.id
        beyond = store.renew("w", 3)
        assert (beyond.applied_id, beyond.entries, beyond.more) == (None, (), False)

    def test_renew_says_whether_the_worker_is_registered(self, store: Store, second: Store) -> None:
        worker = a_worker(store.head())
        assert store.renew(worker.id, 0).registered is False
        store.register(worker)
        assert second.renew(worker.id, 0).registered is True
        assert second.renew(worker.id + "0", 0).registered is False
        second.retire(worker.id, 1)
        assert store.renew(worker.id, 0).registered is False

    # -- the counter -------------------------------------------------------------------------------------

    def test_the_counter_exists_if_the_store_says_so(self, store: Store) -> None:
        assert (store.word is not None) is store.capabilities.counter

    def test_the_counter_moves_before_append_returns(self, store: Store, second: Store) -> None:
        for expected in (1, 2):
            with store.write() as unit:
                unit.append(an_entry())
                assert unit.reach().seq == expected
                assert self.words(store, second) == self.if_counter(store, expected, expected)
            assert self.words(store, second) == self.if_counter(store, expected, expected)

    def test_after_a_rollback_the_counter_is_ahead_until_renewed(self, store: Store, second: Store) -> None:
        self.append(store)
        with pytest.raises(ZeroDivisionError), store.write() as unit:
            unit.append(an_entry())
            raise ZeroDivisionError
        assert self.words(store, second) == self.if_counter(store, 2, 2)
        second.renew("w", 1)
        assert self.words(store, second) == self.if_counter(store, 1, 1)

    def test_nobody_lowers_the_counter_while_a_unit_is_open(self, store: Store, second: Store) -> None:
        with store.write() as unit:
            unit.append(an_entry())
            second.renew("w", 0)
            assert self.words(store, second) == self.if_counter(store, 1, 1)

    def test_a_unit_without_an_entry_leaves_the_counter_alone(self, store: Store, second: Store) -> None:
        self.append(store)
        self.start(store, last_seen=NOW)
        assert self.words(store, second) == self.if_counter(store, 1, 1)

    @staticmethod
    def words(*handles: Store) -> list[int]:
        return [handle.word[0] for handle in handles if handle.word is not None]

    @staticmethod
    def if_counter(store: Store, *values: int) -> list[int]:
        return list(values) if store.capabilities.counter else []
