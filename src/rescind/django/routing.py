"""``DATABASE_ROUTERS = ["rescind.django.Router"]``: rescind's tables live on one alias and nowhere else."""

from __future__ import annotations

from typing import Any

from rescind.django.apps import LABEL
from rescind.django.schema.operation import alias_of_tables


class Router:
    """Sends rescind's models to ``RESCIND["using"]`` and has no opinion about anything else.

    The engine itself names the alias in every statement, reads included, and asks no router: this is for
    ``migrate``, for the admin and for queries of the application's own.
    """

    def db_for_read(self, model: Any, **hints: Any) -> str | None:
        return alias_of_tables() if model._meta.app_label == LABEL else None

    def db_for_write(self, model: Any, **hints: Any) -> str | None:
        return alias_of_tables() if model._meta.app_label == LABEL else None

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        return db == alias_of_tables() if app_label == LABEL else None
