"""Units inside a transaction of the application's own; stores that cannot join one say so."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import pytest

from rescind.errors import ConfigurationError
from rescind.stores.base import Store
from rescind.testing.records import NOW, REALM, a_session, a_standing, an_entry, an_event
from rescind.testing.store_cases.base import StoreCases


@dataclass(frozen=True)
class Caller:
    """An application in the middle of a transaction.

    Attributes:
        connection: what the application would pass as ``connection=``.
        commit, rollback: end its transaction.
    """

    connection: Any
    commit: Callable[[], None]
    rollback: Callable[[], None]


class JoiningCases(StoreCases):
    """Joined, a unit is part of something larger: it neither commits nor rolls back."""

    def caller(self, store: Store) -> AbstractContextManager[Caller]:
        """An application with an open transaction on the place of ``store``, until the end of the block."""
        raise NotImplementedError("capabilities.joins_transactions is True: write caller(self, store)")

    def cannot_join(self, store: Store) -> bool:
        """For a store that cannot join: it refuses, and says so in its capabilities."""
        if store.capabilities.joins_transactions:
            return False
        assert type(self).caller is JoiningCases.caller, "caller is for stores that join transactions"
        self.refuses(store, object())
        return True

    @staticmethod
    def refuses(store: Store, connection: object) -> None:
        with pytest.raises(ConfigurationError, match="connection"), store.write(connection):
            raise AssertionError("the block must not be entered")
        with pytest.raises(ConfigurationError, match="connection"):
            store.watch_transaction(connection, lambda committed: None)
        assert store.head().seq == 0

    @pytest.mark.parametrize("stranger", [object(), "connection", 7])
    def test_a_connection_of_another_kind_is_refused(self, store: Store, stranger: object) -> None:
        self.refuses(store, stranger)

    def write_joined(self, store: Store, caller: Caller) -> None:
        with store.write(caller.connection) as unit:
            unit.append(an_entry(id="joined"))
            unit.put_standing(a_standing(roles=("joined",)))
            if store.capabilities.joins_sessions:
                unit.insert_session(a_session(unit.head(), id="joined"))
                assert unit.save_data("joined", {"cart": [1]}, ())
            unit.audit(an_event())

    def nothing_is_visible(self, store: Store) -> bool:
        seen = (store.find_entry("joined"), store.standing(REALM, "7"), store.facts("joined"))
        unseen = seen == (None, None, None) and store.load_data("joined") == {}
        return unseen and store.head().seq == 0 and not store.audit_events(REALM)

    def test_the_callers_commit_makes_it_visible(self, store: Store, second: Store) -> None:
        if self.cannot_join(store):
            return
        with self.caller(store) as caller:
            self.write_joined(store, caller)
            assert self.nothing_is_visible(store)
            assert self.nothing_is_visible(second)
            caller.commit()
        for handle in (store, second):
            entry = handle.find_entry("joined")
            assert entry is not None
            assert entry.seq == handle.head().seq == 1
            assert (handle.facts("joined") is not None) is store.capabilities.joins_sessions
            assert handle.load_data("joined") == ({"cart": [1]} if store.capabilities.joins_sessions else {})
            assert len(handle.audit_events(REALM)) == 1

    def test_the_callers_rollback_leaves_nothing(self, store: Store, second: Store) -> None:
        if self.cannot_join(store):
            return
        with self.caller(store) as caller:
            self.write_joined(store, caller)
            caller.rollback()
        assert self.nothing_is_visible(store)
        assert self.nothing_is_visible(second)
        assert second.renew("w", 0).entries == ()
        if second.word is not None:
            assert second.word[0] == 0, "renew lowers what the rollback left ahead"
        assert self.append(store).seq == 1

    def test_two_units_of_one_transaction_see_each_other(self, store: Store) -> None:
        if self.cannot_join(store):
            return
        if not store.capabilities.joins_sessions:
            self.start(store, id="joined")
        with self.caller(store) as caller:
            self.write_joined(store, caller)
            with store.write(caller.connection) as unit:
                assert unit.reach().seq == 1
                assert unit.append(an_entry(id="joined")) == unit.find_entry("joined")
                assert unit.reach().seq == 1
                unit.append(an_entry())
                assert unit.reach().seq == 2
                assert unit.end_session("joined", at=NOW, reason="x", by="system")
            caller.commit()
        assert store.head().seq == 2
        assert self.record(store, "joined").ended_at == NOW

    def test_a_session_is_opened_inside_or_refused(self, store: Store) -> None:
        if self.cannot_join(store) or store.capabilities.joins_sessions:
            return
        with self.caller(store) as caller:
            with (
                pytest.raises(ConfigurationError, match="connection"),
                store.write(caller.connection) as unit,
            ):
                unit.insert_session(a_session(unit.head(), id="joined"))
            caller.commit()
        assert store.facts("joined") is None

    def test_data_is_written_inside_or_refused(self, store: Store) -> None:
        if self.cannot_join(store):
            return
        record, joins = self.start(store, id="there"), store.capabilities.joins_sessions
        store.save_data(record.id, {"a": 1, "b": 2}, ())
        for end, expected in (("rollback", {"a": 1, "b": 2}), ("commit", {"a": "new"})):
            with self.caller(store) as caller:
                with store.write(caller.connection) as unit:
                    if joins:
                        assert unit.save_data(record.id, {"a": "new"}, ["b"])
                    else:
                        with pytest.raises(ConfigurationError, match="connection"):
                            unit.save_data(record.id, {"a": "new"}, ["b"])
                getattr(caller, end)()
            assert store.load_data(record.id) == (expected if joins else {"a": 1, "b": 2})

    @pytest.mark.parametrize("committed", [True, False])
    def test_the_outcome_is_told_at_most_once_and_truly(self, store: Store, committed: bool) -> None:
        if self.cannot_join(store):
            return
        told: list[bool] = []
        with self.caller(store) as caller:
            self.write_joined(store, caller)
            store.watch_transaction(caller.connection, told.append)
            assert told == []
            (caller.commit if committed else caller.rollback)()
        assert told in ([], [committed]), "not every connection can be watched; find_entry tells then"
        assert (store.find_entry("joined") is not None) is committed
