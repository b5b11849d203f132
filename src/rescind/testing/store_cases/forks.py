"""Forking servers: the child uses the same object, with connections of its own."""

from __future__ import annotations

from rescind.stores.base import Store
from rescind.testing.processes import in_a_child
from rescind.testing.records import NOW, REALM, an_entry
from rescind.testing.store_cases.base import StoreCases
from rescind.testing.threads import race


class ForkCases(StoreCases):
    """After a fork the child gets fresh connections and leaves the parent's untouched."""

    def test_parent_and_child_both_read_and_write(self, store: Store, second: Store) -> None:
        record = self.start(store)
        store.save_data(record.id, {"a": 1}, ())
        self.append(store, target="before")

        def child() -> bool:
            known = store.facts(record.id) is not None and store.load_data(record.id) == {"a": 1}
            seq = self.append(store, target="child").seq
            return known and seq == 2 and store.head().seq == 2 and store.renew("w", 1).head.seq == 2

        in_a_child(child)
        shared = store.capabilities.shared
        assert store.head().seq == second.head().seq == (2 if shared else 1)
        assert self.append(store, target="after").seq == store.head().seq == (3 if shared else 2)
        assert second.standing(REALM, "7") is not None

    def test_a_childs_end_does_not_disturb_an_open_unit(self, store: Store, second: Store) -> None:
        """Closing what was inherited would drop locks, or roll back what the parent has written."""
        with store.write() as unit:
            unit.append(an_entry(id="parent"))
            in_a_child(lambda: store.head().seq == 0 and store.find_entry("parent") is None)
            assert unit.reach().seq == 1
            unit.append(an_entry())
        assert second.head().seq == 2
        assert second.find_entry("parent") is not None

    def test_the_childs_counter_is_the_parents_if_the_store_is_shared(self, store: Store) -> None:
        self.append(store)

        def child() -> bool:
            seq = self.append(store).seq
            return store.word is None or store.word[0] == seq == 2

        in_a_child(child)
        if store.word is not None:
            assert store.word[0] == (2 if store.capabilities.shared else 1)

    def test_children_of_a_busy_parent_work(self, store: Store) -> None:
        """Locks held by the parent's threads at the fork do not exist for the child."""

        def write() -> None:
            for _ in range(20):
                self.append(store)

        def fork() -> None:
            for _ in range(3):
                in_a_child(lambda: self.append(store).seq <= store.head().seq)

        race([write, write, fork])
        self.append(store)
        record = self.start(store)
        assert store.touch([(record.id, NOW + 10**9)]) == 1
        entries = [entry.seq for entry in store.renew("w", 0).entries]
        assert entries == list(range(1, store.head().seq + 1))
