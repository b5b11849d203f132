"""Ways to break what holds where Redis has the sessions and SQL the log; see ``table``."""

from __future__ import annotations

from tests.mutations.mutation import Mutation, Patch

STORE = "rescind.stores.contents.store"
TABLES = "rescind.stores.contents.tables"
BEGINNING = "rescind.stores.contents.beginning"
PRUNE = "rescind.stores.contents.prune"
TESTS = "tests/stores/contents"

CONTENTS = (
    Mutation(
        "a tombstone that gives way to what Redis says",
        (
            Patch(
                TABLES,
                "known |= self._many.tombstones(some)",
                "known = self._many.tombstones(some) | known",
            ),
        ),
        f"{TESTS}/test_unit.py::test_an_end_is_one_even_if_redis_is_never_told",
    ),
    Mutation(
        "a session ended in Redis alone",
        (Patch("rescind.stores.contents.tables", "            self._bury(record)\n", "            pass\n"),),
        f"{TESTS}/test_unit.py::test_what_redis_brings_back_stays_ended",
    ),
    Mutation(
        "a session whose contents failed handed out",
        (Patch(STORE, "            if unit.opened or unit.saved:\n", "            if unit.saved:\n"),),
        f"{TESTS}/test_unit.py::test_a_flush_between_the_two_commits_opens_nothing",
    ),
    Mutation(
        "a caller's transaction that does not wait for a rotation between its commits",
        (Patch("rescind.stores.contents.unit", "            self._settle()\n", "            pass\n"),),
        f"{TESTS}/test_unit.py::test_ended_in_the_callers_transaction_while_it_is_being_rotated",
    ),
    Mutation(
        "a keeper that does not look at the marker",
        (
            Patch(
                STORE,
                "birth = self._beginning.ensure(renewal.head)",
                "birth = with_contents(renewal.head, self.number(renewal.head)).birth",
            ),
        ),
        f"{TESTS}/test_beginning.py::test_a_flush_is_noticed_from_memory_within_a_lease_and_ends_everybody",
    ),
    Mutation(
        "a loss of contents that the log is not told",
        (Patch(BEGINNING, "entry = self._end(unit, birth, number)", "entry = None"),),
        f"{TESTS}/test_beginning.py::test_what_was_before_a_flush_stays_over_when_a_replica_brings_it_back",
    ),
    Mutation(
        "two logs in one place",
        (Patch(BEGINNING, "marker.owner in (None, self.owner())", "marker.owner != ''"),),
        f"{TESTS}/test_beginning.py::test_another_database_does_not_take_the_place",
    ),
    Mutation(
        "a wide end forgotten by who cannot see its sessions",
        (Patch("rescind.stores.sqlalchemy.store", 'times["session"] = BEFORE_TIME', "pass"),),
        f"{TESTS}/test_prune.py::test_a_wide_end_is_forgotten_only_when_every_session_is_marked",
    ),
    Mutation(
        "a tombstone forgotten before its session is over",
        (
            Patch(
                "rescind.stores.sqlalchemy.prune",
                'where(column <= param("before"), not_(STAYS))',
                'where(column <= param("before"))',
            ),
        ),
        f"{TESTS}/test_prune.py::test_the_database_alone_leaves_what_redis_may_bring_back",
    ),
    Mutation(
        "an outage of Redis that keeps access from being ended",
        (Patch(STORE, '"log_apart": True', '"log_apart": False'),),
        f"{TESTS}/test_store.py::test_while_redis_stands_still_access_is_ended_soon_and_for_good",
    ),
    Mutation(
        "a wide end forgotten when a part of what it ends is marked",
        (Patch(PRUNE, "        return limit\n\n    def _mark", "        return marked\n\n    def _mark"),),
        f"{TESTS}/test_prune.py::test_very_many_are_marked_a_batch_at_a_time",
    ),
    Mutation(
        "marks that were rolled back taken for made",
        (Patch(PRUNE, "self.come_to = dict(come_to)", "self.come_to = come_to"),),
        f"{TESTS}/test_prune.py::test_a_batch_that_came_to_nothing_is_made_again",
    ),
)
