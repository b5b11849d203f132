"""The drill against servers whose lag is known: it must see what is true, and nothing else."""

from __future__ import annotations

import asyncio

import msgspec
import pytest
from tests.drill.local_server import Call, LocalServer, Notes, Reply, plan

from rescind.drill.judge import Verdict
from rescind.drill.plan import Plan, WorkerName
from rescind.drill.record import Trial
from rescind.drill.report import exit_code, figures
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
@pytest.mark.parametrize("connections", [2, pytest.param(8, marks=pytest.mark.long)])
def test_the_measured_lag_is_the_true_lag(lag: float, connections: int) -> None:
    """The watch is long, so that a machine that stalls does not end it before the first refusal."""
    app = Notes(keeps=lambda call, since: since < lag)
    with LocalServer(app) as server:
        outcome = drill(plan(server.base, trials=2, connections=connections, watch=1.0))
    for number, trial in enumerate(trials(outcome), start=1):
        truth = app.truth[f"user-{number}"]
        assert truth.ended_at is not None
        true_lag = truth.accepted_at[-1] - truth.ended_at
        last = [asked for asked in trial.asked if asked.verdict is Verdict.ACCEPTED][-1]
        assert trial.lag is not None
        # one clock on both sides: the request left before it arrived, the answer arrived after it left
        assert trial.lag <= true_lag
        assert trial.lag >= true_lag - (last.ended - last.started) - trial.end_duration
        assert trial.accepted_after <= sum(at > trial.answered for at in truth.accepted_at)
        accepted = sum(asked.verdict is Verdict.ACCEPTED for asked in trial.asked)
        assert accepted == len(truth.accepted_at) - connections  # less the baseline
        assert not trial.still_accepted
        assert trial.resurrections == 0
    late = any(trial.accepted_after for trial in trials(outcome))  # on a slow machine the answer takes longer
    assert exit_code(outcome) == (1 if late else 0)
    assert figures(outcome.ends[0]).held is not late


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
    # Late enough for the end to be answered on a busy machine, and refusals to be seen after that.
    app = Notes(keeps=lambda call, since: 0.6 < since < 1.0)
    with LocalServer(app) as server:
        outcome = drill(plan(server.base, trials=1, watch=1.2))
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
    assert any(trial.accepted_after for trial in trials(outcome))
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
    app = Notes(keeps=lambda call, since: True)
    with LocalServer(app) as server:
        outcome = drill(plan(server.base, trials=1, rate=1, connections=4, watch=0.3))
    (trial,) = trials(outcome)
    alone = trial.stopped - trial.answered + 1  # what the pace alone, one a second, would have sent
    assert trial.accepted_after > alone + 1


def test_several_bases_are_all_asked() -> None:
    first, second = Notes(), Notes()
    second.truth = first.truth
    with LocalServer(first) as one, LocalServer(second) as two:
        outcome = drill(plan(one.base, two.base, trials=2))
    assert figures(outcome.ends[0]).held
    for app in (first, second):
        assert sum(call.path == "/sign-in" for call in app.calls) == 1
        assert sum(call.path == "/me" for call in app.calls) > 10


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
