"""Which earlier pattern takes the paths of a later one, held against what Starlette answers."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from starlette.routing import Match, Route

from rescind.paths.shadowing import shadowed

PARTS = st.sampled_from(["users", "me", "{id}", "{name}", "a-{b}", "{n:int}", "{rest:path}"])
PATHS = st.lists(PARTS, min_size=1, max_size=3, unique=True).map(lambda parts: "/" + "/".join(parts))


def row(path: str, method: str = "GET") -> dict[str, Any]:
    return {"path": path, "method": method, "kind": "route"}


def test_a_pattern_before_a_name() -> None:
    rows = [
        row("/users/{id}"),
        row("/users/me"),
        row("/users/me", "POST"),
        row("/users/{other}/x"),
        row("/other/me"),
    ]
    found = shadowed(rows)
    assert [found.get(id(each)) for each in rows] == [None, rows[0], None, None, None]
    assert shadowed(reversed(rows[:2])) == {}
    every = [row("/users/{id}", "ANY"), row("/users/me", "DELETE")]
    assert shadowed(every)[id(every[1])] is every[0]


@given(st.lists(PATHS, min_size=2, max_size=5, unique=True))
def test_what_is_called_hidden_is_never_reached(paths: list[str]) -> None:
    """A path that the later pattern takes is taken by the earlier one too."""
    rows = [row(path) for path in paths]
    found = shadowed(rows)
    for each in rows:
        over = found.get(id(each))
        if over is None:
            continue
        asked = each["path"].replace("{id}", "7").replace("{name}", "x").replace("{b}", "y")
        scope = {"type": "http", "method": "GET", "path": asked, "headers": []}
        for pattern in (each, over):
            assert Route(pattern["path"], lambda _: None).matches(scope)[0] is Match.FULL, (each, over)
