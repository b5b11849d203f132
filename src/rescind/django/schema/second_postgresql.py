"""Schema 4 on PostgreSQL: numbers of many entries of one transaction in one step. Frozen.

As ``v0004_numbers`` of ``rescind db upgrade`` says. Both versions of a function do the same to the log.
"""

from __future__ import annotations

OWN_PATH = (
    "SELECT set_config('rescind.search_path', current_setting('search_path'), true)",
    "SELECT set_config('search_path', quote_ident(current_schema()) || ', pg_temp', true)",
)
PATH_BEFORE = "SELECT set_config('search_path', current_setting('rescind.search_path'), true)"
MAKE = (
    *OWN_PATH,
    """CREATE OR REPLACE FUNCTION rescind_take_number() RETURNS trigger
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
$$""",
    """CREATE OR REPLACE FUNCTION rescind_number_event() RETURNS trigger
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
$$""",
    PATH_BEFORE,
)
DROP = (
    *OWN_PATH,
    """CREATE OR REPLACE FUNCTION rescind_take_number() RETURNS trigger
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
    """CREATE OR REPLACE FUNCTION rescind_number_event() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    UPDATE rescind_audit_event SET seq = (SELECT seq FROM rescind_meta) WHERE n = NEW.n;
    RETURN NULL;
END
$$""",
    PATH_BEFORE,
)
