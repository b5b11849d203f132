"""``rescind db check``"""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

import click

from rescind.cli.authority import database_of, engine, require_existing
from rescind.cli.codes import ExitCode
from rescind.cli.options import with_settings
from rescind.cli.output import Run
from rescind.cli.postgres import schema_finding, server_of
from rescind.cli.sources import Found
from rescind.errors import ConfigurationError

if TYPE_CHECKING:
    from rescind.stores.sqlalchemy.postgres.store import PostgresStore


@click.command("check")
@with_settings
def command(run: Run, found: Found) -> None:
    """Say whether the schema is the one that this version needs and the file is whole. Changes nothing.

    Reads the whole file; of a PostgreSQL server the versions and the triggers. Exit code 1: it is damaged, or
    not of this version.
    """
    auth = engine(found)
    require_existing(auth)
    path = database_of(auth)
    server = server_of(auth)
    if server is not None:
        _check_server(run, server)
    if path is None:
        raise ConfigurationError("url: only databases can be looked at by this command")
    from rescind.stores.sqlalchemy.inspect import damage_of, inspect

    seen = inspect(path)
    version, newest = seen.schema_version or 0, seen.newest_known
    finding = damage_of(path)
    if finding is not None:
        finding = f"damaged ({finding}): restore it, then `rescind db new-birth`"
    elif version < newest:
        finding = f"too old: run `{seen.upgrade}`"
    elif (seen.min_reader or 0) > newest:
        finding = f"too new: it needs a rescind that reads schema {seen.min_reader}: update rescind"
    finding = None if finding is None else run.spelled(finding)
    if run.as_json:
        run.print_json(
            {"path": path, "schema": version, "known": newest, "owner": seen.owner, "finding": finding}
        )
    run.say(f"{path}: schema {version}, owner {seen.owner}: {finding or 'in order'}")
    raise click.exceptions.Exit(ExitCode.FINDING if finding else ExitCode.DONE)


def _check_server(run: Run, store: PostgresStore) -> NoReturn:
    from rescind.stores.sqlalchemy.postgres.inspect import inspect

    seen = inspect(store)
    finding = schema_finding(seen)
    finding = None if finding is None else run.spelled(finding)
    if run.as_json:
        versions = {"schema": seen.schema_version or 0, "known": seen.newest_known, "owner": seen.owner}
        run.print_json({"path": seen.place, **versions, "finding": finding})
    run.say(f"{seen.place}: schema {seen.schema_version}, owner {seen.owner}: {finding or 'in order'}")
    raise click.exceptions.Exit(ExitCode.FINDING if finding else ExitCode.DONE)
