"""Who can be shut out, and how fast: audiences against time, a circle for the routes of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from html import escape
from math import inf, log
from typing import NamedTuple

from rescind.paths.model import Behaviour, Map, Route
from rescind.paths.words import ENDED, plain

WIDTH = 1100
LEFT = 150  # of the names of audiences
ROW = 58
TOP = 46
SMALLEST, LARGEST = 12.0, 27.0  # radius of a circle
LONGEST_NAME = 18  # characters; the whole name is in the title of the mark
FIRST = ("admin", "user", "api", "machine", "public")


class Column(NamedTuple):
    """One of the columns. ``most``: seconds; ``style``: the class of its colour."""

    label: str
    style: str
    most: float = 0.0


COLUMNS = (
    Column("at once", "immediate"), Column("≤ 1 min", "bounded", 60), Column("≤ 15 min", "bounded", 900),
    Column("≤ 1 h", "bounded", 3_600), Column("≤ 1 d", "expiry", 86_400), Column("longer", "expiry", inf),
    Column("until it ends", "expiry"), Column("never", "never"), Column("not known", "unknown"),
    Column("nothing to end", "open"),
)  # fmt: skip
AT = {column.label: number for number, column in enumerate(COLUMNS)}


def column_of(behaviour: Behaviour) -> int:
    """The first column that is no quicker than the behaviour."""
    words = {"immediate": "at once", "never": "never", "unknown": "not known", "n/a": "nothing to end"}
    if behaviour.kind in words:
        return AT[words[behaviour.kind]]
    longest = behaviour.rank.longest
    if longest == inf:
        return AT["until it ends"]
    return next(number for number, column in enumerate(COLUMNS) if column.most >= longest and column.most)


def ordered(audiences: Iterable[str]) -> list[str]:
    """Administrators first; what rescind.toml adds stands before the public."""
    some = set(audiences)
    own = sorted(some - set(FIRST))
    return [each for each in (*FIRST[:-1], *own, FIRST[-1]) if each in some]


def picture(drawn: Map, end: str) -> str:
    """An SVG of all routes, for one of `rescind.paths.model.ENDS`."""
    audiences = ordered(route.audience for route in drawn.routes)
    counts = Counter((route.audience, column_of(drawn.worst(route, end))) for route in drawn.routes)
    height = TOP + ROW * len(audiences) + 8
    parts = [*heads(height), *rows(audiences)]
    most = max(counts.values(), default=1)
    for (audience, column), count in sorted(counts.items()):
        parts.append(circle(audiences.index(audience), column, count, most, audience))
    said = escape(f"{ENDED[end]}: {in_words(audiences, counts)}", quote=True)
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img"'
        f' aria-label="{said}">{"".join(parts)}</svg>'
    )


def x_of(column: int) -> float:
    width = (WIDTH - LEFT) / len(COLUMNS)
    return LEFT + width * (column + 0.5)


def heads(height: int) -> Iterable[str]:
    for number, column in enumerate(COLUMNS):
        x = x_of(number)
        yield f'<path class="rule" d="M{x:.1f} {TOP - 12}V{height}"/>'
        yield f'<text class="head" x="{x:.1f}" y="{TOP - 22}">{column.label}</text>'


def rows(audiences: Sequence[str]) -> Iterable[str]:
    for number, audience in enumerate(audiences):
        y = TOP + ROW * (number + 0.5)
        name = plain(audience)
        short = name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"
        yield f'<path class="rule" d="M0 {TOP + ROW * number}H{WIDTH}"/>'
        yield f'<text class="who" x="0" y="{y + 5:.1f}">{escape(short)}</text>'


def circle(row: int, column: int, count: int, most: int, audience: str) -> str:
    """It grows with each tenfold of the count, which stands in it."""
    text = f"{count:,}"
    grown = (LARGEST - SMALLEST) * log(count) / log(most) if most > 1 else 0.0
    radius = max(SMALLEST + grown, 4.0 * len(text) + 3)
    x, y = x_of(column), TOP + ROW * (row + 0.5)
    title = escape(f"{plain(audience)}, {COLUMNS[column].label}: {text}")
    return (
        f'<g class="{COLUMNS[column].style}"><title>{title}</title>'
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}"/>'
        f'<text class="count" x="{x:.1f}" y="{y + 4.5:.1f}">{text}</text></g>'
    )


def in_words(audiences: Sequence[str], counts: Counter[tuple[str, int]]) -> str:
    """The same as text: ``admin 3 at once, 1 never; user 12 at once``."""
    said = []
    for audience in audiences:
        found = [f"{counts[audience, n]:,} {c.label}" for n, c in enumerate(COLUMNS) if counts[audience, n]]
        said.append(f"{plain(audience)} {', '.join(found)}")
    return "; ".join(said) or "no route"


def with_credentials(routes: Iterable[Route]) -> list[Route]:
    """Those that can be shut at all: they accept something, be it that nobody knows what."""
    return [route for route in routes if route.accepts or route.protected is not False]
