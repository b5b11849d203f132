"""``rescind db check``"""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from tests.cli.shell import Shell

from rescind import Rescind


def test_in_order(auth: Rescind[str], folder: Path, shell: Shell) -> None:
    done = shell("db check --json")
    assert (done.code, done.object["finding"], done.object["owner"]) == (0, None, "rescind")
    assert done.object["schema"] == done.object["known"]
    assert shell("db check").out.endswith("in order\n")


@pytest.mark.parametrize(
    ("owner", "mend"), [("rescind", "rescind db upgrade"), ("django", "manage.py migrate")]
)
def test_older_schema_names_the_command(
    auth: Rescind[str], folder: Path, shell: Shell, owner: str, mend: str
) -> None:
    with sqlite3.connect(folder / "app.db") as connection:
        connection.execute("UPDATE rescind_meta SET schema_version = 0, owner = ?", (owner,))
    connection.close()
    done = shell("db check")
    assert done.code == 1
    assert mend in done.out


def test_damage_is_found(url: str, folder: Path, shell: Shell) -> None:
    with Rescind(url) as auth:
        for n in range(300):
            auth.principals.set(f"somebody-{n}", roles=["x" * 50], reason="r")
    path = folder / "app.db"
    pages = path.stat().st_size // 4096
    with path.open("r+b") as file:
        file.seek(4096 * (pages - 2))
        file.write(b"\xff" * 4096)
    done = shell("db check")
    assert done.code == 1
    assert "damaged" in done.out and "new-birth" in done.out
