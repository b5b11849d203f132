"""The log under concurrent writers and readers: real threads, on two handles where the store is shared."""

from __future__ import annotations

from functools import partial

from rescind.model.revocation import LogEntry
from rescind.stores.base import Store
from rescind.testing.records import an_entry
from rescind.testing.store_cases.base import StoreCases
from rescind.testing.threads import race, watch_during

WRITERS = 6
ROUNDS = 8


class LogRaceCases(StoreCases):
    """What a reader may conclude from one read while others write."""

    def test_numbers_are_gapless_and_in_commit_order_while_writers_race(
        self, store: Store, second: Store
    ) -> None:
        seen: list[LogEntry] = []

        def look() -> None:
            renewal = second.renew("w", len(seen), limit=5)
            seen.extend(renewal.entries)
            # A number that is visible has all smaller ones visible before it: no gap, ever.
            assert [entry.seq for entry in seen] == list(range(1, len(seen) + 1))
            assert renewal.head.seq >= len(seen)
            assert renewal.more is (renewal.head.seq > len(seen))

        def append() -> list[int]:
            return [self.append(store if n % 2 else second).seq for n in range(ROUNDS)]

        watch_during(look, [append] * WRITERS)
        while len(seen) < WRITERS * ROUNDS:
            look()
        assert store.head().seq == WRITERS * ROUNDS

    def test_each_writer_gets_numbers_of_its_own_in_its_own_order(self, store: Store, second: Store) -> None:
        handles = [store, second] * (WRITERS // 2)

        def append(handle: Store) -> list[int]:
            return [self.append(handle).seq for _ in range(ROUNDS)]

        taken = race([partial(append, handle) for handle in handles])
        assert all(numbers == sorted(numbers) for numbers in taken)
        assert sorted(seq for numbers in taken for seq in numbers) == list(range(1, WRITERS * ROUNDS + 1))

    def test_the_head_is_never_behind_a_finished_unit(self, store: Store, second: Store) -> None:
        def write_and_look(mine: Store, other: Store) -> bool:
            for _ in range(ROUNDS):
                seq = self.append(mine).seq
                if mine.head().seq < seq or other.head().seq < seq or other.renew("w", seq).head.seq < seq:
                    return False
            return True

        pairs = [(store, second), (second, store)] * (WRITERS // 2)
        assert all(race([partial(write_and_look, *pair) for pair in pairs]))

    def test_the_counter_is_never_behind_the_head(self, store: Store, second: Store) -> None:
        def look() -> None:
            head = second.head().seq
            word = second.word
            assert (word is not None) is store.capabilities.counter
            if word is not None:
                assert word[0] >= head
            # Renewing may lower the counter, never below what is committed.
            assert second.renew("w", head).head.seq >= head

        def write() -> None:
            for n in range(ROUNDS):
                try:
                    with store.write() as unit:
                        unit.append(an_entry())
                        if n % 3 == 0:
                            raise ZeroDivisionError
                except ZeroDivisionError:
                    pass

        watch_during(look, [write] * 3)
        look()

    def test_one_id_is_appended_once_by_racing_writers(self, store: Store, second: Store) -> None:
        entry = an_entry()

        def append(handle: Store) -> LogEntry:
            with handle.write() as unit:
                appended = unit.append(entry)
            return unit.numbered(appended)

        results = race([partial(append, h) for h in [store, second] * 8])
        assert {result.seq for result in results} == {1}
        assert store.head().seq == 1
