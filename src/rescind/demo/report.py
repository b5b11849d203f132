"""Writes what the demo found: `report.json` for machines, `report.html` for people."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from rescind._clock import SystemClock
from rescind.demo.rows import PROBES_PER_SECOND, TOGETHER, WATCH_SECONDS
from rescind.demo.servers import WORKERS
from rescind.demo.table import Finding, cost, table
from rescind.demo.verdict import promise, sign_out
from rescind.drill.picture import Strip, Table, page
from rescind.drill.report import duration

HOW = (
    f"Each trial sent {PROBES_PER_SECOND:g} requests a second, and one more on every connection the moment"
    f" sign-out was answered; each copy was watched for {WATCH_SECONDS:g} s after it was last accepted, or"
    " after the answer when it was never refused. Gaps are moments in which the machine gave the drill no"
    " processor. A check counts as cheap when it costs at most a fifth of"
    " verifying a signed token."
)


def write(folder: Path, findings: Sequence[Finding]) -> None:
    """Replaces both files in `folder`."""
    report = as_dict(findings)
    (folder / "report.json").write_text(
        json.dumps(report, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    (folder / "report.html").write_text(as_html(findings, report), encoding="utf-8")


def as_dict(findings: Sequence[Finding]) -> dict[str, object]:
    """The JSON report. `table` holds the printed lines of the table."""
    held, line = promise(findings)
    return {
        "tool": "rescind demo",
        "version": version("rescind"),
        "machine": machine(),
        "date": datetime.fromtimestamp(SystemClock().wall() / 1e6, UTC).date().isoformat(),
        "workers": WORKERS,
        "watched_s": WATCH_SECONDS,
        "trials_together": TOGETHER,
        "probes_per_second_each": PROBES_PER_SECOND,
        "table": table(findings),
        "rows": [
            {
                "key": finding.row.key,
                "label": finding.row.label,
                "ours": finding.row.ours,
                "check_s": finding.cost,
                "token_left_s": finding.left,
                **finding.figures.to_dict(),
            }
            for finding in findings
        ],
        "sign_out": sign_out(findings),
        "promise": line,
        "held": held,
    }


def as_html(findings: Sequence[Finding], report: dict[str, object]) -> str:
    """The picture: every request of every trial."""
    strips = [
        Strip(
            label=finding.row.label,
            verdict=f"{got_in(finding)} accepted after the answer",
            good=finding.prompt,
            trials=finding.trials,
        )
        for finding in findings
    ]
    return page(
        title=headline(findings),
        lede=(
            "Somebody copies a signed-in person's session. The person signs out. The copy is tried before,"
            f" during and after, over HTTP, against {WORKERS} worker processes of one FastAPI application."
        ),
        answer="sign-out answered",
        strips=strips,
        table=Table(
            head=[
                "session model",
                "accepted after the answer",
                "last one accepted",
                "sign-out took, p50 (p99)",
                "trials",
                "one check costs",
            ],
            rows=[_cells(finding) for finding in findings],
        ),
        notes=[
            *(str(text) for text in sign_out(findings)),
            str(report["promise"]),
            f"Measured {report['date']} on {report['machine']}. rescind {report['version']}.",
            HOW,
        ],
    )


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


def machine() -> str:
    """The processor, how many of it, the system and the Python that measured."""
    name = platform.processor() or platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        name = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), name)
    except OSError:
        pass  # not Linux
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{cores} cores of {name}, {platform.system()}, Python {platform.python_version()}"


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
