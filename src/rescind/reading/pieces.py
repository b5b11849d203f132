"""The statements at the left margin, found without a parser: it may be the parser that cannot go on.

Strings and brackets are followed so that a line at the margin inside of them begins nothing. What cannot
stand inside of brackets (``def``, ``class``, ``import`` ...) ends brackets that were left open, and a string
without an end is given up at the end of its line: one broken statement does not swallow those after it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

TOKEN = re.compile(
    r"""(?P<triple>\"{3}|'{3})|(?P<quote>["'])|(?P<note>\#[^\n]*)|(?P<open>[(\[{])|(?P<close>[)\]}])
                       |(?P<on>\\\n)|(?P<end>\n)""",
    re.VERBOSE,
)
GOES_ON = re.compile(r"(?:else|elif|except|finally|case)\b|[)\]}]")
BEGINS = re.compile(
    r"(?:async def|def|class|import|return|raise|assert|del|pass|try|while|with|@\w)\b|from \S+ import\b"
)
SEEMS = re.compile(r"[A-Za-z_][\w.]*\s*(?::\s*\w[\w.\[\]]*\s*)?=(?!=)|type \w|(?:if|for|match) .*:\s*$")


class Piece(NamedTuple):
    """A statement at the margin with its decorators, from ``first`` to ``last`` line (counted from 1)."""

    first: int
    last: int
    text: str


def source_lines(text: str) -> list[str]:
    """Lines with their ends, as Python counts them: for `str.splitlines` a form feed would end one, too."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def pieces(text: str) -> Iterator[Piece]:
    """The text, cut where statements begin at the left margin. Every line is in exactly one piece."""
    lines = source_lines(text)
    starts = beginnings(text)
    for at, start in enumerate(starts):
        end = starts[at + 1] if at + 1 < len(starts) else len(lines)
        yield Piece(start + 1, end, "".join(lines[start:end]))


def finer(piece: Piece) -> list[Piece]:
    """A piece that nothing can read, cut also where a statement seems to begin inside of brackets."""
    lines = source_lines(piece.text)
    starts = [0, *(at for at, line in enumerate(lines[1:], 1) if BEGINS.match(line) or SEEMS.match(line))]
    ends = [*starts[1:], len(lines)]
    return [
        Piece(piece.first + start, piece.first + end - 1, "".join(lines[start:end]))
        for start, end in zip(starts, ends, strict=True)
    ]


def beginnings(text: str) -> list[int]:
    """The lines (from 0) at which a piece begins; the first is always 0."""
    found, line, depth, decorated, going_on = [0], 0, 0, False, False
    position = 0
    while position < len(text):
        if (position == 0 or text[position - 1] == "\n") and not going_on:
            here = text[position : position + 80]
            if depth and BEGINS.match(here):
                depth = 0
            if depth == 0 and here[0] not in " \t\f\n#\r" and not GOES_ON.match(here):
                if line and not decorated:
                    found.append(line)
                decorated = here[0] == "@"
        going_on = False
        token = TOKEN.search(text, position)
        if token is None:
            break
        kind, position = token.lastgroup, token.end()
        if kind in {"triple", "quote"}:
            end = string_end(text, token)
            line += text.count("\n", position, end)
            position = end
        elif kind in {"end", "on"}:
            line += 1
            going_on = kind == "on"
        elif kind == "open":
            depth += 1
        elif kind == "close":
            depth = max(0, depth - 1)
    return found


def string_end(text: str, opening: re.Match[str]) -> int:
    """Where a string ends; without an end, where its line does."""
    quote = opening[0]
    position = opening.end()
    while True:
        end = text.find(quote, position)
        stop = text.find("\n", position)
        stop = len(text) if stop < 0 else stop
        if end < 0:
            return stop if len(quote) == 1 else line_end(text, opening.end())
        if len(quote) == 1 and stop < end:
            if text[stop - 1 : stop] != "\\":
                return stop
            position = stop + 1
            continue
        before = text[position:end]
        slashes = len(before) - len(before.rstrip("\\"))
        if slashes % 2 == 0:
            return end + len(quote)
        position = end + 1


def line_end(text: str, position: int) -> int:
    stop = text.find("\n", position)
    return len(text) if stop < 0 else stop


def logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines with their numbers from 1; those that go on inside of brackets or strings are one."""
    position = begins = depth = 0
    number = 1
    while (token := TOKEN.search(text, position)) is not None:
        position = token.end()
        if token.lastgroup in {"triple", "quote"}:
            position = string_end(text, token)
        elif token.lastgroup in {"open", "close"}:
            depth = max(0, depth + (1 if token.lastgroup == "open" else -1))
        elif token.lastgroup == "end" and depth == 0:
            yield number, text[begins:position]
            number += text.count("\n", begins, position)
            begins = position
    yield number, text[begins:]
