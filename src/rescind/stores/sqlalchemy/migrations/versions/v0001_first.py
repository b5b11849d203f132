"""The first schema. Frozen: what ``rescind.sqlalchemy`` says later is said here by later revisions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from rescind._tokens import new_id

revision = "0001"
down_revision: str | None = None
branch_labels: str | None = None
depends_on: str | None = None

WIDE_END = "kind = 'end' AND scope != 'session' AND scope != 'grant'"


def text(name: str, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def big(name: str, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def small(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.SmallInteger(), nullable=False)


def key(table: str, *names: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*names, name=f"pk_{table}")


def index(table: str, *names: str) -> None:
    op.create_index(f"ix_{table}_{'_'.join(names)}", table, list(names))


def upgrade() -> None:
    meta()
    people()
    sessions()
    log()
    trail()


def meta() -> None:
    table = op.create_table(
        "rescind_meta",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        big("schema_version"),
        big("min_reader"),
        text("owner"),
        text("birth"),
        big("seq"),
        big("floor"),
        text("counter_id", nullable=True),
        key("rescind_meta", "id"),
        comment="one row: versions, who owns the schema, and the head of the log",
    )
    first = {"id": 1, "schema_version": 1, "min_reader": 1, "owner": "rescind", "seq": 0, "floor": 0}
    op.bulk_insert(table, [first | {"birth": new_id(), "counter_id": None}])


def people() -> None:
    op.create_table(
        "rescind_principal",
        text("realm"),
        text("id"),
        small("active"),
        text("roles"),
        text("tenant", nullable=True),
        text("kind"),
        big("updated_at"),
        big("version"),
        key("rescind_principal", "realm", "id"),
        sqlite_with_rowid=False,
    )
    index("rescind_principal", "realm", "tenant")
    op.create_table(
        "rescind_account",
        text("realm"),
        text("login"),
        text("principal_id"),
        big("created_at"),
        key("rescind_account", "realm", "login"),
        sqlite_with_rowid=False,
    )
    index("rescind_account", "realm", "principal_id")
    op.create_table(
        "rescind_password",
        text("realm"),
        text("principal_id"),
        text("id"),
        text("phc"),
        big("version"),
        big("created_at"),
        key("rescind_password", "realm", "principal_id"),
        sqlite_with_rowid=False,
    )


def sessions() -> None:
    op.create_table(
        "rescind_session",
        text("id"),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        text("realm"),
        text("principal_id"),
        text("birth"),
        big("issued_seq"),
        text("method"),
        *(big(name) for name in ("created_at", "auth_time", "last_seen", "expires_at")),
        big("idle", nullable=True),
        *(text(name, nullable=True) for name in ("credential_id", "client_id", "parent_id", "label")),
        big("ended_at", nullable=True),
        text("ended_reason", nullable=True),
        text("ended_by", nullable=True),
        key("rescind_session", "id"),
        sa.UniqueConstraint("digest", name="uq_rescind_session_digest"),
        sqlite_with_rowid=False,
    )
    for names in (("realm", "principal_id"), ("realm", "credential_id"), ("realm", "client_id")):
        index("rescind_session", *names)
    index("rescind_session", "expires_at")
    index("rescind_session", "ended_at")
    op.create_table(
        "rescind_session_data",
        text("session_id"),
        text("key"),
        text("value"),
        key("rescind_session_data", "session_id", "key"),
        sqlite_with_rowid=False,
    )


def log() -> None:
    op.create_table(
        "rescind_revocation",
        text("id"),
        big("seq", nullable=True),
        *(text(name) for name in ("kind", "realm", "scope", "target")),
        small("what"),
        text("keep", nullable=True),
        text("reason"),
        text("initiator"),
        big("at"),
        key("rescind_revocation", "id"),
        sa.UniqueConstraint("seq", name="uq_rescind_revocation_seq"),
        comment="the log; append-only",
        sqlite_with_rowid=False,
    )
    ending = ["realm", "scope", "target", "kind", "seq", "what", "keep"]
    op.create_index("ix_rescind_revocation_ending", "rescind_revocation", ending)
    index("rescind_revocation", "at")
    op.create_index(
        "ix_rescind_revocation_wide",
        "rescind_revocation",
        ["realm", "seq"],
        sqlite_where=sa.text(WIDE_END),
        postgresql_where=sa.text(WIDE_END),
    )
    op.create_table(
        "rescind_worker",
        text("id"),
        text("birth"),
        *(big(name) for name in ("term", "protocol", "acked")),
        small("retired"),
        text("counter_id", nullable=True),
        text("host"),
        big("pid"),
        big("seen_at"),
        key("rescind_worker", "id"),
        sqlite_with_rowid=False,
    )


def trail() -> None:
    identity = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "rescind_audit_event",
        sa.Column("n", identity, nullable=False),
        text("id"),
        big("at"),
        *(text(name) for name in ("type", "realm", "actor", "subject", "outcome")),
        text("reason", nullable=True),
        big("seq", nullable=True),
        text("request_id", nullable=True),
        text("data"),
        key("rescind_audit_event", "n"),
        sa.UniqueConstraint("id", name="uq_rescind_audit_event_id"),
    )
    index("rescind_audit_event", "realm", "n")
    index("rescind_audit_event", "realm", "subject", "n")
