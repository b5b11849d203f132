"""The application's data of a session: single keys, update-only, gone with the session."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from rescind.stores.base import Store
from rescind.testing.records import NOW, a_session, a_standing, an_entry
from rescind.testing.store_cases.base import StoreCases
from rescind.testing.threads import race

WRITERS = 8
ROUNDS = 10
VALUES: dict[str, Any] = {
    "null": None,
    "yes": True,
    "no": False,
    "zero": 0,
    "big": 2**53 + 1,
    "negative": -1.5,
    "empty": "",
    "text": "Größe 世界 🙂 ' \" \\ \n %_",
    "list": [1, "two", None, [3.5, {}]],
    "nested": {"a": {"b": [{"c": "ö"}]}, "": 0},
    "kéy with 'quotes' %": 1,
    "": "the empty key",
    "long": "x" * 100_000,
}


class DataCases(StoreCases):
    """Values are JSON; keys are written one by one."""

    def test_an_unknown_session_has_no_data_and_gets_none(self, store: Store) -> None:
        assert store.load_data("unknown") == {}
        assert store.save_data("unknown", {"a": 1}, ()) is False
        assert store.load_data("unknown") == {}
        assert store.facts("unknown") is None

    def test_values_come_back_as_they_were(self, store: Store, second: Store) -> None:
        record = self.start(store)
        assert store.load_data(record.id) == {}
        assert store.save_data(record.id, VALUES, ()) is True
        assert second.load_data(record.id) == VALUES
        types = {key: type(value) for key, value in second.load_data(record.id).items()}
        assert types == {key: type(value) for key, value in VALUES.items()}

    def test_keys_are_written_and_removed_one_by_one(self, store: Store) -> None:
        record = self.start(store)
        store.save_data(record.id, {"a": 1, "b": 2, "c": 3}, ())
        assert store.save_data(record.id, {"a": "new", "d": 4}, ["b", "never there"]) is True
        assert store.load_data(record.id) == {"a": "new", "c": 3, "d": 4}
        assert store.save_data(record.id, {}, ["a", "c", "d"]) is True
        assert store.load_data(record.id) == {}

    def test_nothing_to_change_is_no_failure(self, store: Store) -> None:
        record = self.start(store)
        assert store.save_data(record.id, {}, ()) is True
        assert store.load_data(record.id) == {}

    def test_data_belongs_to_one_session(self, store: Store) -> None:
        one, other = self.start(store, id="s1"), self.start(store, id="s11")
        store.save_data(one.id, {"a": 1}, ())
        store.save_data(other.id, {"a": 2}, ())
        store.save_data(one.id, {}, ["a"])
        assert (store.load_data(one.id), store.load_data(other.id)) == ({}, {"a": 2})

    def test_what_was_loaded_is_the_callers_own(self, store: Store) -> None:
        record, given = self.start(store), {"cart": [1]}
        store.save_data(record.id, given, ())
        given["cart"].append(2)
        store.load_data(record.id)["cart"].append(3)
        assert store.load_data(record.id) == {"cart": [1]}

    @pytest.mark.parametrize("value", [object(), {1, 2}, b"bytes", float("nan"), float("inf")])
    def test_what_is_not_json_is_refused_and_nothing_is_written(self, store: Store, value: object) -> None:
        record = self.start(store)
        store.save_data(record.id, {"a": 1}, ())
        with pytest.raises((TypeError, ValueError)):
            store.save_data(record.id, {"a": 2, "b": value}, ())
        assert store.load_data(record.id) == {"a": 1}

    @pytest.mark.parametrize("how", ["mark", "log", "birth"])
    def test_a_late_write_changes_nothing(self, store: Store, second: Store, how: str) -> None:
        record = self.start(store)
        store.save_data(record.id, {"a": 1}, ())
        if how == "birth":
            birth = store.head().birth
            store.new_birth(expected=birth, at_least=0, reason="x", initiator="system", at=NOW)
        else:
            with store.write() as unit:
                if how == "log":
                    unit.append(an_entry())
                else:
                    unit.end_session(record.id, at=NOW, reason="x", by="system")
        before = self.record(store, record.id)
        for handle in (store, second):
            assert handle.save_data(record.id, {"a": 2, "b": 3}, ()) is False
            assert handle.save_data(record.id, {}, ["a"]) is False
            assert handle.load_data(record.id) in ({"a": 1}, {})
        assert self.record(store, record.id) == before

    def test_writers_of_different_keys_both_survive(self, store: Store, second: Store) -> None:
        record = self.start(store)

        def write(handle: Store, name: str) -> list[bool]:
            return [handle.save_data(record.id, {f"{name}{n}": n, name: n}, ()) for n in range(ROUNDS)]

        handles = [store, second] * (WRITERS // 2)
        written = race([partial(write, h, f"w{n}-") for n, h in enumerate(handles)])
        assert written == [[True] * ROUNDS] * WRITERS
        expected = {f"w{w}-{n}": n for w in range(WRITERS) for n in range(ROUNDS)}
        assert store.load_data(record.id) == expected | {f"w{w}-": ROUNDS - 1 for w in range(WRITERS)}

    def test_removing_one_key_races_no_other(self, store: Store, second: Store) -> None:
        record = self.start(store)
        for n in range(ROUNDS):
            store.save_data(record.id, {"mine": n, "theirs": n}, ())
            race(
                [
                    partial(store.save_data, record.id, {}, ["mine"]),
                    partial(second.save_data, record.id, {"theirs": -n}, ()),
                ]
            )
            assert store.load_data(record.id) == {"theirs": -n}

    def test_a_write_racing_an_end_is_before_it_or_refused(self, store: Store, second: Store) -> None:
        def end(session_id: str) -> bool:
            with store.write() as unit:
                return unit.end_session(session_id, at=NOW, reason="x", by="system")

        def save(session_id: str) -> bool:
            return second.save_data(session_id, {"late": 1}, ())

        for _ in range(ROUNDS):
            record = self.start(store)
            ended, saved = race([partial(end, record.id), partial(save, record.id)])
            assert ended
            assert self.record(store, record.id).ended_at == NOW
            if not saved:
                assert store.load_data(record.id) == {}
            assert second.save_data(record.id, {"later": 1}, ()) is False
            assert "later" not in store.load_data(record.id)

    # -- inside a unit of work ---------------------------------------------------------------------------

    def test_a_session_commits_with_its_data(self, store: Store, second: Store) -> None:
        record = a_session(store.head(), id="new")
        with store.write() as unit:
            unit.put_standing(a_standing())
            unit.insert_session(record)
            assert unit.save_data("new", VALUES, ()) is True
            assert unit.save_data("new", {"text": "newer", "more": 1}, ["zero", "never there"]) is True
            assert not any(one.load_data("new") for one in self.outside(store, second))
        expected = VALUES | {"text": "newer", "more": 1}
        del expected["zero"]
        for handle in (store, second):
            assert handle.load_data("new") == expected
            assert self.record(handle, "new") == record

    def test_a_unit_writes_and_removes_single_keys(self, store: Store, second: Store) -> None:
        one, other = self.start(store, id="s1"), self.start(store, id="s11")
        store.save_data(one.id, {"a": 1, "b": 2, "c": 3}, ())
        with store.write() as unit:
            entry = unit.append(an_entry(target="somebody"))
            assert unit.save_data(one.id, {"a": "new"}, ["b"]) is True
            assert unit.save_data(other.id, {}, ()) is True
            assert unit.save_data(one.id, {"b": "again", "d": 4}, ["d"]) is True
        assert second.load_data(one.id) == {"a": "new", "b": "again", "c": 3, "d": 4}
        assert second.load_data(other.id) == {}
        assert second.find_entry(entry.id) is not None

    @pytest.mark.parametrize("fault", [ZeroDivisionError, KeyboardInterrupt])
    def test_data_goes_with_the_unit_that_fails(
        self, store: Store, second: Store, fault: type[BaseException]
    ) -> None:
        record = self.start(store)
        store.save_data(record.id, {"a": 1, "b": 2}, ())
        with pytest.raises(fault), store.write() as unit:  # noqa: PT012 - a unit that fails does something first
            unit.save_data(record.id, {"a": "late", "c": "late"}, ["b"])
            unit.insert_session(a_session(unit.head(), id="new"))
            unit.save_data("new", {"late": True}, ())
            raise fault
        for handle in (store, second):
            assert handle.load_data(record.id) == {"a": 1, "b": 2}
            assert handle.load_data("new") == {}
            assert handle.facts("new") is None

    @pytest.mark.parametrize("how", ["unknown", "mark", "log", "birth", "in this unit"])
    def test_a_unit_writes_no_data_of_what_has_ended(self, store: Store, second: Store, how: str) -> None:
        record, live = self.start(store, id="ended"), self.start(store, id="live", principal_id="8")
        store.save_data(record.id, {"a": 1}, ())
        if how == "birth":
            birth = store.head().birth
            store.new_birth(expected=birth, at_least=0, reason="x", initiator="system", at=NOW)
            live = self.start(store, id="born", principal_id="8")
        elif how == "log":
            self.append(store)
        elif how == "mark":
            with store.write() as unit:
                unit.end_session(record.id, at=NOW, reason="x", by="system")
        with second.write() as unit:
            if how == "in this unit":
                assert unit.end_session(record.id, at=NOW, reason="x", by="system")
            name = "nowhere" if how == "unknown" else record.id
            assert unit.save_data(name, {"a": "late", "b": "late"}, ()) is False
            assert unit.save_data(name, {}, ["a"]) is False
            assert unit.save_data(live.id, {"on": "time"}, ()) is True
        for handle in (store, second):
            assert handle.load_data(live.id) == {"on": "time"}
            assert handle.load_data(record.id) in ({"a": 1}, {})
            assert handle.load_data("nowhere") == {}

    def test_a_unit_goes_on_after_what_is_not_json(self, store: Store) -> None:
        record = self.start(store)
        with store.write() as unit:
            unit.save_data(record.id, {"a": 1}, ())
            with pytest.raises(TypeError):
                unit.save_data(record.id, {"a": 2, "b": object()}, ["a"])
            unit.save_data(record.id, {"c": 3}, ())
        assert store.load_data(record.id) == {"a": 1, "c": 3}
