"""What a finding is known by from one revision to the next, when lines have moved.

A `Mark` is the file, the rule, the function around, the text of the lines without its layout, and which of
several that are the same. Lines above that come or go change nothing of it, nor does a formatter.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from rescind.reading import Module, Project
from rescind.reading.files import shown
from rescind.review.finding import Finding


class Mark(NamedTuple):
    """Attributes:
    file: relative to the folder that was asked for, with ``/``.
    rule: its number.
    what: a digest of the function's name and of the text.
    nth: which of several of the same file, rule and text, from 1.
    line, message: for people.
    """

    file: str
    rule: str
    what: str
    nth: int
    line: int = 0
    message: str = ""

    @property
    def fingerprint(self) -> str:
        """One text for all of it, 32 hexadecimal digits."""
        return digest(self.file, self.rule, self.what, str(self.nth))

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        return {"rule": self.rule, "file": self.file, "line": self.line, "message": self.message}


def marks(findings: Iterable[Finding], project: Project, base: Path) -> list[Mark]:
    """One for each finding.

    Args:
        base: the folder that files are named from; one that is not below it has its whole name.
    """
    modules = {module.file: module for module in project.modules}
    seen: Counter[tuple[str, str, str]] = Counter()
    made = []
    for each in findings:
        module = modules[each.file]
        known = named(module, base), each.rule, text_of(each, module)
        seen[known] += 1
        made.append(Mark(*known, seen[known], each.line, each.message))
    return made


def named(module: Module, base: Path) -> str:
    """The name of its file, from a folder."""
    return shown(module.path, base)


def text_of(finding: Finding, module: Module) -> str:
    function = module.function_at(finding.line)
    lines = " ".join(module.lines[finding.line - 1 : finding.end_line])
    # Without the module's name: a file that is moved has another.
    around = function.qualname.removeprefix(f"{module.name}.") if function is not None else ""
    return digest(around, "".join(lines.split()))


def digest(*parts: str) -> str:
    return sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def compared(
    now: Sequence[Mark], before: Iterable[Mark], files: Iterable[str]
) -> tuple[list[bool], list[Mark]]:
    """Which of the marks are new, and which of those before are gone.

    A file that is gone may have become one that was not there: what both have is not new.

    Args:
        files: all that there are now.
    """
    left = {each.fingerprint: each for each in before}
    was = {each.file for each in left.values()}
    new = [left.pop(each.fingerprint, None) is None for each in now]
    here = set(files)
    moved = {each[1:4]: each for each in left.values() if each.file not in here}
    for at, each in enumerate(now):
        if new[at] and each.file not in was and each[1:4] in moved:
            new[at] = False
            del left[moved.pop(each[1:4]).fingerprint]
    return new, list(left.values())
