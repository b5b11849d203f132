"""What was not read, and why: listed, never left out in silence."""

from __future__ import annotations

from typing import NamedTuple


class Unread(NamedTuple):
    """A file or lines of it that nobody looked at.

    Attributes:
        file: as it is shown to people.
        why: one line.
        line: where it is wrong, counted from 1; 0 where no line is to blame.
        first: of the lines that were left out; 0 where the whole file was.
        last: of the lines that were left out.
    """

    file: str
    why: str
    line: int = 0
    first: int = 0
    last: int = 0
