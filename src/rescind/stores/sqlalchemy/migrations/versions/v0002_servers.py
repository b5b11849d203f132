"""What servers need: numbers taken at commit, and which incarnation of the server the registry is on.

The triggers are deferred, so they run inside COMMIT. The head row is locked there and nowhere else, and a
transaction becomes visible before it lets go of it: numbers are gapless and in the order of commits.

``search_path`` is the one of this migration: at somebody else's COMMIT it may be any. ``ENABLE ALWAYS``: an
entry without a number would be an end that nobody reads, so no session may switch this off
(``session_replication_role``). A caller's ``synchronous_commit = off`` ends where an entry is appended.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision: str | None = "0001"
branch_labels: str | None = None
depends_on: str | None = None

OWN_PATH = "SELECT set_config('search_path', quote_ident(current_schema()) || ', pg_temp', true)"
TAKE_NUMBER = """
CREATE FUNCTION rescind_take_number() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    taken bigint;
BEGIN
    IF NOT EXISTS (SELECT 1 FROM rescind_revocation WHERE id = NEW.id AND seq IS NULL) THEN
        RETURN NULL;
    END IF;
    IF current_setting('synchronous_commit') NOT IN ('on', 'remote_apply') THEN
        PERFORM set_config('synchronous_commit', 'on', true);
    END IF;
    UPDATE rescind_meta SET seq = seq + 1 RETURNING seq INTO STRICT taken;
    UPDATE rescind_revocation SET seq = taken WHERE id = NEW.id;
    RETURN NULL;
END
$$"""
NUMBER = """
CREATE CONSTRAINT TRIGGER rescind_number AFTER INSERT ON rescind_revocation DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW WHEN (NEW.seq IS NULL) EXECUTE FUNCTION rescind_take_number()"""
RAISE_FLOOR = """
CREATE FUNCTION rescind_raise_floor() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    UPDATE rescind_meta SET floor = OLD.seq WHERE floor < OLD.seq;
    RETURN NULL;
END
$$"""
FLOOR = """
CREATE CONSTRAINT TRIGGER rescind_floor AFTER DELETE ON rescind_revocation DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW WHEN (OLD.seq IS NOT NULL) EXECUTE FUNCTION rescind_raise_floor()"""
NUMBER_EVENT = """
CREATE FUNCTION rescind_number_event() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    UPDATE rescind_audit_event SET seq = (SELECT seq FROM rescind_meta) WHERE n = NEW.n;
    RETURN NULL;
END
$$"""
EVENT_NUMBER = """
CREATE CONSTRAINT TRIGGER rescind_event_number AFTER INSERT ON rescind_audit_event
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.seq = 0) EXECUTE FUNCTION rescind_number_event()"""
ALWAYS = (
    "ALTER TABLE rescind_revocation ENABLE ALWAYS TRIGGER rescind_number",
    "ALTER TABLE rescind_revocation ENABLE ALWAYS TRIGGER rescind_floor",
    "ALTER TABLE rescind_audit_event ENABLE ALWAYS TRIGGER rescind_event_number",
)


SETTLED = """
UPDATE rescind_meta SET incarnation = birth || ':'
    || (SELECT system_identifier FROM pg_control_system()) || ':'
    || left(pg_walfile_name(pg_current_wal_lsn()), 8) || ':'
    || (SELECT oid FROM pg_database WHERE datname = current_database()) || ':'
    || to_regclass('rescind_meta')::oid
WHERE NOT EXISTS (SELECT 1 FROM rescind_worker)"""
"""Before there were tables there was no worker, so this very server is known from the beginning."""


def upgrade() -> None:
    op.add_column("rescind_meta", sa.Column("incarnation", sa.Text(), nullable=True))
    meta = sa.table("rescind_meta", sa.column("schema_version", sa.BigInteger()))
    op.execute(meta.update().values(schema_version=2))
    if op.get_context().dialect.name == "postgresql":
        triggers = (TAKE_NUMBER, NUMBER, RAISE_FLOOR, FLOOR, NUMBER_EVENT, EVENT_NUMBER)
        for statement in (OWN_PATH, *triggers, *ALWAYS, SETTLED):
            op.execute(statement)
