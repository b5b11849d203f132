"""Who signs in, who ends it, what is copied, and whom the drill may ask."""

from __future__ import annotations

import threading

import msgspec
import pytest
from tests.drill.local_server import COPY_OF_TOKEN, Call, LocalServer, Notes, Reply, plan
from tests.drill.test_run import drill, trials

from rescind.drill.errors import ConsentNeeded, PlanError
from rescind.drill.plan import Actor, Capture, End, Env, Match, Plan, Step
from rescind.drill.report import exit_code, figures, report
from rescind.drill.run import Outcome


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
    assert sum(call.path == "/sign-out" for call in app.calls) == len(outcome.ends[0].trials)
    assert len(outcome.ends[0].trials) == 1


def drill_at_loopback(given: Plan) -> Outcome:
    """Runs with the host taken for somebody else's, although its address is this machine."""
    answers = iter([["127.0.0.1", "203.0.113.7"]])
    return drill(given, allow={"shop.example"}, resolver=lambda host, port: next(answers))


def test_hosts_of_others_are_asked_at_the_pace_from_the_first_probe_on() -> None:
    app = Notes()
    with LocalServer(app) as server:
        drill_at_loopback(plan(f"http://shop.example:{server.port}", trials=1, rate=50, watch=0.3))
    asked = [call.at for call in app.calls if call.path == "/me"]
    assert len(asked) > 15
    assert len(asked) <= (asked[-1] - asked[0]) * 50 + 2, "one without the copy, and the first with it"


def test_a_429_to_a_step_is_the_end_of_it_too() -> None:
    app = Notes()
    app.instead = lambda call: Reply(429) if call.path == "/sign-in" else None
    with LocalServer(app) as server:
        outcome = drill_at_loopback(plan(f"http://shop.example:{server.port}", trials=9))
        ours = drill(plan(server.base, trials=9))
    assert outcome.stopped == "shop.example answered 429: asked to slow down"
    assert ours.stopped is None
    assert len(app.calls) == 1 + len(ours.ends[0].faulted)


def test_values_of_the_owner_are_at_hand_where_an_actor_has_captured_the_same_name() -> None:
    app = Notes()
    asked: list[str] = []

    def instead(call: Call) -> Reply | None:
        if call.path.startswith("/end/"):
            asked.append(call.path)
            app.truth["user-1"].ended_at = call.at
            return Reply()
        return None

    app.instead = instead
    given = plan("http://127.0.0.1:1", trials=1)
    end = End(name="end", actor="admin", steps=(Step(post="/end/{owner.token}/{token}/{owner.user}/{user}"),))
    with LocalServer(app) as server:
        target = msgspec.structs.replace(given.target, bases=(server.base,))
        actors = {"admin": Actor(vars={"user": "root"})}
        outcome = drill(msgspec.structs.replace(given, target=target, end=(end,), actors=actors))
    assert figures(outcome.ends[0]).held
    assert asked == ["/end/t-user-1/t-root/user-1/user-1"]
