"""Answers that decide nothing, and trials that therefore prove nothing."""

from __future__ import annotations

from tests.drill.local_server import Call, LocalServer, Notes, Reply, plan
from tests.drill.test_run import drill, trials

from rescind.drill.plan import Match
from rescind.drill.report import exit_code, figures, report


def test_a_login_page_with_200_is_not_an_acceptance() -> None:
    app = Notes()
    app.instead = lambda call: (
        Reply(200, "<h1>Please sign in, user-1</h1>")
        if call.path == "/me" and (not call.cookies or app.truth["user-1"].ended_at is not None)
        else None
    )
    page = Match(status=200, body="Please sign in")
    with LocalServer(app) as server:
        outcome = drill(plan(server.base, trials=1, refused=(page,)))
    seen = figures(outcome.ends[0])
    assert (seen.trials, seen.accepted_after, seen.undecided, seen.held) == (1, 0, 0, True)


def test_a_page_that_needs_no_credential_is_found_before_the_clock_starts() -> None:
    app = Notes()
    app.instead = lambda call: Reply(200, {"user": "user-1"}) if call.path == "/me" else None
    with LocalServer(app) as server:
        outcome = drill(plan(server.base, trials=1))
    (fault,) = outcome.ends[0].faulted
    assert fault.why == "without any credential the probe was not refused: accepted (200)"
    assert exit_code(outcome) == 2
    assert not any(call.path == "/sign-out" for call in app.calls)


def test_a_copy_that_does_not_work_is_found_before_the_clock_starts() -> None:
    app = Notes()
    app.instead = lambda call: Reply(401) if call.path == "/me" else None
    with LocalServer(app) as server:
        outcome = drill(plan(server.base, trials=1))
    (fault,) = outcome.ends[0].faulted
    assert fault.why == "the copy does not work before the end: refused (401)"
    assert exit_code(outcome) == 2
    assert report(outcome)["held"] is False


def flapping(every: int) -> Notes:
    """A server that answers every n-th probe of an ended session with 503 instead of refusing it."""
    app = Notes()
    counted = iter(range(1, 1_000_000))

    def instead(call: Call) -> Reply | None:
        who = call.cookies.get("sid", "").removeprefix("s-")
        after = call.path == "/me" and who in app.truth and app.truth[who].ended_at is not None
        return Reply(503, "try again") if after and next(counted) % every == 0 else None

    app.instead = instead
    return app


def test_a_flapping_server_makes_trials_void_and_never_counts_as_refusing() -> None:
    with LocalServer(flapping(20)) as server:
        outcome = drill(plan(server.base, trials=2))
    seen = figures(outcome.ends[0])
    assert seen.trials == 0
    assert len(seen.void) == 2
    assert "undecided (503)" in seen.void[0]
    assert 0 < seen.undecided < 0.1 * seen.probes
    assert (seen.held, exit_code(outcome)) == (False, 2)


def test_more_than_a_tenth_undecided_measures_nothing() -> None:
    app = flapping(4)
    with LocalServer(app) as server:
        outcome = drill(plan(server.base, trials=2))
    assert figures(outcome.ends[0]).unusable
    assert exit_code(outcome) == 2


def test_an_acceptance_in_a_void_trial_still_breaks_the_bound() -> None:
    app = flapping(10)
    app.keeps = lambda call, since: since < 0.1
    with LocalServer(app) as server:
        outcome = drill(plan(server.base, trials=2))
    seen = figures(outcome.ends[0])
    assert seen.trials == 0
    assert seen.accepted_after > 0
    assert exit_code(outcome) == 1


def test_a_server_that_stays_silent_is_undecided() -> None:
    app = Notes()
    app.instead = lambda call: (
        Reply(drop=True, delay=1.0)
        if call.path == "/me" and "user-1" in app.truth and app.truth["user-1"].ended_at
        else None
    )
    with LocalServer(app) as server:
        outcome = drill(plan(server.base, trials=1, timeout=0.1, rate=100))
    (trial,) = trials(outcome)
    assert {asked.why for asked in trial.after} == {"timeout"}
    assert trial.accepted_after == 0
    assert exit_code(outcome) == 2


def test_a_step_that_fails_makes_the_trial_void_and_says_why() -> None:
    app = Notes()
    app.instead = lambda call: (
        Reply(500, "Traceback: t-user-1\nsecond line") if call.path == "/sign-out" else None
    )
    with LocalServer(app) as server:
        outcome = drill(plan(server.base, trials=1))
    (fault,) = outcome.ends[0].faulted
    assert fault.why == "POST /sign-out answered 500, expected 200: Traceback: ***"
    assert exit_code(outcome) == 2
