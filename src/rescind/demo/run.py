"""Runs the demo: starts the servers, measures, prints the tables, and says whether the promise held."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from rescind._tokens import new_id
from rescind.demo import measure, one_revoke, report, ways
from rescind.demo.alice import ID, NAME, add_alice
from rescind.demo.measured import Measured
from rescind.demo.processes import WORKERS, ServersFailed
from rescind.demo.rows import ROWS, Row
from rescind.demo.screen import Screen, bar
from rescind.demo.servers import LOG, OURS, Servers, servers
from rescind.demo.sites.places import DATABASE
from rescind.demo.table import table
from rescind.demo.verdict import sign_out

PORT = 8010  # the wish for the first; others when they are taken
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
    load = os.getloadavg()[0]
    screen.begin()
    with servers(folder, new_id() + new_id(), PORT) as served:
        screen.done("servers", f"{', '.join(site.label for site in OURS)}: {WORKERS} workers each")
        measured = _measure(served, screen, rows, load)
        report.write(folder, measured)
        _say(measured, folder, screen)
        if not once:
            _keep_serving(served, folder, screen)
    return 0 if measured.held else 1


def _measure(served: Servers, screen: Screen, rows: Sequence[Row], load: float) -> Measured:
    with _phase(screen, "sign-out") as told:
        findings = measure.sign_outs(served, told, rows)
    with _phase(screen, "every way") as told:
        found = measure.ways(served, told, findings)
    return Measured(findings, found, one_revoke.measure(served), load)


@contextmanager
def _phase(screen: Screen, name: str) -> Iterator[measure.Told]:
    """A bar while drills run."""
    screen.begin()
    last = ""

    def told(share: float, over: int, drills: int) -> None:
        nonlocal last
        last = f"{over} of {drills}"
        screen.progress(name, last, share)

    yield told
    screen.done(name, f"{bar(1)} {last}")


def _say(measured: Measured, folder: Path, screen: Screen) -> None:
    """Prints both tables and the verdict."""
    screen.line()
    screen.line("Somebody copies Alice's session. Alice signs out. Does the copy still work?")
    screen.lines(["", *table(measured.findings), "", *sign_out(measured.findings), ""])
    screen.line("Every way to end it, in three frameworks. When did the copy last work?")
    screen.lines(["", *ways.table(measured.found), ways.LEGEND, ""])
    screen.line("One revoke, three frameworks:")
    screen.line(measured.one.line)
    screen.line()
    screen.line(f"Picture and figures:  {folder / 'report.html'}   {folder / 'report.json'}")
    screen.line(measured.verdict)
    for label, void in measured.void:
        sys.stderr.write(f"{label}: {len(void)} void, first {void[0]} (see {folder / LOG})\n")


def _keep_serving(served: Servers, folder: Path, screen: Screen) -> None:
    """Until Ctrl-C, with two things to try."""
    password = add_alice(served.environ)
    command = f"{Path(sys.prefix).name}/bin/rescind revoke --url sqlite:///{folder / DATABASE}"
    screen.line()
    screen.line("Still serving; Ctrl-C ends it. Do 1, then 2, then press any button: refused.")
    screen.line(f"1  Sign in at one, open the others:   {NAME} / {password}")
    for site in OURS:
        screen.line(f"     {site.label:<9}{served.page(site)}")
    screen.line(f"2  {command} \\")
    screen.line(f'     --principal {ID} --reason "trying it"')
    with suppress(KeyboardInterrupt):
        while True:
            signal.pause()


def _fresh(folder: Path) -> None:
    """The folder, without what an earlier run left in it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("*.db*", "report.*", LOG):
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
