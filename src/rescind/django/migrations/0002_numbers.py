"""Schema 4, as ``rescind db upgrade`` has it: PostgreSQL numbers what a transaction appends in one step."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

from rescind.django.schema import second_postgresql
from rescind.django.schema.operation import SchemaSQL

TO_4 = "UPDATE rescind_meta SET schema_version = 4"
BACK_TO_3 = "UPDATE rescind_meta SET schema_version = 3"


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("rescind", "0001_initial")]
    operations: ClassVar = [
        SchemaSQL(
            4,
            {"sqlite": (TO_4,), "postgresql": (*second_postgresql.MAKE, TO_4)},
            {"sqlite": (BACK_TO_3,), "postgresql": (*second_postgresql.DROP, BACK_TO_3)},
            again=True,
        )
    ]
