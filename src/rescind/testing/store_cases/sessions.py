"""One session: inserting, reading, ending. Nothing is resurrected and nothing is taken from a client."""

from __future__ import annotations

from dataclasses import fields, replace
from functools import partial

import pytest

from rescind.errors import Conflict
from rescind.model.revocation import Scope
from rescind.model.session import SessionRecord
from rescind.stores.base import Store
from rescind.testing.records import DAY, HOUR, NOW, a_session, a_standing, an_entry, select
from rescind.testing.store_cases.base import StoreCases
from rescind.testing.threads import race, watch_during

SPELLINGS = ["a", "A", "a ", "á", "a\u0301", "aa", "7", "07", "%", "_", "'", "ａ", "ß", "ss", "İ", "i"]
"""Texts that a careless comparison (case, width, normal form, LIKE, trailing space) takes for one another."""


class SessionCases(StoreCases):
    """A session's own row."""

    def test_an_unknown_id_is_none(self, store: Store) -> None:
        record = self.start(store)
        for unknown in ("", record.id[:-1], record.id + "0", record.id.upper() + "X"):
            assert store.facts(unknown) is None
            with store.write() as unit:
                assert unit.session(unknown) is None
                assert unit.facts(unknown) is None

    def test_every_field_comes_back(self, store: Store, second: Store) -> None:
        full = a_session(
            store.head(),
            principal_id="Ünïcode 🙂",
            realm="räum",
            issued_seq=2**40,
            method="pässkey",
            created_at=NOW - 1,
            auth_time=NOW - 2,
            last_seen=NOW - 3,
            expires_at=2**62,
            idle=HOUR,
            credential_id="c" * 255,
            client_id="client%_",
            parent_id="p1",
            label="Firefox — Größe 'x' \"y\" \\ ; --" * 200,
        )
        ended = a_session(store.head(), ended_at=NOW, ended_reason="gründlich", ended_by="system", label="")
        with store.write() as unit:
            unit.insert_session(full)
            unit.insert_session(ended)
            assert unit.session(full.id) == full
        for handle in (store, second):
            assert self.record(handle, full.id) == full
            assert self.record(handle, ended.id) == ended, "the empty text is not NULL"

    def test_missing_values_stay_missing(self, store: Store) -> None:
        record = self.start(store)
        names = [field.name for field in fields(SessionRecord) if field.default is None]
        assert len(names) >= 8
        stored = self.record(store, record.id)
        assert {name: getattr(stored, name) for name in names} == dict.fromkeys(names)

    def test_facts_are_row_standing_and_head_together(self, store: Store) -> None:
        record = self.start(store)
        self.append(store, target="somebody else")
        facts = store.facts(record.id)
        assert facts is not None
        assert facts.record == record
        assert facts.standing == a_standing()
        assert facts.head == store.head()
        assert facts.ended_by is None

    def test_facts_without_a_standing(self, store: Store) -> None:
        record = a_session(store.head(), principal_id="ghost")
        with store.write() as unit:
            unit.insert_session(record)
        facts = store.facts(record.id)
        assert facts is not None
        assert facts.standing is None

    def test_a_unit_reads_its_own_facts(self, store: Store, second: Store) -> None:
        record = a_session(store.head())
        with store.write() as unit:
            unit.put_standing(a_standing(roles=("a",)))
            unit.insert_session(record)
            facts = unit.facts(record.id)
            assert facts is not None
            assert facts.standing == a_standing(roles=("a",))
            entry = unit.append(an_entry())
            facts = unit.facts(record.id)
            assert facts is not None
            if not store.capabilities.numbers_at_commit:
                assert facts.ended_by == entry
            assert facts.head.seq == entry.seq
            assert not any(one.facts(record.id) for one in self.outside(store, second))

    def test_an_id_is_inserted_once_even_when_ended(self, store: Store) -> None:
        record = self.start(store)
        for _ in range(2):
            with pytest.raises(Conflict), store.write() as unit:
                unit.insert_session(replace(a_session(store.head(), principal_id="8"), id=record.id))
            assert self.record(store, record.id).principal_id == "7"
            with store.write() as unit:
                unit.end_session(record.id, at=NOW, reason="over", by="system")

    def test_a_digest_is_inserted_once(self, store: Store) -> None:
        record = self.start(store)
        other = replace(a_session(store.head()), digest=record.digest)
        with pytest.raises(Conflict), store.write() as unit:
            unit.insert_session(other)
        assert store.facts(other.id) is None

    def test_spellings_are_not_one_another(self, store: Store) -> None:
        with store.write() as unit:
            for text in SPELLINGS:
                unit.put_standing(a_standing(text))
                unit.insert_session(
                    a_session(store.head(), id=f"s-{text}", principal_id=text, credential_id=text)
                )
        for text in SPELLINGS:
            assert self.record(store, f"s-{text}").principal_id == text
            for scope in (Scope.PRINCIPAL, Scope.CREDENTIAL):
                found = store.sessions(select(scope, text), now=NOW)
                assert [record.principal_id for record in found] == [text]
        self.append(store, target=SPELLINGS[0])
        ended = [text for text in SPELLINGS if (f := store.facts(f"s-{text}")) and f.ended_by is not None]
        assert ended == SPELLINGS[:1]

    # -- ending ------------------------------------------------------------------------------------------

    def test_ending_marks_once_and_for_good(self, store: Store, second: Store) -> None:
        record = self.start(store)
        with store.write() as unit:
            assert unit.end_session(record.id, at=NOW + 5, reason="sign out", by="session:x") is True
            assert unit.end_session(record.id, at=NOW + 6, reason="again", by="system") is False
        with second.write() as unit:
            assert unit.end_session(record.id, at=NOW + 7, reason="later", by="system") is False
            assert unit.end_session("unknown", at=NOW, reason="x", by="system") is False
        marked = replace(record, ended_at=NOW + 5, ended_reason="sign out", ended_by="session:x")
        assert self.record(store, record.id) == marked

    def test_ending_says_whether_it_was_live(self, store: Store) -> None:
        live, over = self.start(store), self.start(store, expires_at=NOW)
        idle = self.start(store, last_seen=NOW - HOUR, idle=HOUR)
        ended = self.start(store, principal_id="ended")
        self.append(store, target="ended")  # no mark
        for record, count in ((live, 1), (over, 0), (idle, 0), (ended, 0)):
            with store.write() as unit:
                assert unit.end_counted(record.id, at=NOW, reason="x", by="session:y") == count
                assert unit.end_counted(record.id, at=NOW, reason="again", by="system") is None
            marked = replace(record, ended_at=NOW, ended_reason="x", ended_by="session:y")
            assert self.record(store, record.id) == marked
        with store.write() as unit:
            assert unit.end_counted("unknown", at=NOW, reason="x", by="system") is None

    def test_ending_touches_one_session_only(self, store: Store) -> None:
        one, other = self.start(store), self.start(store)
        with store.write() as unit:
            unit.end_session(one.id, at=NOW, reason="x", by="system")
        assert self.record(store, other.id) == other

    def test_an_idle_refusal_ends_only_what_it_saw(self, store: Store) -> None:
        record = self.start(store, last_seen=NOW - HOUR)
        with store.write() as unit:
            assert not unit.end_session(
                record.id, at=NOW, reason="idle", by="system", last_seen=NOW - HOUR - 1
            )
        assert self.record(store, record.id) == record
        with store.write() as unit:
            assert unit.end_session(record.id, at=NOW, reason="idle", by="system", last_seen=NOW - HOUR)

    def test_an_end_is_consumed_by_one_of_sixteen(self, store: Store, second: Store) -> None:
        record = self.start(store)

        def end(handle: Store, by: str) -> bool:
            with handle.write() as unit:
                return unit.end_session(record.id, at=NOW, reason="race", by=by)

        handles = [store, second] * 8
        won = race([partial(end, h, f"system:{n}") for n, h in enumerate(handles)])
        assert won.count(True) == 1
        assert self.record(store, record.id).ended_by == f"system:{won.index(True)}"

    def test_one_id_is_inserted_by_one_of_sixteen(self, store: Store, second: Store) -> None:
        def insert(handle: Store, principal_id: str) -> bool:
            try:
                with handle.write() as unit:
                    unit.insert_session(a_session(head, id="wanted", principal_id=principal_id))
            except Conflict:
                return False
            return True

        head = store.head()
        handles = [store, second] * 8
        won = race([partial(insert, h, str(n)) for n, h in enumerate(handles)])
        assert won.count(True) == 1
        assert self.record(store, "wanted").principal_id == str(won.index(True))

    def test_row_and_head_are_one_snapshot(self, store: Store, second: Store) -> None:
        """Mark and entry commit together, so a read that has one has the other."""
        records = [self.start(store, principal_id=str(n)) for n in range(12)]
        looked: set[str] = set()

        def look() -> None:
            for number, record in enumerate(records, start=1):
                facts = second.facts(record.id)
                assert facts is not None
                assert (facts.record.ended_at is not None) is (facts.head.seq >= number)
                assert (facts.ended_by is not None) is (facts.head.seq >= number)
                if facts.ended_by is not None:
                    looked.add(record.id)

        def end_all() -> None:
            for record in records:
                with store.write() as unit:
                    unit.append(an_entry(target=record.principal_id))
                    unit.end_session(record.id, at=NOW, reason="x", by="system")

        watch_during(look, [end_all])
        assert looked == {record.id for record in records}

    def test_limits_are_kept_exactly(self, store: Store) -> None:
        record = self.start(store, expires_at=NOW + 14 * DAY + 1, idle=14 * DAY + 1)
        stored = self.record(store, record.id)
        assert (stored.expires_at - stored.created_at, stored.idle) == (14 * DAY + 1, 14 * DAY + 1)
