"""Findings as workflow commands of GitHub Actions: each becomes a remark at its line of a pull request."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from rescind.review.finding import Severity
from rescind.review.marks import named
from rescind.review.run import Review, why
from rescind.tooling.workflow import command

LEVELS: dict[Severity, str] = {"critical": "error", "high": "error", "medium": "warning", "low": "notice"}


def workflow_commands(done: Review, base: Path) -> Iterator[str]:
    """A line for each finding, and for what could not be read."""
    files = {module.file: named(module, base) for module in done.project.modules}
    for each in done.findings:
        place = {"file": files[each.file], "line": str(each.line), "endLine": str(each.end_line)}
        if each.column:
            place["col"] = str(each.column)
        fix = f"\n{each.fix}" if each.fix else ""
        yield command(LEVELS[each.severity], place | {"title": each.rule}, each.message + fix)
    for unread in done.unread:
        place = {"file": files.get(unread.file, unread.file), "line": str(unread.line or 1)}
        yield command("warning", place | {"title": "not read"}, why(unread))
