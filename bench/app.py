"""What guarding costs a whole application: one uvicorn worker, loaded by wrk, beside what people use today.

The servers are pinned to one CPU and wrk to another. All run for the whole time, one is loaded at a time,
every round visits all of them in a new random order, and the medians over the rounds are compared.

What is compared is the *capacity*: requests per second of CPU time that the server used. That is the rate of
a worker that has its CPU for itself, as it should have here; where other programs use that CPU too, the
measured rate says more about them. Both are printed.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path

from bench.gate import BenchFailed, Gate, Report, Row

SERVER_CPU, LOAD_CPU = 0, 1
CONNECTIONS = 16
WARM_UP = 1
"""Seconds of load before anything is measured."""
SATURATED = 0.9
"""A single-threaded server under full load uses at least this share of its CPU."""
OPEN = (
    "unprotected",
    "rescind, middleware only",
    "empty async dependency",
    "rescind, empty async dependency",
)
GUARDED = (
    "rescind, require()",
    "rescind, require(strict=True)",
    "PyJWT HS256 dependency",
    "fastapi-users, JWT strategy",
    "fastapi-users, database strategy",
)
"""These let in whoever has the token and nobody else; see ``check_guard``."""
KINDS = OPEN + GUARDED


@dataclass
class Served:
    """A running application, and what its rounds gave.

    Attributes:
        pid: of the process that answers.
        cookie: the name of the cookie that the token is sent in; ``None``: it is sent as a bearer.
        rates: requests per second, one value a round.
        costs: CPU seconds of the server per request, one value a round.
        shares: of one CPU that the server had, one value a round.
    """

    kind: str
    pid: int
    port: int
    token: str
    log: Path
    cookie: str | None = None
    rates: list[float] = field(default_factory=list)
    costs: list[float] = field(default_factory=list)
    shares: list[float] = field(default_factory=list)

    def note(self, requests: int, rate: float, cpu: float) -> None:
        """One round: ``cpu`` in seconds."""
        self.rates.append(rate)
        self.costs.append(cpu / requests)
        self.shares.append(cpu * rate / requests)

    def presented(self, token: str) -> tuple[str, str]:
        """The header that a token is sent in."""
        return (
            ("Authorization", f"Bearer {token}")
            if self.cookie is None
            else ("Cookie", f"{self.cookie}={token}")
        )

    @property
    def rate(self) -> float:
        return statistics.median(self.rates)

    @property
    def cost(self) -> float:
        return statistics.median(self.costs)


def run(rounds: int = 5, seconds: int = 8) -> Report:
    """See the gates for what must hold.

    Args:
        rounds: how often each application is loaded.
        seconds: how long each time.

    Raises:
        BenchFailed: no wrk, one CPU only, or an application that answered anything but 200.
    """
    return make_report(loaded(KINDS, "bench.served", GUARDED, rounds, seconds))


def loaded(
    kinds: tuple[str, ...],
    module: str,
    guarded: tuple[str, ...],
    rounds: int,
    seconds: int,
    *,
    state: Callable[[Served], object] = lambda _: None,
) -> dict[str, Served]:
    """Serve all of them, look whether the guarded ones guard, load each; arguments and errors as for ``run``.

    Args:
        module: what serves them.
        state: of an application, which the load must leave as it was.
    """
    wrk = find_wrk()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        apps = [
            stack.enter_context(serving(kind, Path(folder) / str(n), module)) for n, kind in enumerate(kinds)
        ]
        for app in apps:
            check_guard(app, guarded)
        before = [state(app) for app in apps]
        load_all(wrk, apps, rounds, seconds)
        for app, was in zip(apps, before, strict=True):
            if state(app) != was:
                raise BenchFailed(f"{app.kind!r} has written something, and it was only read")
    return {app.kind: app for app in apps}


def load_all(wrk: str, apps: list[Served], rounds: int, seconds: int) -> None:
    """Warm all of them up, then load one at a time."""
    chance = random.Random(1)
    for app in apps:
        load(wrk, app, WARM_UP)
    for _ in range(rounds):
        for app in chance.sample(apps, len(apps)):
            before = cpu_seconds(app.pid)
            requests, rate = load(wrk, app, seconds)
            app.note(requests, rate, cpu_seconds(app.pid) - before)


def find_wrk() -> str:
    """wrk's path; installed with apt where that is possible."""
    if len(os.sched_getaffinity(0)) <= LOAD_CPU:
        raise BenchFailed("two CPUs are needed: one for the server and one for wrk")
    if shutil.which("wrk") is None and shutil.which("apt-get") is not None and os.geteuid() == 0:
        subprocess.run(["apt-get", "install", "-y", "-q", "wrk"], capture_output=True, check=False)
    found = shutil.which("wrk")
    if found is None:
        raise BenchFailed("wrk makes the load and is not installed: sudo apt-get install -y wrk")
    return found


