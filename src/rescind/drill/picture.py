"""One self-contained HTML page: every request of every trial over time, and the same figures as a table.

A strip is one way to end access. Each trial is a line of marks: dots for accepted requests, ticks for refused
ones, against the moment in which the end was answered. Shape and colour both tell them apart. The page loads
nothing and runs no script.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from rescind.drill.judge import Verdict
from rescind.drill.record import Trial

WIDTH = 1120
NEAR = (58, 370)  # left and right edge of the close view
WIDE = (430, 1104)  # of the whole watch
NEAR_SECONDS = 0.06  # on both sides of the answer
BEFORE_SECONDS = 0.4  # shown of the time before the answer in the whole view
HEIGHTS = (96, 190)  # of a strip's plot, at least and at most
TOP, BOTTOM = 34, 40


@dataclass(frozen=True, slots=True)
class Strip:
    """One row of the picture. `verdict` is the sentence at its right end; `good` chooses its mark.

    `bound` is drawn as a second line, so many seconds after the answer, unless it is 0.
    """

    label: str
    verdict: str
    good: bool
    trials: Sequence[Trial]
    bound: float = 0.0


@dataclass(frozen=True, slots=True)
class Table:
    """The same figures as text."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]


def page(
    *,
    title: str,
    lede: str,
    answer: str,
    strips: Sequence[Strip],
    table: Table,
    notes: Sequence[str],
    more: str = "",
) -> str:
    """The whole page. `title` says the finding, `answer` names the vertical line ("sign-out answered").

    `more` is HTML between the table and the notes, as `rescind.drill.grid` makes it.
    """
    longest = max((_last(strip) for strip in strips), default=1.0)
    figures = "\n".join(_strip(strip, answer, longest) for strip in strips)
    noted = "\n".join(f"<p>{escape(note)}</p>" for note in notes)
    return _PAGE.format(
        style=_STYLE,
        title=escape(title),
        lede=escape(lede),
        legend=_LEGEND,
        figures=figures,
        table=_table(table),
        more=more,
        notes=noted,
    )


def _strip(strip: Strip, answer: str, longest: float) -> str:
    height = min(HEIGHTS[1], max(HEIGHTS[0], round(1.9 * len(strip.trials))))
    near = Scale(NEAR, -NEAR_SECONDS, NEAR_SECONDS)
    wide = Scale(WIDE, -BEFORE_SECONDS, longest)
    parts = [
        f'<text class="axis" x="{NEAR[0]}" y="{TOP - 14}">close to the answer</text>',
        f'<text class="axis" x="{WIDE[0]}" y="{TOP - 14}">the whole watch</text>',
    ]
    for scale, ticks, unit in ((near, (-50, -25, 0, 25, 50), "ms"), (wide, _seconds(longest), "s")):
        parts.append(_frame(scale, height, ticks, unit))
        parts.append(marks(strip.trials, scale, height, smallest=1.8 if scale is wide else 3.0))
        parts.append(_answer_line(scale, height, answer))
        if 0 < strip.bound <= scale.last:
            parts.append(_bound_line(scale, height, strip.bound))
    total = TOP + height + BOTTOM
    said = escape(f"{strip.label}: {strip.verdict}", quote=True)
    mark = "good" if strip.good else "bad"
    return (
        f'<figure><figcaption><b>{escape(strip.label)}</b> <span class="{mark}">{"✔" if strip.good else "✘"}'
        f" {escape(strip.verdict)}</span></figcaption>"
        f'<svg viewBox="0 0 {WIDTH} {total}" role="img" aria-label="{said}">{"".join(parts)}</svg></figure>'
    )


class Scale:
    """Seconds after the answer to pixels, between two edges."""

    def __init__(self, edges: tuple[int, int], first: float, last: float) -> None:
        self.left, self.right = edges
        self.first, self.last = first, last
        self._factor = (self.right - self.left) / (last - first)

    def __call__(self, seconds: float) -> float:
        return self.left + (seconds - self.first) * self._factor


def marks(
    trials: Sequence[Trial],
    scale: Scale,
    height: int,
    *,
    smallest: float,
    largest: float = 5.0,
    top: float = TOP,
) -> str:
    """One path for each verdict: thousands of marks stay small and quick to draw.

    A dot is at least `smallest` and at most `largest` wide; the plot begins at `top`.
    """
    paths: dict[Verdict, list[str]] = {verdict: [] for verdict in Verdict}
    row = height / max(1, len(trials))
    tick = max(0.7 * smallest, min(5.0, row * 0.8))
    for index, trial in enumerate(trials):
        y = top + (index + 0.5) * row
        for asked in trial.asked:
            since = asked.started - trial.answered
            if scale.first <= since <= scale.last:
                x = f"{scale(since):.1f}"
                refused = asked.verdict is Verdict.REFUSED
                paths[asked.verdict].append(
                    f"M{x} {y - tick / 2:.1f}v{tick:.1f}" if refused else f"M{x} {y:.1f}h0"
                )
    dot = max(smallest, min(largest, row * 0.95))
    widths = {Verdict.REFUSED: 1.1, Verdict.ACCEPTED: dot, Verdict.UNDECIDED: dot}
    order = (Verdict.REFUSED, Verdict.UNDECIDED, Verdict.ACCEPTED)  # what must be seen lies on top
    return "".join(
        f'<path class="{verdict}" stroke-width="{widths[verdict]:.1f}" d="{"".join(paths[verdict])}"/>'
        for verdict in order
        if paths[verdict]
    )


