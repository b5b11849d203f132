"""What a command prints: a table on a terminal, tab-separated lines in a pipe, one object with ``--json``."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rescind.cli.sources import Found


class Run:
    """One run of the program.

    Args:
        name: of the program, as it is typed.
        find: gives the settings where the program runs inside of another, which has them.

    Attributes:
        as_json: print one JSON object and nothing else on standard output.
        debug: show tracebacks.
        printed: the object has been printed.
    """

    def __init__(self, name: str = "rescind", find: Callable[[], Found] | None = None) -> None:
        self.name = name
        self.find = find
        self.as_json = False
        self.debug = False
        self.printed = False

    def print_json(self, value: Mapping[str, Any]) -> None:
        """The one object of this run."""
        if self.printed:
            raise RuntimeError("--json prints one object")
        self.printed = True
        # In ASCII: whatever the terminal's encoding, and no text from elsewhere can play with it.
        click.echo(json.dumps(value))

    def spelled(self, text: str) -> str:
        """A text that tells to run a command of ours, as it is typed here."""
        return text.replace("`rescind ", f"`{self.name} ")

    def say(self, text: str) -> None:
        """A line of the result, unless it is printed as an object."""
        if not self.as_json:
            click.echo(text)

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Rows for people or for ``cut``; in a pipe without the heading."""
        texts = [[cell(value) for value in row] for row in rows]
        if self.as_json:
            return
        if not on_terminal():
            for row in texts:
                click.echo("\t".join(row))
            return
        for line in aligned(columns, texts, shutil.get_terminal_size().columns):
            click.echo(line)


def note(text: str) -> None:
    """A remark beside the result, on standard error."""
    click.echo(one_line(text), err=True)


def on_terminal() -> bool:
    return sys.stdout.isatty()


def coloured() -> bool:
    """Colours only on a terminal, and not where ``NO_COLOR`` is set (https://no-color.org)."""
    return on_terminal() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def styled(text: str, **style: Any) -> str:
    return click.style(text, **style) if coloured() else text


def aligned(columns: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> list[str]:
    """Columns two spaces apart; only the last one is cut at ``width`` characters: ids stay whole."""
    widths = [max(len(row[at]) for row in (columns, *rows)) for at in range(len(columns))]
    lines = [
        "  ".join(text.ljust(size) for text, size in zip(row, widths, strict=True)).rstrip()
        for row in (columns, *rows)
    ]
    room = max(width, sum(widths[:-1]) + 2 * len(widths) + 10)
    lines = [line if len(line) <= room else line[: room - 1] + "…" for line in lines]
    return [styled(lines[0], bold=True), *lines[1:]]


def cell(value: object) -> str:
    """One value in a table: never a tab, a line break or a control character, whoever wrote it."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}Z" if on_terminal() else moment(value)
    if isinstance(value, list | tuple):
        return ",".join(cell(each) for each in value) or "-"
    return one_line(str(value)) or "-"


def moment(value: datetime) -> str:
    """RFC 3339 in UTC."""
    return value.isoformat().replace("+00:00", "Z")


def one_line(text: str) -> str:
    """Text from elsewhere on one line: what does not print could move the cursor or forge a line."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def counted(count: int, thing: str) -> str:
    """``1 session``, ``1,204 sessions``"""
    return f"{count:,} {thing}{'' if count == 1 else 's'}"
