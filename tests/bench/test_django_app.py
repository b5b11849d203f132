"""The sites of ``bench.django_app`` ask whom they claim to ask, and one that only reads writes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench.app import Served, answer_of, check_guard, serving, status_of
from bench.django_app import GUARDED, KINDS, PLACES, make_report, what_is_written
from bench.django_served import KINDS as SERVED
from tests.bench.test_parts import well_formed
from tests.postgres import running


def asked_and_unchanged(kind: str, folder: Path) -> None:
    with serving(kind, folder, "bench.django_served") as app:
        check_guard(app, GUARDED)
        before = what_is_written(app)
        assert [status_of(app, app.token) for _ in range(20)] == [200] * 20
        assert what_is_written(app) == before
        assert answer_of(app, "/unknown")[0] == 404


@pytest.mark.long
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.startswith("SQLite")])
def test_a_site_on_sqlite_asks_whom_it_claims_to(kind: str, tmp_path: Path) -> None:
    asked_and_unchanged(kind, tmp_path / "site")


@pytest.mark.long
def test_sites_on_postgresql_ask_whom_they_claim_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with running() as server:
        monkeypatch.setenv("POSTGRES", server.conninfo("postgres"))
        for n, kind in enumerate(kind for kind in KINDS if kind.startswith("PostgreSQL")):
            asked_and_unchanged(kind, tmp_path / str(n))


def test_every_kind_is_served() -> None:
    assert list(SERVED) == list(KINDS)


def test_the_report_compares_cpu_time(tmp_path: Path) -> None:
    apps = {kind: Served(kind, 1, 1, "t", tmp_path / "log") for kind in KINDS}
    for kind, app in apps.items():
        app.note(1000, 1000.0, 0.4 if "facts" in kind else 0.9 if "rescind" in kind else 1.5)
    for place in PLACES:
        apps[f"{place}, unprotected"].costs = [0.35 / 1000]
    report = make_report(apps)
    well_formed(report, "django")
    assert all(gate.held for gate in report.gates)
    apps["SQLite, request.user, rescind"].costs = [1.3 / 1000]
    apps["PostgreSQL, request.user, rescind, facts"].costs = [0.45 / 1000]
    assert [gate.held for gate in make_report(apps).gates] == [True, False, True, False, True, True]
