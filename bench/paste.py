"""Pastes what ``make bench`` measured into docs/speed.md: ``python -m bench.paste [.bench/report.json]``.

The report is kept beside the page (docs/speed-report.json, docs/speed.svg), and a test fails when page and
report differ: no figure of the page is typed in.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from bench.picture import draw

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "speed.md"
KEPT = ROOT / "docs" / "speed-report.json"
PICTURE = ROOT / "docs" / "speed.svg"
BEGIN = "<!-- {name}: measured by `make bench`, pasted by `make speed`: do not edit -->"
END = "<!-- end of {name} -->"
NOT_YET = "Not measured yet: `make bench` prints it for your machine."


def names_on(page: str) -> list[str]:
    """The parts that the page has a place for."""
    start, middle = BEGIN.split("{name}")
    return [line[len(start) : -len(middle)] for line in page.splitlines() if line.endswith(middle)]


def pasted(page: str, report: dict[str, Any]) -> str:
    """The page with the figures of a report.

    Raises:
        ValueError: a part has no place on the page, or more than one.
    """
    for name in {*names_on(page), *report["parts"]}:
        begin, end = BEGIN.format(name=name), END.format(name=name)
        if page.count(begin) != 1 or page.count(end) != 1:
            raise ValueError(f"docs/speed.md needs these two lines once each:\n{begin}\n{end}")
        before, rest = page.split(begin)
        page = f"{before}{begin}\n{block(report['parts'].get(name))}\n{end}{rest.split(end)[1]}"
    return page


def block(part: dict[str, Any] | None) -> str:
    """Figures, gates, and where and when."""
    if part is None:
        return NOT_YET
    rows = ["| figure | |", "|---|--:|"]
    rows += [f"| {row['name']} | {shown(row['text'])} |" for row in part["rows"]]
    gates = ["| must hold | | measured |", "|---|---|--:|"]
    gates += [f"| {gate['name']} | {gate['bound']} | {measured(gate)} |" for gate in part["gates"]]
    versions = ", ".join(f"{name} {version}" for name, version in part["versions"].items())
    when = f"Measured {part['date']} on {part['machine']}; {versions}."
    return "\n".join(["", *rows, "", *gates, "", *part["notes"], when, ""])


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
        page = pasted(PAGE.read_text(encoding="utf-8"), report)
    except (OSError, ValueError, KeyError) as error:
        print(f"make speed: {error}", file=sys.stderr)
        return 1
    PAGE.write_text(page, encoding="utf-8")
    KEPT.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    PICTURE.write_text(draw(report["parts"].get("check")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
