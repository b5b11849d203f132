"""What all cases share: the store under test, a second handle on it, and short ways to write."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from rescind.model.principal import Standing
from rescind.model.revocation import LogEntry, Scope
from rescind.model.session import SessionRecord
from rescind.stores.base import Store
from rescind.testing.records import a_session, a_standing, an_entry


class StoreCases:
    """``make`` returns a new, empty, unopened store; ``make_second`` another handle on the same place."""

    def make(self) -> Store:
        """A new, empty store that is not open yet. Every test gets its own."""
        raise NotImplementedError("write make(self): return a new, empty store")

    def make_second(self, first: Store) -> Store:
        """Another handle on the place of ``first``, as another process would open it."""
        raise NotImplementedError("capabilities.shared is True: write make_second(self, first)")

    @pytest.fixture
    def store(self) -> Iterator[Store]:
        store = self.make()
        store.open()
        yield store
        store.close()

    @pytest.fixture
    def second(self, store: Store) -> Iterator[Store]:
        """Another process's handle. A store that is not shared has one handle only, and says so."""
        if not store.capabilities.shared:
            assert type(self).make_second is StoreCases.make_second, "make_second is for shared stores"
            yield store
            return
        other = self.make_second(store)
        assert other is not store
        other.open()
        yield other
        other.close()

    @staticmethod
    def outside(store: Store, second: Store) -> tuple[Store, ...]:
        """The handles that do not see into a unit of ``store`` that this thread has open."""
        if not store.capabilities.thread_bound:
            return store, second
        return (second,) if store.capabilities.shared else ()

    # -- short ways to write -----------------------------------------------------------------------------

    def append(
        self, store: Store, scope: Scope = Scope.PRINCIPAL, target: str = "7", **facts: Any
    ) -> LogEntry:
        """One entry in a unit of its own."""
        with store.write() as unit:
            entry = unit.append(an_entry(scope, target, **facts))
        return unit.numbered(entry)

    def start(self, store: Store, **facts: Any) -> SessionRecord:
        """A session, issued now unless ``issued_seq`` says otherwise, with its principal's standing."""
        record = a_session(store.head(), **facts)
        with store.write() as unit:
            if unit.standing(record.realm, record.principal_id) is None:
                unit.put_standing(a_standing(record.principal_id, realm=record.realm))
            unit.insert_session(record)
        return record

    def put(self, store: Store, id: str = "7", **facts: Any) -> Standing:
        standing = a_standing(id, **facts)
        with store.write() as unit:
            unit.put_standing(standing)
        return standing

    def record(self, store: Store, session_id: str) -> SessionRecord:
        """The row as it stands; fails when there is none."""
        facts = store.facts(session_id)
        assert facts is not None
        return facts.record
