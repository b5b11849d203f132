"""rescind's tables, for the application's own SQLAlchemy and Alembic.

In ``env.py`` of an application whose database rescind shares::

    from rescind.sqlalchemy import include_object, metadata

    context.configure(..., target_metadata=[Base.metadata, metadata])       # let your Alembic keep them
    context.configure(..., include_object=include_object)                   # or leave them to rescind

Five column types, the same on every database: ``BIGINT`` (times in microseconds since the epoch, UTC;
counters), ``TEXT`` (ids, JSON as canonical text), ``BLOB``/``BYTEA`` (digests), ``SMALLINT`` (flags), and one
``BIGINT`` identity that keeps the order of audit events.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    and_,
    literal,
)

__all__ = ["include_object", "metadata"]

PREFIX = "rescind_"
metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)
"""All tables of rescind and nothing else."""

# SQLite alone gives rowids to an INTEGER primary key only; elsewhere this is a BIGINT identity.
Identity = BigInteger().with_variant(Integer, "sqlite")
# sqlite_with_rowid=False: a text key that *is* the table saves SQLite the second look-up of every point read
# (key -> rowid -> row).

meta = Table(
    "rescind_meta",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("schema_version", BigInteger, nullable=False),
    Column("min_reader", BigInteger, nullable=False),
    Column("owner", Text, nullable=False),
    Column("birth", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("floor", BigInteger, nullable=False),
    Column("counter_id", Text),
    # On a server: which incarnation of it somebody has watched for a whole term.
    Column("incarnation", Text),
    comment="one row: versions, who owns the schema, and the head of the log",
)

principal = Table(
    "rescind_principal",
    metadata,
    Column("realm", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("active", SmallInteger, nullable=False),
    Column("roles", Text, nullable=False),
    Column("tenant", Text),
    Column("kind", Text, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("version", BigInteger, nullable=False),
    Index(None, "realm", "tenant"),
    sqlite_with_rowid=False,
)

session = Table(
    "rescind_session",
    metadata,
    Column("id", Text, primary_key=True),
    Column("digest", LargeBinary, nullable=False),
    Column("realm", Text, nullable=False),
    Column("principal_id", Text, nullable=False),
    Column("birth", Text, nullable=False),
    Column("issued_seq", BigInteger, nullable=False),
    Column("method", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("auth_time", BigInteger, nullable=False),
    Column("last_seen", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("idle", BigInteger),
    Column("credential_id", Text),
    Column("client_id", Text),
    Column("parent_id", Text),
    Column("label", Text),
    Column("ended_at", BigInteger),
    Column("ended_reason", Text),
    Column("ended_by", Text),
    UniqueConstraint("digest"),
    Index(None, "realm", "principal_id"),
    Index(None, "realm", "credential_id"),
    Index(None, "realm", "client_id"),
    Index(None, "expires_at"),
    Index(None, "ended_at"),
    sqlite_with_rowid=False,
)

session_data = Table(
    "rescind_session_data",
    metadata,
    Column("session_id", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
    sqlite_with_rowid=False,
)

refresh_family = Table(
    "rescind_refresh_family",
    metadata,
    Column("session_id", Text, primary_key=True),
    Column("generation", BigInteger, nullable=False),
    Column("rotated_at", BigInteger, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("signed_by", Text, nullable=False),
    Column("signed_until", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

ended_key = Table(
    "rescind_ended_key",
    metadata,
    Column("realm", Text, primary_key=True),
    Column("kid", Text, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("by", Text, nullable=False),
    sqlite_with_rowid=False,
)

revocation = Table(
    "rescind_revocation",
    metadata,
    Column("id", Text, primary_key=True),
    # Taken at commit: PostgreSQL fills it in a deferred trigger, so it cannot be the key.
    Column("seq", BigInteger),
    Column("kind", Text, nullable=False),
    Column("realm", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("what", SmallInteger, nullable=False),
    Column("keep", Text),
    Column("reason", Text, nullable=False),
    Column("initiator", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    UniqueConstraint("seq"),
    # All that "does an entry end this session?" asks for, so that it is answered from the index alone.
    Index("ix_rescind_revocation_ending", "realm", "scope", "target", "kind", "seq", "what", "keep"),
    Index(None, "at"),
    comment="the log; append-only",
    sqlite_with_rowid=False,
)

WIDE_END = and_(
    revocation.c.kind == literal("end", literal_execute=True),
    revocation.c.scope != literal("session", literal_execute=True),
    revocation.c.scope != literal("grant", literal_execute=True),
)
"""An ``end`` of more than one row. Rare beside sign-outs, so "is there one newer?" is asked first."""
Index(
    "ix_rescind_revocation_wide",
    revocation.c.realm,
    revocation.c.seq,
    sqlite_where=WIDE_END,
    postgresql_where=WIDE_END,
)

worker = Table(
    "rescind_worker",
    metadata,
    Column("id", Text, primary_key=True),
    Column("birth", Text, nullable=False),
    Column("term", BigInteger, nullable=False),
    Column("protocol", BigInteger, nullable=False),
    Column("acked", BigInteger, nullable=False),
    Column("retired", SmallInteger, nullable=False),
    Column("counter_id", Text),
    Column("host", Text, nullable=False),
    Column("pid", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

audit_event = Table(
    "rescind_audit_event",
    metadata,
    Column("n", Identity, primary_key=True),
    Column("id", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("type", Text, nullable=False),
    Column("realm", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("reason", Text),
    Column("seq", BigInteger),
    Column("request_id", Text),
    Column("data", Text, nullable=False),
    UniqueConstraint("id"),
    Index(None, "realm", "n"),
    Index(None, "realm", "subject", "n"),
)

account = Table(
    "rescind_account",
    metadata,
    Column("realm", Text, primary_key=True),
    Column("login", Text, primary_key=True),
    Column("principal_id", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Index(None, "realm", "principal_id"),
    sqlite_with_rowid=False,
)

password = Table(
    "rescind_password",
    metadata,
    Column("realm", Text, primary_key=True),
    Column("principal_id", Text, primary_key=True),
    Column("id", Text, nullable=False),
    Column("phc", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)


def include_object(item: Any, name: str | None, kind: str, reflected: bool, compare_to: Any) -> bool:
    """For Alembic's ``include_object``: leaves every table of rescind to rescind's own migrations."""
    table = name if kind == "table" else getattr(getattr(item, "table", None), "name", None)
    return not (table or "").startswith(PREFIX)
