"""Small applications of Django: what the map says of each, held against what it does."""

from __future__ import annotations

from pathlib import Path

from tests.paths.measuring import APPLICATIONS, Measured
from tests.paths.measuring_django import measure
from tests.paths.test_deciding import agrees, worst

from rescind.paths.map import draw
from rescind.paths.model import Behaviour, Credential

FOLDERS = sorted(each.parent for each in (APPLICATIONS / "of_django").glob("*/settings.py"))
PARTS = {
    "sessions": ("session_", "logout_"),
    "rest": ("rest_", "jwt_"),
    "packages": ("knox_", "oauth_"),
    "own": ("own_key", "own_jwt", "own_session", "deceptive_", "page_"),
}
"""By the beginnings of their names; what is left are guards. Each part is a file, which takes minutes."""
AT_LEAST = 0.95
UNDECIDED = ("deceptive_user_of_cache", "deceptive_user_remembered")
"""Code of the application says who the user is: `unknown` is right, so these need not agree."""
Row = tuple[str, Behaviour, Measured, bool]


def part(name: str) -> list[Path]:
    if name in PARTS:
        return [each for each in FOLDERS if each.name.startswith(PARTS[name])]
    return [each for each in FOLDERS if not each.name.startswith(tuple(sum(PARTS.values(), ())))]


def credentials_of(folder: Path) -> list[Credential]:
    drawn = draw("settings", folder)
    (route,) = [each for each in drawn.routes if each.path == "/me"]
    assert route.protected is True, (folder.name, route)
    return [drawn.credentials[name] for name in route.accepts]


def held_against_measurement(folder: Path) -> list[Row]:
    credentials = credentials_of(folder)
    guess = max(each.on_revoke.seconds or each.max_lifetime_s or 0.0 for each in credentials)
    rows = [(end, worst(credentials, end), seen) for end, seen in measure(folder, guess or None).items()]
    return [(f"{folder.name} {end}", said, seen, agrees(said, seen)) for end, said, seen in rows]


def told(rows: list[Row], count: int) -> str:
    agreed = sum(row[-1] for row in rows)
    return f"the map agrees with {agreed} of {len(rows)} behaviours of {count} applications of Django"


def check(rows: list[Row]) -> None:
    """`immediate` is only said of what was seen to be, and nearly all is right."""
    assert [row for row in rows if row[1].kind == "immediate" and row[2].kind != "immediate"] == []
    decided = [row for row in rows if not row[0].startswith(UNDECIDED)]
    wrong = [row for row in decided if not row[-1]]
    assert 1 - len(wrong) / len(decided) >= AT_LEAST, wrong
    others = [row for row in rows if row not in decided and not row[-1]]
    assert {row[1].kind for row in others} <= {"unknown"}
