"""The rows of the table: which sessions are drilled, how often, and by which plan."""

from __future__ import annotations

from dataclasses import dataclass

from rescind.demo.sites.peers import CACHE_SECONDS
from rescind.drill.plan import Capture, Copy, End, Match, Plan, Probe, Run, SignIn, Step, Target, WorkerName

PROBES_PER_SECOND = 10.0  # of each trial
CONNECTIONS = 4  # of each trial
WATCH_SECONDS = 3.0
CACHED_WATCH_SECONDS = CACHE_SECONDS + 1  # until it has forgotten, whatever the first answers said
ANSWERS_WITHIN_SECONDS = 10.0  # a busy machine is slow, which is no refusal and no acceptance
OUR_TRIALS = 60
ORDINARY_TRIALS = 20


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of session. `key` is the first part of its paths and its name in the report.

    `number` begins the ids of its people, and no other's. Of its trials so many run `together`, side by side.
    """

    key: str
    label: str
    cookie: str
    number: int
    ours: bool
    trials: int
    together: int
    watch: float = WATCH_SECONDS


def _ours(key: str, label: str, number: int) -> Row:
    return Row(key, label, "__Host-rescind", number, ours=True, trials=OUR_TRIALS, together=15)


def _ordinary(key: str, label: str, number: int, together: int = 5, watch: float = WATCH_SECONDS) -> Row:
    return Row(key, label, f"notes_{key}", number, False, ORDINARY_TRIALS, together, watch)


OURS = (
    _ours("rescind", "rescind · database", 31),
    _ours("redis", "rescind · redis", 32),
    _ours("jwt", "rescind · jwt", 33),
)
ORDINARY = (
    _ordinary("database", "database, every request", 34),
    _ordinary("cached", "database, 5 s cache", 35, together=ORDINARY_TRIALS, watch=CACHED_WATCH_SECONDS),
    _ordinary("token", "signed JWT, 15 min", 36),
)
ROWS = OURS + ORDINARY


def plan(row: Row, base: str) -> Plan:
    """The drill of one row: sign in, copy the cookie, sign out."""
    captures = {"receipt": Capture(json="/receipt"), "workers": Capture(json="/workers")} if row.ours else {}
    return Plan(
        target=Target(
            bases=(base,),
            rate=row.together * PROBES_PER_SECOND,
            connections=CONNECTIONS,
            timeout=ANSWERS_WITHIN_SECONDS,
            worker=WorkerName(header="x-worker"),
        ),
        vars={"user": f"{row.number}{{trial}}"},
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
