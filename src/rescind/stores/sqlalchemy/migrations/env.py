"""What Alembic runs: one connection, one transaction, the version table of rescind."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection, NullPool, create_engine, inspect, make_url, select

from rescind.errors import ConfigurationError
from rescind.sqlalchemy import meta, metadata
from rescind.stores.sqlalchemy.migrations import VERSION_TABLE


def refuse_those_of_others(connection: Connection) -> None:
    """Tables that other migrations have made are theirs to change."""
    there = inspect(connection)
    if not there.has_table(meta.name):
        return
    if connection.scalar(select(meta.c.owner)) == "django":
        raise ConfigurationError("url: the tables belong to Django: run `manage.py migrate`")
    if not there.has_table(VERSION_TABLE):
        raise ConfigurationError(
            "url: the tables were made by other migrations than these: run `manage.py migrate`, or the "
            "application's own Alembic"
        )


def run() -> None:
    url = context.config.attributes["url"]
    is_sqlite = url.startswith("sqlite")
    if not is_sqlite:
        # psycopg 3, whatever the driver's name in the url was.
        url = make_url(url.replace("postgres://", "postgresql://", 1)).set(drivername="postgresql+psycopg")
    # The driver's own mode would commit before each CREATE TABLE: a migration is whole or not there.
    arguments = {"isolation_level": None} if is_sqlite else {}
    engine = create_engine(url, connect_args=arguments, poolclass=NullPool)
    with engine.connect() as connection:
        if is_sqlite:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:  # of many that were started together one runs the migrations
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7310029107240852)")
        refuse_those_of_others(connection)
        context.configure(
            connection=connection,
            target_metadata=metadata,
            version_table=VERSION_TABLE,
            transactional_ddl=True,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


run()
