"""Ways to break what holds when a log goes backwards: a backup, or a standby that lacks the last commits."""

from __future__ import annotations

from tests.mutations.mutation import Mutation, Patch

BARRIER = "rescind.revocation.barrier"

BACKWARDS = (
    Mutation(
        "a worker that forgets with its view how far it has read",
        (
            Patch(
                "rescind.revocation.worker",
                '        self._id = ""\n        return False\n',
                '        self._id = ""\n        self._place = NOWHERE\n        return False\n',
            ),
        ),
        "tests/revocation/test_worker_history.py::test_without_a_view_it_still_knows_how_far_it_had_read",
    ),
    Mutation(
        "a receipt that is final although its entry was lost",
        (Patch(BARRIER, " and self._is_watched() and self._stands()", " and self._is_watched()"),),
        "tests/revocation/test_barrier.py::test_an_entry_whose_number_another_has_is_lost",
    ),
    Mutation(
        "an entry that is looked for by its number alone",
        (
            Patch(
                "rescind.stores.kept",
                "return there is None or entry_id is None or there == entry_id",
                "return there is None or entry_id is None or there != ''",
            ),
        ),
        "tests/revocation/test_barrier.py::test_an_entry_whose_number_another_has_is_lost",
    ),
    Mutation(
        "a new birth that nobody waits for",
        (Patch(BARRIER, "self._new_log_since = self._clock.lease()", "self._new_log_since = float('-inf')"),),
        "tests/revocation/test_barrier.py::test_a_new_log_is_waited_for_by_a_term_of_its_own",
    ),
)
