"""Schema 3 on PostgreSQL. Frozen: what comes later is said by later migrations.

The functions keep the ``search_path`` of the migration, narrowed to the one schema that the tables are in: at
somebody else's COMMIT it may be any. Afterwards it is as before, for what Django writes in the transaction.
"""

from __future__ import annotations

TABLES = (
    """CREATE TABLE rescind_account (
    realm TEXT NOT NULL,
    login TEXT NOT NULL,
    principal_id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    CONSTRAINT pk_rescind_account PRIMARY KEY (realm, login)
)""",
    "CREATE INDEX ix_rescind_account_realm_principal_id ON rescind_account (realm, principal_id)",
    """CREATE TABLE rescind_audit_event (
    n BIGSERIAL NOT NULL,
    id TEXT NOT NULL,
    at BIGINT NOT NULL,
    type TEXT NOT NULL,
    realm TEXT NOT NULL,
    actor TEXT NOT NULL,
    subject TEXT NOT NULL,
    outcome TEXT NOT NULL,
    reason TEXT,
    seq BIGINT,
    request_id TEXT,
    data TEXT NOT NULL,
    CONSTRAINT pk_rescind_audit_event PRIMARY KEY (n),
    CONSTRAINT uq_rescind_audit_event_id UNIQUE (id)
)""",
    "CREATE INDEX ix_rescind_audit_event_realm_n ON rescind_audit_event (realm, n)",
    "CREATE INDEX ix_rescind_audit_event_realm_subject_n ON rescind_audit_event (realm, subject, n)",
    """CREATE TABLE rescind_ended_key (
    realm TEXT NOT NULL,
    kid TEXT NOT NULL,
    at BIGINT NOT NULL,
    reason TEXT NOT NULL,
    by TEXT NOT NULL,
    CONSTRAINT pk_rescind_ended_key PRIMARY KEY (realm, kid)
)""",
    """CREATE TABLE rescind_meta (
    id SMALLINT NOT NULL,
    schema_version BIGINT NOT NULL,
    min_reader BIGINT NOT NULL,
    owner TEXT NOT NULL,
    birth TEXT NOT NULL,
    seq BIGINT NOT NULL,
    floor BIGINT NOT NULL,
    counter_id TEXT,
    incarnation TEXT,
    CONSTRAINT pk_rescind_meta PRIMARY KEY (id)
)""",
    """CREATE TABLE rescind_password (
    realm TEXT NOT NULL,
    principal_id TEXT NOT NULL,
    id TEXT NOT NULL,
    phc TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    CONSTRAINT pk_rescind_password PRIMARY KEY (realm, principal_id)
)""",
    """CREATE TABLE rescind_principal (
    realm TEXT NOT NULL,
    id TEXT NOT NULL,
    active SMALLINT NOT NULL,
    roles TEXT NOT NULL,
    tenant TEXT,
    kind TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    CONSTRAINT pk_rescind_principal PRIMARY KEY (realm, id)
)""",
    "CREATE INDEX ix_rescind_principal_realm_tenant ON rescind_principal (realm, tenant)",
    """CREATE TABLE rescind_refresh_family (
    session_id TEXT NOT NULL,
    generation BIGINT NOT NULL,
    rotated_at BIGINT NOT NULL,
    digest BYTEA NOT NULL,
    signed_by TEXT NOT NULL,
    signed_until BIGINT NOT NULL,
    CONSTRAINT pk_rescind_refresh_family PRIMARY KEY (session_id)
)""",
    """CREATE TABLE rescind_revocation (
    id TEXT NOT NULL,
    seq BIGINT,
    kind TEXT NOT NULL,
    realm TEXT NOT NULL,
    scope TEXT NOT NULL,
    target TEXT NOT NULL,
    what SMALLINT NOT NULL,
    keep TEXT,
    reason TEXT NOT NULL,
    initiator TEXT NOT NULL,
    at BIGINT NOT NULL,
    CONSTRAINT pk_rescind_revocation PRIMARY KEY (id),
    CONSTRAINT uq_rescind_revocation_seq UNIQUE (seq)
)""",
    "CREATE INDEX ix_rescind_revocation_at ON rescind_revocation (at)",
    """CREATE INDEX ix_rescind_revocation_ending
ON rescind_revocation (realm, scope, target, kind, seq, what, keep)""",
    (
        "CREATE INDEX ix_rescind_revocation_wide ON rescind_revocation (realm, seq) "
        "WHERE kind = 'end' AND scope != 'session' AND scope != 'grant'"
    ),
    """CREATE TABLE rescind_session (
    id TEXT NOT NULL,
    digest BYTEA NOT NULL,
    realm TEXT NOT NULL,
    principal_id TEXT NOT NULL,
    birth TEXT NOT NULL,
    issued_seq BIGINT NOT NULL,
    method TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    auth_time BIGINT NOT NULL,
    last_seen BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    idle BIGINT,
    credential_id TEXT,
    client_id TEXT,
    parent_id TEXT,
    label TEXT,
    ended_at BIGINT,
    ended_reason TEXT,
    ended_by TEXT,
    CONSTRAINT pk_rescind_session PRIMARY KEY (id),
    CONSTRAINT uq_rescind_session_digest UNIQUE (digest)
)""",
    "CREATE INDEX ix_rescind_session_ended_at ON rescind_session (ended_at)",
    "CREATE INDEX ix_rescind_session_expires_at ON rescind_session (expires_at)",
    "CREATE INDEX ix_rescind_session_realm_client_id ON rescind_session (realm, client_id)",
    "CREATE INDEX ix_rescind_session_realm_credential_id ON rescind_session (realm, credential_id)",
    "CREATE INDEX ix_rescind_session_realm_principal_id ON rescind_session (realm, principal_id)",
    """CREATE TABLE rescind_session_data (
    session_id TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    CONSTRAINT pk_rescind_session_data PRIMARY KEY (session_id, key)
)""",
    """CREATE TABLE rescind_worker (
    id TEXT NOT NULL,
    birth TEXT NOT NULL,
    term BIGINT NOT NULL,
    protocol BIGINT NOT NULL,
    acked BIGINT NOT NULL,
    retired SMALLINT NOT NULL,
    counter_id TEXT,
    host TEXT NOT NULL,
    pid BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    CONSTRAINT pk_rescind_worker PRIMARY KEY (id)
)""",
    "COMMENT ON TABLE rescind_meta IS 'one row: versions, who owns the schema, and the head of the log'",
    "COMMENT ON TABLE rescind_revocation IS 'the log; append-only'",
)
TRIGGERS = (
    "SELECT set_config('rescind.search_path', current_setting('search_path'), true)",
    "SELECT set_config('search_path', quote_ident(current_schema()) || ', pg_temp', true)",
    """CREATE FUNCTION rescind_take_number() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
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
$$""",
    """CREATE CONSTRAINT TRIGGER rescind_number AFTER INSERT ON rescind_revocation
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.seq IS NULL) EXECUTE FUNCTION rescind_take_number()""",
    """CREATE FUNCTION rescind_raise_floor() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    UPDATE rescind_meta SET floor = OLD.seq WHERE floor < OLD.seq;
    RETURN NULL;
END
$$""",
    """CREATE CONSTRAINT TRIGGER rescind_floor AFTER DELETE ON rescind_revocation
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.seq IS NOT NULL)
EXECUTE FUNCTION rescind_raise_floor()""",
    """CREATE FUNCTION rescind_number_event() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    UPDATE rescind_audit_event SET seq = (SELECT seq FROM rescind_meta) WHERE n = NEW.n;
    RETURN NULL;
END
$$""",
    """CREATE CONSTRAINT TRIGGER rescind_event_number AFTER INSERT ON rescind_audit_event
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.seq = 0) EXECUTE FUNCTION rescind_number_event()""",
    "ALTER TABLE rescind_revocation ENABLE ALWAYS TRIGGER rescind_number",
    "ALTER TABLE rescind_revocation ENABLE ALWAYS TRIGGER rescind_floor",
    "ALTER TABLE rescind_audit_event ENABLE ALWAYS TRIGGER rescind_event_number",
    "SELECT set_config('search_path', current_setting('rescind.search_path'), true)",
)
MAKE = TABLES + TRIGGERS
DROP = (
    "DROP TABLE rescind_worker",
    "DROP TABLE rescind_session_data",
    "DROP TABLE rescind_session",
    "DROP TABLE rescind_revocation",
    "DROP TABLE rescind_refresh_family",
    "DROP TABLE rescind_principal",
    "DROP TABLE rescind_password",
    "DROP TABLE rescind_meta",
    "DROP TABLE rescind_ended_key",
    "DROP TABLE rescind_audit_event",
    "DROP TABLE rescind_account",
    "DROP FUNCTION rescind_take_number()",
    "DROP FUNCTION rescind_raise_floor()",
    "DROP FUNCTION rescind_number_event()",
)
