"""Ways to break what holds while the authority is away; see ``table``."""

from __future__ import annotations

from tests.mutations.mutation import Mutation, Patch

ASKING = "rescind.sessions.asking"
FLIGHTS = "rescind.revocation.flights"
MEMORY = "rescind.sessions.memory"

OUTAGES = (
    Mutation(
        "a read that began before a check answers it",
        (
            Patch(FLIGHTS, "                self._next.pop(flight.key, None)\n", ""),
            Patch(
                FLIGHTS,
                "            following = self._next.get(flight.key)\n",
                "            following = self._next.pop(flight.key, None) and None\n",
            ),
        ),
        "tests/revocation/test_flights.py::test_a_read_under_way_answers_nobody_who_came_later",
    ),
    Mutation(
        "memory believed past t",
        (Patch(MEMORY, "not view.birth or age >= within:", "not view.birth:"),),
        "tests/sessions/test_memory.py::test_never_past_t_since_the_log_was_read",
    ),
    Mutation(
        "t counted from the end of the lease",
        (
            Patch(
                "rescind.revocation.worker",
                "        return view.deadline - TRUST * self.lease\n",
                "        return view.deadline\n",
            ),
        ),
        "tests/sessions/test_memory.py::test_counted_from_before_the_read_and_not_from_the_end_of_the_lease",
    ),
    Mutation(
        "stale memory while the authority answers",
        (Patch(MEMORY, "if not self._outage.open or worker.forked() or", "if worker.forked() or"),),
        "tests/sessions/test_memory.py"
        "::test_memory_answers_while_the_authority_is_away_and_says_how_old_it_is",
    ),
    Mutation(
        "stale memory that does not look at the index",
        (Patch(MEMORY, "if self._must_be_read(found, view, now - age, at) or", "if"),),
        "tests/sessions/test_memory.py::test_what_memory_has_learnt_since_refuses",
    ),
    Mutation(
        "a deadline for each read and not for the check",
        (
            Patch(
                ASKING,
                "self._go_on(steps, self._wait(flight.done, until))",
                "self._go_on(steps, self._wait(flight.done, self._now() + self.within))",
            ),
        ),
        "tests/sessions/test_asking.py::test_many_reads_in_turn_are_no_way_around_it",
    ),
    Mutation(
        "a breaker that nobody asks",
        (Patch(ASKING, "        if self._bound or not outage.refuses:\n", "        if True:\n"),),
        "tests/sessions/test_asking.py::test_while_the_authority_is_away_nobody_waits_and_one_probe_goes",
    ),
)
