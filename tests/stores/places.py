"""Places for store tests: a file, stores on it, and another process on it."""

from __future__ import annotations

import subprocess
import textwrap
from pathlib import Path

from tests import programs

from rescind._clock import SystemClock
from rescind.model.revocation import LogEntry, Scope
from rescind.stores.sqlalchemy import SqliteStore
from rescind.testing.records import an_entry

PRELUDE = """
import os, signal, sys
from rescind._clock import SystemClock
from rescind.stores.sqlalchemy import SqliteStore
from rescind.testing.records import *
store = SqliteStore.from_url("sqlite:///" + sys.argv[1], clock=SystemClock())
store.open()
"""


def store_at(path: Path | str) -> SqliteStore:
    """A store on the file, not opened."""
    return SqliteStore.from_url(f"sqlite:///{path}", clock=SystemClock())


def opened(path: Path | str) -> SqliteStore:
    store = store_at(path)
    store.open()
    return store


def append(store: SqliteStore, target: str = "7", scope: Scope = Scope.PRINCIPAL) -> LogEntry:
    with store.write() as unit:
        return unit.append(an_entry(scope, target))


def counter_of(path: Path) -> Path:
    return path.with_name(path.name + "-rescind")


def run_child(
    path: Path, code: str, *, user: int | None = None, check: bool = True
) -> subprocess.CompletedProcess[str]:
    """Run ``code`` in a process of its own, with ``store`` open on the file at ``path``."""
    done = programs.run(programs.text, PRELUDE + textwrap.dedent(code), path, user=user)
    if check:
        done.check_returncode()
    return done
