import sqlite3

from flask import current_app, g


def get_db():
    if "db" not in g:
        g.db = sqlite3.connect(current_app.config["DATABASE"])
        g.db.row_factory = sqlite3.Row
    return g.db


def close_db(exc=None):
    db = g.pop("db", None)
    if db is not None:
        db.close()


def one(sql, *args):
    return get_db().execute(sql, args).fetchone()


def every(table, where="", args=()):
    clause = f" WHERE {where}" if where else ""
    return get_db().execute(f"SELECT * FROM {table}{clause}", args).fetchall()
