"""A finding as a person reads it: the code around it, the path from source to sink, and the fix."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Callable
from typing import Literal

from rescind.review.finding import Finding

Part = Literal["critical", "high", "medium", "low", "strong", "faint", "mark"]
Paint = Callable[[str, Part], str]
AROUND = 2  # lines of code above and below
TALLEST = 6  # lines of the finding itself


def plainly(text: str, _part: Part) -> str:
    return text


def frame(finding: Finding, lines: list[str], width: int = 80, paint: Paint = plainly) -> list[str]:
    """The lines that show a finding.

    Args:
        lines: the source of its file.
        width: of the terminal, in characters; nothing but a long name of a file goes over it.
        paint: adds colours.
    """
    head = f"{paint(finding.rule, 'strong')} {paint(finding.severity, finding.severity)}  "
    where = f"{clean(finding.file)}:{finding.line}"
    shown = [f"{head}{where}{paint(f'  {finding.kind}, confidence {finding.confidence}', 'faint')}"]
    shown += [f"  {line}" for line in textwrap.wrap(clean(finding.message), width - 2)]
    shown += ["", *code(finding, lines, width, paint)]
    if finding.trace:
        shown += ["", *path(finding, width, paint)]
    if finding.fix:
        first, *more = textwrap.wrap(clean(finding.fix), width - 7)
        shown += ["", f"  {paint('fix', 'strong')}  {first}", *(f"       {line}" for line in more)]
    return shown


def code(finding: Finding, lines: list[str], width: int, paint: Paint) -> list[str]:
    """The finding's lines with some around them; a tab is four spaces, a long line is cut."""
    last = min(finding.end_line, finding.line + TALLEST - 1, len(lines))
    first = max(1, finding.line - AROUND)
    until = min(len(lines), last + AROUND)
    around = [clean(lines[n - 1]) for n in range(first, until + 1)]
    while around and not around[0].strip() and first < finding.line:
        around, first = around[1:], first + 1
    while around and not around[-1].strip() and until > last:
        around, until = around[:-1], until - 1
    indent = min((len(line) - len(line.lstrip()) for line in around if line.strip()), default=0)
    digits = len(str(until))
    room = width - digits - 7
    shown = []
    for number, line in enumerate(around, first):
        inside = finding.line <= number <= last
        text = cut(line[indent:], room)
        gutter = f"{number:>{digits}} │"
        mark = paint(">", "mark") if inside else " "
        shown.append(f"  {mark} {paint(gutter, 'faint')} {text if inside else paint(text, 'faint')}".rstrip())
        if number == finding.line and finding.end_column:
            under = underline(finding, lines[number - 1], indent, room)
            shown += [f"    {' ' * digits} {paint('│', 'faint')} {paint(under, 'mark')}"] if under else []
    return shown


def underline(finding: Finding, line: str, indent: int, room: int) -> str:
    """Carets below the expression."""
    before = len(clean(line[: finding.column - 1])) - indent
    length = len(clean(line[finding.column - 1 : finding.end_column - 1]))
    if before < 0 or before >= room - 1 or not length:
        return ""
    return " " * before + "^" * min(length, room - before)


def path(finding: Finding, width: int, paint: Paint) -> list[str]:
    """From source to sink, a line for each step; steps in another file say which."""
    steps = finding.trace
    places = [
        f"{clean(step.file)}:{step.line}" if step.file != finding.file else f"line {step.line}"
        for step in steps
    ]
    room = min(max(len(place) for place in places), width // 2)
    shown = []
    for number, (place, step) in enumerate(zip(places, steps, strict=True)):
        arm = "╰─" if number == len(steps) - 1 else "├─" if number else "╭─"
        note = cut(clean(step.note), max(20, width - room - 8))
        shown.append(f"  {paint(arm, 'faint')} {tail(place, room):<{room}}  {note}")
    return shown


def clean(text: str) -> str:
    """Text from elsewhere, for a terminal: a tab is four spaces, nothing moves the cursor, each one wide."""
    return "".join(c if c.isprintable() and not wide(c) else "    " if c == "\t" else "·" for c in text)


def wide(character: str) -> bool:
    """Whether a terminal gives it two cells, or none."""
    return not character.isascii() and (
        unicodedata.east_asian_width(character) in "WF" or unicodedata.combining(character) != 0
    )


def cut(text: str, room: int) -> str:
    return text if len(text) <= room else text[: room - 1] + "…"


def tail(text: str, room: int) -> str:
    return text if len(text) <= room else "…" + text[len(text) - room + 1 :]
