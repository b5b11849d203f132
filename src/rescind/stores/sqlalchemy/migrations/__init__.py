"""Alembic revisions of rescind's tables, with a version table of their own beside the application's.

SQLite files get their tables at the first ``open()`` and are stamped with the newest revision; elsewhere, and
for files of an older schema, ``upgrade`` runs the revisions. A migration expands first and contracts one
version later, so that two versions of rescind can share a database while they take turns.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config

VERSION_TABLE = "rescind_alembic_version"


def config_for(url: str) -> Config:
    """Alembic's configuration for the database at ``url``; nothing is read from the working folder."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["url"] = url
    return config


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the tables at ``url`` to ``revision``.

    Raises:
        sqlalchemy.exc.DBAPIError: the database did not answer or refused.
    """
    command.upgrade(config_for(url), revision)
