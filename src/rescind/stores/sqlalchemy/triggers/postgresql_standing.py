"""On PostgreSQL, where a row of a user says their whole standing, of whoever never came, too.

No trigger names a column outside of the body of a function, which PostgreSQL binds to nothing: so the columns
can be altered while the triggers are there.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rescind.stores.sqlalchemy.triggers.text import fill, stay_ended
from rescind.stores.sqlalchemy.triggers.watched import Fact, UserTable

if TYPE_CHECKING:
    from rescind.stores.sqlalchemy.triggers.postgresql import Object, Text

MADE_ACTIVE = """CASE WHEN NOT of_active_is_new THEN 'what the user may do was changed in the database'
        WHEN of_active THEN 'the user was made active in the database'
        ELSE 'the user was made inactive in the database' END"""
MAY_DO = "'what the user may do was changed in the database'"
INSERT = """INSERT INTO rescind_principal (realm, id, active, roles, tenant, kind, updated_at, version)
        VALUES ({realm}, principal, {active}, {roles}, {tenant}, 'user', {stem}_now(), 1)
        ON CONFLICT (realm, id) DO NOTHING;"""
ARRIVED = """CREATE FUNCTION {stem}_arrived({parameters}) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $rescind$
BEGIN
    IF EXISTS (SELECT 1 FROM rescind_principal WHERE realm = {realm} AND id = principal) THEN
        -- Whoever had this key before was somebody else.
        UPDATE rescind_principal
        SET {assignments}version = version + 1, updated_at = {stem}_now()
        WHERE realm = {realm} AND id = principal AND ({news});
        IF FOUND THEN
            PERFORM {stem}_tell(
                'changed', 'principal', principal, 0, 'the user was made anew in the database', '');
        END IF;
        PERFORM {stem}_tell('end', 'principal', principal, 1, 'the user was made anew in the database', '');
    ELSIF {speaks} THEN
        {insert}
    END IF;
END
$rescind$"""
CAME = """BEGIN
    PERFORM {stem}_arrived({new});
    RETURN NULL;
END"""
UPDATED = """DECLARE
    principal text := NEW.{key}::text;
{declared}BEGIN
    IF OLD.{key} IS DISTINCT FROM NEW.{key} THEN
        PERFORM {stem}_end_all(OLD.{key}::text);
        PERFORM {stem}_arrived({new});
        RETURN NULL;
    END IF;
{steps}    RETURN NULL;
END"""
DECLARED = """    {name} {type} := {new};
    {name}_is_new boolean := {old} IS DISTINCT FROM {new};
"""
FOLLOW = """    IF {differs} THEN
        PERFORM {stem}_known(principal);
{moves}        UPDATE rescind_principal
        SET {assignments}version = version + 1, updated_at = {stem}_now()
        WHERE realm = {realm} AND id = principal AND ({news});
        IF FOUND THEN
            PERFORM {stem}_tell('changed', 'principal', principal, 0, {reason}, '');
        -- Nobody remembers anything about somebody who never came, so there is nothing to append.
        ELSIF {speaks} THEN
        {insert}
        END IF;
    END IF;
"""
IF_MOVES = """        IF of_tenant_is_new THEN
            PERFORM {stem}_moves(principal);
        END IF;
"""
ENDING = """    IF OLD.{password} IS DISTINCT FROM NEW.{password} THEN
        DELETE FROM {stem}_said
        WHERE principal_id = principal AND kind = 'kept' AND bound = right(NEW.{password}, 20)
        AND at > {stem}_now() - 60000000;
        IF NOT FOUND AND {stem}_known(principal) THEN
            PERFORM {stem}_tell('end', 'principal', principal, 1,
                'the password was changed in the database', right(NEW.{password}, 20));
        END IF;
    END IF;
"""
MOVES = """CREATE FUNCTION {stem}_moves(principal text) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $rescind$
DECLARE
    left_one text;
BEGIN
    SELECT tenant INTO left_one FROM rescind_principal WHERE realm = {realm} AND id = principal FOR UPDATE;
    IF left_one IS NULL THEN
        RETURN;
    END IF;
    -- Somebody may be ending that tenant just now: wait for them under the name that they hold, as rescind's
    -- own units do. Where that name or what it protects cannot be had, too much is said.
    IF left_one !~ '^[ !#-[^-~]+$' OR current_setting('transaction_isolation') <> 'read committed' THEN
        PERFORM {stem}_tell(
            'end', 'principal', principal, 1, 'the user was moved to another tenant in the database', '');
        RETURN;
    END IF;
    PERFORM pg_advisory_xact_lock_shared(
        hashtextextended({tenant_name} || '"' || left_one || '"]', 7310029107));
    {stay_ended};
END
$rescind$"""
START = """DO $rescind$
BEGIN
    INSERT INTO rescind_principal (realm, id, active, roles, tenant, kind, updated_at, version)
    SELECT {realm}, principal, {active}, {roles}, {tenant}, 'user', {stem}_now(), 1
    FROM (SELECT one.{key}::text AS principal{facts} FROM {table} one) said WHERE {speaks}
    ON CONFLICT (realm, id) DO NOTHING;
{stay_ended}    -- Who was disabled stays so, whatever the row says.
    UPDATE rescind_principal
    SET {assignments}version = version + 1, updated_at = {stem}_now()
    FROM (SELECT one.{key}::text AS principal{facts} FROM {table} one) said
    WHERE realm = {realm} AND id = principal AND ({news});
    IF FOUND THEN
        PERFORM {stem}_tell('changed', 'everything', '', 0, 'the users are watched from now on', '');
    END IF;
