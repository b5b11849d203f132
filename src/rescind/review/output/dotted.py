"""Lines of code for people, without the secrets that were found in them: a log of a run lets nobody in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rescind.review.finding import Finding

LITERAL = re.compile(r"([\"'])((?:(?!\1).)+)(\1)")
IN_ADDRESS = re.compile(r"(://[^/\s:@\"']*:)([^/\s@\"'{}]+)(@)")
LONG = 16
"""Characters from which on the first four, which say what kind of key it is, tell nobody the rest."""


def dotted(lines: Sequence[str], findings: Iterable[Finding]) -> list[str]:
    """The lines of a file, as long as they were.

    Args:
        findings: of this file; the literals in the lines of those of class ``hardcoded`` become dots, and in
            all lines what stands between ``://user:`` and ``@``.
    """
    shown = [IN_ADDRESS.sub(dots, line) for line in lines]
    for each in findings:
        if each.kind == "hardcoded":
            for at in range(each.line - 1, min(each.end_line, len(shown))):
                shown[at] = LITERAL.sub(dots, shown[at])
    return shown


def dots(found: re.Match[str]) -> str:
    text = found[2]
    if "://" in text:  # of an address the password alone
        return found[0]
    kept = 4 if len(text) >= LONG else 0
    return found[1] + text[:kept] + "·" * (len(text) - kept) + found[3]
