"""What fails as workflow commands of GitHub Actions: each becomes a remark at its line of a pull request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from rescind.paths.policy.gate import Failure
from rescind.paths.sarif import is_below, message
from rescind.tooling.workflow import command


def workflow_commands(failures: Iterable[Failure], base: Path) -> Iterator[str]:
    """A line for each that is not excused."""
    for each in failures:
        if each.reason is None:
            here = is_below(each.route, base)
            place = {"file": each.route.file, "line": str(each.route.line)} if here else {}
            yield command("error", place | {"title": each.kind}, f"{message(each)}\n{each.mend}")
