"""Pruning: bounded, and never a way back for what was ended."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from rescind.model.revocation import Kind, LogEntry, Scope, What
from rescind.stores.base import PruneReport, Store
from rescind.testing.records import DAY, HOUR, MINUTE, NOW, a_session, an_entry, select
from rescind.testing.store_cases.base import StoreCases
from rescind.testing.threads import race

ACCESS = HOUR
SESSION = 30 * DAY
KEEP = 7 * DAY
MARGIN = 5 * MINUTE
LIVES: dict[str, int] = {"keep_ended": KEEP, "access_life": ACCESS, "session_life": SESSION}
WIDE = [Scope.CREDENTIAL, Scope.PRINCIPAL, Scope.CLIENT, Scope.TENANT, Scope.SIGNING_KEY, Scope.EVERYTHING]


class PruneCases(StoreCases):
    """What nobody can need any more, in batches."""

    def prune_all(self, store: Store, now: int, batch: int = 1000) -> list[PruneReport]:
        reports = [store.prune(now=now, batch=batch, **LIVES)]
        while reports[-1].more:
            reports.append(store.prune(now=now, batch=batch, **LIVES))
            assert len(reports) < 1000, "more=True for ever"
        return reports

    def entries(self, store: Store, *entries: LogEntry) -> list[LogEntry]:
        with store.write() as unit:
            appended = [unit.append(entry) for entry in entries]
        return [unit.numbered(entry) for entry in appended]

    def left(self, store: Store) -> list[int]:
        return [entry.seq for entry in store.renew("w", 0).entries]

    def test_nothing_to_remove(self, store: Store) -> None:
        assert store.prune(now=NOW, **LIVES) == PruneReport()
        self.start(store)
        self.append(store)
        assert store.prune(now=NOW, **LIVES) == PruneReport()

    # -- sessions ----------------------------------------------------------------------------------------

    def test_tombstones_stay_for_as_long_as_asked(self, store: Store) -> None:
        ended, expired, live = self.start(store), self.start(store, expires_at=NOW), self.start(store)
        future = NOW + 300 * DAY
        forever = self.start(store, expires_at=future + 1)
        with store.write() as unit:
            unit.end_session(ended.id, at=NOW, reason="x", by="system")
        assert self.prune_all(store, NOW + KEEP - 1)[0].sessions == 0
        assert self.record(store, ended.id).ended_reason == "x"
        assert [r.sessions for r in self.prune_all(store, NOW + KEEP + 1)] == [2]
        assert [store.facts(record.id) is None for record in (ended, expired, live)] == [True, True, False]
        self.prune_all(store, future)
        assert store.facts(forever.id) is not None, "a session within its limits is never removed"

    def test_data_goes_with_its_session(self, store: Store) -> None:
        record = self.start(store)
        store.save_data(record.id, {"a": 1}, ())
        with store.write() as unit:
            unit.end_session(record.id, at=NOW, reason="x", by="system")
        self.prune_all(store, NOW + 2 * KEEP)
        assert store.facts(record.id) is None
        assert store.load_data(record.id) == {}
        with store.write() as unit:
            unit.insert_session(a_session(store.head(), id=record.id))
        assert store.load_data(record.id) == {}, "no row of the same id may find it"

    def test_an_idle_session_stays_until_its_absolute_end(self, store: Store) -> None:
        record = self.start(store, idle=1, expires_at=NOW + 20 * DAY)
        self.prune_all(store, NOW + 20 * DAY)
        assert store.facts(record.id) is not None

    def test_a_batch_is_bounded(self, store: Store) -> None:
        with store.write() as unit:
            for n in range(7):
                unit.insert_session(a_session(store.head(), id=f"s{n}", expires_at=NOW))
                unit.append(an_entry(Scope.SESSION, f"s{n}", at=NOW))
        reports = self.prune_all(store, NOW + 2 * KEEP, batch=3)
        assert all(report.sessions <= 3 and report.entries <= 3 for report in reports)
        assert sum(report.sessions for report in reports) == 7
        assert sum(report.entries for report in reports) == 6, "the newest entry stays"
        assert [report.more for report in reports] == [True] * (len(reports) - 1) + [False]
        assert store.count(select(), now=NOW) == (0, 0)

    # -- entries -----------------------------------------------------------------------------------------

    @pytest.mark.parametrize(
        ("scope", "kind"),
        [(Scope.SESSION, Kind.END), (Scope.GRANT, Kind.END), *((scope, Kind.CHANGED) for scope in Scope)],
    )
    def test_what_only_carries_news_goes_after_the_access_life(
        self, store: Store, scope: Scope, kind: Kind
    ) -> None:
        self.entries(store, an_entry(scope, "x", kind=kind), self.newest())
        assert self.prune_all(store, NOW + ACCESS + MARGIN - 1)[-1] == PruneReport()
        assert self.prune_all(store, NOW + ACCESS + MARGIN + 1)[-1].entries == 1
        assert self.left(store) == [2]
        assert store.head().floor == 1

    @pytest.mark.parametrize("scope", WIDE)
    def test_a_wide_end_stays_until_nothing_before_it_can_live(self, store: Store, scope: Scope) -> None:
        self.entries(store, an_entry(scope, "" if scope is Scope.EVERYTHING else "x"), self.newest())
        assert self.prune_all(store, NOW + SESSION + MARGIN - 1)[-1] == PruneReport()
        assert self.left(store) == [1, 2]
        assert self.prune_all(store, NOW + SESSION + MARGIN + 1)[-1].entries == 1
        assert self.left(store) == [2]

    def test_a_wide_end_goes_earlier_when_a_newer_one_says_as_much(self, store: Store) -> None:
        keys, kept = What.KEYS, "s1"
        self.entries(
            store,
            an_entry(target="same"),
            an_entry(target="same"),
            an_entry(target="less", what=What.ALL),
            an_entry(target="less", what=keys),
            an_entry(target="keep"),
            an_entry(target="keep", keep=kept),
            an_entry(target="kept", keep=kept),
            an_entry(target="kept", keep=kept),
            an_entry(target="freed", keep=kept),
            an_entry(target="freed"),
            an_entry(target="other", realm="r1"),
            an_entry(target="other", realm="r2"),
            an_entry(target="changed"),
            an_entry(target="changed", kind=Kind.CHANGED),
            an_entry(Scope.CLIENT, "scope"),
            an_entry(Scope.TENANT, "scope"),
            self.newest(),
        )
        self.prune_all(store, NOW + ACCESS + MARGIN - 1)
        assert self.left(store) == list(range(1, 18)), "younger than the access life stays in any case"
        self.prune_all(store, NOW + ACCESS + MARGIN + 1)
        # Removed: 1 by 2, 7 by 8, 9 by 10, and the change 14.
        assert self.left(store) == [2, 3, 4, 5, 6, 8, 10, 11, 12, 13, 15, 16, 17]
        assert store.head().floor == 14

    def test_the_newest_entry_is_never_removed(self, store: Store) -> None:
        self.append(store)
        last = self.append(store, Scope.SESSION, "x")
        for years in (1, 50):
            self.prune_all(store, NOW + years * 365 * DAY)
        assert self.left(store) == [last.seq]
        assert store.head().seq == last.seq
        assert store.renew("w", last.seq).applied_id == last.id
        assert self.append(store).seq == last.seq + 1

    def test_the_floor_is_the_highest_number_removed(self, store: Store, second: Store) -> None:
        wide = an_entry(Scope.EVERYTHING, "")
        news = [an_entry(Scope.SESSION, str(n)) for n in range(4)]
        self.entries(store, news[0], wide, *news[1:], self.newest())
        birth = store.head()
        report = self.prune_all(store, NOW + ACCESS + 2 * MARGIN)[-1]
        assert self.left(store) == [2, 6], "a wide end below the floor is still there"
        assert report.floor == second.head().floor == 5
        assert second.renew("w", 1).applied_id is None
        assert (second.head().birth, second.head().seq) == (birth.birth, 6)
        self.prune_all(store, NOW + 2 * SESSION)
        assert store.head().floor == 5, "removing 2 does not lower it"

    def test_a_pruned_id_is_not_known_any_more(self, store: Store) -> None:
        old, _ = self.entries(store, an_entry(Scope.SESSION, "x"), self.newest())
        self.prune_all(store, NOW + SESSION)
        assert store.find_entry(old.id) is None

    def test_before_a_wide_end_goes_its_sessions_are_marked(self, store: Store) -> None:
        """A row inserted behind the end bears no mark: forgetting the end alone would bring it to life."""
        self.put(store, tenant="t")
        entry, _ = self.entries(
            store, an_entry(Scope.TENANT, "t", reason="left", initiator="cli:a"), self.newest()
        )
        facts: dict[str, Any] = {"issued_seq": 0, "expires_at": NOW + 300 * DAY}
        unmarked = self.start(store, **facts)
        kept = self.start(store, issued_seq=entry.seq, expires_at=NOW + 300 * DAY)
        other = self.start(store, principal_id="8", **facts)
        lives = LIVES | {"keep_ended": 300 * DAY}
        assert store.prune(now=NOW + 2 * SESSION, **lives).entries == 1
        row = self.record(store, unmarked.id)
        assert (row.ended_at, row.ended_reason, row.ended_by) == (entry.at, "left", "cli:a")
        assert self.record(store, kept.id) == kept
        assert self.record(store, other.id) == other
        assert store.save_data(unmarked.id, {"a": 1}, ()) is False

    @pytest.mark.parametrize("what", [What.KEYS, What.GRANTS])
    def test_an_end_of_other_things_marks_no_session(self, store: Store, what: What) -> None:
        record = self.start(store, expires_at=NOW + 300 * DAY)
        self.entries(store, an_entry(what=what), self.newest())
        self.prune_all(store, NOW + 2 * SESSION)
        assert self.record(store, record.id) == record

    def test_nothing_ended_lives_after_any_pruning(self, store: Store, second: Store) -> None:
        """Whatever the clock says: hours early, or years late."""
        long = NOW + 10**4 * DAY
        for n, scope in enumerate(WIDE):
            self.put(store, str(n), tenant=f"t{n}")
            self.start(
                store,
                id=f"s{n}",
                principal_id=str(n),
                credential_id=str(n),
                client_id=str(n),
                expires_at=long,
            )
            target = "" if scope is Scope.EVERYTHING else f"t{n}" if scope is Scope.TENANT else str(n)
            self.append(store, scope, target)
        self.append(store, Scope.GRANT, "last")
        for now in (0, NOW, NOW + DAY, NOW + 2 * SESSION, NOW + 2000 * DAY):
            race([partial(self.prune_all, h, now, batch=2) for h in (store, second)])
            assert store.sessions(select(), now=NOW) == []
            rows = [found for n in range(len(WIDE)) if (found := second.facts(f"s{n}"))]
            assert all(found.ended_by is not None or found.record.ended_at is not None for found in rows)
        assert self.left(store) == [len(WIDE) + 1]

    @staticmethod
    def newest() -> LogEntry:
        """Keeps what comes before it from being the newest."""
        return an_entry(Scope.GRANT, "the newest", at=NOW + 10**5 * DAY)
