"""A trial leaves the application as it found it, and takes no machine that stood still for an answer."""

from __future__ import annotations

import asyncio
import os
import signal
from time import sleep

import msgspec
import pytest
from tests.drill.local_server import Call, LocalServer, Notes, Reply, plan
from tests.drill.test_run import drill, trials

from rescind.drill.plan import Plan, Step
from rescind.drill.report import exit_code
from rescind.drill.run import HOPELESS, Outcome, run


def with_undo(given: Plan, *more: Step) -> Plan:
    """`/undo` after each trial; `more` steps of the end, after its first."""
    end = msgspec.structs.replace(
        given.end[0], undo=(Step(post="/undo"),), steps=(*given.end[0].steps, *more)
    )
    return msgspec.structs.replace(given, end=(end,))


def undoing(status: int = 200) -> Notes:
    app = Notes()
    app.instead = lambda call: Reply(status, "nobody") if call.path == "/undo" else None
    return app


def undone(app: Notes) -> int:
    return sum(call.path == "/undo" for call in app.calls)


def test_what_was_ended_is_undone_also_when_a_later_step_fails() -> None:
    app = undoing()
    with LocalServer(app) as server:
        outcome = drill(with_undo(plan(server.base, trials=1), Step(post="/more", expect=299)))
    assert "/more answered" in outcome.ends[0].faulted[0].why
    assert undone(app) == 1


def test_what_was_not_begun_is_not_undone() -> None:
    app = undoing()
    app.keeps = lambda call, since: True
    with LocalServer(app) as server:
        given = plan(server.base, trials=1)
        probe = msgspec.structs.replace(given.probe, get="/undo")  # answered to anybody
        drill(with_undo(msgspec.structs.replace(given, probe=probe)))
    assert {call.method for call in app.calls if call.path == "/undo"} == {"GET"}


def test_an_undo_that_fails_stops_the_run_and_says_so() -> None:
    app = undoing(500)
    with LocalServer(app) as server:
        outcome = drill(with_undo(plan(server.base, trials=5)))
    assert outcome.stopped is not None
    assert (
        "undo of 'sign out' failed in trial 1, see to it by hand: POST /undo answered 500" in outcome.stopped
    )
    assert undone(app) == 1
    assert exit_code(outcome) == 2


def test_ctrl_c_undoes_what_was_ended() -> None:
    app = undoing()

    def interrupt(call: Call) -> Reply | None:
        if call.path == "/sign-out":
            os.kill(os.getpid(), signal.SIGINT)
        return Reply() if call.path == "/undo" else None

    app.instead = interrupt
    with LocalServer(app) as server, pytest.raises(KeyboardInterrupt):
        drill(with_undo(plan(server.base, trials=3)))
    assert undone(app) == 1
    assert sum(call.path == "/sign-in" for call in app.calls) == 1


def test_no_more_trials_when_the_first_ones_cannot_begin() -> None:
    """A wrong password a hundred times would lock the account."""
    app = Notes()
    app.instead = lambda call: Reply(403, "wrong") if call.path == "/sign-in" else None
    with LocalServer(app) as server:
        outcome = drill(plan(server.base, trials=50))
    assert len(outcome.ends[0].faulted) == len(app.calls) == HOPELESS
    assert exit_code(outcome) == 2


def test_one_that_succeeded_keeps_the_others_going() -> None:
    app = Notes()
    app.instead = lambda call: (
        Reply(403) if call.path == "/sign-in" and call.form["user"] != "user-2" else None
    )
    with LocalServer(app) as server:
        outcome = drill(plan(server.base, trials=6, watch=0.1))
    assert (len(outcome.ends[0].trials), len(outcome.ends[0].faulted)) == (1, 5)


def test_a_drill_that_stood_still_is_not_a_copy_that_still_works() -> None:
    """The loop is blocked for longer than the watch, just after the answer: nothing was tried meanwhile."""
    app = Notes(keeps=lambda call, since: since < 0.02)
    loops: list[asyncio.AbstractEventLoop] = []

    def block(call: Call) -> None:
        if call.path == "/sign-out":
            loops[0].call_soon_threadsafe(loops[0].call_later, 0.005, sleep, 0.5)

    app.instead = block

    async def drilled(given: Plan) -> Outcome:
        loops.append(asyncio.get_running_loop())
        return await run(given)

    with LocalServer(app) as server:
        outcome = asyncio.run(drilled(plan(server.base, trials=1, watch=0.2)))
    (trial,) = trials(outcome)
    assert not trial.still_accepted
    assert trial.resolution is not None and trial.resolution > 0.4, "the report says how little was seen"
