"""``unchanged``: the short question of a strict check. It may say no too often, and never yes too often."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from rescind._tokens import new_id
from rescind.model.revocation import Scope
from rescind.model.session import Facts
from rescind.stores.base import Store, UnitOfWork
from rescind.testing.records import HOUR, NOW, a_session, a_standing, an_entry
from rescind.testing.store_cases.base import StoreCases

Change = Callable[[UnitOfWork, str], object]
CHANGES: dict[str, Change] = {
    "ended": lambda unit, key: unit.end_session(key, at=NOW, reason="for a test", by="system"),
    "inactive": lambda unit, _: unit.put_standing(a_standing(active=False, roles=("a", "b"), tenant="t")),
    "fewer roles": lambda unit, _: unit.put_standing(a_standing(roles=("a",), tenant="t")),
    "other tenant": lambda unit, _: unit.put_standing(a_standing(roles=("a", "b"), tenant="t2")),
    "no tenant": lambda unit, _: unit.put_standing(a_standing(roles=("a", "b"))),
    "signed out everywhere": lambda unit, _: unit.append(an_entry()),
    "everything ended": lambda unit, _: unit.append(an_entry(Scope.EVERYTHING, "")),
    "another entry": lambda unit, _: unit.append(an_entry(target="somebody else")),
}


class UnchangedCases(StoreCases):
    """Whether the authority still reads what facts say."""

    def seen(self, store: Store) -> Facts:
        """Facts of a live session, found unchanged."""
        record = a_session(store.head(), idle=HOUR)
        with store.write() as unit:
            unit.put_standing(a_standing(roles=("a", "b"), tenant="t"))
            unit.insert_session(record)
        facts = store.facts(record.id)
        assert facts is not None
        assert store.unchanged(facts)
        return facts

    @pytest.mark.parametrize("change", CHANGES)
    def test_a_change_is_seen(self, store: Store, second: Store, change: str) -> None:
        """Made here or by another process, by one that asks for the first time or again."""
        for writer in (store, second):
            facts = self.seen(store)
            with writer.write() as unit:
                CHANGES[change](unit, facts.record.id)
            assert not store.unchanged(facts)
            assert not second.unchanged(facts)
            assert not store.unchanged(facts), "asking again changes nothing"

    def test_activity_is_seen(self, store: Store, second: Store) -> None:
        facts = self.seen(store)
        assert second.touch([(facts.record.id, NOW + HOUR // 2)]) == 1
        assert not store.unchanged(facts)

    def test_a_new_log_is_seen(self, store: Store, second: Store) -> None:
        facts = self.seen(store)
        head = facts.head
        second.new_birth(expected=head.birth, at_least=0, reason="for a test", initiator="system", at=NOW)
        assert not store.unchanged(facts)

    def test_what_is_read_anew_is_unchanged_again(self, store: Store, second: Store) -> None:
        old = self.seen(store)
        self.append(second, target="somebody else")
        new = store.facts(old.record.id)
        assert new is not None
        assert store.unchanged(new)
        assert not store.unchanged(old), "the older facts are still older"
        assert store.unchanged(new)

    def test_many_are_answered_as_each_alone(self, store: Store, second: Store) -> None:
        all_facts = [self.seen(store) for _ in range(3)]
        with second.write() as unit:
            unit.end_session(all_facts[1].record.id, at=NOW, reason="for a test", by="system")
        asked = [*all_facts, all_facts[0], replace(all_facts[2], standing=None)]
        expected = [True, False, True, True, False]
        assert store.unchanged_all(asked) == expected
        assert store.unchanged_all([]) == []
        answers = second.unchanged_all(asked)
        assert len(answers) == len(asked)
        assert not any(answer and not true for answer, true in zip(answers, expected, strict=True))

    def test_a_session_that_is_not_there_has_changed(self, store: Store) -> None:
        facts = self.seen(store)
        for unknown in ("", facts.record.id + "0", new_id()):
            assert not store.unchanged(replace(facts, record=replace(facts.record, id=unknown)))

    @pytest.mark.parametrize("field", ["digest", "last_seen", "expires_at", "idle", "ended_at"])
    def test_facts_that_were_never_so_are_not_unchanged(self, store: Store, field: str) -> None:
        """As after the row was written by hand, or put back from a backup."""
        facts = self.seen(store)
        other: Any = bytes(32) if field == "digest" else NOW - 1
        assert not store.unchanged(replace(facts, record=replace(facts.record, **{field: other})))

    def test_what_has_ended_is_never_unchanged_alive(self, store: Store) -> None:
        """Facts of a live session, and an end that came between the two readings."""
        facts = self.seen(store)
        entry = self.append(store)
        ended = store.facts(facts.record.id)
        assert ended is not None
        assert ended.ended_by == entry
        assert not store.unchanged(replace(ended, ended_by=None, head=facts.head))

    def test_no_standing_is_a_change(self, store: Store) -> None:
        record = a_session(store.head(), principal_id="ghost")
        with store.write() as unit:
            unit.insert_session(record)
        facts = store.facts(record.id)
        assert facts is not None
        self.put(store, "ghost")
        assert not store.unchanged(facts)
        assert not store.unchanged(replace(facts, standing=a_standing("ghost", roles=("a",))))
