"""What signed tokens need: families of refresh tokens, and the signing keys that have ended.

Tables of their own: what is there stays as it is, so versions before and after this one run side by side.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision: str | None = "0002"
branch_labels: str | None = None
depends_on: str | None = None


def text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def big(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def upgrade() -> None:
    op.create_table(
        "rescind_refresh_family",
        text("session_id"),
        big("generation"),
        big("rotated_at"),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        text("signed_by"),
        big("signed_until"),
        sa.PrimaryKeyConstraint("session_id", name="pk_rescind_refresh_family"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "rescind_ended_key",
        text("realm"),
        text("kid"),
        big("at"),
        text("reason"),
        text("by"),
        sa.PrimaryKeyConstraint("realm", "kid", name="pk_rescind_ended_key"),
        sqlite_with_rowid=False,
    )
    meta = sa.table("rescind_meta", sa.column("schema_version", sa.BigInteger()))
    op.execute(meta.update().values(schema_version=3))
