"""A site whose users are watched by triggers, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from tests.django.places import Place, file_at, manage, pointing, server_at

from rescind.django.making import drop


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A site with all tables and the triggers; its tests ask for what was appended since."""
    with ExitStack() as leaving:
        if request.param == "sqlite":
            place = file_at(tmp_path_factory.mktemp("triggers") / "db.sqlite3")
            place.database["OPTIONS"] = {"transaction_mode": "IMMEDIATE"}
        else:
            server = request.getfixturevalue("postgres_server")
            name = server.create()
            leaving.callback(server.drop, name)
            place = server_at(server.url(name))
        leaving.enter_context(pointing(default=place.database))
        drop()
        leaving.callback(drop)
        manage("migrate", verbosity=0)
        manage("rescind_triggers", "install", "--yes")
        yield place
