"""The drill against servers whose lag is known: it must see what is true, and nothing else."""

from __future__ import annotations

import asyncio
import threading

import msgspec
import pytest
from tests.drill.local_server import COPY_OF_TOKEN, Call, LocalServer, Notes, Reply, plan

from rescind.drill.errors import ConsentNeeded, PlanError
from rescind.drill.judge import Verdict
from rescind.drill.plan import Actor, Capture, End, Env, Match, Plan, Step, WorkerName
from rescind.drill.record import Trial
from rescind.drill.report import exit_code, figures, report
from rescind.drill.run import Outcome, run


def drill(given: Plan, **settings: object) -> Outcome:
    return asyncio.run(run(given, **settings))  # type: ignore[arg-type]


def with_worker_names(given: Plan) -> Plan:
    target = msgspec.structs.replace(given.target, worker=WorkerName(header="x-worker"))
    return msgspec.structs.replace(given, target=target)


def trials(outcome: Outcome) -> tuple[Trial, ...]:
    assert [fault.why for end in outcome.ends for fault in end.faulted] == []
    return outcome.ends[0].trials


def test_a_server_that_ends_at_once_holds() -> None:
    app = Notes()
    with LocalServer(app) as server:
        outcome = drill(plan(server.base, trials=5))
    seen = figures(outcome.ends[0])
    assert seen.void == ()
    assert (seen.trials, seen.accepted_after, seen.still_accepted_at_stop, seen.held) == (5, 0, 0, True)
    assert seen.probes_after > 100
    assert seen.lag is not None
    assert seen.lag["max"] <= 0
    assert exit_code(outcome) == 0
    for number, trial in enumerate(trials(outcome), start=1):
        truth = app.truth[f"user-{number}"]
        verdicts = [asked.verdict for asked in trial.asked]
        assert verdicts.count(Verdict.REFUSED) == len(truth.refused_at)
        # eight more, before the clock: the copy is shown to work on every connection
        assert verdicts.count(Verdict.ACCEPTED) == len(truth.accepted_at) - 8


@pytest.mark.parametrize("lag", [0.02, 0.25])
@pytest.mark.parametrize("connections", [2, 8])
def test_the_measured_lag_is_the_true_lag(lag: float, connections: int) -> None:
    app = Notes(keeps=lambda call, since: since < lag)
    with LocalServer(app) as server:
        outcome = drill(plan(server.base, trials=3, connections=connections))
    for number, trial in enumerate(trials(outcome), start=1):
        truth = app.truth[f"user-{number}"]
        assert truth.ended_at is not None
        true_lag = truth.accepted_at[-1] - truth.ended_at
        last = [asked for asked in trial.asked if asked.verdict is Verdict.ACCEPTED][-1]
        assert trial.lag is not None
        # one clock on both sides: the request left before it arrived, the answer arrived after it left
        assert trial.lag <= true_lag
        assert trial.lag >= true_lag - (last.ended - last.started) - trial.end_duration
        assert 0 < trial.accepted_after <= sum(at > trial.answered for at in truth.accepted_at)
        accepted = sum(asked.verdict is Verdict.ACCEPTED for asked in trial.asked)
        assert accepted == len(truth.accepted_at) - connections  # less the baseline
        assert not trial.still_accepted
        assert trial.resurrections == 0
    assert exit_code(outcome) == 1
    assert figures(outcome.ends[0]).held is False


def test_a_lag_inside_the_bound_holds_and_outside_does_not() -> None:
    app = Notes(keeps=lambda call, since: since < 0.1)
    with LocalServer(app) as server:
        generous = drill(plan(server.base, bound="5s"))
        strict = drill(plan(server.base, bound="20ms"))
    assert (exit_code(generous), exit_code(strict)) == (0, 1)


def test_a_copy_that_never_ends_is_still_accepted_at_the_stop() -> None:
    with LocalServer(Notes(keeps=lambda call, since: True)) as server:
        outcome = drill(plan(server.base, bound="1h"))
    seen = figures(outcome.ends[0])
    assert seen.still_accepted_at_stop == 2
    assert seen.accepted_after == seen.probes_after > 0
    assert (seen.held, exit_code(outcome)) == (False, 1)
    assert "still accepted" in seen.line()


