"""People and notes: two tables of the application's own. rescind knows ids, and nothing else of people."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app, g

SCHEMA = """
CREATE TABLE IF NOT EXISTS person (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, password_hash TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS note (
  id INTEGER PRIMARY KEY, person INTEGER NOT NULL REFERENCES person, text TEXT NOT NULL
);
"""


@dataclass(frozen=True)
class Person:
    """One row."""

    id: int
    name: str
    password_hash: str


@dataclass(frozen=True)
class Note:
    """One row, without whose it is."""

    id: int
    text: str


def init_app(app: Flask) -> None:
    """Make the tables, and close the connection of each request when it is over."""
    app.teardown_appcontext(_close)
    with app.app_context():
        _database().executescript(SCHEMA)


def add_person(name: str, password_hash: str) -> Person:
    """Add somebody."""
    with _database() as database:
        query = "INSERT INTO person (name, password_hash) VALUES (?, ?) RETURNING id, name, password_hash"
        return Person(*database.execute(query, (name, password_hash)).fetchone())


def find_person(name: str) -> Person | None:
    """By name, ``None`` for nobody."""
    query = "SELECT id, name, password_hash FROM person WHERE name = ?"
    row = _database().execute(query, (name,)).fetchone()
    return None if row is None else Person(*row)


def get_person(person: int) -> Person | None:
    """By id, ``None`` for nobody."""
    query = "SELECT id, name, password_hash FROM person WHERE id = ?"
    row = _database().execute(query, (person,)).fetchone()
    return None if row is None else Person(*row)


def people() -> list[Person]:
    """Everybody."""
    query = "SELECT id, name, password_hash FROM person ORDER BY id"
    return [Person(*row) for row in _database().execute(query)]


def set_password(person: int, password_hash: str) -> None:
    """Change the hash of a password."""
    with _database() as database:
        database.execute("UPDATE person SET password_hash = ? WHERE id = ?", (password_hash, person))


def add_note(person: int, text: str) -> None:
    """Write a note."""
    with _database() as database:
        database.execute("INSERT INTO note (person, text) VALUES (?, ?)", (person, text))


def notes_of(person: int, *, after: int = 0) -> list[Note]:
    """Somebody's notes, the oldest first, those with a greater id than ``after``."""
    query = "SELECT id, text FROM note WHERE person = ? AND id > ? ORDER BY id"
    return [Note(*row) for row in _database().execute(query, (person, after))]


def _database() -> sqlite3.Connection:
    if "database" not in g:
        g.database = sqlite3.connect(cast("str", current_app.config["NOTES"]))
    database: sqlite3.Connection = g.database
    return database


def _close(_error: BaseException | None) -> None:
    if "database" in g:
        _database().close()
