"""Put the triggers there, take them away, and say whether they are what the settings ask for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from typing import Any, Literal

from django.contrib.auth import get_user_model
from django.db import connections, router
from django.db.transaction import atomic

from rescind.django.schema.operation import alias_of_tables
from rescind.django.schema.ownership import look, place_of
from rescind.django.triggers import postgresql, sqlite
from rescind.django.triggers.text import fill
from rescind.django.triggers.watched import watched
from rescind.errors import ConfigurationError, SchemaMissing

State = Literal["installed", "missing", "outdated"]

ON_SQLITE = r"""SELECT name, type, sql FROM sqlite_master
WHERE name LIKE 'rescind\_watch\_%' ESCAPE '\' AND type IN ('table', 'trigger')"""
ON_POSTGRESQL = r"""SELECT c.relname, 'TABLE ' || c.relname, obj_description(c.oid, 'pg_class')
FROM pg_class c WHERE c.relkind = 'r' AND c.relname LIKE 'rescind\_watch\_%'
AND c.relnamespace = current_schema()::regnamespace
UNION ALL
SELECT p.proname, 'FUNCTION ' || p.oid::regprocedure, obj_description(p.oid, 'pg_proc')
FROM pg_proc p WHERE p.proname LIKE 'rescind\_watch\_%' AND p.pronamespace = current_schema()::regnamespace
UNION ALL
SELECT 'trigger ' || t.tgname, 'TRIGGER ' || t.tgname || ' ON ' || t.tgrelid::regclass,
CASE WHEN t.tgenabled IN ('O', 'A') THEN obj_description(t.oid, 'pg_trigger') END
FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
WHERE NOT t.tgisinternal AND t.tgname LIKE 'rescind\_watch\_%'
AND p.pronamespace = current_schema()::regnamespace"""
"""Name, what ``DROP`` calls it, and the digest of the text that made it. The names that it shows are quoted
by the server where they have to be."""
COMMENT = "COMMENT ON {what} IS '{digest}'"
DROP = "DROP {what}"
NARROWED = "SELECT set_config('search_path', quote_ident(current_schema()) || ', pg_temp', true)"
PATH = "SELECT current_setting('search_path')"


def connection_of_tables() -> Any:
    """Django's connection to the tables of rescind, which are the users' too.

    Raises:
        ConfigurationError: users live on another alias, or on a database without such triggers.
        SchemaMissing: there are no tables of rescind.
    """
    alias = alias_of_tables()
    connection = connections[alias]
    if connection.vendor not in ("sqlite", "postgresql"):
        raise ConfigurationError(f"DATABASES[{alias!r}] is {connection.display_name}: no triggers for it")
    users = router.db_for_write(get_user_model())
    if users != alias:
        raise ConfigurationError(
            f"users are written on the alias {users!r}, rescind's tables are on {alias!r}: a trigger reaches "
            "no other database"
        )
    if look(connection) is None:
        raise SchemaMissing(f"DATABASES: {place_of(connection)} has no tables: run `manage.py migrate`")
    return connection


def wanted(connection: Any) -> list[tuple[str, str, str]]:
    """Name, what it is, and the text that makes it: everything, in the order of making."""
    quote = connection.ops.quote_name
    objects = sqlite.objects if connection.vendor == "sqlite" else postgresql.objects
    return list(objects(watched(), quote))


def script(connection: Any) -> str:
    """What ``install`` runs, to be read before."""
    return "\n\n".join(f"{text};" for _, _, text in wanted(connection))


def state(connection: Any) -> tuple[State, list[str]]:
    """Whether they are there, as the settings of now ask for them, and what is not as it should be."""
    found = _found(connection)
    if not found:
        return "missing", []
    if connection.vendor == "sqlite":
        asked = {name: text for name, _, text in wanted(connection)}
        there: Mapping[str, Any] = {name: text for name, (_, text) in found.items()}
    else:
        asked = {_key(name, kind): _digest(text) for name, kind, text in wanted(connection)}
        there = {name: digest for name, (_, digest) in found.items()}
    wrong = sorted(name for name in asked.keys() | there.keys() if asked.get(name) != there.get(name))
    return ("outdated", wrong) if wrong else ("installed", [])


def install(connection: Any) -> None:
    """Make everything anew, in one transaction."""
    with _changing(connection) as cursor:
        _drop(connection, cursor)
        for _, kind, text in wanted(connection):
            cursor.execute(text)
            if connection.vendor == "postgresql":
                cursor.execute(fill(COMMENT, what=kind, digest=_digest(text)))


def remove(connection: Any) -> bool:
    """Take everything away; whether there was anything."""
    with _changing(connection) as cursor:
        return _drop(connection, cursor)


def renew(connection: Any) -> bool:
    """After migrations: what is installed follows the tables; whether anything was done.

    SQLite drops the triggers of a table that Django makes anew.
    """
    if not _found(connection) or state(connection)[0] == "installed":
        return False
    install(connection)
    return True


@contextmanager
def _changing(connection: Any) -> Iterator[Any]:
    with atomic(using=connection.alias), connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            yield cursor
            return
        cursor.execute(PATH)
        (path,) = cursor.fetchone()
        cursor.execute(NARROWED)
        yield cursor
        cursor.execute("SELECT set_config('search_path', %s, true)", [path])


def _drop(connection: Any, cursor: Any) -> bool:
    found = _found(connection)
    order = ("trigger", "function", "table")
    for name, (kind, _) in sorted(found.items(), key=lambda one: order.index(one[1][0].split()[0].lower())):
        what = kind
        if connection.vendor == "sqlite":
            what = f"{kind} {connection.ops.quote_name(name)}"
        cursor.execute(fill(DROP, what=what))
    return bool(found)


def _found(connection: Any) -> dict[str, tuple[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(ON_SQLITE if connection.vendor == "sqlite" else ON_POSTGRESQL)
        return {name: (kind, text) for name, kind, text in cursor.fetchall()}


def _key(name: str, kind: str) -> str:
    """A trigger and its function have one name."""
    return f"trigger {name}" if kind.startswith("TRIGGER ") else name


def _digest(text: str) -> str:
    return "rescind " + sha256(text.encode()).hexdigest()
