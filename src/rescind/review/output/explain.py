"""A rule in words: its docstring, as text for a terminal and as Markdown for the page."""

from __future__ import annotations

import inspect
import re
import textwrap
from typing import NamedTuple

from rescind.review.rule import SECTIONS, Rule


class Explained(NamedTuple):
    """A rule's docstring in parts. ``sections`` has the title and the text of each."""

    number: str
    kind: str
    severity: str
    summary: str
    sections: tuple[tuple[str, str], ...]


def explain(rule: Rule) -> Explained:
    """What stands in the docstring of a rule.

    Raises:
        ValueError: a section is missing, empty or unknown; the message names rule and section.
    """
    summary, _, rest = inspect.cleandoc(type(rule).__doc__ or "").partition("\n\n")
    found = re.split(r"^([A-Z][a-z ]+):\n", rest, flags=re.MULTILINE)[1:]
    sections = tuple(
        (title, textwrap.dedent(text).strip()) for title, text in zip(found[::2], found[1::2], strict=True)
    )
    titles = tuple(title for title, text in sections if text)
    if titles != SECTIONS or not summary:
        raise ValueError(f"{rule.number}: the docstring needs a summary and {SECTIONS}, and has {titles}")
    return Explained(rule.number, rule.kind, rule.severity, " ".join(summary.split()), sections)


def as_text(rule: Rule, width: int = 80) -> str:
    """For a terminal."""
    told = explain(rule)
    lines = [f"{told.number}  {told.kind}, {told.severity}", *wrapped(told.summary, width)]
    for title, text in told.sections:
        lines += ["", title]
        lines += [f"  {line}" if line else "" for line in wrapped(text, width - 2)]
    return "\n".join(lines)


def as_markdown(rule: Rule) -> str:
    """One section of docs/rules.md."""
    told = explain(rule)
    parts = [f"### {told.number}", f"**{told.summary}** `{told.kind}`, {told.severity}"]
    parts += [f"*{title}.* {text}" for title, text in told.sections]
    return "\n\n".join(part.replace("``", "`") for part in parts)


def wrapped(text: str, width: int) -> list[str]:
    """Paragraphs filled to the width; what is indented, code, stays as it is."""
    lines: list[str] = []
    for paragraph in text.split("\n\n"):
        lines += [""] if lines else []
        lines += paragraph.split("\n") if paragraph.startswith(" ") else textwrap.wrap(paragraph, width)
    return lines
