"""On which line of a TOML text each key and each item stands: tomllib does not say.

The text must be one that tomllib has read: nothing is checked here a second time.
"""

from __future__ import annotations

import re
import tomllib
from typing import TypeAlias

Place: TypeAlias = tuple[str | int, ...]  # keys, and numbers of items: ("end", 0, "steps", 1, "post")

_GAP = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BLANK = re.compile(r"[ \t]*")
_DOT = re.compile(r"[ \t]*\.[ \t]*")
_KEY = re.compile(r"""[A-Za-z0-9_-]+|"(?:\\.|[^"\\])*"|'[^']*'""")
_SCALAR = re.compile(
    r'"""(?:\\.|[^\\])*?"""(?:"{0,2})'
    r"|'''.*?'''(?:'{0,2})"
    r'|"(?:\\.|[^"\\])*"'
    r"|'[^']*'"
    r"|\d{4}-\d\d-\d\d \d\d:[^\s,\]}#]+"  # a date and a time with a space between them
    r"|[^\s,\]}#]+",
    re.DOTALL,
)


def lines(text: str) -> dict[Place, int]:
    """The line (from 1) of every key and item; of a table, where it is first named. The root is line 1."""
    return _Scan(text.replace("\r\n", "\n")).document()


class _Scan:
    """Reads forward once; `_at` is where it is."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._found: dict[Place, int] = {(): 1}
        self._items: dict[Place, int] = {}  # [[name]] -> the number of its last item

    def document(self) -> dict[Place, int]:
        table: Place = ()
        self._skip(_GAP)
        while self._at < len(self._text):
            if self._text.startswith("[", self._at):
                table = self._header()
            else:
                self._pair(table)
            self._skip(_GAP)
        return self._found

    def _header(self) -> Place:
        """[a.b] or [[a.b]]."""
        ends = "]]" if self._text.startswith("[[", self._at) else "]"
        self._at += len(ends)
        self._skip(_BLANK)
        keys, line = self._keys(), self._line()
        self._skip(_BLANK)
        self._at += len(ends)
        place: Place = ()
        for number, key in enumerate(keys, start=1):
            place = (*place, key)
            self._found.setdefault(place, line)
            if ends == "]]" and number == len(keys):
                self._items[place] = self._items.get(place, -1) + 1
            if place in self._items:
                place = (*place, self._items[place])
                self._found.setdefault(place, line)
        return place

    def _pair(self, table: Place) -> None:
        """key = value, in a table of either kind."""
        line = self._line()
        place = table
        for key in self._keys():
            place = (*place, key)
            self._found.setdefault(place, line)
        self._skip(_BLANK)
        self._at += 1  # the equals sign
        self._skip(_BLANK)
        self._value(place)

    def _value(self, place: Place) -> None:
        if self._text.startswith("[", self._at):
            self._inside("]", place)
        elif self._text.startswith("{", self._at):
            self._inside("}", place)
        else:
            self._match(_SCALAR)

    def _inside(self, ends: str, place: Place) -> None:
        """The items of an array or the pairs of an inline table."""
        self._at += 1
        number = 0
        while True:
            self._skip(_GAP)
            if self._text.startswith(ends, self._at):
                self._at += 1
                return
            if self._text.startswith(",", self._at):
                self._at += 1
            elif ends == "}":
                self._pair(place)
            else:
                item = (*place, number)
                number += 1
                self._found[item] = self._line()
                self._value(item)

    def _keys(self) -> list[str]:
        keys = [self._key()]
        while _DOT.match(self._text, self._at):
            self._skip(_DOT)
            keys.append(self._key())
        return keys

    def _key(self) -> str:
        written = self._match(_KEY)
        if written.startswith('"'):
            return str(tomllib.loads(f"key = {written}")["key"])
        return written.strip("'")

    def _match(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self._text, self._at)
        if found is None:
            raise ValueError(f"line {self._line()}: not TOML")
        self._at = found.end()
        return found[0]

    def _skip(self, pattern: re.Pattern[str]) -> None:
        self._match(pattern)

    def _line(self) -> int:
        return self._text.count("\n", 0, self._at) + 1
