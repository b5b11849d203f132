"""``rescind db upgrade``"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

import click

from rescind.cli.authority import database_of, engine
from rescind.cli.options import with_settings
from rescind.cli.output import Run
from rescind.cli.postgres import server_of
from rescind.cli.sources import Found
from rescind.engine import Rescind
from rescind.errors import ConfigurationError, MissingExtra

if TYPE_CHECKING:
    from rescind.stores.sqlalchemy.postgres.store import PostgresStore


@click.command("upgrade")
@with_settings
def command(run: Run, found: Found) -> None:
    """Make the tables, or bring them to the schema of this version. Doing it twice changes nothing."""
    auth = engine(found)
    path, server = database_of(auth), server_of(auth)
    if server is not None:
        place, before, after = _upgrade_server(server, auth.settings.url)
    elif path is not None:
        place, before, after = path, *_upgrade_file(auth, path)
    else:
        raise ConfigurationError("url: there is nothing to upgrade; use sqlite:///app.db")
    if run.as_json:
        run.print_json({"path": place, "before": before, "after": after})
    run.say(f"{place}: schema {after}" + ("" if before != after else ", as before"))


def _upgrade_file(auth: Rescind[Any], path: str) -> tuple[int | None, int | None]:
    from rescind.stores.sqlalchemy.faults import translating
    from rescind.stores.sqlalchemy.inspect import inspect

    before = inspect(path)
    if before.schema_version is None:
        auth.open()
        auth.close()
    else:
        _refuse_djangos(path, before.owner)
        run_migrations(auth.settings.url, translating)
    return before.schema_version, inspect(path).schema_version


def _upgrade_server(store: PostgresStore, url: str) -> tuple[str, int | None, int | None]:
    from rescind.stores.sqlalchemy.postgres.faults import translating
    from rescind.stores.sqlalchemy.postgres.inspect import inspect

    before = inspect(store)
    _refuse_djangos(before.place, before.owner)
    run_migrations(url, translating, "postgres")
    return before.place, before.schema_version, inspect(store).schema_version


def _refuse_djangos(place: str, owner: str | None) -> None:
    if owner == "django":
        raise ConfigurationError(f"url: the tables in {place} belong to Django: run `manage.py migrate`")


def run_migrations(
    url: str, translating: Callable[[], AbstractContextManager[None]], extra: str = "fastapi"
) -> None:
    """Run what is missing.

    Args:
        translating: raises rescind's errors in place of the driver's.
        extra: what has to be installed.

    Raises:
        MissingExtra: Alembic is not installed.
        StoreUnavailable: the database did not answer, or refused.
    """
    try:
        from rescind.stores.sqlalchemy.migrations import upgrade
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] != "alembic":
            raise
        raise MissingExtra(extra, "rescind db upgrade") from error
    with translating():
        upgrade(url)