END
$rescind$"""
TYPES = {"active": "boolean", "roles": "text", "tenant": "text"}
STORED = {"active": "of_active::int", "roles": "of_roles", "tenant": "of_tenant"}
DIFFERS = {
    "active": "active <> of_active::int",
    "roles": "roles::jsonb <> of_roles::jsonb",
    "tenant": "tenant IS DISTINCT FROM of_tenant",
}
SPEAKS = {"active": "NOT of_active", "roles": "of_roles <> '[]'", "tenant": "of_tenant IS NOT NULL"}
"""What a new standing would not say by itself."""
PLAIN = {"active": "1", "roles": "'[]'", "tenant": "NULL"}
SET = "{name} = {value}"
NEWS = "({name}_is_new AND {differs})"
KEPT = "CASE WHEN {name}_is_new THEN {value} ELSE {column} END"


def objects(text: Text, users: UserTable) -> Iterator[Object]:
    """What hangs on the table of users."""
    table, key = text.table_of(users), text.quote(users.key)
    facts = users.standing
    parameters = ", ".join(["principal text", *(f"of_{name} {TYPES[name]}" for name in facts)])
    types = ", ".join(["text", *(TYPES[name] for name in facts)])
    new = ", ".join([f"NEW.{key}::text", *(fact.of("NEW") for fact in facts.values())])
    arrived = text.fill(
        ARRIVED,
        parameters=parameters,
        assignments=_assignments({name: STORED[name] for name in facts}),
        news=" OR ".join(DIFFERS[name] for name in facts) or "false",
        speaks=_speaks(facts),
        insert=_insert(text, facts),
    )
    yield f"{text.stem}_arrived", f"FUNCTION {text.stem}_arrived({types})", arrived
    if "tenant" in facts:
        name = "'" + json.dumps(["tenant", text.watched.realm], separators=(",", ":"))[:-1] + ",'"
        marked = stay_ended(text.realm, "principal_id = principal")
        yield text.function("moves(text)", MOVES, tenant_name=name, stay_ended=marked)
    yield text.body("users_0", _updated(text, users, new))
    yield text.trigger("users_0", table, "AFTER UPDATE", text.row("users_0"))
    yield text.body("came", text.fill(CAME, new=new))
    yield text.trigger("came", table, "AFTER INSERT", text.row("came"))


def start(text: Text, users: UserTable) -> Iterator[str]:
    """What brings the standings in line with the rows that are there already."""
    facts = users.standing
    if not facts:
        return
    stored = {name: STORED[name] for name in facts}
    if "active" in stored:
        stored["active"] = "CASE WHEN of_active THEN active ELSE 0 END"
    news = [DIFFERS[name] if name != "active" else "active <> 0 AND NOT of_active" for name in facts]
    yield text.fill(
        START,
        stay_ended=f"    {stay_ended(text.realm, 'true')};\n" if "tenant" in facts else "",
        key=text.quote(users.key),
        table=text.table_of(users),
        facts="".join(f", {fact.of('one')} AS of_{name}" for name, fact in facts.items()),
        speaks=_speaks(facts),
        assignments=_assignments(stored),
        news=" OR ".join(news),
        **_values(facts),
    )


def _updated(text: Text, users: UserTable, new: str) -> str:
    facts, steps = users.standing, ""
    declared = [
        fill(DECLARED, name=f"of_{name}", type=TYPES[name], old=fact.of("OLD"), new=fact.of("NEW"))
        for name, fact in facts.items()
    ]
    if facts:
        stored = {n: fill(KEPT, name=f"of_{n}", value=STORED[n], column=n) for n in facts}
        steps += text.fill(
            FOLLOW,
            moves=text.fill(IF_MOVES) if "tenant" in facts else "",
            differs=" OR ".join(f"of_{name}_is_new" for name in facts),
            assignments=_assignments(stored),
            news=" OR ".join(fill(NEWS, name=f"of_{name}", differs=DIFFERS[name]) for name in facts),
            reason=MADE_ACTIVE if "active" in facts else MAY_DO,
            speaks=_speaks(facts),
            insert=_insert(text, facts),
        )
    if users.password is not None:
        steps += text.fill(ENDING, password=text.quote(users.password))
    return text.fill(UPDATED, key=text.quote(users.key), declared="".join(declared), new=new, steps=steps)


def _assignments(values: dict[str, str]) -> str:
    return "".join(fill(SET, name=name, value=value) + ", " for name, value in values.items())


def _speaks(facts: dict[str, Fact]) -> str:
    return " OR ".join(SPEAKS[name] for name in facts) or "false"


def _values(facts: dict[str, Fact]) -> dict[str, str]:
    return {name: STORED[name] if name in facts else plain for name, plain in PLAIN.items()}


def _insert(text: Text, facts: dict[str, Fact]) -> str:
    return text.fill(INSERT, **_values(facts))
