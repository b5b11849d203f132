"""Everything that a database says about rescind's tables, to be compared."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import psycopg

from rescind.stores.sqlalchemy.migrations import VERSION_TABLE

OURS = "(relname ~ '^rescind_' AND relname <> 'rescind_alembic_version')"
SERVER = {
    "columns": """SELECT relname, attnum, attname, format_type(atttypid, atttypmod), attnotnull, attidentity,
        pg_get_expr(adbin, adrelid), attcollation FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
        LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
        WHERE relkind = 'r' AND attnum > 0 AND {ours} ORDER BY relname, attnum""",
    "constraints": """SELECT relname, conname, pg_get_constraintdef(c.oid) FROM pg_constraint c
        JOIN pg_class ON conrelid = pg_class.oid WHERE {ours} AND contype <> 'n' ORDER BY 1, 2""",
    "indexes": """SELECT indexdef FROM pg_indexes JOIN pg_class ON relname = tablename
        WHERE {ours} ORDER BY indexdef""",
    "triggers": """SELECT relname, tgenabled, pg_get_triggerdef(t.oid) FROM pg_trigger t
        JOIN pg_class ON tgrelid = pg_class.oid WHERE NOT tgisinternal AND {ours} ORDER BY 3""",
    "functions": """SELECT proname, prosrc, proconfig, prosecdef, provolatile FROM pg_proc
        WHERE proname ~ '^rescind_' ORDER BY proname""",
    "comments": """SELECT relname, obj_description(oid, 'pg_class') FROM pg_class
        WHERE {ours} AND relkind = 'r' ORDER BY 1""",
    "sequences": """SELECT relname, data_type, increment_by, cache_size, cycle FROM pg_sequences
        JOIN pg_class ON relname = sequencename WHERE {ours} ORDER BY 1""",
}


def file_shape(path: Path) -> dict[str, Any]:
    """Of a file: columns, keys, WITHOUT ROWID, the text of its indexes."""
    connection = sqlite3.connect(path)
    listed = [
        row
        for row in connection.execute("SELECT name, type, ncol, wr, strict FROM pragma_table_list ORDER BY 1")
        if row[0].startswith("rescind_") and row[0] != VERSION_TABLE
    ]
    shape: dict[str, Any] = {"tables": listed}
    for name, *_ in listed:
        shape[name] = [
            connection.execute("SELECT * FROM pragma_table_xinfo(?)", (name,)).fetchall(),
            connection.execute(
                'SELECT name, "unique", origin, partial FROM pragma_index_list(?) ORDER BY 1', (name,)
            ).fetchall(),
        ]
    shape["indexes"] = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name LIKE 'rescind_%' "
        "AND tbl_name <> ? ORDER BY 1",
        (VERSION_TABLE,),
    ).fetchall()
    shape["triggers"] = connection.execute("SELECT * FROM sqlite_master WHERE type = 'trigger'").fetchall()
    connection.close()
    return shape


def server_shape(url: str) -> dict[str, Any]:
    """Of a server: what its catalogue says, whatever the tables were made with."""
    with psycopg.connect(url) as connection:
        return {
            name: connection.execute(text.format(ours=OURS).encode()).fetchall()
            for name, text in SERVER.items()
        }
