"""The costs of one check as a self-contained SVG, on a logarithmic axis."""

from __future__ import annotations

import math
from html import escape
from typing import Any

WIDTH, LEFT, BAR, GAP, TOP = 900, 330, 20, 10, 64


def draw(part: dict[str, Any] | None) -> str:
    """Bars for every row of the part ``check``; an empty picture says that it is missing."""
    rows = part["rows"] if part is not None else []
    if part is None or not rows:
        return _svg(80, [_text(16, 40, "Run python -m bench check first.")])
    values = [row["value"] for row in rows]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    height = TOP + len(rows) * (BAR + GAP) + 40

    def x_of(value: float) -> float:
        return LEFT + (math.log10(value) - low) / (high - low) * (WIDTH - LEFT - 90)

    parts = [_text(16, 26, "What one check costs (median, logarithmic axis)", "title")]
    parts.append(_text(16, 46, f"{part['machine']} · {part['date']}", "note"))
    for power in range(low, high + 1):
        x = x_of(10.0**power)
        parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP - 6}" y2="{height - 30}" class="grid"/>')
        parts.append(_text(x, height - 12, f"{10.0 ** (power + 6):g} µs", "note", "middle"))
    for number, row in enumerate(rows):
        y = TOP + number * (BAR + GAP)
        ours = "ours" if row["name"].startswith(("leased", "strict")) else "other"
        parts.append(_text(LEFT - 10, y + 15, row["name"], "", "end"))
        width = x_of(row["value"]) - LEFT
        parts.append(f'<rect x="{LEFT}" y="{y}" width="{width:.1f}" height="{BAR}" class="{ours}"/>')
        parts.append(_text(x_of(row["value"]) + 6, y + 15, row["text"].replace("us", "µs")))
    return _svg(height, parts)


def _text(x: float, y: float, text: str, style: str = "", anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y}" class="{style}" text-anchor="{anchor}">{escape(text)}</text>'


def _svg(height: int, parts: list[str]) -> str:
    style = (
        "text{font:13px system-ui,sans-serif;fill:#1a1a1a}.title{font-weight:600;font-size:16px}"
        ".note{font-size:11px;fill:#555}.grid{stroke:#ccc}.ours{fill:#0b6e4f}.other{fill:#9a9a9a}"
        "svg{background:#fff}"
    )
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'aria-label="What one check costs"><style>{style}</style>\n{body}\n</svg>\n'
    )
