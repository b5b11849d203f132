"""Patterns of FastAPI and Starlette that are never reached, since an earlier one takes their paths.

Both try routes in the order in which they were added. ``{id}`` takes any part of a path without a slash,
whatever the function says of its type: what does not fit is answered with 422 and not tried further on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import product
from typing import Any

ANY = "{}"
MOST_PARTS = 8  # each doubles what is looked for


class Shadows:
    """What came before, in the order in which it is tried."""

    def __init__(self) -> None:
        self._first: dict[tuple[str, ...], Mapping[str, Any]] = {}

    def over(self, row: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """The earlier route that takes every path of this one; it is noted as one that came before."""
        parts = str(row["path"]).split("/")
        if len(parts) > MOST_PARTS or any(":" in each for each in parts if each.startswith("{")):
            return None
        wider = [(each,) if each.startswith("{") else (each, ANY) for each in map(plain, parts)]
        found = None
        for method in (row["method"], "ANY") if row["method"] != "WEBSOCKET" else ("WEBSOCKET",):
            taken = (self._first.get((method, *each)) for each in product(*wider))
            found = found or next((each for each in taken if each is not None), None)
        self._first.setdefault((str(row["method"]), *map(plain, parts)), row)
        return found


def plain(part: str) -> str:
    """A part of a path; what stands for any text has no name. ``a-{b}`` is kept as it is."""
    return ANY if part.startswith("{") and part.endswith("}") and part.count("{") == 1 else part


def shadowed(rows: Iterable[Mapping[str, Any]]) -> dict[int, Mapping[str, Any]]:
    """By the identity of a row, what hides it: of routes and not of files, which are tried for others too."""
    shadows = Shadows()
    found = {id(row): shadows.over(row) for row in rows if row["kind"] == "route"}
    return {key: row for key, row in found.items() if row is not None}
