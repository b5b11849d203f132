"""A site of Django in this process; its database is a file or a server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import utils
from tests.django.places import Place, configure, file_at, pointing, server_at
from tests.postgres import PostgresServer

configure()


@pytest.fixture(scope="module")
def site() -> Iterator[None]:
    """Django's test environment, with a database in memory: for files of ``django.test`` cases."""
    utils.setup_test_environment()
    try:
        databases = utils.setup_databases(verbosity=0, interactive=False)
        try:
            yield
        finally:
            utils.teardown_databases(databases, verbosity=0)
    finally:
        utils.teardown_test_environment()


@pytest.fixture(params=["sqlite", "postgres"])
def both(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """``DATABASES["default"]`` is a database without any table."""
    yield from _empty(request, tmp_path)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.long)])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """As ``both``; on the server in the long run only."""
    yield from _empty(request, tmp_path)


def _empty(request: pytest.FixtureRequest, folder: Path) -> Iterator[Place]:
    if request.param == "sqlite":
        place = file_at(folder / "db.sqlite3")
        with pointing(default=place.database):
            yield place
        return
    yield from _on_server(request.getfixturevalue("postgres_server"))


def _on_server(server: PostgresServer) -> Iterator[Place]:
    name = server.create()
    place = server_at(server.url(name))
    with pointing(default=place.database):
        yield place
    server.drop(name)


@pytest.fixture
def server_place(postgres_server: PostgresServer) -> Iterator[Place]:
    """``DATABASES["default"]`` is an empty database on the server."""
    yield from _on_server(postgres_server)


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed database with the tables that Django's migrations make, to be copied."""
    place = file_at(tmp_path_factory.mktemp("migrated") / "db.sqlite3")
    with pointing(default=place.database):
        call_command("migrate", "rescind", verbosity=0)
    return place.path


@pytest.fixture(scope="session")
def site_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with the tables of every application."""
    place = file_at(tmp_path_factory.mktemp("site") / "db.sqlite3")
    with pointing(default=place.database):
        call_command("migrate", verbosity=0)
    return place.path


@pytest.fixture
def whole(tmp_path: Path, site_file: Path) -> Iterator[Place]:
    """``DATABASES["default"]`` is a file with the tables of every application, and no engine is on it yet."""
    place = file_at(tmp_path / "db.sqlite3")
    place.path.write_bytes(site_file.read_bytes())
    with pointing(default=place.database):
        yield place


@pytest.fixture
def migrated(tmp_path: Path, migrated_file: Path) -> Iterator[Path]:
    """``DATABASES["default"]`` is a file with rescind's tables, empty."""
    path = tmp_path / "db.sqlite3"
    path.write_bytes(migrated_file.read_bytes())
    with pointing(default=file_at(path).database):
        yield path


@pytest.fixture
def migrated_server(postgres: str) -> Iterator[str]:
    """The same on the server."""
    with pointing(default=server_at(postgres).database):
        yield postgres
