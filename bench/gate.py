"""Figures and bounds: what a part of the bench hands back."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field


class BenchFailed(RuntimeError):
    """It could not be measured; the message says what to do."""


@dataclass(frozen=True)
class Row:
    """One figure for people, with its unit; ``value`` in seconds, bytes or requests for machines."""

    name: str
    text: str
    value: float


@dataclass(frozen=True)
class Gate:
    """A figure, usually a ratio of one interleaved run, and its bound."""

    name: str
    value: float
    at_most: float | None = None
    at_least: float | None = None

    @property
    def held(self) -> bool:
        return (self.at_most is None or self.value <= self.at_most) and (
            self.at_least is None or self.value >= self.at_least
        )

    @property
    def bound(self) -> str:
        return f"<= {self.at_most:g}" if self.at_most is not None else f">= {self.at_least:g}"


@dataclass(frozen=True)
class Table:
    """Figures that belong side by side.

    Attributes:
        name: of the table, unique in its part.
        rows: as many texts in each as ``columns`` has.
    """

    name: str
    columns: list[str]
    rows: list[list[str]]

    def lines(self) -> list[str]:
        """For a terminal: the first column on the left, figures on the right."""
        texts = [self.columns, *self.rows]
        widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
        out = [
            "  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]).rstrip()
            for row in texts
        ]
        return ["", f"  {self.name}", *(f"    {line}" for line in out)]


@dataclass(frozen=True)
class Report:
    """What one part measured.

    Attributes:
        tables: shown instead of the rows; on a page, in places of their own.
    """

    name: str
    rows: list[Row]
    gates: list[Gate]
    notes: list[str] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)

    def lines(self) -> list[str]:
        """The table for a terminal."""
        out = [f"{self.name}", "-" * len(self.name)]
        out += [f"  {row.name:<58} {row.text:>14}" for row in self.rows if not self.tables]
        out += [line for table in self.tables for line in table.lines()]
        out += [""] * bool(self.tables)
        out += [
            f"  {gate.name:<58} {gate.value:>9.2f} {gate.bound:>9}  {'held' if gate.held else 'BROKEN'}"
            for gate in self.gates
        ]
        return [*out, *(f"  {note}" for note in self.notes), ""]

    def to_dict(self) -> dict[str, object]:
        return {
            "rows": [{"name": row.name, "text": row.text, "value": row.value} for row in self.rows],
            "gates": [
                {"name": g.name, "value": g.value, "bound": g.bound, "held": g.held} for g in self.gates
            ],
            "notes": self.notes,
            **({"tables": [asdict(table) for table in self.tables]} if self.tables else {}),
        }
