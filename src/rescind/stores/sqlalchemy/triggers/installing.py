"""Put triggers there, take them away, and say whether they are what is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from hashlib import sha256
from typing import Any, Literal, Protocol

from rescind.stores.sqlalchemy.triggers import postgresql, sqlite
from rescind.stores.sqlalchemy.triggers.text import fill
from rescind.stores.sqlalchemy.triggers.watched import Watched

State = Literal["installed", "missing", "outdated"]

ON_SQLITE = r"""SELECT name, type, sql FROM sqlite_master
WHERE name LIKE '{stem}\_%' ESCAPE '\' AND type IN ('table', 'trigger')"""
ON_POSTGRESQL = r"""SELECT c.relname, 'TABLE ' || c.relname, obj_description(c.oid, 'pg_class')
FROM pg_class c WHERE c.relkind = 'r' AND c.relname LIKE '{stem}\_%'
AND c.relnamespace = current_schema()::regnamespace
UNION ALL
SELECT p.proname, 'FUNCTION ' || p.oid::regprocedure, obj_description(p.oid, 'pg_proc')
FROM pg_proc p WHERE p.proname LIKE '{stem}\_%' AND p.pronamespace = current_schema()::regnamespace
UNION ALL
SELECT 'trigger ' || t.tgname, 'TRIGGER ' || t.tgname || ' ON ' || t.tgrelid::regclass,
CASE WHEN t.tgenabled IN ('O', 'A') THEN obj_description(t.oid, 'pg_trigger') END
FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
WHERE NOT t.tgisinternal AND t.tgname LIKE '{stem}\_%'
AND p.pronamespace = current_schema()::regnamespace"""
"""Name, what ``DROP`` calls it, and the digest of the text that made it. The names that it shows are quoted
by the server where they have to be."""
COMMENT = "COMMENT ON {what} IS '{digest}'"
DROP = "DROP {what}"
NARROWED = "SELECT set_config('search_path', quote_ident(current_schema()) || ', pg_temp', true)"
PATH = "SELECT current_setting('search_path')"
BACK = "SELECT set_config('search_path', %s, true)"


class Database(Protocol):
    """A connection to the database that has both, the users and the tables of rescind."""

    vendor: str
    """``sqlite`` or ``postgresql``."""

    def quote(self, name: str) -> str:
        """The name as it can stand in a statement."""

    def ask(self, sql: str, *values: str) -> Sequence[tuple[Any, ...]]:
        """The rows of a statement. Values, which only PostgreSQL is given, stand for ``%s``."""

    def run(self, sql: str) -> None:
        """A statement without rows."""

    def transaction(self) -> AbstractContextManager[None]:
        """What is run inside happens together or not at all."""


def wanted(database: Database, watched: Watched) -> list[tuple[str, str, str]]:
    """Name, what it is, and the text that makes it: everything, in the order of making."""
    objects = sqlite.objects if database.vendor == "sqlite" else postgresql.objects
    return list(objects(watched, database.quote))


def script(database: Database, watched: Watched) -> str:
    """What ``install`` runs, to be read before."""
    made = [text for _, _, text in wanted(database, watched)]
    return "\n\n".join(f"{text.rstrip(';')};" for text in [*made, *_start(database, watched)])


def state(database: Database, watched: Watched) -> tuple[State, list[str]]:
    """Whether they are there, as they are asked for now, and what is not as it should be."""
    found = _found(database, watched.stem)
    if not found:
        return "missing", []
    there = {name: mark for name, (_, mark) in found.items()}
    if database.vendor == "sqlite":
        asked = {name: text for name, _, text in wanted(database, watched)}
    else:
        asked = {_key(name, kind): _digest(text) for name, kind, text in wanted(database, watched)}
    wrong = sorted(name for name in asked.keys() | there.keys() if asked.get(name) != there.get(name))
    return ("outdated", wrong) if wrong else ("installed", [])


def install(database: Database, watched: Watched) -> None:
    """Make everything anew, in one transaction."""
    with database.transaction():
        path = _narrow(database)
        _drop(database, watched.stem)
        for _, kind, text in wanted(database, watched):
            database.run(text)
            if database.vendor == "postgresql":
                database.run(fill(COMMENT, what=kind, digest=_digest(text)))
        for text in _start(database, watched):
            database.run(text)
        _widen(database, path)


def remove(database: Database, stem: str) -> bool:
    """Take everything away; whether there was anything."""
    with database.transaction():
        path = _narrow(database)
        found = _drop(database, stem)
        _widen(database, path)
    return found


def is_there(database: Database, stem: str) -> bool:
    """Whether anything is there, as it is asked for or not."""
    return bool(_found(database, stem))


def _start(database: Database, watched: Watched) -> list[str]:
    start = sqlite.start if database.vendor == "sqlite" else postgresql.start
    return list(start(watched, database.quote))


def _narrow(database: Database) -> str:
    """Functions keep the path that they are made under, and names are shown against it."""
    if database.vendor != "postgresql":
        return ""
    ((path,),) = database.ask(PATH)
    database.ask(NARROWED)
    return str(path)


def _widen(database: Database, path: str) -> None:
    if database.vendor == "postgresql":
        database.ask(BACK, path)


def _drop(database: Database, stem: str) -> bool:
    found = _found(database, stem)
    order = ("trigger", "function", "table")
    for name, (kind, _) in sorted(found.items(), key=lambda one: order.index(one[1][0].split()[0].lower())):
        what = f"{kind} {database.quote(name)}" if database.vendor == "sqlite" else kind
        database.run(fill(DROP, what=what))
    return bool(found)


def _found(database: Database, stem: str) -> dict[str, tuple[str, Any]]:
    text = ON_SQLITE if database.vendor == "sqlite" else ON_POSTGRESQL
    pattern = stem.replace("_", r"\_")
    return {name: (kind, mark) for name, kind, mark in database.ask(fill(text, stem=pattern))}


def _key(name: str, kind: str) -> str:
    """A trigger and its function have one name."""
    return f"trigger {name}" if kind.startswith("TRIGGER ") else name


def _digest(text: str) -> str:
    return "rescind " + sha256(text.encode()).hexdigest()
