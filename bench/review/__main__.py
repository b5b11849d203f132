"""Measure, print the tables, write ``.bench/review.json``.

Exits 1 when a gate is broken, 2 when something could not be measured. Parts: ``cases`` (the labelled
corpus), ``mature`` (false alarms on code that many have read), ``fixes`` (real fixes of packages, before
and after) and ``speed`` (beside Bandit). The middle two download packages with pip, once, into
``.bench/review``.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from bench.gate import BenchFailed, Report
from bench.review import fixes, mature, on_cases, speed
from bench.review.packages import Unreachable

PARTS: dict[str, Callable[..., Report]] = {
    "cases": on_cases.run,
    "mature": mature.run,
    "fixes": fixes.run,
    "speed": speed.run,
}


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m bench.review",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"any of {', '.join(PARTS)}; default: all")
    parser.add_argument(
        "--show", action="store_true", help="what rescind missed and invented, of the seen part"
    )
    parser.add_argument("--folder", type=Path, default=Path(".bench"), help="where the report goes")
    given = parser.parse_args()
    unknown = sorted(set(given.parts) - set(PARTS))
    if unknown:
        parser.error(f"unknown part {unknown[0]}: any of {', '.join(PARTS)}")
    reports: list[Report] = []
    failed = False
    for name in given.parts or PARTS:
        try:
            report = PARTS[name](show=given.show)
        except Unreachable as error:
            print(f"{name}: left out, the packages cannot be had: {error}", file=sys.stderr)
            continue
        except BenchFailed as error:
            print(f"{name}: {error}", file=sys.stderr)
            failed = True
            continue
        print("\n".join(report.lines()), flush=True)
        reports.append(report)
    write(reports, given.folder)
    broken = [gate.name for report in reports for gate in report.gates if not gate.held]
    print(f"BROKEN: {'; '.join(broken)}" if broken else "no gate is broken")
    return 2 if failed or not reports else 1 if broken else 0


def write(reports: list[Report], folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    parts = {report.name: report.to_dict() for report in reports}
    document = {"date": datetime.now(UTC).date().isoformat(), "parts": parts}
    (folder / "review.json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