def _frame(scale: Scale, height: int, ticks: Iterable[int], unit: str) -> str:
    base = TOP + height
    factor = 1000 if unit == "ms" else 1
    parts = [f'<path class="grid" d="M{scale.left} {base}H{scale.right}"/>']
    for tick in ticks:
        x = scale(tick / factor)
        label = f"{tick:+d}" if tick else "0"
        parts.append(f'<path class="grid" d="M{x:.1f} {TOP}V{base + 4}"/>')
        parts.append(f'<text class="tick" x="{x:.1f}" y="{base + 18}">{label} {unit}</text>')
    return "".join(parts)


def _answer_line(scale: Scale, height: int, answer: str) -> str:
    x = scale(0)
    return (
        f'<path class="answer" d="M{x:.1f} {TOP - 6}V{TOP + height + 4}"/>'
        f'<text class="said" x="{x:.1f}" y="{TOP + height + 33}">{escape(answer)}</text>'
    )


def _bound_line(scale: Scale, height: int, bound: float) -> str:
    return (
        f'<path class="answer" stroke-dasharray="3 3" d="M{scale(bound):.1f} {TOP - 6}V{TOP + height + 4}"/>'
    )


def _last(strip: Strip) -> float:
    """Seconds after the answer at which the last probe of a strip started."""
    return max(
        (trial.asked[-1].started - trial.answered for trial in strip.trials if trial.asked), default=1.0
    )


def _seconds(longest: float) -> range:
    step = next((step for step in (1, 2, 5, 10, 30, 60, 300) if longest / step <= 12), 600)
    return range(0, int(longest) + 1, step)


def _table(table: Table) -> str:
    head = "".join(f"<th scope=col>{escape(cell)}</th>" for cell in table.head)
    rows = "".join(
        f"<tr><th scope=row>{escape(row[0])}</th>"
        + "".join(f"<td>{escape(cell)}</td>" for cell in row[1:])
        + "</tr>"
        for row in table.rows
    )
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'


_LEGEND = (
    '<p class="legend"><svg width="14" height="14" aria-hidden="true"><path class="accepted" stroke-width="7"'
    ' d="M7 7h0"/></svg> a request with the copy that was accepted &ensp; <svg width="14" height="14"'
    ' aria-hidden="true"><path class="refused" stroke-width="1.6" d="M7 2v10"/></svg> refused &ensp; <svg'
    ' width="14" height="14" aria-hidden="true"><path class="undecided" stroke-width="6" d="M7 7h0"/></svg>'
    " undecided (429, 5xx, no answer) &ensp; Each line of marks is one trial; a mark stands where its request"
    " started.</p>"
)

_STYLE = """
:root { color-scheme: light dark; --paper: #fff; --ink: #16202b; --soft: #55616e; --rule: #dfe4ea;
  --accepted: #c2410c; --refused: #2f6db3; --undecided: #8a6d00; --good: #146c43; }
@media (prefers-color-scheme: dark) { :root { --paper: #12171d; --ink: #e8edf2; --soft: #a3afbc;
  --rule: #2b343e;  --accepted: #ff9350; --refused: #6cb2f7; --undecided: #e0c341; --good: #5fd39a; } }
body { background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; margin: 0 auto;
  max-width: 1120px; padding: 32px 20px 64px; }
h1 { font-size: 27px; line-height: 1.25; margin: 0 0 8px; text-wrap: balance; }
p { color: var(--soft); margin: 6px 0; max-width: 90ch; }
.legend { font-size: 14px; margin: 14px 0 22px; max-width: none; }
.legend svg { vertical-align: -2px; }
figure { border-top: 1px solid var(--rule); margin: 0; padding: 12px 0 4px; }
figcaption { display: flex; flex-wrap: wrap; gap: 4px 20px; justify-content: space-between; }
.good { color: var(--good); } .bad { color: var(--accepted); }
svg { display: block; height: auto; max-width: 100%; } .legend svg { display: inline; }
text { fill: var(--soft); font: 12px system-ui, sans-serif; }
.tick, .said { text-anchor: middle; } .said { fill: var(--ink); }
path { fill: none; } .grid { stroke: var(--rule); } .answer { stroke: var(--ink); stroke-width: 1.5; }
.accepted { stroke: var(--accepted); stroke-linecap: round; } .refused { stroke: var(--refused); }
.undecided { stroke: var(--undecided); stroke-linecap: square; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; margin: 28px 0 12px; width: 100%; }
th, td { border-bottom: 1px solid var(--rule); padding: 7px 12px 7px 0; text-align: right; }
th:first-child { text-align: left; } thead th { color: var(--soft); font-size: 14px; font-weight: 500; }
tbody th { font-weight: 600; }
h2 { font-size: 21px; line-height: 1.3; margin: 44px 0 4px; text-wrap: balance; }
.grid td { padding: 5px 6px 3px 0; text-align: center; vertical-align: top; }
.grid th:first-child { padding-right: 14px; vertical-align: middle; white-space: nowrap; }
.grid thead th { text-align: center; } .grid td svg { margin: 0 auto 1px; }
.grid td span, .grid td.none { font-size: 13px; }
.grid td.none { color: var(--soft); vertical-align: middle; }
.grid .begins th, .grid .begins td { border-top: 2px solid var(--soft); }
.wide { overflow-x: auto; } .wide th, .wide td { white-space: nowrap; }
"""

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
  content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<link rel="icon" href="data:,">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<h1>{title}</h1>
<p>{lede}</p>
{legend}
{figures}
{table}
{more}
{notes}
</body>
</html>
"""
