"""Flask-JWT-Extended, Flask-HTTPAuth, python-jose: what the map says of each application, held against it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.paths.packaged.corpus import held, part, places, routes_of, told

from rescind.paths.map import draw

CORPUS = part("jwt_", "httpauth_", "jose_")

pytestmark = pytest.mark.long


@pytest.fixture(scope="module", autouse=True)
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with places(tmp_path_factory.mktemp("sessions")):
        yield


def test_the_map_agrees_with_each(record_property: Callable[[str, object], None]) -> None:
    rows = [row for path in CORPUS for row in held(path)]
    record_property("measured", told(rows, len(CORPUS)))
    assert [row for row in rows if not row[-1]] == []


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_reading_alone_says_the_same(path: Path) -> None:
    assert routes_of(draw(f"{path.stem}:app", path.parent)) == routes_of(draw(path.name, path.parent))
