"""The application's own table of people: a password, and whether the account is active. Plain SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

SCHEMA = "CREATE TABLE IF NOT EXISTS person (name TEXT PRIMARY KEY, hash TEXT NOT NULL, active INT NOT NULL)"
PASSWORD = "plum-tractor-nine-lamps"  # noqa: S105 - of those who sign in with one, while the demo runs
ADMIN = "admin@example.com"


def address(number: object) -> str:
    """Of somebody who signs in with the password."""
    return f"person-{number}@example.com"


@dataclass(frozen=True, slots=True)
class Person:
    """One row."""

    name: str
    hash: str
    active: bool


class People:
    """One connection a call, so any thread may ask. `create` comes first, once for all workers."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def create(self) -> None:
        """Makes the table."""
        with self._open() as database:
            database.execute("PRAGMA journal_mode=WAL")
            database.execute(SCHEMA)

    def add(self, names: Iterable[str], hash: str = "") -> None:
        """Active people with that password; those who are there stay as they are."""
        with self._open() as database:
            database.executemany(
                "INSERT OR IGNORE INTO person VALUES (?, ?, 1)", ((name, hash) for name in names)
            )

    def get(self, name: str) -> Person | None:
        """Somebody, or None."""
        with self._open() as database:
            row = database.execute("SELECT name, hash, active FROM person WHERE name = ?", (name,)).fetchone()
        return None if row is None else Person(row[0], row[1], bool(row[2]))

    def set_hash(self, name: str, hash: str) -> None:
        """Another password."""
        with self._open() as database:
            database.execute("UPDATE person SET hash = ? WHERE name = ?", (hash, name))

    def set_active(self, name: str, active: bool) -> None:
        """Enables or disables an account."""
        with self._open() as database:
            database.execute("UPDATE person SET active = ? WHERE name = ?", (active, name))

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._path, timeout=20)) as database:
            database.execute("PRAGMA synchronous=NORMAL")
            with database:
                yield database
