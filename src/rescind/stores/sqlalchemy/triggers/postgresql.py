"""The triggers on PostgreSQL.

The deferred trigger of the log takes an entry's number, at the COMMIT of whoever changed the user; ``NOTIFY``
goes out with it. The functions keep the ``search_path`` that they are made under, narrowed to one schema: at
somebody else's statement it may be any.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator

from rescind.stores.sqlalchemy.triggers import postgresql_standing
from rescind.stores.sqlalchemy.triggers.text import fill
from rescind.stores.sqlalchemy.triggers.watched import Groups, UserTable, Watched

Quote = Callable[[str], str]
Object = tuple[str, str, str]
"""Its name, what ``COMMENT ON`` calls it, and the text that makes it."""

NAMES = 1000
"""How many names one transaction locks."""
SAID = """CREATE TABLE {stem}_said (
    id TEXT PRIMARY KEY,
    principal_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    bound TEXT NOT NULL,
    keep TEXT,
    reason TEXT NOT NULL,
    initiator TEXT NOT NULL,
    at BIGINT NOT NULL
)"""
NOW = """CREATE FUNCTION {stem}_now() RETURNS bigint LANGUAGE sql VOLATILE AS
$rescind$ SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint $rescind$"""
KNOWN = """CREATE FUNCTION {stem}_known(principal text) RETURNS boolean
LANGUAGE plpgsql SET search_path FROM CURRENT AS $rescind$
DECLARE
    named int := coalesce(nullif(current_setting('rescind.named', true), ''), '0')::int + 1;
BEGIN
    IF EXISTS (SELECT 1 FROM rescind_principal WHERE realm = {realm} AND id = principal) THEN
        RETURN true;
    END IF;
    -- Somebody may be signing in for the first time just now: wait for them under the name that they hold, as
    -- rescind's own units do. Where that name or what it protects cannot be had, too much is said.
    IF principal !~ '^[ !#-[^-~]+$' OR current_setting('transaction_isolation') <> 'read committed' THEN
        RETURN true;
    END IF;
    PERFORM set_config('rescind.named', named::text, true);
    IF named > {names} THEN
        -- A server has no room for a lock on every name: whoever is signing in is waited for, and who comes
        -- waits.
        LOCK TABLE rescind_principal IN SHARE ROW EXCLUSIVE MODE;
    ELSE
        PERFORM pg_advisory_xact_lock(hashtextextended({name} || '"' || principal || '"]', 7310029107));
    END IF;
    RETURN EXISTS (SELECT 1 FROM rescind_principal WHERE realm = {realm} AND id = principal);
END
$rescind$"""
TELL = """CREATE FUNCTION {stem}_tell(
    of_kind text, of_scope text, of_target text, of_what int, of_reason text, of_bound text
) RETURNS void LANGUAGE plpgsql SET search_path FROM CURRENT AS $rescind$
DECLARE
    entry text;
    kept text;
    why text;
    who text;
    moment bigint := {stem}_now();
