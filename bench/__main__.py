"""Run the parts, print their tables, write ``.bench/report.json``; exit 1 when a gate is broken."""

from __future__ import annotations

import argparse
import json
import platform
import sqlite3
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from bench.gate import Report
from bench.picture import draw

PARTS: dict[str, tuple[str, dict[str, int], dict[str, int]]] = {
    # name: (module, arguments, arguments of --quick)
    "check": ("check_speed", {"rounds": 40}, {"rounds": 3}),
    "lag": ("lag", {"rounds": 400}, {"rounds": 20}),
    "memory": ("memory", {"count": 1_000_000}, {"count": 20_000}),
    "sign-in": ("sign_in", {"attempts": 32}, {"attempts": 8}),
    "prune": ("prune", {"count": 1_000_000}, {"count": 20_000}),
    "app": ("app", {"rounds": 5, "seconds": 8}, {"rounds": 1, "seconds": 1}),
}
PEERS = ("PyJWT", "fastapi", "starlette", "uvicorn", "SQLAlchemy", "argon2-cffi", "fastapi-users")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"any of {', '.join(PARTS)}; default: all")
    parser.add_argument("--quick", action="store_true", help="see that it runs; the figures mean little")
    parser.add_argument("--folder", type=Path, default=Path(".bench"))
    given = parser.parse_args()
    unknown = sorted(set(given.parts) - set(PARTS))
    if unknown:
        parser.error(f"unknown part {unknown[0]}: any of {', '.join(PARTS)}")
    reports = [measure(name, quick=given.quick) for name in given.parts or PARTS]
    write(reports, given.folder, quick=given.quick)
    broken = [gate.name for report in reports for gate in report.gates if not gate.held]
    print(f"{'BROKEN: ' + '; '.join(broken) if broken else 'every gate held'}")
    return 1 if broken and not given.quick else 0


def measure(name: str, *, quick: bool) -> Report:
    module, arguments, few = PARTS[name]
    run: Callable[..., Report] = import_module(f"bench.{module}").run
    report = run(**(few if quick else arguments))
    print("\n".join(report.lines()), flush=True)
    return report


def write(reports: list[Report], folder: Path, *, quick: bool) -> None:
    folder.mkdir(exist_ok=True)
    known = folder / "report.json"
    old = json.loads(known.read_text())["parts"] if known.exists() else {}
    parts = old | {report.name: report.to_dict() for report in reports}
    report = {
        "date": datetime.now(UTC).date().isoformat(),
        "quick": quick,
        "machine": machine(),
        "versions": {name: installed(name) for name in PEERS},
        "parts": parts,
    }
    known.write_text(json.dumps(report, indent=1) + "\n")
    (folder / "report.svg").write_text(draw(report))


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
        f"{cores} x {model}, {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    )


def installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


if __name__ == "__main__":
    sys.exit(main())
