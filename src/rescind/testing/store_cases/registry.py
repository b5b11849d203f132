"""The registry of workers: whom a revocation waits for."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from rescind.errors import Conflict
from rescind.model.revocation import WorkerRow
from rescind.stores.base import Store
from rescind.testing.records import NOW, a_worker
from rescind.testing.store_cases.base import StoreCases
from rescind.testing.threads import race


class RegistryCases(StoreCases):
    """A live worker is never lost, and what it said is never taken back."""

    def registered(self, store: Store, **facts: object) -> WorkerRow:
        worker = a_worker(store.head(), **facts)
        store.register(worker)
        return worker

    def row(self, store: Store, worker: WorkerRow) -> WorkerRow:
        return next(row for row in store.workers() if row.id == worker.id)

    def test_a_registered_worker_is_seen_by_everybody_at_once(self, store: Store, second: Store) -> None:
        assert list(store.workers()) == []
        worker = self.registered(
            store, term=0.25, protocol=3, acked=7, counter_id=None, host="höst", pid=2**31, seen_at=2**62
        )
        bare = self.registered(second, term=30.0)
        by_id = {row.id: row for row in second.workers()}
        assert by_id == {worker.id: worker, bare.id: bare}
        assert {row.id: row for row in store.workers()} == by_id

    def test_the_registry_says_where_it_was_read(self, store: Store, second: Store) -> None:
        assert store.registry() == ([], store.incarnation())
        for _ in range(2):
            self.registered(store)
        rows, incarnation = second.registry()
        assert list(rows) == list(second.workers())
        store.settle(incarnation.id)
        assert second.registry() == (list(second.workers()), second.incarnation())

    def test_an_id_is_for_one_incarnation(self, store: Store) -> None:
        """A second process with the same id would acknowledge for the first."""
        worker = self.registered(store)
        with pytest.raises(Conflict):
            store.register(replace(worker, acked=9, pid=2))
        assert list(store.workers()) == [worker]

    def test_an_acknowledgement_never_goes_back(self, store: Store, second: Store) -> None:
        worker, other = self.registered(store), self.registered(store)
        store.acknowledge(worker.id, 5, at=NOW + 1)
        second.acknowledge(worker.id, 3, at=NOW + 2)
        assert self.row(store, worker).acked == 5
        assert replace(self.row(store, worker), acked=0, seen_at=NOW) == worker
        assert self.row(store, other) == other

    def test_acknowledgements_in_any_order_end_at_the_highest(self, store: Store, second: Store) -> None:
        worker = self.registered(store)
        numbers = [3, 8, 1, 7, 2, 6, 5, 4]

        def acknowledge(handle: Store, seq: int) -> None:
            handle.acknowledge(worker.id, seq, at=NOW)

        race([partial(acknowledge, store if n % 2 else second, n) for n in numbers])
        assert self.row(second, worker).acked == 8

    def test_a_worker_that_acknowledged_is_not_retired(self, store: Store) -> None:
        worker = self.registered(store, acked=5)
        store.retire(worker.id, 5)
        assert self.row(store, worker).retired is False
        store.retire(worker.id, 6)
        assert self.row(store, worker) == replace(worker, retired=True)
        store.acknowledge(worker.id, 9, at=NOW)
        assert self.row(store, worker).retired is True, "retired stays retired: it must register anew"

    def test_only_the_retired_are_forgotten(self, store: Store, second: Store) -> None:
        worker, other = self.registered(store), self.registered(store)
        second.forget(worker.id)
        assert len(store.workers()) == 2
        store.retire(worker.id, 1)
        second.forget(worker.id)
        assert list(store.workers()) == [other]
        assert store.renew(worker.id, 0).registered is False

    def test_a_worker_that_leaves_is_gone(self, store: Store, second: Store) -> None:
        worker, other = self.registered(store), self.registered(store)
        store.deregister(worker.id)
        store.deregister(worker.id)
        assert list(second.workers()) == [other]
        store.acknowledge(worker.id, 9, at=NOW)
        assert list(second.workers()) == [other], "a late acknowledgement brings no worker back"

    def test_unknown_workers_are_nobody(self, store: Store) -> None:
        worker = self.registered(store)
        for unknown in ("", worker.id[:-1], worker.id + "0"):
            store.acknowledge(unknown, 9, at=NOW)
            store.retire(unknown, 9)
            store.forget(unknown)
            store.deregister(unknown)
        assert list(store.workers()) == [worker]

    def test_retiring_races_acknowledging(self, store: Store, second: Store) -> None:
        """Whichever came first: a worker whose acknowledgement was in time is still trusted."""
        for _ in range(10):
            worker = self.registered(store)
            race(
                [
                    partial(store.acknowledge, worker.id, 4, at=NOW),
                    partial(second.retire, worker.id, 4),
                ]
            )
            row = self.row(store, worker)
            assert row.acked == 4
            assert store.renew(worker.id, 0).registered is not row.retired

    def test_many_register_at_once(self, store: Store, second: Store) -> None:
        workers = [a_worker(store.head(), pid=n) for n in range(8)]
        race([partial((store if n % 2 else second).register, w) for n, w in enumerate(workers)])
        assert {row.id: row for row in store.workers()} == {worker.id: worker for worker in workers}