def test_an_access_that_comes_back_is_a_resurrection() -> None:
    app = Notes(keeps=lambda call, since: 0.1 < since < 0.15)
    with LocalServer(app) as server:
        outcome = drill(plan(server.base, trials=1))
    (trial,) = trials(outcome)
    assert trial.resurrections == trial.accepted_after > 0
    assert trial.lag is not None
    assert trial.lag > 0.05
    assert exit_code(outcome) == 1


def test_one_late_worker_of_three_behind_one_port_is_found() -> None:
    app = Notes(keeps=lambda call, since: call.worker == 2 and since < 0.2, names_workers=True)
    with LocalServer(app, workers=3) as server:
        outcome = drill(with_worker_names(plan(server.base, trials=6)))
    seen = figures(outcome.ends[0])
    assert seen.told_apart
    assert set(seen.workers) == {"w0", "w1", "w2"}
    accepted = [
        asked for trial in trials(outcome) for asked in trial.after if asked.verdict is Verdict.ACCEPTED
    ]
    assert {asked.worker for asked in accepted} == {"w2"}
    assert all(trial.accepted_after for trial in trials(outcome))
    assert exit_code(outcome) == 1


def test_half_of_the_connections_reconnect_for_every_probe() -> None:
    app = Notes()
    with LocalServer(app) as server:
        outcome = drill(plan(server.base, trials=1, connections=4))
    (trial,) = trials(outcome)
    probes = [call for call in app.calls if call.path == "/me" and call.cookies][4:]  # without the baseline
    alone = [c for c in {call.connection for call in probes} if sum(p.connection == c for p in probes) == 1]
    assert len(alone) == sum(not asked.kept for asked in trial.asked)
    assert len(probes) / 3 < len(alone) < len(probes) * 2 / 3


def test_every_free_connection_asks_the_moment_the_end_is_answered() -> None:
    app = Notes(keeps=lambda call, since: since < 0.2)
    with LocalServer(app) as server:
        outcome = drill(plan(server.base, trials=2, rate=4, connections=4, watch=0.3))
    for trial in trials(outcome):
        assert trial.accepted_after >= 4, "the pace alone, 4 a second, would hardly see a lag of 200 ms"


def test_several_bases_are_all_asked() -> None:
    first, second = Notes(), Notes()
    second.truth = first.truth
    with LocalServer(first) as one, LocalServer(second) as two:
        outcome = drill(plan(one.base, two.base, trials=2))
    assert figures(outcome.ends[0]).held
    for app in (first, second):
        assert sum(call.path == "/sign-in" for call in app.calls) == 1
        assert sum(call.path == "/me" for call in app.calls) > 50


def test_probes_leave_at_their_pace_although_no_answer_comes() -> None:
    app = Notes()
    app.instead = lambda call: (
        Reply(200, {"user": "user-1"}, delay=0.3) if ended(call) and call.path == "/me" else None
    )

    def ended(call: Call) -> bool:
        return app.truth["user-1"].ended_at is not None if "user-1" in app.truth else False

    with LocalServer(app) as server:
        outcome = drill(plan(server.base, trials=1, rate=200, watch=0.4, connections=2))
    (trial,) = trials(outcome)
    early = [asked for asked in trial.after if asked.started - trial.answered < 0.25]
    assert len(early) > 10, "two connections that wait must not hold the others back"


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


def test_a_bearer_token_is_copied_and_sent_with_nothing_else() -> None:
    app = Notes()
    given = plan("http://127.0.0.1:1", trials=1, copy=COPY_OF_TOKEN)
    with LocalServer(app) as server:
        outcome = drill(
            msgspec.structs.replace(given, target=msgspec.structs.replace(given.target, bases=(server.base,)))
        )
    assert figures(outcome.ends[0]).held
    probes = [call for call in app.calls if call.path == "/me"]
    assert "authorization" not in probes[0].headers, "the first baseline goes without a credential"
    assert {call.headers["authorization"] for call in probes[1:]} == {"Bearer t-user-1"}
    assert not any(call.cookies for call in probes)
    assert {call.headers["user-agent"].partition("/")[0] for call in app.calls} == {"rescind-drill"}


