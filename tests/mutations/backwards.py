"""Ways to break what holds when a log goes backwards: a backup, or a standby that lacks the last commits."""

from __future__ import annotations

from tests.mutations.mutation import Mutation, Patch

BARRIER = "rescind.revocation.barrier"
TAKEOVER = "rescind.stores.sqlalchemy.postgres.takeover"

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
    Mutation(
        "a server that took over believed at once",
        (Patch(TAKEOVER, "        if self._now() < until:\n", "        if self._now() < 0:\n"),),
        "tests/stores/sqlalchemy/postgres/test_takeover.py"
        "::test_a_process_that_starts_then_lets_nobody_in_and_takes_revocations",
    ),
    Mutation(
        "a server that took over waited for by what its registry says alone",
        (Patch(TAKEOVER, "term = max(term, self._least)", "term = max(term, LEAST)"),),
        "tests/stores/sqlalchemy/postgres/test_takeover.py"
        "::test_a_registry_that_was_lost_is_waited_for_by_the_lease_of_this_process",
    ),
    Mutation(
        "a term since the commit, called a term of the server that took over",
        (Patch(BARRIER, "        if watched:\n", "        if True:\n"),),
        "tests/revocation/test_barrier.py::test_a_server_is_not_said_to_be_watched_before_a_term_of_its_own",
    ),
    Mutation(
        "a server that took over asked only before the read",
        (
            Patch(
                "rescind.stores.sqlalchemy.postgres.store",
                "        found = self._connections.checks.read(query.on_postgres, values)\n"
                "        self._takeover.require()\n        return found[0] if found else None\n\n"
                "    def ask",
                "        self._takeover.require()\n"
                "        found = self._connections.checks.read(query.on_postgres, values)\n"
                "        return found[0] if found else None\n\n    def ask",
            ),
        ),
        "tests/stores/sqlalchemy/postgres/test_takeover.py"
        "::test_what_a_process_had_in_memory_is_no_evidence_of_such_a_server",
    ),
    Mutation(
        "a view published from a server that took over",
        (
            Patch(
                "rescind.revocation.worker",
                "            if not renewal.watched:\n",
                "            if False:\n",
            ),
        ),
        "tests/stores/sqlalchemy/postgres/test_takeover.py::test_a_worker_reads_on_and_publishes_nothing",
    ),
)
