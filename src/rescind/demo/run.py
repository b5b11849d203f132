"""Runs the demo: starts the servers, measures, prints the table, and says whether the promise held."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from types import FrameType

from rescind._tokens import new_id
from rescind.demo import report
from rescind.demo.app import DATABASE
from rescind.demo.people import add_alice
from rescind.demo.processes import ServersFailed
from rescind.demo.rows import ROWS, TOGETHER, Row, plan
from rescind.demo.screen import Screen, bar
from rescind.demo.servers import LOG, WORKERS, Servers, get, servers
from rescind.demo.table import Finding, table
from rescind.demo.verdict import promise, sign_out
from rescind.drill import run as drilling
from rescind.drill.plan import End
from rescind.drill.report import figures

PORT = 8010  # the wish; another one when it is taken
INTERRUPTED = 130


def main(once: bool, folder: Path, rows: Sequence[Row] = ROWS) -> int:
    """Runs the demo in `folder` and returns the exit code.

    0 when no request of ours that started after the answer got in, 1 when one did or when too little could
    be measured to say so, 130 when it was interrupted. The ordinary rows never decide. Without `once` the
    servers stay until Ctrl-C.
    """
    screen = Screen()
    _fresh(folder)
    try:
        with _stopped_by_terminate():
            return _run(once, folder, screen, rows)
    except ServersFailed as failure:
        sys.stderr.write(f"{failure}\n")
        return 1
    except KeyboardInterrupt:
        screen.line()
        screen.line("stopped")
        return INTERRUPTED


def _run(once: bool, folder: Path, screen: Screen, rows: Sequence[Row]) -> int:
    screen.begin()
    with servers(folder, new_id() + new_id(), PORT) as served:
        screen.done("servers", f"one FastAPI application, {WORKERS} workers, port {served.port}")
        findings = _measure(served, screen, rows)
        report.write(folder, findings)
        held = _say(findings, folder, screen)
        if not once:
            _keep_serving(served, folder, screen)
    return 0 if held else 1


def _measure(served: Servers, screen: Screen, rows: Sequence[Row]) -> list[Finding]:
    screen.begin()
    cost = get(served.port, "/costs", method="POST")  # while nothing else asks
    findings: list[Finding] = []
    for row in rows:
        progress = partial(_progress, screen, len(findings), len(rows))
        progress(None, 0, 1)
        outcome = asyncio.run(drilling.run(plan(row, served.base), together=TOGETHER, progress=progress))
        (end,) = outcome.ends
        findings.append(Finding(row, figures(end), end.trials, cost[row.key], cost["token"]))
    screen.done("drills", f"{bar(1)} {len(rows)} of {len(rows)}")
    return findings


def _progress(screen: Screen, drilled: int, rows: int, _end: End | None, done: int, of: int) -> None:
    screen.progress("drills", f"{drilled} of {rows}", (drilled + done / of) / rows)


def _say(findings: Sequence[Finding], folder: Path, screen: Screen) -> bool:
    """Prints the verdict; True when the promise held."""
    held, verdict = promise(findings)
    screen.line()
    screen.line("Somebody copies Alice's session. Alice signs out. Does the copy still work?")
    screen.line()
    for line in table(findings):
        screen.line(line)
    screen.line()
    for line in sign_out(findings):
        screen.line(line)
    screen.line(f"Picture and figures:  {folder / 'report.html'}   {folder / 'report.json'}")
    screen.line(verdict)
    for finding in findings:
        if finding.figures.void:
            why = f"{finding.row.label}: {len(finding.figures.void)} void, first {finding.figures.void[0]}"
            sys.stderr.write(f"{why} (see {folder / LOG})\n")
    return held


def _keep_serving(served: Servers, folder: Path, screen: Screen) -> None:
    """Until Ctrl-C, with two things to try."""
    database = folder / DATABASE
    password = add_alice(database)
    command = f"{Path(sys.prefix).name}/bin/rescind revoke --url sqlite:///{database}"
    screen.line()
    screen.line("Still serving; Ctrl-C ends it. Do 1, then 2, then press any button: refused.")
    screen.line(f"1  Sign in twice:  http://localhost:{served.port}   alice / {password}")
    screen.line(f"2  {command} \\")
    screen.line('     --principal alice --reason "trying it"')
    with suppress(KeyboardInterrupt):
        while True:
            signal.pause()


def _fresh(folder: Path) -> None:
    """The folder, without what an earlier run left in it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("notes.db*", "signed.db*", "peers.db*", "report.*", LOG):
        for old in folder.glob(name):
            old.unlink()


@contextmanager
def _stopped_by_terminate() -> Iterator[None]:
    """Lets SIGTERM unwind as Ctrl-C does, so that the servers are stopped."""

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
