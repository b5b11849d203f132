"""Which routes a table of rescind.toml speaks of: by path, method, endpoint and audience."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from rescind.paths.model import Map, Route

ANY = "ANY"


class Selector(NamedTuple):
    """Patterns, of each kind one must fit; no pattern: all fit.

    In a pattern ``*`` stands for any text, ``/`` too, and everything else for itself: paths are written as
    the framework writes them, with brackets and braces.
    """

    path: tuple[str, ...] = ()
    method: tuple[str, ...] = ()
    endpoint: tuple[str, ...] = ()
    audience: tuple[str, ...] = ()

    def covers(self, route: Route) -> bool:
        """Whether it speaks of all of the route: of one that takes any method only if no method is named."""
        return self._fits(route) and (not self.method or route.method in self.method)

    def touches(self, route: Route) -> bool:
        """Whether it speaks of the route or of one of its methods."""
        return self._fits(route) and (not self.method or route.method in {*self.method, ANY})

    def _fits(self, route: Route) -> bool:
        return (
            (not self.path or any_fits(self.path, route.path))
            and (not self.endpoint or any_fits(self.endpoint, route.endpoint))
            and (not self.audience or route.audience in self.audience)
        )

    def __str__(self) -> str:
        """``audience admin, path /api/*``"""
        said = [f"{name} {' or '.join(given)}" for name, given in self._asdict().items() if given]
        return ", ".join(said) or "all routes"


def any_fits(patterns: Iterable[str], text: str) -> bool:
    return any(compiled(pattern).fullmatch(text) for pattern in patterns)


@lru_cache(maxsize=4_096)
def compiled(pattern: str) -> re.Pattern[str]:
    # Several `*` beside each other are one: else they would be tried in all ways.
    parts = re.split(r"\*+", pattern)
    return re.compile("(?s:.*)".join(map(re.escape, parts)))


def with_audiences(drawn: Map, audiences: Iterable[tuple[str, Selector]]) -> Map:
    """The map, where the first selector that covers a route says for whom it is."""
    rows = tuple(audiences)
    routes = tuple(
        replace(route, audience=next((name for name, each in rows if each.covers(route)), route.audience))
        for route in drawn.routes
    )
    return replace(drawn, routes=routes)
