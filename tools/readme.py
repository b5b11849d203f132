"""Pastes the measured table of a demo report into README.md, between its markers.

Usage: ``python -m tools.readme [.demo/report.json]``. The report needs ``table`` (a list of lines),
``machine`` and ``date``; those three are kept in docs/demo-report.json, and a test fails when README and that
file differ.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
KEPT = ROOT / "docs" / "demo-report.json"
BEGIN = "<!-- measured by `make demo`, pasted by `make readme`: do not edit -->"
END = "<!-- end of measured -->"
NOT_YET = "Not measured on a quiet machine yet: `make demo ONCE=1` prints the table on yours.\n"


def block(report: dict[str, object] | None) -> str:
    """What stands between the markers: the table with machine and date, or one line without figures."""
    if report is None:
        return f"{BEGIN}\n{NOT_YET}{END}"
    table = "\n".join(line.rstrip() for line in lines_of(report)).strip("\n")
    return f"{BEGIN}\n```text\n{table}\n```\n\nMeasured {report['date']} on {report['machine']}.\n{END}"


def lines_of(report: dict[str, object]) -> list[str]:
    """The lines of the table; ValueError when the report does not have the agreed keys."""
    table = report.get("table")
    if not isinstance(table, list) or not table or not {"machine", "date"} <= report.keys():
        raise ValueError(
            "the report needs table (a list of lines), machine and date; make it with `make demo`"
        )
    return [str(line) for line in table]


def pasted(readme: str, report: dict[str, object] | None) -> str:
    """README text with a fresh block; ValueError when its markers are not there exactly once."""
    if readme.count(BEGIN) != 1 or readme.count(END) != 1:
        raise ValueError(f"README.md needs {BEGIN} and {END} once each")
    before, rest = readme.split(BEGIN)
    return before + block(report) + rest.split(END)[1]


def kept_report() -> dict[str, object] | None:
    """The committed report, or None while nothing was measured."""
    return json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else None


def main(arguments: list[str]) -> int:
    path = Path(arguments[0]) if arguments else ROOT / ".demo" / "report.json"
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
        lines_of(report)
    except (OSError, ValueError) as error:
        print(f"make readme: {error}", file=sys.stderr)
        return 1
    kept = {key: report[key] for key in ("table", "machine", "date")}
    KEPT.write_text(json.dumps(kept, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    README.write_text(pasted(README.read_text(encoding="utf-8"), kept), encoding="utf-8")
    print(f"README.md and {KEPT.relative_to(ROOT)} hold the table of {report['date']}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
