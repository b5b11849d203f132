"""The tables, schema 3: the same as those of ``rescind db upgrade``."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models

from rescind.django.schema import first_postgresql, first_sqlite
from rescind.django.schema.operation import SchemaSQL

MODELS = [
    migrations.CreateModel(
        name="Account",
        fields=[
            (
                "pk",
                models.CompositePrimaryKey(
                    "realm", "login", blank=True, editable=False, primary_key=True, serialize=False
                ),
            ),
            ("realm", models.TextField()),
            ("login", models.TextField()),
            ("principal_id", models.TextField()),
            ("created_at", models.BigIntegerField()),
        ],
        options={
            "verbose_name": "account",
            "verbose_name_plural": "accounts",
            "db_table": "rescind_account",
            "default_permissions": ("view",),
        },
    ),
    migrations.CreateModel(
        name="EndedKey",
        fields=[
            (
                "pk",
                models.CompositePrimaryKey(
                    "realm", "kid", blank=True, editable=False, primary_key=True, serialize=False
                ),
            ),
            ("realm", models.TextField()),
            ("kid", models.TextField()),
            ("at", models.BigIntegerField()),
            ("reason", models.TextField()),
            ("by", models.TextField()),
        ],
        options={
            "verbose_name": "ended key",
            "verbose_name_plural": "ended keys",
            "db_table": "rescind_ended_key",
            "default_permissions": ("view",),
        },
    ),
    migrations.CreateModel(
        name="Head",
        fields=[
            ("id", models.SmallIntegerField(primary_key=True, serialize=False)),
            ("schema_version", models.BigIntegerField()),
            ("min_reader", models.BigIntegerField()),
            ("owner", models.TextField()),
            ("birth", models.TextField()),
            ("seq", models.BigIntegerField()),
            ("floor", models.BigIntegerField()),
            ("counter_id", models.TextField(null=True)),
            ("incarnation", models.TextField(null=True)),
        ],
        options={
            "verbose_name": "head of the log",
            "verbose_name_plural": "head of the log",
            "db_table": "rescind_meta",
            "default_permissions": ("view",),
        },
    ),
    migrations.CreateModel(
        name="Password",
        fields=[
            (
                "pk",
                models.CompositePrimaryKey(
                    "realm", "principal_id", blank=True, editable=False, primary_key=True, serialize=False
                ),
            ),
            ("realm", models.TextField()),
            ("principal_id", models.TextField()),
            ("id", models.TextField()),
            ("phc", models.TextField()),
            ("version", models.BigIntegerField()),
            ("created_at", models.BigIntegerField()),
        ],
        options={
            "verbose_name": "password",
            "verbose_name_plural": "passwords",
            "db_table": "rescind_password",
            "default_permissions": (),
        },
    ),
    migrations.CreateModel(
        name="Principal",
        fields=[
            (
                "pk",
                models.CompositePrimaryKey(
                    "realm", "id", blank=True, editable=False, primary_key=True, serialize=False
                ),
            ),
            ("realm", models.TextField()),
            ("id", models.TextField()),
            ("active", models.SmallIntegerField()),
            ("roles", models.TextField()),
            ("tenant", models.TextField(null=True)),
            ("kind", models.TextField()),
            ("updated_at", models.BigIntegerField()),
            ("version", models.BigIntegerField()),
        ],
        options={
            "verbose_name": "principal",
            "verbose_name_plural": "principals",
            "db_table": "rescind_principal",
            "default_permissions": ("view",),
        },
    ),
    migrations.CreateModel(
        name="RefreshFamily",
        fields=[
            ("session_id", models.TextField(primary_key=True, serialize=False)),
            ("generation", models.BigIntegerField()),
            ("rotated_at", models.BigIntegerField()),
            ("digest", models.BinaryField()),
            ("signed_by", models.TextField()),
            ("signed_until", models.BigIntegerField()),
        ],
        options={
            "verbose_name": "refresh family",
            "verbose_name_plural": "refresh families",
            "db_table": "rescind_refresh_family",
            "default_permissions": ("view",),
        },
    ),
    migrations.CreateModel(
        name="SessionData",
        fields=[
            (
                "pk",
                models.CompositePrimaryKey(
                    "session_id", "key", blank=True, editable=False, primary_key=True, serialize=False
                ),
            ),
            ("session_id", models.TextField()),
            ("key", models.TextField()),
            ("value", models.TextField()),
        ],
        options={
            "verbose_name": "session data",
            "verbose_name_plural": "session data",
            "db_table": "rescind_session_data",
            "default_permissions": ("view",),
        },
    ),
    migrations.CreateModel(
        name="Worker",
        fields=[
            ("id", models.TextField(primary_key=True, serialize=False)),
            ("birth", models.TextField()),
            ("term", models.BigIntegerField()),
            ("protocol", models.BigIntegerField()),
            ("acked", models.BigIntegerField()),
            ("retired", models.SmallIntegerField()),
            ("counter_id", models.TextField(null=True)),
            ("host", models.TextField()),
            ("pid", models.BigIntegerField()),
            ("seen_at", models.BigIntegerField()),
        ],
        options={
            "verbose_name": "worker",
            "verbose_name_plural": "workers",
            "db_table": "rescind_worker",
            "default_permissions": ("view",),
        },
    ),
    migrations.CreateModel(
        name="AuditEvent",
        fields=[
            ("n", models.BigAutoField(primary_key=True, serialize=False)),
            ("id", models.TextField()),
            ("at", models.BigIntegerField()),
            ("type", models.TextField()),
            ("realm", models.TextField()),
            ("actor", models.TextField()),
            ("subject", models.TextField()),
            ("outcome", models.TextField()),
            ("reason", models.TextField(null=True)),
            ("seq", models.BigIntegerField(null=True)),
            ("request_id", models.TextField(null=True)),
            ("data", models.TextField()),
        ],
        options={
            "verbose_name": "audit event",
            "verbose_name_plural": "audit events",
            "db_table": "rescind_audit_event",
            "default_permissions": ("view",),
            "constraints": [models.UniqueConstraint(fields=("id",), name="uq_rescind_audit_event_id")],
        },
    ),
    migrations.CreateModel(
        name="Revocation",
        fields=[
            ("id", models.TextField(primary_key=True, serialize=False)),
            ("seq", models.BigIntegerField(null=True)),
            ("kind", models.TextField()),
            ("realm", models.TextField()),
            ("scope", models.TextField()),
            ("target", models.TextField()),
            ("what", models.SmallIntegerField()),
            ("keep", models.TextField(null=True)),
            ("reason", models.TextField()),
            ("initiator", models.TextField()),
            ("at", models.BigIntegerField()),
        ],
        options={
            "verbose_name": "revocation",
            "verbose_name_plural": "revocations",
            "db_table": "rescind_revocation",
            "default_permissions": ("view",),
            "constraints": [models.UniqueConstraint(fields=("seq",), name="uq_rescind_revocation_seq")],
        },
    ),
    migrations.CreateModel(
        name="Session",
        fields=[
            ("id", models.TextField(primary_key=True, serialize=False)),
            ("digest", models.BinaryField()),
            ("realm", models.TextField()),
            ("principal_id", models.TextField()),
            ("birth", models.TextField()),
            ("issued_seq", models.BigIntegerField()),
            ("method", models.TextField()),
            ("created_at", models.BigIntegerField()),
            ("auth_time", models.BigIntegerField()),
            ("last_seen", models.BigIntegerField()),
            ("expires_at", models.BigIntegerField()),
            ("idle", models.BigIntegerField(null=True)),
            ("credential_id", models.TextField(null=True)),
            ("client_id", models.TextField(null=True)),
            ("parent_id", models.TextField(null=True)),
            ("label", models.TextField(null=True)),
            ("ended_at", models.BigIntegerField(null=True)),
            ("ended_reason", models.TextField(null=True)),
            ("ended_by", models.TextField(null=True)),
        ],
        options={
            "verbose_name": "session",
            "verbose_name_plural": "sessions",
            "db_table": "rescind_session",
            "permissions": [("revoke_session", "Can revoke session")],
            "default_permissions": ("view",),
            "constraints": [models.UniqueConstraint(fields=("digest",), name="uq_rescind_session_digest")],
        },
    ),
]


class Migration(migrations.Migration):
    initial = True
    dependencies: ClassVar[list[tuple[str, str]]] = []
    operations: ClassVar = [
        SchemaSQL(
            3,
            {"sqlite": first_sqlite.MAKE, "postgresql": first_postgresql.MAKE},
            {"sqlite": first_sqlite.DROP, "postgresql": first_postgresql.DROP},
            MODELS,
            first=True,
        )
    ]
