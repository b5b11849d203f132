"""What the demo writes while it works: one line for each phase; bars move on a terminal only."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from time import perf_counter
from typing import TextIO

BAR = 40
WIDTH = 76


class Screen:
    """Lines of at most 80 columns. Carriage returns are used on terminals only."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = sys.stdout if stream is None else stream
        self._live = self._stream.isatty()
        self._began = perf_counter()

    def line(self, text: str = "") -> None:
        """One line, indented by two."""
        self._write(f"  {text}".rstrip() + "\n")

    def lines(self, texts: Iterable[str]) -> None:
        """Several."""
        for text in texts:
            self.line(text)

    def begin(self) -> None:
        """Starts the clock of a phase."""
        self._began = perf_counter()

    def progress(self, name: str, text: str, share: float) -> None:
        """Redraws the line of a running phase; says nothing in a pipe."""
        if self._live:
            self._write("\r" + self._phase(name, f"{bar(share)} {text}"))

    def done(self, name: str, text: str) -> None:
        """Ends a phase: what it did and how long it took since `begin`."""
        elapsed = perf_counter() - self._began
        self._write(("\r" if self._live else "") + self._phase(name, text, f"{elapsed:.1f} s") + "\n")

    def _phase(self, name: str, text: str, elapsed: str = "") -> str:
        return f"  {name:<14}{text:<54}{elapsed:>8}"

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


def bar(share: float) -> str:
    """A bar that is filled to that share."""
    full = round(BAR * share)
    return "█" * full + "░" * (BAR - full)
