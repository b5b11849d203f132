"""Ways to break what signed tokens promise; part of the table."""

from __future__ import annotations

from tests.mutations.mutation import Mutation, Patch

TOKENS = (
    Mutation(
        "refresh child with a fresh issued_seq",
        (
            Patch(
                "rescind.stores.memory.unit",
                "replace(record, last_seen=family.rotated_at)",
                "replace(record, last_seen=family.rotated_at, issued_seq=self._tables.head.seq)",
            ),
        ),
        "tests/flows/test_refresh.py"
        "::test_the_child_is_issued_at_the_head_that_its_session_was_judged_by[memory]",
    ),
    Mutation(
        "a refresh token spent whatever the generation",
        (
            Patch(
                "rescind.stores.sqlalchemy.tokens",
                '        family.generation == param("expected"),\n',
                "",
            ),
        ),
        "tests/stores/sqlalchemy/test_tokens.py::test_a_generation_is_spent_once_whoever_judged_it",
    ),
    Mutation(
        "a tenant not asked about where memory knows the token",
        (
            Patch(
                "rescind.sessions.jwt.checks",
                "                if tenant is None or session.tenant == tenant:\n",
                "                if True:\n",
            ),
        ),
        "tests/sessions/jwt/test_checks.py"
        "::test_token_asked_for_by_another_tenant_is_refused_wherever_it_is_answered[memory]",
    ),
)
