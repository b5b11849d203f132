"""On PostgreSQL, numbers of all entries of one transaction in one step.

What was there took them one by one. Each made a new version of the head, and none of those can be forgotten
before the transaction is over, so each look at the head went through all of them: four times as long for
twice as many.

The first entry takes its number as before. With the second all that are left take theirs, in the order of the
statements that wrote them: ``cmin`` is the number of that statement. Their own triggers then say to the
triggers of the events which entry comes before them; the setting ``rescind.numbered`` decides nothing else. A
transaction with one entry looks for no others: what earlier ones have left in the index would be in its way.

The functions have the names of before and do the same to the log, so either may number the next transaction:
versions before and after this one run side by side. On SQLite there is nothing to change.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision: str | None = "0003"
branch_labels: str | None = None
depends_on: str | None = None

OWN_PATH = "SELECT set_config('search_path', quote_ident(current_schema()) || ', pg_temp', true)"
TAKE_NUMBER = """
CREATE OR REPLACE FUNCTION rescind_take_number() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    own text := pg_current_xact_id()::text || ':';
    several boolean := starts_with(coalesce(current_setting('rescind.numbered', true), ''), own);
    taken bigint;
    more bigint;
BEGIN
    SELECT seq INTO taken FROM rescind_revocation WHERE id = NEW.id;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    IF taken IS NULL THEN
        IF current_setting('synchronous_commit') NOT IN ('on', 'remote_apply') THEN
            PERFORM set_config('synchronous_commit', 'on', true);
        END IF;
        UPDATE rescind_meta SET seq = seq + 1 RETURNING seq INTO STRICT taken;
        UPDATE rescind_revocation SET seq = taken WHERE id = NEW.id;
        IF several THEN
            UPDATE rescind_revocation r SET seq = taken + p.place FROM (
                SELECT id, row_number() OVER (ORDER BY cmin::text::bigint, ctid) AS place
                FROM rescind_revocation WHERE seq IS NULL
            ) p WHERE r.id = p.id;
            GET DIAGNOSTICS more = ROW_COUNT;
            UPDATE rescind_meta SET seq = seq + more WHERE more > 0;
        END IF;
    END IF;
    PERFORM set_config('rescind.numbered', own || taken, true);
    RETURN NULL;
END
$$"""
NUMBER_EVENT = """
CREATE OR REPLACE FUNCTION rescind_number_event() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    own text := pg_current_xact_id()::text || ':';
    last text := coalesce(current_setting('rescind.numbered', true), '');
BEGIN
    UPDATE rescind_audit_event
    SET seq = CASE WHEN starts_with(last, own) THEN substr(last, length(own) + 1)::bigint
        ELSE (SELECT seq FROM rescind_meta) END
    WHERE n = NEW.n;
    RETURN NULL;
END
$$"""


def upgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        for statement in (OWN_PATH, TAKE_NUMBER, NUMBER_EVENT):
            op.execute(statement)
    meta = sa.table("rescind_meta", sa.column("schema_version", sa.BigInteger()))
    op.execute(meta.update().values(schema_version=4))
