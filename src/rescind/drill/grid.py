"""A table of small pictures: in each cell every request of some trials, against the moment of the answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from rescind.drill.picture import Scale, marks
from rescind.drill.record import Trial

WIDTH, HEIGHT = 150, 34  # of one picture, in pixels
BEFORE_SECONDS = 0.5  # shown of the time before the answer


@dataclass(frozen=True, slots=True)
class Plot:
    """One cell. `text` stands below the picture; `good` chooses its colour."""

    text: str
    good: bool
    trials: Sequence[Trial]


@dataclass(frozen=True, slots=True)
class Line:
    """One row; None is a cell without a picture. `begins`: a rule stands above it."""

    label: str
    plots: Sequence[Plot | None]
    begins: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """`until`: seconds after the answer that are shown. `nothing` stands in a cell without a picture."""

    title: str
    lede: str
    columns: Sequence[str]
    lines: Sequence[Line]
    until: float
    nothing: str


def section(grid: Grid) -> str:
    """HTML for the page of `rescind.drill.picture`."""
    head = "".join(f"<th scope=col>{escape(column)}</th>" for column in ("", *grid.columns))
    rows = "\n".join(_row(grid, line) for line in grid.lines)
    return (
        f"<h2>{escape(grid.title)}</h2>\n<p>{escape(grid.lede)}</p>\n"
        f'<div class="wide"><table class="grid"><thead><tr>{head}</tr></thead>\n'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _row(grid: Grid, line: Line) -> str:
    cells = "".join(
        _cell(grid, f"{line.label}, {column}", plot)
        for column, plot in zip(grid.columns, line.plots, strict=True)
    )
    begins = ' class="begins"' if line.begins else ""
    return f"<tr{begins}><th scope=row>{escape(line.label)}</th>{cells}</tr>"


def _cell(grid: Grid, name: str, plot: Plot | None) -> str:
    if plot is None:
        return f'<td class="none">{escape(grid.nothing)}</td>'
    scale = Scale((4, WIDTH - 4), -BEFORE_SECONDS, grid.until)
    answered = scale(0)
    return (
        f'<td><svg width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
        f' aria-label="{escape(f"{name}: {plot.text}", quote=True)}">'
        f'<path class="grid" d="M4 {HEIGHT - 1}H{WIDTH - 4}"/>'
        f"{marks(plot.trials, scale, HEIGHT - 4, smallest=2.0, top=1, largest=4.0)}"
        f'<path class="answer" d="M{answered:.1f} 0V{HEIGHT}"/></svg>'
        f'<span class="{"good" if plot.good else "bad"}">{escape(plot.text)}</span></td>'
    )
