"""Lines of code for people, without the secrets that were found in them: a log of a run lets nobody in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rescind.review.finding import Finding

LITERAL = re.compile(
    r"(?P<before>(?P<three>\"{3}|'{3})|[\"'])"
    r"(?P<secret>(?:\\[\s\S]|(?!(?P=before))(?(three)[\s\S]|.))*)"
    r"(?P<after>(?P=before))"
)
IN_ADDRESS = re.compile(r"(?P<before>://[^/\s:@\"']*:)(?P<secret>[^/\s@\"'{}]+)(?P<after>@)")
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
        if each.kind == "hardcoded" and each.line <= len(lines):
            place = slice(each.line - 1, each.end_line)
            shown[place] = LITERAL.sub(dots, "\n".join(shown[place])).split("\n")
    return shown


def dots(found: re.Match[str]) -> str:
    text = found["secret"]
    if "://" in text:  # of an address the password alone
        return found[0]
    kept = 4 if len(text) >= LONG else 0
    return found["before"] + text[:kept] + re.sub(".", "·", text[kept:]) + found["after"]
