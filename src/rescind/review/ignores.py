"""``# rescind: ignore[RSC101] reason``: a finding that somebody has looked at.

It counts for the statement that it stands in or right above. Without a reason it excuses nothing, and one
that excuses nothing is said: both are remarks of the review.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from rescind.reading import Module, walk
from rescind.review.finding import Finding

COMMENT = re.compile(r"#\s*rescind:\s*ignore\b(?:\s*\[(?P<rules>[^\]]*)\])?[\s:-]*(?P<reason>.*)")


class Ignore(NamedTuple):
    """One comment. ``line`` is its own, ``first`` and ``last`` are the lines that it excuses."""

    line: int
    rules: frozenset[str]
    reason: str
    first: int
    last: int

    def excuses(self, finding: Finding) -> bool:
        return finding.rule in self.rules and finding.line <= self.last and finding.end_line >= self.first


class Remark(NamedTuple):
    """Something about a comment that its author should know; ``line`` counts from 1."""

    file: str
    line: int
    why: str


class Excused(NamedTuple):
    """A finding that a comment excuses, and the reason that it gives."""

    finding: Finding
    reason: str


class Sorted(NamedTuple):
    """Findings that stay, those that are excused, and what is to be said of the comments."""

    kept: list[Finding]
    excused: list[Excused]
    remarks: list[Remark]


def sift(module: Module, findings: Iterable[Finding], known: frozenset[str], asked: frozenset[str]) -> Sorted:
    """The findings of a module without those that it excuses.

    Args:
        known: the numbers of all rules.
        asked: of those that were run: of the others nobody knows whether an excuse is needed.
    """
    found = list(findings)
    if "rescind:" not in module.text:
        return Sorted(found, [], [])
    ignores = comments(module)
    remarks = [Remark(module.file, one.line, wrong) for one in ignores if (wrong := defect(one, known))]
    good = [one for one in ignores if not defect(one, known)]
    kept: list[Finding] = []
    excused: list[Excused] = []
    for each in found:
        reason = next((ignore.reason for ignore in good if ignore.excuses(each)), None)
        if reason is None:
            kept.append(each)
        else:
            excused.append(Excused(each, reason))
    for ignore in good:
        idle = [number for number in sorted(ignore.rules & asked) if not excuses_one(ignore, number, found)]
        remarks += [
            Remark(module.file, ignore.line, f"{number} finds nothing here: remove it") for number in idle
        ]
    return Sorted(kept, excused, sorted(remarks))


def excuses_one(ignore: Ignore, number: str, found: list[Finding]) -> bool:
    return any(each.rule == number and ignore.excuses(each) for each in found)


def defect(ignore: Ignore, known: frozenset[str]) -> str:
    """Why a comment excuses nothing; empty: it does."""
    if not ignore.rules:
        return "name the rule: # rescind: ignore[RSC101] reason"
    unknown = sorted(ignore.rules - known)
    if unknown:
        return f"there is no rule {', '.join(unknown)}"
    if not any(letter.isalnum() for letter in ignore.reason):
        return "give the reason: # rescind: ignore[RSC101] reason"
    return ""


def comments(module: Module) -> list[Ignore]:
    found = []
    for line, column, text in all_comments(module.text):
        match = COMMENT.match(text)
        if match is not None:
            rules = frozenset(
                part.strip().upper() for part in (match["rules"] or "").split(",") if part.strip()
            )
            first, last = span(module, line, alone=not module.lines[line - 1][:column].strip())
            found.append(Ignore(line, rules, match["reason"].strip(), first, last))
    return found


def all_comments(text: str) -> list[tuple[int, int, str]]:
    """Line, column and text of each comment; where Python's tokenizer gives up, by the look of the line."""
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    except (tokenize.TokenError, SyntaxError):
        found = [(number, line.find("# rescind:"), line) for number, line in enumerate(text.split("\n"), 1)]
        return [(number, at, line[at:]) for number, at, line in found if at >= 0]
    return [
        (token.start[0], token.start[1], token.string) for token in tokens if token.type == tokenize.COMMENT
    ]


def span(module: Module, line: int, *, alone: bool) -> tuple[int, int]:
    """The lines of the innermost statement, up to its body, that a comment in that line belongs to."""
    best: tuple[int, int] | None = None
    following = next_code(module, line) if alone else line
    for first, last in heads(module):
        if first <= following <= last and (best is None or last - first <= best[1] - best[0]):
            best = first, last
    return best or (following, following)


def next_code(module: Module, line: int) -> int:
    """The line itself if it is inside of a statement, else the next with code."""
    at = line
    while at < len(module.lines) and (
        not module.lines[at].strip() or module.lines[at].lstrip().startswith("#")
    ):
        at += 1
    return at + 1


def heads(module: Module) -> Iterator[tuple[int, int]]:
    """First and last line of every statement; of one with a body, up to where the body begins."""
    for node in walk(module.tree):
        if isinstance(node, ast.stmt):
            body: list[ast.stmt] = getattr(node, "body", [])
            last = node.end_lineno or node.lineno
            yield node.lineno, max(node.lineno, body[0].lineno - 1) if body else last
