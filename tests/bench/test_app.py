"""The applications of ``bench.app`` guard what they claim to guard, and wrk is read rightly.

The two of fastapi-users come with the extra ``bench`` only; ``make bench`` asks the same of them before it
measures.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from bench.app import (
    GUARDED,
    KINDS,
    Served,
    check_guard,
    cpu_seconds,
    find_wrk,
    make_report,
    read_wrk,
    serving,
    status_of,
)
from bench.gate import BenchFailed
from bench.served import KINDS as SERVED
from tests.bench.test_parts import well_formed

OURS_AND_PLAIN = [kind for kind in KINDS if not kind.startswith("fastapi-users")]
OUT = """Running 1s test @ http://127.0.0.1:1/
  1 threads and 16 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency    20.94ms   22.45ms 201.26ms   94.13%
    Req/Sec     0.91k   320.46     1.33k    80.00%
  1000 requests in 1.01s, 1.00MB read
Requests/sec:    990.50
Transfer/sec:      1.00MB
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving("rescind, require()", tmp_path_factory.mktemp("served") / "app") as app:
        yield app


@pytest.fixture
def served(server: Served) -> Served:
    return replace(server, rates=[], costs=[], shares=[])


def test_a_guard_is_a_guard(served: Served) -> None:
    check_guard(served)


@pytest.mark.long
@pytest.mark.parametrize("kind", OURS_AND_PLAIN)
def test_an_application_guards_what_it_claims_to(kind: str, tmp_path: Path) -> None:
    with serving(kind, tmp_path / "app") as app:
        check_guard(app)
        assert len(os.sched_getaffinity(app.pid)) == 1
    assert len(os.sched_getaffinity(0)) >= 1
    with pytest.raises(ConnectionRefusedError):
        status_of(app, None)


def test_every_kind_is_served() -> None:
    assert list(SERVED) == list(KINDS)


def test_one_that_lets_everybody_in_is_found(served: Served) -> None:
    served.kind = "unprotected"
    with pytest.raises(BenchFailed, match="answered 401 to no token, not 200"):
        check_guard(served)
    served.kind, served.token = GUARDED[0], "wrong"
    with pytest.raises(BenchFailed, match="refused its own token"):
        check_guard(served)


@pytest.mark.long
def test_one_that_does_not_start_says_why(tmp_path: Path) -> None:
    with (
        pytest.raises(BenchFailed, match=r"(?s)'no such kind' did not start.*KeyError"),
        serving("no such kind", tmp_path / "app"),
    ):
        pass


def test_the_affinity_of_this_process_is_as_before(served: Served) -> None:
    before = os.sched_getaffinity(0)
    assert os.sched_getaffinity(served.pid) <= before
    assert os.sched_getaffinity(0) == before


def test_the_cpu_time_of_a_server_grows_with_requests(served: Served) -> None:
    before = cpu_seconds(served.pid)
    assert before > 0, "it has started, which takes more than a hundredth of a second"
    while cpu_seconds(served.pid) == before:
        assert status_of(served, served.token) == 200


def a_served(tmp_path: Path) -> Served:
    log = tmp_path / "log"
    log.write_text("the log of it")
    return Served("rescind, require()", 1, 1, "t", log)


def test_what_wrk_says_is_read(tmp_path: Path) -> None:
    assert read_wrk(a_served(tmp_path), OUT) == (1000, 990.5)


@pytest.mark.parametrize(
    "out",
    [
        "",
        OUT + "  Non-2xx or 3xx responses: 1\n",
        OUT + "  Socket errors: connect 0, read 1, write 0, timeout 0\n",
        OUT.replace("1000 requests", "0 requests"),
    ],
)
def test_an_answer_that_was_not_proper_counts_for_nothing(out: str, tmp_path: Path) -> None:
    with pytest.raises(BenchFailed, match=r"(?s)did not answer properly.*the log of it"):
        read_wrk(a_served(tmp_path), out)


def test_without_wrk_the_line_to_install_it_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("bench.app.LOAD_CPU", 0)
    with pytest.raises(BenchFailed, match="sudo apt-get install -y wrk"):
        find_wrk()


def made(tmp_path: Path, cpu: float) -> dict[str, Served]:
    """All kinds with one round each; ``cpu`` seconds for 1000 requests, ten times that for fastapi-users."""
    apps = {kind: a_served(tmp_path) for kind in KINDS}
    for kind, app in apps.items():
        app.kind = kind
        app.note(1000, 1000.0, cpu * (10 if kind.startswith("fastapi-users") else 1))
    return apps


def test_the_report_compares_cpu_time(tmp_path: Path) -> None:
    report = make_report(made(tmp_path, 0.095))
    well_formed(report, "app")
    assert all(gate.held for gate in report.gates)
    apps = made(tmp_path, 0.095)
    apps["rescind, require()"].costs = [0.095 / 1000 / 0.89]
    assert [gate.held for gate in make_report(apps).gates] == [True, False, True, True]


def test_a_busy_machine_is_told(tmp_path: Path) -> None:
    assert make_report(made(tmp_path, 0.95)).notes == []
    assert "as little as 50% of its CPU" in make_report(made(tmp_path, 0.5)).notes[0]
