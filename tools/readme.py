"""Pastes the measured tables of a demo report into README.md, each between its markers.

Usage: ``python -m tools.readme [.demo/report.json]``. The report needs ``table`` and ``ways_table`` (lists of
lines), ``one_revoke`` (with its ``line``), ``machine`` and ``date``; those are kept in docs/demo-report.json,
and a test fails when README and that file differ.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
KEPT = ROOT / "docs" / "demo-report.json"
NEEDED = ("table", "ways_table", "one_revoke", "machine", "date")
BEGIN = {
    "table": "<!-- measured by `make demo`, pasted by `make readme`: do not edit -->",
    "ways": "<!-- measured by `make demo` in three frameworks, pasted by `make readme`: do not edit -->",
}
END = "<!-- end of measured -->"
NOT_YET = "Not measured on a quiet machine yet: `make demo ONCE=1` prints the table on yours.\n"


def blocks(report: dict[str, object] | None) -> dict[str, str]:
    """What stands between each pair of markers, with them; one line without figures for None."""
    if report is None:
        return {name: f"{begin}\n{NOT_YET}{END}" for name, begin in BEGIN.items()}
    checked(report)
    measured = f"Measured {report['date']} on {report['machine']}."
    one = report["one_revoke"]
    line = f"One revoke, three frameworks: {one['line']}." if isinstance(one, dict) else ""
    return {
        "table": _block("table", report["table"], measured),
        "ways": _block("ways", report["ways_table"], line),
    }


def _block(name: str, lines: object, below: str) -> str:
    table = "\n".join(str(line).rstrip() for line in lines) if isinstance(lines, list) else ""
    return f"{BEGIN[name]}\n```text\n{table.strip(chr(10))}\n```\n\n{below}\n{END}"


def checked(report: dict[str, object]) -> None:
    """ValueError when the report does not have the agreed keys."""
    tables = (report.get(name) for name in ("table", "ways_table"))
    if not all(isinstance(lines, list) and lines for lines in tables) or not set(NEEDED) <= report.keys():
        raise ValueError(
            f"the report needs {', '.join(NEEDED)}, the tables as lists of lines; make it with `make demo`"
        )


def pasted(readme: str, report: dict[str, object] | None) -> str:
    """README text with fresh blocks; ValueError when the markers are not there once each."""
    for name, block in blocks(report).items():
        begin = BEGIN[name]
        if readme.count(begin) != 1 or readme.count(END) != len(BEGIN):
            raise ValueError(f"README.md needs {begin} once, and {END} after each block")
        before, rest = readme.split(begin)
        readme = before + block + rest.partition(END)[2]
    return readme


def kept_report() -> dict[str, object] | None:
    """The committed report, or None while nothing was measured."""
    return json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else None


def main(arguments: list[str]) -> int:
    path = Path(arguments[0]) if arguments else ROOT / ".demo" / "report.json"
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
        checked(report)
    except (OSError, ValueError) as error:
        print(f"make readme: {error}", file=sys.stderr)
        return 1
    kept = {key: report[key] for key in NEEDED}
    KEPT.write_text(json.dumps(kept, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    README.write_text(pasted(README.read_text(encoding="utf-8"), kept), encoding="utf-8")
    print(f"README.md and {KEPT.relative_to(ROOT)} hold the tables of {report['date']}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
