"""What the map says of an application, held against what the application does: every behaviour is
measured."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.paths.measuring import APPLICATIONS, Measured, measure

from rescind.paths.map import draw
from rescind.paths.model import Behaviour, Credential

CORPUS = sorted(APPLICATIONS.glob("of_f*/*.py"))
QUICK = {"jwt_denylist", "login_active"}
AT_LEAST = 0.95


def credentials_of(path: Path) -> list[Credential]:
    drawn = draw(f"{path.stem}:app", path.parent)
    (route,) = [each for each in drawn.routes if re.split("/[<{]", each.path)[0] == "/me"]
    assert route.protected is True, (path.stem, route)
    return [drawn.credentials[name] for name in route.accepts]


def worst(credentials: list[Credential], end: str) -> Behaviour:
    """Of all that is copied: whoever has several cookies has the one that lasts longest."""
    found: list[Behaviour] = [getattr(each, end) for each in credentials]
    return max(found, key=lambda each: each.rank)


def agrees(said: Behaviour, seen: Measured) -> bool:
    """The same class, and seconds within 2 percent of those that were seen."""
    if said.kind != seen.kind:
        return False
    return seen.seconds is None or abs((said.seconds or 0) - seen.seconds) <= max(2.0, seen.seconds / 50)


def held_against_measurement(path: Path) -> list[tuple[str, Behaviour, Measured, bool]]:
    credentials = credentials_of(path)
    rows = [(end, worst(credentials, end), seen) for end, seen in measure(path).items()]
    return [(f"{path.stem} {end}", said, seen, agrees(said, seen)) for end, said, seen in rows]


@pytest.mark.parametrize(
    "path",
    [path for path in CORPUS if path.stem in QUICK],
    ids=lambda path: f"{path.parent.name}/{path.stem}",
)
def test_the_map_says_what_is_measured(path: Path) -> None:
    assert [each for each in held_against_measurement(path) if not each[-1]] == []


@pytest.mark.long
def test_the_map_agrees_with_the_measurement_and_is_never_too_good(
    record_property: Callable[[str, object], None],
) -> None:
    """Each application of the corpus. `immediate` is only said of what was seen to be."""
    rows = [row for path in CORPUS for row in held_against_measurement(path)]
    agreed = sum(row[-1] for row in rows)
    record_property(
        "measured", f"the map agrees with {agreed} of {len(rows)} behaviours of {len(CORPUS)} applications"
    )
    too_good = [row for row in rows if row[1].kind == "immediate" and row[2].kind != "immediate"]
    assert too_good == []
    assert agreed / len(rows) >= AT_LEAST, [row for row in rows if not row[-1]]
