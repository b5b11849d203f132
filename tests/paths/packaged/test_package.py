"""Applications that leave the question who it is to a package: what the map says of them, held against what
they do, also with a request of the copy under way while its owner signs out."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.paths import measuring
from tests.paths.measuring import APPLICATIONS, Measured, life, measure
from tests.paths.test_deciding import agrees, credentials_of, worst
from tests.paths.under_way import accepted_after_under_way
from tests.redis_server import Server
from tests.wall import Wall

from rescind.paths.map import behaviours, draw
from rescind.paths.model import Behaviour

FOLDER = APPLICATIONS / "of_packages"
CORPUS = sorted(FOLDER.glob("*.py"))
Row = tuple[str, Behaviour, Measured, bool]

pytestmark = pytest.mark.long


@pytest.fixture(scope="module", autouse=True)
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Where sessions are kept: a folder, and a server whose clock goes with that of the application."""
    with Wall() as wall, Server("valkey", wall=wall) as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("PLACE", str(tmp_path_factory.mktemp("sessions")))
        patch.setenv("REDIS_URL", server.url)
        measuring.beside.append(wall.set)
        yield
        measuring.beside.remove(wall.set)


def seen(path: Path) -> dict[str, Measured]:
    found = measure(path)
    if found["on_revoke"].kind == "immediate" and accepted_after_under_way(path):
        natural = life(path)
        found["on_revoke"] = Measured("never") if natural is None else Measured("expiry", natural)
    return found


def held(path: Path) -> list[Row]:
    credentials = credentials_of(path)
    rows = [(end, worst(credentials, end), each) for end, each in seen(path).items()]
    return [(f"{path.stem} {end}", said, each, agrees(said, each)) for end, said, each in rows]


def test_the_map_agrees_with_each(record_property: Callable[[str, object], None]) -> None:
    assert os.environ["PLACE"]
    rows = [row for path in CORPUS for row in held(path)]
    agreed = sum(row[-1] for row in rows)
    told = f"the map agrees with {agreed} of {len(rows)} behaviours of {len(CORPUS)} applications"
    record_property("measured", f"{told} that packages guard")
    assert [row for row in rows if not row[-1]] == []


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_reading_alone_says_the_same(path: Path) -> None:
    running, read = draw(f"{path.stem}:app", path.parent), draw(path.name, path.parent)

    def told(drawn: object) -> object:
        return {
            (each.method, each.path): (each.protected, [
                [(b.kind, b.seconds) for b in behaviours(drawn.credentials[name])] for name in each.accepts  # type: ignore[attr-defined]
            ])
            for each in drawn.routes if not any(note.endswith(" page") for note in each.notes)  # type: ignore[attr-defined]
        }  # fmt: skip

    assert told(running) == told(read)
