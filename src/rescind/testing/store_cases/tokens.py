"""Signed tokens: families of refresh tokens, of which one leaf lives, and signing keys that have ended."""

# ruff: noqa: PT012 - a unit that fails does something first
from __future__ import annotations

from collections import Counter
from dataclasses import fields, replace
from functools import partial

import pytest

from rescind.errors import Conflict
from rescind.model.family import Family, KeyEnd
from rescind.model.revocation import Scope
from rescind.model.session import SessionRecord
from rescind.stores.base import Store
from rescind.testing.records import DAY, HOUR, MINUTE, NOW, REALM, a_family, an_event
from rescind.testing.store_cases.base import StoreCases
from rescind.testing.threads import race

RACERS = 16


class TokenCases(StoreCases):
    """What ``TokenUnit`` and ``TokenStore`` promise."""

    def signed_in(self, store: Store, *, signed_by: str = "kid", **facts: object) -> SessionRecord:
        """A session with a family of the first generation."""
        record = self.start(store, **facts)
        with store.write() as unit:
            unit.insert_family(a_family(record.id, signed_by=signed_by))
        return record

    def family(self, store: Store, session_id: str) -> Family | None:
        with store.write() as unit:
            return unit.family(session_id)

    def rotate(self, store: Store, family: Family, *, expected: int) -> bool:
        """As a refresh does it: the session is held first."""
        with store.write() as unit:
            assert unit.facts(family.session_id) is not None
            done = unit.rotate_family(family, expected=expected)
            if done:
                unit.audit(an_event("session.refreshed", subject=f"session:{family.session_id}"))
            return done

    # -- families ----------------------------------------------------------------------------------------

    def test_a_place_that_is_open_keeps_families(self, store: Store) -> None:
        store.require_families()

    def test_every_field_of_a_family_comes_back(self, store: Store, second: Store) -> None:
        record = self.start(store)
        full = Family(record.id, 2**40, NOW + 1, bytes(range(256)), "kid-Ünïcode 🙂", 2**61)
        with store.write() as unit:
            assert unit.family(record.id) is None
            unit.insert_family(full)
            assert unit.family(record.id) == full, "a unit reads its own writes"
        for handle in (store, second):
            assert self.family(handle, record.id) == full
            assert self.family(handle, record.id[:-1]) is None
        assert {field.name for field in fields(Family)} == set(full.__slots__)

    def test_a_session_has_one_family(self, store: Store) -> None:
        record = self.signed_in(store)
        with pytest.raises(Conflict), store.write() as unit:
            unit.insert_family(a_family(record.id, generation=7))
        held = self.family(store, record.id)
        assert held is not None
        assert held.generation == 1

    def test_a_family_is_rotated_from_the_expected_generation_only(self, store: Store, second: Store) -> None:
        record = self.signed_in(store)
        for wrong in (0, 2):
            assert not self.rotate(store, a_family(record.id, generation=3), expected=wrong)
        newer = a_family(record.id, generation=2, rotated_at=NOW + HOUR, signed_by="other")
        assert self.rotate(second, newer, expected=1)
        assert not self.rotate(store, newer, expected=1), "it was spent"
        assert self.family(store, record.id) == newer

    def test_a_rotation_is_activity_and_never_takes_any_back(self, store: Store) -> None:
        record = self.signed_in(store)
        assert self.rotate(store, a_family(record.id, generation=2, rotated_at=NOW + HOUR), expected=1)
        assert self.record(store, record.id).last_seen == NOW + HOUR
        assert self.rotate(store, a_family(record.id, generation=3, rotated_at=NOW + MINUTE), expected=2)
        after = self.record(store, record.id)
        assert after == replace(record, last_seen=NOW + HOUR), "nothing else of the session is touched"

    def test_nothing_of_a_session_that_ended_is_rotated(self, store: Store) -> None:
        record = self.signed_in(store)
        with store.write() as unit:
            unit.end_session(record.id, at=NOW, reason="x", by="system")
        before = self.record(store, record.id)
        assert not self.rotate(store, a_family(record.id, generation=2), expected=1)
        with store.write() as unit:
            assert not unit.rotate_family(a_family("nobody", generation=2), expected=1), "it never creates"
        assert self.record(store, record.id) == before
        assert self.family(store, "nobody") is None

    def test_of_sixteen_who_refresh_at_once_one_wins(self, store: Store, second: Store) -> None:
        record = self.signed_in(store)
        handles = (store, second)

        def refresh(number: int) -> bool:
            mine = a_family(record.id, generation=2, digest=bytes([number]) * 32)
            return self.rotate(handles[number % 2], mine, expected=1)

        won = race([partial(refresh, number) for number in range(RACERS)])
        assert Counter(won) == {True: 1, False: RACERS - 1}
        held = self.family(store, record.id)
        assert held is not None
        assert held.digest == bytes([won.index(True)]) * 32
        events = store.audit_events(REALM, subject=f"session:{record.id}")
        assert len(events) == 1, "state and audit event commit together"

    def test_an_end_and_a_refresh_at_once_leave_it_ended(self, store: Store, second: Store) -> None:
        for _ in range(4):
            record = self.signed_in(store)

            def end(session_id: str = record.id) -> bool:
                with second.write() as unit:
                    return unit.end_session(session_id, at=NOW, reason="x", by="system")

            def refresh(session_id: str = record.id) -> bool:
                return self.rotate(store, a_family(session_id, generation=2), expected=1)

            assert race([end, refresh])[0]
            assert self.record(store, record.id).ended_at == NOW
            assert not self.rotate(store, a_family(record.id, generation=9), expected=2)
            assert not self.rotate(store, a_family(record.id, generation=9), expected=1)

    def test_a_fault_leaves_the_generation(self, store: Store) -> None:
        record = self.signed_in(store)
        before = self.family(store, record.id), self.record(store, record.id)
        with pytest.raises(ZeroDivisionError), store.write() as unit:
            assert unit.rotate_family(a_family(record.id, generation=2, rotated_at=NOW + HOUR), expected=1)
            unit.audit(an_event("session.refreshed"))
            raise ZeroDivisionError
        assert (self.family(store, record.id), self.record(store, record.id)) == before
        assert store.audit_events(REALM) == []

    def test_a_family_goes_with_its_session(self, store: Store) -> None:
        gone, stays = self.signed_in(store), self.signed_in(store, expires_at=NOW + 90 * DAY)
        store.prune(now=NOW + 2 * DAY, keep_ended=0, access_life=HOUR, session_life=DAY)
        assert store.facts(gone.id) is None
        assert self.family(store, gone.id) is None
        assert self.family(store, stays.id) == a_family(stays.id)

    # -- signing keys ------------------------------------------------------------------------------------

    def end_key(self, store: Store, reason: str = "leaked", kid: str = "kid") -> bool:
        with store.write() as unit:
            return unit.end_key(KeyEnd(REALM, kid, NOW, reason, "me"))

    def test_a_key_ends_once_and_for_its_realm(self, store: Store, second: Store) -> None:
        assert store.key_end(REALM, "kid") is None
        assert self.end_key(store)
        assert not self.end_key(second, reason="again")
        for handle in (store, second):
            assert handle.key_end(REALM, "kid") == KeyEnd(REALM, "kid", NOW, "leaked", "me")
            assert handle.key_end("default2", "kid") is handle.key_end(REALM, "ki") is None
            with handle.write() as unit:
                assert unit.key_end(REALM, "kid") == KeyEnd(REALM, "kid", NOW, "leaked", "me")

    def test_of_many_who_end_a_key_at_once_one_does_and_nobody_fails(
        self, store: Store, second: Store
    ) -> None:
        for kid in ("kid 1", "kid 2", "kid 3"):
            handles = (store, second) * (RACERS // 2)
            done = race([partial(self.end_key, h, str(n), kid) for n, h in enumerate(handles)])
            end = store.key_end(REALM, kid)
            assert end is not None
            assert [str(n) for n, ended in enumerate(done) if ended] == [end.reason]

    def test_the_end_of_a_key_is_part_of_its_unit(self, store: Store, second: Store) -> None:
        with pytest.raises(ZeroDivisionError), store.write() as unit:
            unit.end_key(KeyEnd(REALM, "kid", NOW, "r", "b"))
            assert unit.key_end(REALM, "kid") is not None
            assert not any(one.key_end(REALM, "kid") for one in self.outside(store, second))
            raise ZeroDivisionError
        assert store.key_end(REALM, "kid") is None

    def test_the_end_of_a_key_outlives_its_entry_and_its_log(self, store: Store) -> None:
        self.append(store, Scope.SIGNING_KEY, "kid")
        assert self.end_key(store)
        self.append(store)
        store.prune(now=NOW + 400 * DAY, keep_ended=0, access_life=HOUR, session_life=DAY)
        assert [entry.scope for entry in store.renew("w", 0).entries] == [Scope.PRINCIPAL]
        head = store.head()
        store.new_birth(expected=head.birth, at_least=0, reason="r", initiator="i", at=NOW)
        assert store.key_end(REALM, "kid") is not None

    def test_what_a_key_signed_is_counted(self, store: Store) -> None:
        """The newest access token of each session; what is over or ended is not alive."""
        live = self.signed_in(store)
        self.signed_in(store, signed_by="other")
        self.signed_in(store, realm="default2")
        self.start(store)
        ended = self.signed_in(store)
        with store.write() as unit:
            unit.end_session(ended.id, at=NOW, reason="x", by="system")
        self.signed_in(store, principal_id="8")
        self.append(store, Scope.PRINCIPAL, "8")
        until = a_family(live.id).signed_until
        assert store.count_signed(REALM, "kid", now=NOW) == (3, 1)
        assert store.count_signed(REALM, "kid", now=until - 1) == (3, 1)
        assert store.count_signed(REALM, "kid", now=until) == (3, 0)
        assert store.count_signed(REALM, "ki", now=NOW) == (0, 0)
