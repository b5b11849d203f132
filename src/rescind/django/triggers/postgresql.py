"""The triggers on PostgreSQL.

The deferred trigger of the log takes an entry's number, at the COMMIT of whoever changed the user; ``NOTIFY``
goes out with it. The functions keep the ``search_path`` that they are made under, narrowed to one schema: at
somebody else's statement it may be any.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

from rescind.django.triggers.text import fill
from rescind.django.triggers.watched import Groups, UserTable, Watched

Quote = Callable[[str], str]
Object = tuple[str, str, str]
"""Its name, what ``COMMENT ON`` calls it, and the text that makes it."""

SAID = """CREATE TABLE rescind_watch_said (
    id TEXT PRIMARY KEY,
    principal_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    bound TEXT NOT NULL,
    keep TEXT,
    reason TEXT NOT NULL,
    initiator TEXT NOT NULL,
    at BIGINT NOT NULL
)"""
NOW = """CREATE FUNCTION rescind_watch_now() RETURNS bigint LANGUAGE sql VOLATILE AS
$rescind$ SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint $rescind$"""
KNOWN = """CREATE FUNCTION rescind_watch_known(principal text) RETURNS boolean
LANGUAGE plpgsql SET search_path FROM CURRENT AS $rescind$
BEGIN
    IF EXISTS (SELECT 1 FROM rescind_principal WHERE realm = {realm} AND id = principal) THEN
        RETURN true;
    END IF;
    -- Somebody may be signing in for the first time just now: wait for them under the name that they hold, as
    -- rescind's own units do. Where that name or what it protects cannot be had, too much is said.
    IF principal !~ '^[ !#-[^-~]+$' OR current_setting('transaction_isolation') <> 'read committed' THEN
        RETURN true;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended({name} || '"' || principal || '"]', 7310029107));
    RETURN EXISTS (SELECT 1 FROM rescind_principal WHERE realm = {realm} AND id = principal);
END
$rescind$"""
TELL = """CREATE FUNCTION rescind_watch_tell(
    of_kind text, of_scope text, of_target text, of_what int, of_reason text, of_bound text
) RETURNS void LANGUAGE plpgsql SET search_path FROM CURRENT AS $rescind$
DECLARE
    entry text;
    kept text;
    why text;
    who text;
    moment bigint := rescind_watch_now();
BEGIN
    IF NOT EXISTS (SELECT 1 FROM rescind_meta) THEN
        RETURN;
    END IF;
    DELETE FROM rescind_watch_said
    WHERE principal_id = of_target AND kind = of_kind AND bound = of_bound AND at > moment - 60000000
    RETURNING id, keep, reason, initiator INTO entry, kept, why, who;
    entry := coalesce(entry, replace(gen_random_uuid()::text, '-', ''));
    why := coalesce(why, of_reason);
    who := coalesce(who, 'database:' || session_user);
    INSERT INTO rescind_revocation (id, kind, realm, scope, target, what, keep, reason, initiator, at)
    VALUES (entry, of_kind, {realm}, of_scope, of_target, of_what, kept, why, who, moment);
    INSERT INTO rescind_audit_event
        (id, at, type, realm, actor, subject, outcome, reason, seq, request_id, data)
    VALUES (
        replace(gen_random_uuid()::text, '-', ''), moment,
        of_scope || CASE of_kind WHEN 'end' THEN '.revoked' ELSE '.changed' END, {realm}, who,
        of_scope || CASE of_target WHEN '' THEN '' ELSE ':' || of_target END, 'done', why, 0, NULL,
        json_build_object('ended', NULL, 'matched', NULL, 'revocation', entry, 'what', of_what)::text
    );
    PERFORM pg_notify('rescind_' || 'rescind_meta'::regclass::oid, '');
END
$rescind$"""
STANDS = """CREATE FUNCTION rescind_watch_stands(principal text, now_active boolean) RETURNS boolean
LANGUAGE plpgsql SET search_path FROM CURRENT AS $rescind$
DECLARE
    known boolean := rescind_watch_known(principal);
BEGIN
    UPDATE rescind_principal
    SET active = now_active::int, version = version + 1, updated_at = rescind_watch_now()
    WHERE realm = {realm} AND id = principal AND active <> now_active::int;
    IF FOUND THEN
        PERFORM rescind_watch_tell('changed', 'principal', principal, 0, CASE WHEN now_active
            THEN 'the user was made active in the database'
            ELSE 'the user was made inactive in the database' END, now_active::int::text);
        RETURN true;
    END IF;
    -- Nobody remembers anything about somebody who never came, so there is nothing to append.
    IF NOT now_active THEN
        INSERT INTO rescind_principal (realm, id, active, roles, tenant, kind, updated_at, version)
        VALUES ({realm}, principal, 0, '[]', NULL, 'user', rescind_watch_now(), 1)
        ON CONFLICT (realm, id) DO NOTHING;
    END IF;
    RETURN false;
