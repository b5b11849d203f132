"""Applications that leave the question who it is to a package, and where what they keep is kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.paths import measuring
from tests.paths.measuring import APPLICATIONS, Measured, life, measure
from tests.paths.test_deciding import agrees, credentials_of, worst
from tests.paths.under_way import accepted_after_under_way
from tests.redis_server import Server
from tests.wall import Wall

from rescind.paths.map import behaviours
from rescind.paths.model import Behaviour, Map

FOLDER = APPLICATIONS / "of_packages"
Row = tuple[str, Behaviour, Measured, bool]


def part(*beginnings: str) -> list[Path]:
    return sorted(each for each in FOLDER.glob("*.py") if each.stem.startswith(beginnings))


@contextmanager
def places(folder: Path) -> Iterator[None]:
    """Where sessions are kept: a folder, and a server whose clock goes with that of the application."""
    with Wall() as wall, Server("valkey", wall=wall) as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("PLACE", str(folder))
        patch.setenv("REDIS_URL", server.url)
        measuring.beside.append(wall.set)
        try:
            yield
        finally:
            measuring.beside.remove(wall.set)


def seen(path: Path) -> dict[str, Measured]:
    """As `measure`; of Flask also with a request of the copy under way while its owner signs out."""
    found = measure(path)
    asks = "flask" in path.read_text(encoding="utf-8") and found["on_revoke"].kind == "immediate"
    if asks and accepted_after_under_way(path):
        natural = life(path)
        found["on_revoke"] = Measured("never") if natural is None else Measured("expiry", natural)
    return found


def held(path: Path) -> list[Row]:
    credentials = credentials_of(path)
    rows = [(end, worst(credentials, end), each) for end, each in seen(path).items()]
    return [(f"{path.stem} {end}", said, each, agrees(said, each)) for end, said, each in rows]


def told(rows: list[Row], count: int) -> str:
    agreed = sum(row[-1] for row in rows)
    return (
        f"the map agrees with {agreed} of {len(rows)} behaviours of {count} applications that packages guard"
    )


def routes_of(drawn: Map) -> dict[tuple[str, str], object]:
    """Of each route whether it is protected, and what ends its credentials."""
    return {
        (each.method, each.path): (
            each.protected,
            [[(b.kind, b.seconds) for b in behaviours(drawn.credentials[name])] for name in each.accepts],
        )
        for each in drawn.routes
        if not any(note.endswith(" page") for note in each.notes)
    }
