"""The rows of the table: which sessions are drilled, how often, and by which plan."""

from __future__ import annotations

from dataclasses import dataclass

from rescind.drill.plan import Capture, Copy, End, Match, Plan, Probe, Run, SignIn, Step, Target, WorkerName

TOGETHER = 20  # trials side by side, each with a person of its own
PROBES_PER_SECOND = 20.0  # of each trial
CONNECTIONS = 4  # of each trial
WATCH_SECONDS = 5.0
ANSWERS_WITHIN_SECONDS = 5.0  # a busy machine is slow, which is no refusal and no acceptance
OUR_TRIALS = 60
ORDINARY_TRIALS = 20


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of session. `key` is the first part of its paths and its name in the report."""

    key: str
    label: str
    cookie: str
    ours: bool
    trials: int
    watch: float = WATCH_SECONDS


OURS = (
    Row("rescind", "rescind · database", "__Host-rescind", ours=True, trials=OUR_TRIALS),
    Row("redis", "rescind · redis", "__Host-rescind", ours=True, trials=OUR_TRIALS),
    Row("jwt", "rescind · jwt", "__Host-rescind", ours=True, trials=OUR_TRIALS),
)
ORDINARY = (
    Row("database", "database, every request", "notes_database", ours=False, trials=ORDINARY_TRIALS),
    Row("cached", "database, 5 s cache", "notes_cached", ours=False, trials=ORDINARY_TRIALS),
    Row("token", "signed JWT, 15 min", "notes_token", ours=False, trials=ORDINARY_TRIALS),
)
ROWS = OURS + ORDINARY


def plan(row: Row, base: str) -> Plan:
    """The drill of one row: sign in, copy the cookie, sign out."""
    captures = {"receipt": Capture(json="/receipt"), "workers": Capture(json="/workers")} if row.ours else {}
    return Plan(
        target=Target(
            bases=(base,),
            rate=TOGETHER * PROBES_PER_SECOND,
            connections=CONNECTIONS,
            timeout=ANSWERS_WITHIN_SECONDS,
            worker=WorkerName(header="x-worker"),
        ),
        vars={"user": f"{row.key}-{{trial}}"},
        sign_in=SignIn(
            steps=(Step(post=f"/{row.key}/sign-in", json={"user": "{user}"}, expect=200),),
            copy=Copy(cookies=(row.cookie,)),
        ),
        probe=Probe(
            get=f"/{row.key}/note",
            accepted=Match(status=200, json={"/user": "{user}"}),
            refused=(Match(status=401),),
        ),
        end=(
            End(
                name=row.label,
                steps=(Step(post=f"/{row.key}/sign-out", capture=captures, expect=200),),
            ),
        ),
        run=Run(trials=row.trials, watch=row.watch),
    )
