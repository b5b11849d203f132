"""Run the parts, print their tables, write ``.bench/report.json``; exit 1 when a gate is broken."""

from __future__ import annotations

import argparse
import json
import platform
import sqlite3
import sys
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from bench.gate import BenchFailed, Report
from bench.parts import PARTS, measure
from bench.picture import draw

PEERS = (
    "PyJWT", "fastapi", "starlette", "uvicorn", "SQLAlchemy", "argon2-cffi", "fastapi-users",
    "psycopg", "redis", "Flask", "Flask-Session", "Django", "gunicorn",
)  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"any of {', '.join(PARTS)}; default: all")
    parser.add_argument("--quick", action="store_true", help="see that it runs; the figures mean little")
    parser.add_argument("--folder", type=Path, default=Path(".bench"), help="where the report goes")
    given = parser.parse_args()
    unknown = sorted(set(given.parts) - set(PARTS))
    if unknown:
        parser.error(f"unknown part {unknown[0]}: any of {', '.join(PARTS)}")
    reports = []
    for name in given.parts or PARTS:
        try:
            report = measure(name, quick=given.quick)
        except BenchFailed as error:
            print(f"{name}: {error}", file=sys.stderr)
            return 2
        print("\n".join(report.lines()), flush=True)
        reports.append(report)
        write(report, given.folder, quick=given.quick)
    broken = [gate.name for report in reports for gate in report.gates if not gate.held]
    print(f"{'BROKEN: ' + '; '.join(broken) if broken else 'every gate held'}")
    return 1 if broken and not given.quick else 0


def write(report: Report, folder: Path, *, quick: bool) -> None:
    """Put one part into ``report.json``, with when and where it was measured; draw the picture anew."""
    folder.mkdir(exist_ok=True)
    path = folder / "report.json"
    parts = json.loads(path.read_text())["parts"] if path.exists() else {}
    parts[report.name] = {
        "date": datetime.now(UTC).date().isoformat(),
        "quick": quick,
        "machine": machine(),
        "versions": {name: installed(name) for name in PEERS},
        **report.to_dict(),
    }
    path.write_text(json.dumps({"parts": parts}, indent=1) + "\n")
    (folder / "report.svg").write_text(draw(parts.get("check")))


def machine() -> str:
    """What it ran on, without the name of the host."""
    model = platform.processor() or platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
        cores = sum(line.startswith("processor") for line in lines)
    except (OSError, StopIteration):
        cores = 0
    return (
        f"{cores} x {model}, {platform.system()} {platform.release().partition('-')[0]}, "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    )


def installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


if __name__ == "__main__":
    sys.exit(main())
