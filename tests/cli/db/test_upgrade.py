"""``rescind db upgrade``"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from tests.cli.shell import Shell

from rescind import Rescind, Session


def test_makes_the_tables_and_the_second_time_nothing(url: str, folder: Path, shell: Shell) -> None:
    first, second = shell("db upgrade --json"), shell("db upgrade --json")
    assert (first.code, second.code) == (0, 0)
    assert first.object["before"] is None
    assert second.object["before"] == second.object["after"] == first.object["after"]
    assert shell("db check").code == 0
    assert shell("sessions --all").code == 0


def test_keeps_what_is_there(auth: Rescind[str], shell: Shell) -> None:
    token = auth.sessions.start("ada").token
    head = auth.core.store.head()
    assert shell("db upgrade").code == 0
    assert auth.core.store.head() == head
    assert isinstance(auth.check(token, strict=True), Session)


def test_beside_tables_of_the_application(url: str, folder: Path, shell: Shell) -> None:
    with sqlite3.connect(folder / "app.db") as connection:
        connection.execute("CREATE TABLE book (title TEXT)")
    connection.close()
    assert shell("db upgrade").code == 0
    with Rescind(url) as auth:
        assert auth.sessions.start("ada").token


def test_tables_of_django_are_left_to_django(auth: Rescind[str], folder: Path, shell: Shell) -> None:
    with sqlite3.connect(folder / "app.db") as connection:
        connection.execute("UPDATE rescind_meta SET owner = 'django'")
    connection.close()
    done = shell("db upgrade")
    assert done.code == 2
    assert "manage.py migrate" in done.err
