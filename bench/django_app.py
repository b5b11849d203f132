"""What ``request.user`` costs a Django site: one gunicorn worker, loaded by wrk, beside its own sessions.

Measured as ``bench.flask_app`` measures, on PostgreSQL and on SQLite: what is compared is the CPU time of the
worker for one request. What PostgreSQL does for it is another process's and is not counted, so that a query
which is not made counts for less than it saves. No site may have written anything when it was only read.
"""

from __future__ import annotations

import os

from tests.postgres import running

from bench.app import Served, answer_of, busy_note, loaded
from bench.gate import BenchFailed, Gate, Report, Row

KINDS = (
    "PostgreSQL, unprotected",
    "PostgreSQL, request.user, django.contrib.sessions",
    "PostgreSQL, request.user, the same in a cache",
    "PostgreSQL, request.user, rescind",
    "PostgreSQL, request.user, rescind, facts",
    "PostgreSQL, a visitor's basket, django.contrib.sessions",
    "PostgreSQL, a visitor's basket, rescind",
    "SQLite, unprotected",
    "SQLite, request.user, the least that says who",
    "SQLite, request.user, django.contrib.sessions",
    "SQLite, request.user, rescind",
    "SQLite, request.user, rescind, facts",
)
PLACES = ("PostgreSQL", "SQLite")
GUARDED = tuple(kind for kind in KINDS if "unprotected" not in kind)


def run(rounds: int = 12, seconds: int = 2) -> Report:
    """See the gates for what must hold.

    Args:
        rounds: how often each site is loaded.
        seconds: how long each time.

    Raises:
        BenchFailed: no wrk, one CPU only, a site that answered anything but 200, or one that has written.
    """
    with running() as server:
        os.environ["POSTGRES"] = server.conninfo("postgres")
        return make_report(
            loaded(KINDS, "bench.django_served", GUARDED, rounds, seconds, state=what_is_written)
        )


def what_is_written(app: Served) -> str:
    """A digest of the site's database.

    Raises:
        BenchFailed: it told none.
    """
    status, digest = answer_of(app, "/written")
    if status != 200:
        raise BenchFailed(f"{app.kind!r} answered {status} to /written")
    return digest


def make_report(apps: dict[str, Served]) -> Report:
    def capacity(one: str, other: str) -> float:
        return apps[other].cost / apps[one].cost

    rows = [Row(app.kind, f"{app.rate:,.0f} req/s", app.rate) for app in apps.values()]
    rows += [
        Row(f"CPU a request: {kind}", f"{app.cost * 1e6:.1f} us", app.cost) for kind, app in apps.items()
    ]
    rows += [
        Row(name, f"{value:.2f}", value)
        for name, value in (
            (
                "SQLite, request.user, the least that says who, of unprotected",
                capacity("SQLite, request.user, the least that says who", "SQLite, unprotected"),
            ),
            (
                "PostgreSQL, a visitor's basket: rescind, times django.contrib.sessions",
                capacity(
                    "PostgreSQL, a visitor's basket, rescind",
                    "PostgreSQL, a visitor's basket, django.contrib.sessions",
                ),
            ),
        )
    ]
    gates = [
        Gate(
            f"request.user on {place}, times django.contrib.sessions",
            capacity(
                f"{place}, request.user, rescind",
                f"{place}, request.user, django.contrib.sessions",
            ),
            at_least=1.25,
        )
        for place in PLACES
    ]
    for place in PLACES:
        facts = f"{place}, request.user, rescind, facts"
        stock, nobody = f"{place}, request.user, django.contrib.sessions", f"{place}, unprotected"
        gates += [
            Gate(f"facts on {place}, times django.contrib.sessions", capacity(facts, stock), at_least=3),
            Gate(f"facts on {place}, of unprotected", capacity(facts, nobody), at_least=0.85),
        ]
    return Report("django", rows, gates, [*busy_note(apps)])
