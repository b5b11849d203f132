"""Pastes what ``make bench`` measured into docs: ``python -m bench.paste [.bench/report.json]``.

The report is kept beside the pages (docs/speed-report.json, docs/speed.svg), and a test fails when page and
report differ: no figure of a page is typed in. A place is that of a part, or of one of its tables.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from bench.picture import draw

ROOT = Path(__file__).parent.parent
PAGES = (ROOT / "docs" / "speed.md", ROOT / "docs" / "scale.md")
KEPT = ROOT / "docs" / "speed-report.json"
PICTURE = ROOT / "docs" / "speed.svg"
BEGIN = "<!-- {name}: measured by `make bench`, pasted by `make speed`: do not edit -->"
END = "<!-- end of {name} -->"
NOT_YET = "Not measured yet: `make bench` prints it for your machine."


def names_on(page: str) -> list[str]:
    """What the page has a place for: ``part``, or ``part, table``."""
    start, middle = BEGIN.split("{name}")
    return [line[len(start) : -len(middle)] for line in page.splitlines() if line.endswith(middle)]


def pasted(pages: list[str], report: dict[str, Any]) -> list[str]:
    """The pages with the figures of a report.

    Raises:
        ValueError: a part or a table has no place on the pages, or more than one; or a place is of no table.
    """
    parts = report["parts"]
    names = [name for page in pages for name in names_on(page)]
    for name in {*names, *parts, *(f"{part}, {table}" for part in parts for table in tables_of(parts[part]))}:
        begin, end = BEGIN.format(name=name), END.format(name=name)
        if [sum(page.count(line) for page in pages) for line in (begin, end)] != [1, 1]:
            raise ValueError(f"docs/speed.md or docs/scale.md needs these lines once:\n{begin}\n{end}")
        part, _, table = name.partition(", ")
        if table and part in parts and table not in tables_of(parts[part]):
            raise ValueError(f"a page has a place for {name!r}, which was not measured")
    return [filled(page, parts) for page in pages]


def filled(page: str, parts: dict[str, Any]) -> str:
    for name in names_on(page):
        begin, end = BEGIN.format(name=name), END.format(name=name)
        before, rest = page.split(begin)
        part, _, table = name.partition(", ")
        page = f"{before}{begin}\n{block(parts.get(part), table)}\n{end}{rest.split(end)[1]}"
    return page


def tables_of(part: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {table["name"]: table for table in part.get("tables", [])}


def block(part: dict[str, Any] | None, table: str = "") -> str:
    """Figures, gates, and where and when; or one table. Where there are tables they show the figures."""
    if part is None:
        return NOT_YET
    if table:
        found = tables_of(part)[table]
        lines = [found["columns"], ["---", *("--:" for _ in found["columns"][1:])], *found["rows"]]
        return "\n".join(["", *(f"| {' | '.join(map(shown, line))} |" for line in lines), ""])
    rows = ["| figure | |", "|---|--:|"]
    rows += [f"| {row['name']} | {shown(row['text'])} |" for row in part["rows"]]
    gates = ["| must hold | | measured |", "|---|---|--:|"]
    gates += [f"| {gate['name']} | {gate['bound']} | {measured(gate)} |" for gate in part["gates"]]
    versions = ", ".join(f"{name} {version}" for name, version in part["versions"].items())
    when = f"Measured {part['date']} on {part['machine']}; {versions}."
    above = [] if tables_of(part) else [*rows, ""]
    return "\n".join(["", *above, *gates, "", *part["notes"], when, ""])


def measured(gate: dict[str, Any]) -> str:
    return f"{gate['value']:.2f}" if gate["held"] else f"**{gate['value']:.2f}, not held**"


def shown(text: str) -> str:
    return text.replace(" us", " µs")


def main(arguments: list[str]) -> int:
    path = Path(arguments[0]) if arguments else ROOT / ".bench" / "report.json"
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
        quick = sorted(name for name, part in report["parts"].items() if part["quick"])
        if quick:
            raise ValueError(f"{', '.join(quick)}: --quick measures nothing; run `make bench`")
        pages = pasted([page.read_text(encoding="utf-8") for page in PAGES], report)
    except (OSError, ValueError, KeyError) as error:
        print(f"make speed: {error}", file=sys.stderr)
        return 1
    for path, page in zip(PAGES, pages, strict=True):
        path.write_text(page, encoding="utf-8")
    KEPT.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    PICTURE.write_text(draw(report["parts"].get("check")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