END
$rescind$"""
END_ALL = """CREATE FUNCTION rescind_watch_end_all(principal text) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $rescind$
BEGIN
    IF NOT rescind_watch_known(principal) THEN
        RETURN;
    END IF;
    UPDATE rescind_principal
    SET active = 0, roles = '[]', version = version + 1, updated_at = rescind_watch_now()
    WHERE realm = {realm} AND id = principal AND (active <> 0 OR roles <> '[]');
    IF FOUND THEN
        PERFORM rescind_watch_tell(
            'changed', 'principal', principal, 0, 'the user was deleted in the database', '');
    END IF;
    PERFORM rescind_watch_tell('end', 'principal', principal, 7, 'the user was deleted in the database', '');
END
$rescind$"""
GRANTED = """CREATE FUNCTION rescind_watch_granted() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $rescind$
BEGIN
    IF EXISTS (SELECT 1 FROM touched) THEN
        PERFORM rescind_watch_tell(
            'changed', 'everything', '', 0, 'permissions of a group were changed in the database', '');
    END IF;
    RETURN NULL;
END
$rescind$"""
BODY = """CREATE FUNCTION rescind_watch_{name}() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $rescind$
{body}
$rescind$"""
ON = "{name} ON {table}"
MAKE = "CREATE TRIGGER {name} {when} ON {table}\n{rest}"
ROLES = """CREATE FUNCTION rescind_watch_roles(principal text) RETURNS text
LANGUAGE sql STABLE SET search_path FROM CURRENT AS $rescind$
SELECT '[' || coalesce(string_agg(to_json(g.{name}::text)::text, ','
    ORDER BY g.{name}::text COLLATE "C"), '') || ']'
FROM {links} l JOIN {table} g ON g.{key} = l.{group}
WHERE l.{user} = principal::{kind}
$rescind$"""
LINKED = """DECLARE
    principal text;
BEGIN
    FOREACH principal IN ARRAY CASE TG_OP
        WHEN 'INSERT' THEN ARRAY[NEW.{user}::text]
        WHEN 'DELETE' THEN ARRAY[OLD.{user}::text]
        ELSE ARRAY[OLD.{user}::text, NEW.{user}::text] END
    LOOP
        CONTINUE WHEN NOT rescind_watch_known(principal);
        UPDATE rescind_principal
        SET roles = rescind_watch_roles(principal), version = version + 1, updated_at = rescind_watch_now()
        WHERE realm = {realm} AND id = principal AND roles::jsonb <> rescind_watch_roles(principal)::jsonb;
        IF FOUND THEN
            PERFORM rescind_watch_tell(
                'changed', 'principal', principal, 0, 'groups of the user were changed in the database', '');
        END IF;
    END LOOP;
    RETURN NULL;
END"""
CAME = """BEGIN
    -- Whoever had this key before was somebody else.
    IF EXISTS (SELECT 1 FROM rescind_principal WHERE realm = {realm} AND id = NEW.{key}::text) THEN
        PERFORM rescind_watch_stands(NEW.{key}::text, {stands});
        PERFORM rescind_watch_tell(
            'end', 'principal', NEW.{key}::text, 1, 'the user was made anew in the database', '');
    END IF;
    RETURN NULL;
END"""
NAMED = """BEGIN
    UPDATE rescind_principal p
    SET roles = rescind_watch_roles(p.id), version = version + 1, updated_at = rescind_watch_now()
    WHERE p.realm = {realm}
    AND p.id IN (SELECT l.{user}::text FROM {links} l WHERE l.{group} = OLD.{key})
    AND p.roles::jsonb <> rescind_watch_roles(p.id)::jsonb;
    IF FOUND THEN
        PERFORM rescind_watch_tell(
            'changed', 'everything', '', 0, 'a group was changed in the database', '');
    END IF;
    RETURN NULL;
