"""What guarding costs a Flask application: one gunicorn worker, loaded by wrk, beside what people use today.

Measured as ``bench.app`` measures: the servers on one CPU and wrk on another, one loaded at a time, and what
is compared is the CPU time of the worker for one request. The work that Redis does for the peer whose
sessions are there is another process's, and is not counted.
"""

from __future__ import annotations

import os

from tests.redis_server import Server

from bench.app import Served, busy_note, loaded
from bench.gate import Gate, Report, Row

OPEN = ("Flask, unprotected", "Flask, rescind installed")
GUARDED = (
    "Flask, the least guard",
    "Flask, @auth.require()",
    "Flask, @auth.require(strict=True)",
    "Flask's signed cookie",
    "Flask-Session on Redis",
)
"""These let in whoever has the cookie and nobody else; see ``bench.app.check_guard``."""
KINDS = OPEN + GUARDED


def run(rounds: int = 20, seconds: int = 2) -> Report:
    """See the gates for what must hold.

    Args:
        rounds: how often each application is loaded.
        seconds: how long each time.

    Raises:
        BenchFailed: no wrk, one CPU only, or an application that answered anything but 200.
    """
    with Server("redis") as redis:
        os.environ["REDIS_URL"] = redis.url
        return make_report(loaded(KINDS, "bench.flask_served", GUARDED, rounds, seconds))


def make_report(apps: dict[str, Served]) -> Report:
    def capacity(one: str, other: str) -> float:
        return apps[other].cost / apps[one].cost

    ours, unprotected, installed = "Flask, @auth.require()", *OPEN

    rows = [Row(app.kind, f"{app.rate:,.0f} req/s", app.rate) for app in apps.values()]
    rows += [
        Row(f"CPU a request: {kind}", f"{app.cost * 1e6:.1f} us", app.cost) for kind, app in apps.items()
    ]
    beside = (
        ("@auth.require(), of a view where rescind is not installed", capacity(ours, unprotected)),
        ("the least guard, of the same", capacity("Flask, the least guard", unprotected)),
        ("a view that asks nothing, times Flask-Session", capacity(unprotected, "Flask-Session on Redis")),
    )
    rows += [Row(name, f"{value:.2f}", value) for name, value in beside]
    gates = [  # why these: ADR 0022
        Gate("installed, of unprotected", capacity(installed, unprotected), at_least=0.85),
        Gate("@auth.require(), of a view beside it", capacity(ours, installed), at_least=0.9),
        Gate("@auth.require(), times Flask-Session", capacity(ours, "Flask-Session on Redis"), at_least=1.4),
    ]
    return Report("flask", rows, gates, [*busy_note(apps)])
