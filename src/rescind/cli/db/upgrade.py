"""``rescind db upgrade``"""

from __future__ import annotations

import click

from rescind.cli.authority import database_of, engine
from rescind.cli.options import with_settings
from rescind.cli.output import Run
from rescind.cli.sources import Found
from rescind.errors import ConfigurationError, MissingExtra


@click.command("upgrade")
@with_settings
def command(run: Run, found: Found) -> None:
    """Make the tables, or bring them to the schema of this version. Doing it twice changes nothing."""
    auth = engine(found)
    path = database_of(auth)
    if path is None:
        raise ConfigurationError("url: there is nothing to upgrade; use sqlite:///app.db")
    from rescind.stores.sqlalchemy.inspect import inspect

    before = inspect(path)
    if before.schema_version is None:
        auth.open()
        auth.close()
    elif before.owner == "django":
        raise ConfigurationError(f"url: the tables in {path} belong to Django: run `manage.py migrate`")
    else:
        run_migrations(auth.settings.url)
    after = inspect(path).schema_version
    if run.as_json:
        run.print_json({"path": path, "before": before.schema_version, "after": after})
    run.say(f"{path}: schema {after}" + ("" if before.schema_version != after else ", as before"))


def run_migrations(url: str) -> None:
    """Run what is missing.

    Raises:
        MissingExtra: Alembic is not installed.
        StoreUnavailable: the database did not answer, or refused.
    """
    from rescind.stores.sqlalchemy.faults import translating

    try:
        from rescind.stores.sqlalchemy.migrations import upgrade
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] != "alembic":
            raise
        raise MissingExtra("fastapi", "rescind db upgrade") from error
    with translating():
        upgrade(url)