END"""


def objects(watched: Watched, quote: Quote) -> Iterator[Object]:
    """Everything that is installed, in the order of making."""
    realm = f"'{watched.realm}'"
    name = "'" + json.dumps(["principal", watched.realm], separators=(",", ":"))[:-1] + ",'"
    yield "rescind_watch_said", "TABLE rescind_watch_said", SAID
    yield _function("now()", NOW)
    yield _function("known(text)", fill(KNOWN, realm=realm, name=name))
    yield _function("tell(text, text, text, int, text, text)", fill(TELL, realm=realm))
    yield _function("stands(text, boolean)", fill(STANDS, realm=realm))
    yield _function("end_all(text)", fill(END_ALL, realm=realm))
    for number, users in enumerate(watched.users):
        yield from _users(users, number, quote, realm)
    if watched.groups is not None:
        yield from _groups(watched, watched.groups, quote, realm)
    if watched.permissions is not None:
        yield from _permissions(*watched.permissions, quote)


def _function(signature: str, text: str) -> Object:
    name = f"rescind_watch_{signature}"
    return name.partition("(")[0], f"FUNCTION {name}", text


def _body(name: str, body: str) -> Object:
    return _function(f"{name}()", fill(BODY, name=name, body=body))


def _trigger(name: str, table: str, when: str, rest: str) -> Object:
    full = f"rescind_watch_{name}"
    on = fill(ON, name=full, table=table)
    return full, f"TRIGGER {on}", fill(MAKE, name=full, table=table, when=when, rest=rest)


def _row(function: str) -> str:
    return f"FOR EACH ROW EXECUTE FUNCTION rescind_watch_{function}()"


def _differ(columns: Iterator[str] | list[str], quote: Quote) -> str:
    return " OR ".join(f"OLD.{quote(one)} IS DISTINCT FROM NEW.{quote(one)}" for one in columns) or "false"


def _users(users: UserTable, number: int, quote: Quote, realm: str) -> Iterator[Object]:
    table, key = quote(users.table), quote(users.key)
    active = None if users.active is None else quote(users.active)
    changed = [one for one in (users.active, users.password, *users.further) if one is not None]
    if changed:
        yield _body(f"users_{number}", _updated(users, quote))
        yield _trigger(
            f"users_{number}", table, "AFTER UPDATE",
            f"FOR EACH ROW WHEN ({_differ([users.key, *changed], quote)})\n"
            f"EXECUTE FUNCTION rescind_watch_users_{number}()",
        )  # fmt: skip
    if not users.is_user:
        return
    yield _body("gone", f"BEGIN\n    PERFORM rescind_watch_end_all(OLD.{key}::text);\n    RETURN NULL;\nEND")
    yield _trigger("gone", table, "AFTER DELETE", _row("gone"))
    stands = "true" if active is None else f"NEW.{active}"
    yield _body("came", fill(CAME, realm=realm, key=key, stands=stands))
    yield _trigger("came", table, "AFTER INSERT", _row("came"))


def _updated(users: UserTable, quote: Quote) -> str:
    key = quote(users.key)
    steps = [
        f"""    IF OLD.{key} IS DISTINCT FROM NEW.{key} THEN
        PERFORM rescind_watch_end_all(OLD.{key}::text);
    END IF;"""
    ]
    if users.active is not None:
        active = quote(users.active)
        steps.append(f"""    IF OLD.{active} IS DISTINCT FROM NEW.{active} THEN
        told := rescind_watch_stands(principal, NEW.{active});
    END IF;""")
    if users.further:
        steps.append(f"""    IF NOT told AND ({_differ(list(users.further), quote)})
            AND rescind_watch_known(principal) THEN
        PERFORM rescind_watch_tell(
            'changed', 'principal', principal, 0, 'what the user may do was changed in the database', '');
    END IF;""")
    if users.password is not None:
        password = quote(users.password)
        steps.append(f"""    IF OLD.{password} IS DISTINCT FROM NEW.{password}
            AND rescind_watch_known(principal) THEN
        PERFORM rescind_watch_tell('end', 'principal', principal, 1,
            'the password was changed in the database', right(NEW.{password}, 20));
    END IF;""")
    lines = "\n".join(steps)
    return f"""DECLARE
    principal text := NEW.{key}::text;
    told boolean := false;
BEGIN
{lines}
    RETURN NULL;
END"""


def _groups(watched: Watched, groups: Groups, quote: Quote, realm: str) -> Iterator[Object]:
    links, user, group = quote(groups.links), quote(groups.user), quote(groups.group)
    kind = {"int": "bigint", "uuid": "uuid", "str": "text"}[watched.kind]
    names = {"links": links, "user": user, "group": group, "realm": realm, "kind": kind}
    names |= {"table": quote(groups.table), "key": quote(groups.key), "name": quote(groups.name)}
    yield _function("roles(text)", fill(ROLES, **names))
    yield _body("linked", fill(LINKED, **names))
    yield _trigger("linked", links, "AFTER INSERT OR UPDATE OR DELETE", _row("linked"))
    yield _body("named", fill(NAMED, **names))
    of_name = f"AFTER DELETE OR UPDATE OF {quote(groups.name)}"
    yield _trigger("named", quote(groups.table), of_name, _row("named"))
    if groups.permissions:
        yield _function("granted()", GRANTED)
        for event, side in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
            yield _trigger(
                f"granted_{event.lower()}", quote(groups.permissions), f"AFTER {event}",
                f"REFERENCING {side} TABLE AS touched\n"
                "FOR EACH STATEMENT EXECUTE FUNCTION rescind_watch_granted()",
            )  # fmt: skip


def _permissions(table: str, user: str, quote: Quote) -> Iterator[Object]:
    column = quote(user)
    yield _body(
        "permitted",
        f"""DECLARE
    principal text;
BEGIN
    FOREACH principal IN ARRAY CASE TG_OP
        WHEN 'INSERT' THEN ARRAY[NEW.{column}::text]
        WHEN 'DELETE' THEN ARRAY[OLD.{column}::text]
        ELSE ARRAY[OLD.{column}::text, NEW.{column}::text] END
    LOOP
        IF rescind_watch_known(principal) THEN
            PERFORM rescind_watch_tell('changed', 'principal', principal, 0,
                'permissions of the user were changed in the database', '');
        END IF;
    END LOOP;
    RETURN NULL;
END""",
    )
    yield _trigger("permitted", quote(table), "AFTER INSERT OR UPDATE OR DELETE", _row("permitted"))
