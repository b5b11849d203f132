"""Writes what the demo found: `report.json` for machines, `report.html` for people."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path

from rescind._clock import SystemClock
from rescind.demo import ways
from rescind.demo.kinds import WAYS
from rescind.demo.measured import Measured
from rescind.demo.processes import WORKERS
from rescind.demo.rows import CACHED_WATCH_SECONDS, PROBES_PER_SECOND, WATCH_SECONDS
from rescind.demo.table import Finding, cost, table
from rescind.demo.verdict import sign_out
from rescind.demo.ways import Cell, Found
from rescind.drill.grid import Grid, Line, Plot, section
from rescind.drill.picture import Strip, Table, page
from rescind.drill.report import duration

HOW = (
    f"Each trial sent {PROBES_PER_SECOND:g} requests a second, and one more on every connection the moment"
    f" the end was answered; each copy was watched for {WATCH_SECONDS:g} s after it was last accepted, or"
    f" after the answer when it was never refused ({CACHED_WATCH_SECONDS:g} s in the row with the cache)."
    " Gaps are moments in which the machine gave the drill no processor. A check counts as cheap when it"
    " costs at most a fifth of verifying a signed token."
)
WAYS_LEDE = (
    "Sign-out by the person; one session, all the others and the password from a second browser; the account"
    " by somebody else. Below each picture: when the copy was last accepted after the answer (the line)."
)


def write(folder: Path, measured: Measured) -> None:
    """Replaces both files in `folder`."""
    report = as_dict(measured)
    (folder / "report.json").write_text(
        json.dumps(report, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    (folder / "report.html").write_text(as_html(measured, report), encoding="utf-8")


def as_dict(measured: Measured) -> dict[str, object]:
    """The JSON report. `table` and `ways_table` hold the printed lines of the tables."""
    return {
        "tool": "rescind demo",
        "version": version("rescind"),
        "machine": machine(measured.load),
        "load_before": measured.load,
        "date": datetime.fromtimestamp(SystemClock().wall() / 1e6, UTC).date().isoformat(),
        "workers": WORKERS,
        "watched_s": WATCH_SECONDS,
        "probes_per_second_each": PROBES_PER_SECOND,
        "table": table(measured.findings),
        "rows": [_row(finding) for finding in measured.findings],
        "sign_out": sign_out(measured.findings),
        "ways_table": ways.table(measured.found),
        "ways": [_kind(found) for found in measured.found],
        "one_revoke": {"line": measured.one.line, **measured.one.to_dict()},
        "promise": measured.verdict,
        "held": measured.held,
    }


def _row(finding: Finding) -> dict[str, object]:
    return {
        "key": finding.row.key,
        "label": finding.row.label,
        "ours": finding.row.ours,
        "watched_s": finding.row.watch,
        "check_s": finding.cost,
        "token_left_s": finding.left,
        **finding.figures.to_dict(),
    }


def _kind(found: Found) -> dict[str, object]:
    cells = {way: {"text": cell.text, **cell.figures.to_dict()} for way, cell in found.cells.items()}
    return {"key": found.kind.key, "label": found.kind.label, "ours": found.kind.ours, "ways": cells}


def as_html(measured: Measured, report: dict[str, object]) -> str:
    """The picture: every request of every trial."""
    strips = [
        Strip(
            label=finding.row.label,
            verdict=f"{got_in(finding)} accepted after the answer",
            good=finding.prompt,
            trials=finding.trials,
        )
        for finding in measured.findings
    ]
    return page(
        title=headline(measured.findings),
        lede=(
            "Somebody copies a signed-in person's session. The person signs out. The copy is tried before,"
            f" during and after, over HTTP, against {WORKERS} worker processes of one FastAPI application."
        ),
        answer="sign-out answered",
        strips=strips,
        table=Table(head=_HEAD, rows=[_cells(finding) for finding in measured.findings]),
        more=section(_grid(measured.found))
        + f"<p>One revoke, three frameworks: {escape(measured.one.line)}</p>",
        notes=[
            *sign_out(measured.findings),
            measured.verdict,
            f"Measured {report['date']} on {report['machine']}. rescind {report['version']}.",
            HOW,
        ],
    )


_HEAD = (
    "session model",
    "accepted after the answer",
    "last one accepted",
    "sign-out took, p50 (p99)",
    "trials",
    "one check costs",
)


def _grid(found: Sequence[Found]) -> Grid:
    """The second table: in each cell the requests, and below them its text."""
    lines = [
        Line(
            one.kind.label,
            [_plot(one.cells.get(way)) for way in WAYS],
            begins=before.kind.ours != one.kind.ours,
        )
        for before, one in pairwise([found[0], *found])
    ]
    return Grid(
        title="The same in three frameworks, and every way to end access",
        lede=WAYS_LEDE,
        columns=WAYS,
        lines=lines,
        until=WATCH_SECONDS,
        nothing="no such thing",
    )


def _plot(cell: Cell | None) -> Plot | None:
    if cell is None:
        return None
    return Plot("never" if cell.text == ways.NONE else cell.text, cell.figures.held, cell.trials)


def headline(findings: Sequence[Finding]) -> str:
    """The finding in one sentence."""
    ours = [finding.figures for finding in findings if finding.row.ours]
    accepted, of = sum(seen.accepted_after for seen in ours), sum(seen.probes_after for seen in ours)
    worst = max((finding for finding in findings if not finding.row.ours), key=_share, default=None)
    said = f"After sign-out a copied session got in {accepted:,} of {of:,} times with rescind"
    if worst is None:
        return said
    return f"{said}, and {got_in(worst)} with a {worst.row.label.partition(',')[0]}"


def got_in(finding: Finding) -> str:
    """Requests accepted after the answer, of those sent: 3 of 1,960."""
    return f"{finding.figures.accepted_after:,} of {finding.figures.probes_after:,}"


def machine(load: float = 0.0) -> str:
    """The processor, how many of it, the system and the Python that measured, and whether it was busy."""
    name = platform.processor() or platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        name = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), name)
    except OSError:
        pass  # not Linux
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    busy = f"; busy with other work, load {load:.0f}" if load >= (cores or 1) else ""
    return f"{cores} cores of {name}, {platform.system()}, Python {platform.python_version()}{busy}"


def _cells(finding: Finding) -> list[str]:
    seen = finding.figures
    took = seen.end_duration
    return [
        finding.row.label,
        got_in(finding),
        finding.last,
        "-" if took is None else f"{duration(took['p50'])} ({duration(took['p99'])})",
        f"{seen.trials}" + (f" ({len(seen.void)} void)" if seen.void else ""),
        cost(finding.cost).strip().replace("   ", " "),
    ]


def _share(finding: Finding) -> float:
    return finding.figures.accepted_after / max(1, finding.figures.probes_after)