@contextmanager
def on_cpu(cpu: int) -> Iterator[None]:
    """Processes that are started here stay on one CPU."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {cpu})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@contextmanager
def serving(kind: str, folder: Path, module: str = "bench.served") -> Iterator[Served]:
    """One of the applications of a module, started."""
    folder.mkdir()
    command = [sys.executable, "-m", module, kind, str(folder)]
    with (folder / "log").open("wb") as log, on_cpu(SERVER_CPU):
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log)
    try:
        line = process.stdout.readline() if process.stdout is not None else b""
        if not line:
            raise BenchFailed(f"{kind!r} did not start:\n{tail(folder / 'log')}")
        told = json.loads(line)
        pid = told.get("pid", process.pid)
        yield Served(kind, pid, told["port"], told["token"], folder / "log", told.get("cookie"))
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
        process.communicate()


def tail(log: Path) -> str:
    return log.read_text(errors="replace")[-3000:]


def check_guard(app: Served, guarded: Collection[str] = GUARDED) -> None:
    """Whether it refuses whom it should: an application that lets everybody in would be fast."""
    expected = 401 if app.kind in guarded else 200
    mistyped = app.token[:-2] + ("aa" if app.token[-2:] != "aa" else "bb")
    for token in (None, mistyped):
        status = status_of(app, token)
        if status != expected:
            who = "a wrong token" if token else "no token"
            raise BenchFailed(f"{app.kind!r} answered {status} to {who}, not {expected}:\n{tail(app.log)}")
    if status_of(app, app.token) != 200:
        raise BenchFailed(f"{app.kind!r} refused its own token:\n{tail(app.log)}")


def status_of(app: Served, token: str | None) -> int:
    return answer_of(app, "/", token)[0]


def answer_of(app: Served, path: str, token: str | None = None) -> tuple[int, str]:
    """(status, body) of one request."""
    connection = HTTPConnection("127.0.0.1", app.port, timeout=30)
    try:
        connection.request("GET", path, headers=dict([app.presented(token)]) if token else {})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def load(wrk: str, app: Served, seconds: int) -> tuple[int, float]:
    """(requests answered, requests per second); anything but 2xx is an error."""
    command = [
        wrk, "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-H", ": ".join(app.presented(app.token)),
        f"http://127.0.0.1:{app.port}/",
    ]  # fmt: skip
    with on_cpu(LOAD_CPU):
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    return read_wrk(app, done.stdout)


def read_wrk(app: Served, out: str) -> tuple[int, float]:
    requests = re.search(r"^\s*(\d+) requests in", out, re.MULTILINE)
    rate = re.search(r"^Requests/sec:\s*([\d.]+)", out, re.MULTILINE)
    if requests is None or rate is None or "Non-2xx" in out or "Socket errors" in out or not int(requests[1]):
        raise BenchFailed(f"{app.kind!r} did not answer properly:\n{out}\n{tail(app.log)}")
    return int(requests[1]), float(rate[1])


def cpu_seconds(pid: int) -> float:
    """User and system time of a process (proc_pid_stat(5)), in steps of a hundredth."""
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")


def make_report(apps: dict[str, Served]) -> Report:
    def capacity(one: str, other: str) -> float:
        return apps[other].cost / apps[one].cost

    ours, jwt, database = (
        "rescind, require()",
        "fastapi-users, JWT strategy",
        "fastapi-users, database strategy",
    )
    rows = [Row(app.kind, f"{app.rate:,.0f} req/s", app.rate) for app in apps.values()]
    rows += [
        Row(f"CPU a request: {kind}", f"{app.cost * 1e6:.1f} us", app.cost) for kind, app in apps.items()
    ]
    rows.append(
        Row(
            "require(), of an empty dependency where rescind is not installed",
            f"{capacity(ours, 'empty async dependency'):.2f}",
            capacity(ours, "empty async dependency"),
        )
    )
    beside = capacity(ours, "rescind, empty async dependency")
    gates = [
        Gate("middleware, of unprotected", capacity("rescind, middleware only", "unprotected"), at_least=0.9),
        Gate("require(), of an empty dependency beside it", beside, at_least=0.9),  # why not 0.95: ADR 0013
        Gate("require(), times fastapi-users JWT", capacity(ours, jwt), at_least=8),
        Gate("require(), times fastapi-users database", capacity(ours, database), at_least=8),
    ]
    return Report("app", rows, gates, [*busy_note(apps)])


def busy_note(apps: dict[str, Served]) -> Iterator[str]:
    """Whether somebody else had a part of the server's CPU."""
    least = min(statistics.median(app.shares) for app in apps.values())
    if least < SATURATED:
        yield (
            f"The server had as little as {least:.0%} of its CPU: the machine was busy with other things, "
            "and the req/s are low and uneven. The gates compare CPU time."
        )
