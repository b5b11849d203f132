import sqlite3
import threading

from . import conf

_local = threading.local()


def db():
    if not hasattr(_local, "connection"):
        _local.connection = sqlite3.connect(conf.DATABASE)
        _local.connection.row_factory = sqlite3.Row
    return _local.connection


def find(table, **wanted):
    """Rows of a table by columns; names come from the code, values are bound."""
    where = " AND ".join("%s = ?" % name for name in wanted)
    return db().execute("SELECT * FROM %s WHERE %s" % (table, where), tuple(wanted.values())).fetchall()


def first(table, **wanted):
    rows = find(table, **wanted)
    return rows[0] if rows else None


def search(table, text, order):
    return db().execute("SELECT id, title, author FROM %s WHERE title LIKE ? ORDER BY %s" % (table, order), ("%" + text + "%",)).fetchall()