BEGIN
    IF NOT EXISTS (SELECT 1 FROM rescind_meta) THEN
        RETURN;
    END IF;
    DELETE FROM {stem}_said
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
STANDS = """CREATE FUNCTION {stem}_stands(principal text, now_active boolean) RETURNS boolean
LANGUAGE plpgsql SET search_path FROM CURRENT AS $rescind$
DECLARE
    known boolean := {stem}_known(principal);
BEGIN
    UPDATE rescind_principal
    SET active = now_active::int, version = version + 1, updated_at = {stem}_now()
    WHERE realm = {realm} AND id = principal AND active <> now_active::int;
    IF FOUND THEN
        PERFORM {stem}_tell('changed', 'principal', principal, 0, CASE WHEN now_active
            THEN 'the user was made active in the database'
            ELSE 'the user was made inactive in the database' END, now_active::int::text);
        RETURN true;
    END IF;
    -- Nobody remembers anything about somebody who never came, so there is nothing to append.
    IF NOT now_active THEN
        INSERT INTO rescind_principal (realm, id, active, roles, tenant, kind, updated_at, version)
        VALUES ({realm}, principal, 0, '[]', NULL, 'user', {stem}_now(), 1)
        ON CONFLICT (realm, id) DO NOTHING;
    END IF;
    RETURN false;
END
$rescind$"""
END_ALL = """CREATE FUNCTION {stem}_end_all(principal text) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $rescind$
BEGIN
    IF NOT {stem}_known(principal) THEN
        RETURN;
    END IF;
    UPDATE rescind_principal
    SET active = 0, roles = '[]', version = version + 1, updated_at = {stem}_now()
    WHERE realm = {realm} AND id = principal AND (active <> 0 OR roles <> '[]');
    IF FOUND THEN
        PERFORM {stem}_tell(
            'changed', 'principal', principal, 0, 'the user was deleted in the database', '');
    END IF;
    PERFORM {stem}_tell('end', 'principal', principal, 7, 'the user was deleted in the database', '');
END
$rescind$"""
GRANTED = """CREATE FUNCTION {stem}_granted() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $rescind$
BEGIN
    IF EXISTS (SELECT 1 FROM touched) THEN
        PERFORM {stem}_tell(
            'changed', 'everything', '', 0, 'permissions of a group were changed in the database', '');
    END IF;
    RETURN NULL;
END
$rescind$"""
NEWS = """SELECT {stem}_tell(
    'changed', 'everything', '', 0, 'the triggers on users were installed', ''
)"""
BODY = """CREATE FUNCTION {stem}_{name}() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $rescind$
{body}
$rescind$"""
ON = "{name} ON {table}"
MAKE = "CREATE TRIGGER {name} {when} ON {table}\n{rest}"
EACH_ROW = "FOR EACH ROW EXECUTE FUNCTION {stem}_{function}()"
WHEN = "FOR EACH ROW WHEN ({differs})\nEXECUTE FUNCTION {function}()"
TOUCHED = """REFERENCING {side} TABLE AS touched
FOR EACH STATEMENT EXECUTE FUNCTION {stem}_granted()"""
ROLES = """CREATE FUNCTION {stem}_roles(principal text) RETURNS text
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
        CONTINUE WHEN NOT {stem}_known(principal);
        UPDATE rescind_principal
        SET roles = {stem}_roles(principal), version = version + 1, updated_at = {stem}_now()
        WHERE realm = {realm} AND id = principal AND roles::jsonb <> {stem}_roles(principal)::jsonb;
        IF FOUND THEN
            PERFORM {stem}_tell(
                'changed', 'principal', principal, 0, 'groups of the user were changed in the database', '');
        END IF;
    END LOOP;
    RETURN NULL;
END"""
CAME = """BEGIN
    -- Whoever had this key before was somebody else.
    IF EXISTS (SELECT 1 FROM rescind_principal WHERE realm = {realm} AND id = NEW.{key}::text) THEN
        PERFORM {stem}_stands(NEW.{key}::text, {stands});
        PERFORM {stem}_tell(
            'end', 'principal', NEW.{key}::text, 1, 'the user was made anew in the database', '');
    END IF;
    RETURN NULL;
END"""
GONE = """BEGIN
    PERFORM {stem}_end_all(OLD.{key}::text);
    RETURN NULL;
END"""
MOVED = """    IF OLD.{key} IS DISTINCT FROM NEW.{key} THEN
        PERFORM {stem}_end_all(OLD.{key}::text);
    END IF;"""
ACTIVE = """    IF {differs} THEN
        told := {stem}_stands(principal, {stands});
    END IF;"""
FURTHER = """    IF NOT told AND ({differs})
            AND {stem}_known(principal) THEN
        PERFORM {stem}_tell(
            'changed', 'principal', principal, 0, 'what the user may do was changed in the database', '');
    END IF;"""
ENDING = """    IF OLD.{password} IS DISTINCT FROM NEW.{password}
            AND {stem}_known(principal) THEN
        PERFORM {stem}_tell('end', 'principal', principal, 1,
            'the password was changed in the database', right(NEW.{password}, 20));
    END IF;"""
UPDATED = """DECLARE
    principal text := NEW.{key}::text;
    told boolean := false;
BEGIN
{steps}
    RETURN NULL;
END"""
NAMED = """BEGIN
    UPDATE rescind_principal p
    SET roles = {stem}_roles(p.id), version = version + 1, updated_at = {stem}_now()
    WHERE p.realm = {realm}
    AND p.id IN (SELECT l.{user}::text FROM {links} l WHERE l.{group} = OLD.{key})
    AND p.roles::jsonb <> {stem}_roles(p.id)::jsonb;
    IF FOUND THEN
        PERFORM {stem}_tell(
            'changed', 'everything', '', 0, 'a group was changed in the database', '');
    END IF;
    RETURN NULL;
END"""
PERMITTED = """DECLARE
    principal text;
BEGIN
    FOREACH principal IN ARRAY CASE TG_OP
        WHEN 'INSERT' THEN ARRAY[NEW.{user}::text]
        WHEN 'DELETE' THEN ARRAY[OLD.{user}::text]
        ELSE ARRAY[OLD.{user}::text, NEW.{user}::text] END
    LOOP
        IF {stem}_known(principal) THEN
            PERFORM {stem}_tell('changed', 'principal', principal, 0,
                'permissions of the user were changed in the database', '');
        END IF;
    END LOOP;
    RETURN NULL;
END"""


