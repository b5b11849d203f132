"""Ways to break what Django's transactions and suites of tests are promised; part of the table."""

from __future__ import annotations

from tests.mutations.mutation import Mutation, Patch

TRANSACTIONS = "rescind.django.transactions"
SUITE = "tests/django/test_connection_store_suite.py"

DJANGO = (
    Mutation(
        "a rollback of Django's that nobody hears of",
        (Patch(TRANSACTIONS, "        done(False)\n", "        pass\n"),),
        "tests/django/test_store.py::test_a_rollback_leaves_nothing[sqlite-savepoint]",
    ),
    Mutation(
        "a connection that broke down in COMMIT taken for a rollback",
        (Patch(TRANSACTIONS, 'not getattr(driver, "closed", False)', "True"),),
        "tests/django/test_transactions.py::test_a_connection_that_breaks_down_tells_nothing",
    ),
    Mutation(
        "the block around a TestCase taken for the application's",
        (Patch(TRANSACTIONS, " if not block._from_testcase)", ")"),),
        "tests/django/test_transactions.py::test_blocks_of_a_test_case_do_not_count",
    ),
    Mutation(
        "a fast commit told before it survives a power cut",
        (Patch("rescind.django.store", "done if durable else", "done if True else"),),
        "tests/django/test_store.py::test_what_a_fast_connection_commits_is_made_durable_before_it_is_told",
    ),
    Mutation(
        "an end kept as final although a suite may roll it back",
        (Patch("rescind.sessions.opaque", " and not self._bound:", ":"),),
        f"{SUITE}::test_a_test_case_sees_its_own_writes_and_leaves_nothing[memory]",
    ),
    Mutation(
        "a number given again after a rollback taken for the same entry",
        (
            Patch(
                "rescind.django.connection_store",
                "self.facts(facts.record.id) == facts\n",
                "self.head() == facts.head\n",
            ),
        ),
        f"{SUITE}::test_numbers_that_a_rollback_gives_again_mean_nothing[memory]",
    ),
    Mutation(
        "visitors who wait for each other's units",
        (
            Patch(
                "rescind.stores.sqlalchemy.postgres.unit",
                "        if record.principal_id != NOBODY:\n",
                "        if True:\n",
            ),
        ),
        "tests/stores/sqlalchemy/postgres/test_unit.py::test_visitors_do_not_wait_for_each_others_units",
    ),
)