def test_an_actor_ends_the_access_of_somebody_else_and_undoes_it() -> None:
    app = Notes()
    given = plan("http://127.0.0.1:1", trials=1, copy=COPY_OF_TOKEN)

    def instead(call: Call) -> Reply | None:
        if call.path.startswith("/admin/"):
            assert call.headers["authorization"] == "Bearer t-root"
            _, _, verb, who = call.path.split("/")
            if verb == "disable":
                app.truth[who].ended_at = call.at
            else:
                app.truth[who].ended_at = None
            return Reply(200, "done")
        return None

    app.instead = instead
    bearer = {"Authorization": "Bearer {token}"}
    end = End(
        name="disable",
        actor="admin",
        steps=(Step(post="/admin/disable/{user}", headers=bearer),),
        undo=(Step(post="/admin/enable/{user}", headers=bearer),),
    )
    with LocalServer(app) as server:
        target = msgspec.structs.replace(given.target, bases=(server.base,))
        actors = {"admin": Actor(vars={"user": "root"})}
        outcome = drill(msgspec.structs.replace(given, target=target, end=(end,), actors=actors))
    seen = figures(outcome.ends[0])
    assert (seen.trials, seen.accepted_after, seen.held) == (1, 0, True)
    assert app.truth["user-1"].ended_at is None
    assert [call.path for call in app.calls if "admin" in call.path] == [
        "/admin/disable/user-1",
        "/admin/enable/user-1",
    ]


def test_trials_side_by_side_share_the_rate() -> None:
    app = Notes()
    done: list[tuple[str, int, int]] = []
    with LocalServer(app) as server:
        outcome = drill(
            plan(server.base, trials=8, rate=200, watch=0.5, connections=2),
            together=4,
            progress=lambda end, done_now, of: done.append((end.name, done_now, of)),
        )
    assert done == [("sign out", number, 8) for number in range(1, 9)]
    assert [trial.number for trial in trials(outcome)] == list(range(1, 9))
    assert figures(outcome.ends[0]).held
    for trial in trials(outcome):
        assert len(trial.after) <= 0.55 * 200 / 4 + 4


def test_secrets_come_from_the_environment_and_appear_in_no_report() -> None:
    app = Notes()
    app.instead = lambda call: Reply(403, f"no: {call.form}") if call.path == "/sign-in" else None
    given = plan("http://127.0.0.1:1", trials=1)
    step = Step(
        post="/sign-in", form={"user": "{user}", "password": "{password}"}, capture={"x": Capture(json="/x")}
    )
    given = msgspec.structs.replace(
        given,
        vars={"user": "user-{trial}", "password": Env(env="DRILL_PASSWORD")},
        sign_in=msgspec.structs.replace(given.sign_in, steps=(step,)),
    )
    with pytest.raises(PlanError, match="DRILL_PASSWORD is not set"):
        drill(given, environ={})
    with LocalServer(app) as server:
        target = msgspec.structs.replace(given.target, bases=(server.base,))
        outcome = drill(
            msgspec.structs.replace(given, target=target), environ={"DRILL_PASSWORD": "plum-tractor-nine"}
        )
    assert "plum-tractor" not in str(report(outcome)) + repr(outcome)
    assert "***" in str(report(outcome))


def test_a_name_without_a_value_is_refused_before_the_first_request() -> None:
    app = Notes()
    with (
        LocalServer(app) as server,
        pytest.raises(PlanError, match=r"\{usr\} has no value; known here: .*user"),
    ):
        drill(plan(server.base, accepted=Match(status=200, json={"/user": "{usr}"})))
    assert app.calls == []


def test_hosts_of_others_need_consent_and_are_left_alone_after_the_first_429() -> None:
    app = Notes()
    refused_at: list[int] = []
    lock = threading.Lock()

    def instead(call: Call) -> Reply | None:
        with lock:
            if call.path == "/me" and len([c for c in app.calls if c.path == "/me"]) > 20:
                refused_at.append(len(app.calls))
                return Reply(429, "slow down")
        return None

    app.instead = instead
    with LocalServer(app) as server:
        base = f"http://shop.example:{server.port}"
        given = plan(base, trials=50, rate=50)
        with pytest.raises(ConsentNeeded, match=r"--i-may-test shop\.example"):
            drill(given, resolver=lambda host, port: ["203.0.113.7"])
        assert app.calls == []
        # allowed, and answered by the local server at that address
        outcome = drill_at_loopback(given)
    assert outcome.stopped is not None
    assert "429" in outcome.stopped
    assert exit_code(outcome) == 2
    assert len(refused_at) <= 2, "at most what was already on its way"
    assert len(outcome.ends[0].trials) == 1


def drill_at_loopback(given: Plan) -> Outcome:
    """Runs with the host taken for somebody else's, although its address is this machine."""
    answers = iter([["127.0.0.1", "203.0.113.7"]])
    return drill(given, allow={"shop.example"}, resolver=lambda host, port: next(answers))