class Text:
    """Writes the objects of one declaration."""

    def __init__(self, watched: Watched, quote: Quote) -> None:
        self.watched, self.quote, self.stem = watched, quote, watched.stem
        self.realm = f"'{watched.realm}'"

    def fill(self, text: str, **parts: str) -> str:
        return fill(text, stem=self.stem, realm=self.realm, **parts)

    def function(self, signature: str, text: str, **parts: str) -> Object:
        name = f"{self.stem}_{signature}"
        return name.partition("(")[0], f"FUNCTION {name}", self.fill(text, **parts)

    def body(self, name: str, body: str) -> Object:
        """The function of a trigger."""
        return self.function(f"{name}()", BODY, name=name, body=body)

    def trigger(self, name: str, table: str, when: str, rest: str) -> Object:
        """Args: ``table`` is quoted."""
        full = f"{self.stem}_{name}"
        on = fill(ON, name=full, table=table)
        return full, f"TRIGGER {on}", fill(MAKE, name=full, table=table, when=when, rest=rest)

    def row(self, function: str) -> str:
        return self.fill(EACH_ROW, function=function)

    def differ(self, columns: Iterable[str]) -> str:
        said = [f"OLD.{self.quote(one)} IS DISTINCT FROM NEW.{self.quote(one)}" for one in columns]
        return " OR ".join(said) or "false"

    def table_of(self, users: UserTable) -> str:
        return ".".join(self.quote(one) for one in (users.schema, users.table) if one)


def objects(watched: Watched, quote: Quote) -> Iterator[Object]:
    """Everything that is installed, in the order of making."""
    text = Text(watched, quote)
    name = "'" + json.dumps(["principal", watched.realm], separators=(",", ":"))[:-1] + ",'"
    yield f"{text.stem}_said", f"TABLE {text.stem}_said", text.fill(SAID)
    yield text.function("now()", NOW)
    yield text.function("known(text)", KNOWN, name=name, names=str(NAMES))
    yield text.function("tell(text, text, text, int, text, text)", TELL)
    yield text.function("end_all(text)", END_ALL)
    if not all(users.whole for users in watched.users):
        yield text.function("stands(text, boolean)", STANDS)
    yield from watched.in_parts(text, _users, _groups, _permissions)


def start(watched: Watched, quote: Quote) -> Iterator[str]:
    """What is run once, after everything is there."""
    text = Text(watched, quote)
    yield from watched.at_start(text, postgresql_standing.start, lambda: [text.fill(NEWS)])


def _users(text: Text, users: UserTable, number: int) -> Iterator[Object]:
    table, key = text.table_of(users), text.quote(users.key)
    if users.is_user:
        yield text.body("gone", text.fill(GONE, key=key))
        yield text.trigger("gone", table, "AFTER DELETE", text.row("gone"))
    if users.whole:
        yield from postgresql_standing.objects(text, users)
        return
    active = () if users.active is None else users.active.columns
    changed = [*active, *([] if users.password is None else [users.password]), *users.further]
    if changed:
        yield text.body(f"users_{number}", _updated(text, users))
        yield text.trigger(
            f"users_{number}", table, "AFTER UPDATE",
            fill(WHEN, differs=text.differ([users.key, *changed]), function=f"{text.stem}_users_{number}"),
        )  # fmt: skip
    if not users.is_user:
        return
    stands = "true" if users.active is None else users.active.of("NEW")
    yield text.body("came", text.fill(CAME, key=key, stands=stands))
    yield text.trigger("came", table, "AFTER INSERT", text.row("came"))


def _updated(text: Text, users: UserTable) -> str:
    key = text.quote(users.key)
    steps = [text.fill(MOVED, key=key)]
    if users.active is not None:
        differs = text.differ(users.active.columns)
        steps.append(text.fill(ACTIVE, differs=differs, stands=users.active.of("NEW")))
    if users.further:
        steps.append(text.fill(FURTHER, differs=text.differ(users.further)))
    if users.password is not None:
        steps.append(text.fill(ENDING, password=text.quote(users.password)))
    return fill(UPDATED, key=key, steps="\n".join(steps))


def _groups(text: Text, groups: Groups) -> Iterator[Object]:
    quote = text.quote
    links, user, group = quote(groups.links), quote(groups.user), quote(groups.group)
    kind = {"int": "bigint", "uuid": "uuid", "str": "text"}[text.watched.kind]
    names = {"links": links, "user": user, "group": group, "kind": kind}
    names |= {"table": quote(groups.table), "key": quote(groups.key), "name": quote(groups.name)}
    yield text.function("roles(text)", ROLES, **names)
    yield text.body("linked", text.fill(LINKED, **names))
    yield text.trigger("linked", links, "AFTER INSERT OR UPDATE OR DELETE", text.row("linked"))
    yield text.body("named", text.fill(NAMED, **names))
    of_name = f"AFTER DELETE OR UPDATE OF {names['name']}"
    yield text.trigger("named", names["table"], of_name, text.row("named"))
    if groups.permissions:
        yield text.function("granted()", GRANTED)
        for event, side in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
            yield text.trigger(
                f"granted_{event.lower()}", quote(groups.permissions), f"AFTER {event}",
                text.fill(TOUCHED, side=side),
            )  # fmt: skip


def _permissions(text: Text, table: str, user: str) -> Iterator[Object]:
    yield text.body("permitted", text.fill(PERMITTED, user=text.quote(user)))
    yield text.trigger(
        "permitted", text.quote(table), "AFTER INSERT OR UPDATE OR DELETE", text.row("permitted")
    )
