"""The applications of ``bench.flask_app`` guard what they claim to guard, in one worker that is measured.

That of Flask-Session comes with the extra ``bench`` only; ``make bench`` asks the same of it, then measures.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from bench.app import Served, check_guard, cpu_seconds, serving, status_of
from bench.flask_app import GUARDED, KINDS, make_report
from bench.flask_served import KINDS as SERVED
from tests.bench.test_parts import well_formed

SLOW = [kind for kind in KINDS if kind != "Flask, @auth.require()" and "Flask-Session" not in kind]


@pytest.mark.parametrize(
    "kind", ["Flask, @auth.require()", *(pytest.param(kind, marks=pytest.mark.long) for kind in SLOW)]
)
def test_an_application_guards_what_it_claims_to(kind: str, tmp_path: Path) -> None:
    with serving(kind, tmp_path / "app", "bench.flask_served") as app:
        check_guard(app, GUARDED)
        assert len(os.sched_getaffinity(app.pid)) == 1
        before = cpu_seconds(app.pid)
        while cpu_seconds(app.pid) == before:  # the worker's, not that of the process that watches it
            assert status_of(app, app.token) == 200
    with pytest.raises(ConnectionRefusedError):
        status_of(app, None)


def test_every_kind_is_served() -> None:
    assert list(SERVED) == list(KINDS)


def test_the_report_compares_cpu_time(tmp_path: Path) -> None:
    apps = {kind: Served(kind, 1, 1, "t", tmp_path / "log") for kind in KINDS}
    for kind, app in apps.items():
        app.note(1000, 1000.0, 0.15 if "Flask-Session" in kind else 0.095)
    report = make_report(apps)
    well_formed(report, "flask")
    assert all(gate.held for gate in report.gates)
    apps["Flask, @auth.require()"].costs = [0.11 / 1000]
    assert [gate.held for gate in make_report(apps).gates] == [True, False, False]
