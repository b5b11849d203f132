"""Which databases the command line works on, and what it says of the others. It makes none by mistake."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from tests.cli.shell import Shell

from rescind import Rescind

COMMANDS = [
    "sessions --all",
    "sign-out ada --yes",
    "revoke --principal ada --reason r --yes",
    "revoke --everything --confirm default --reason r --yes",
    "principals list",
    "principals show ada",
    "principals set ada --no-active --reason r --yes",
    "principals create --login ada",
    "prune",
    "db check",
    "db new-birth --reason r --yes",
    "doctor",
]
CHANGING = [line for line in COMMANDS if line.split()[0] not in ("doctor", "db")] + [COMMANDS[-2]]


@pytest.mark.parametrize("line", COMMANDS)
def test_mistyped_path_is_exit_2_and_makes_nothing(folder: Path, shell: Shell, line: str) -> None:
    """A new, empty database would answer "nothing to end" and let everybody in."""
    done = shell(f"{line} --url sqlite:///ap.db", stdin="a fine long password\n")
    assert done.code == 2
    assert "ap.db" in done.out + done.err
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("line", COMMANDS)
def test_database_of_somebody_else_is_left_alone(folder: Path, shell: Shell, line: str) -> None:
    with sqlite3.connect(folder / "theirs.db") as theirs:
        theirs.execute("CREATE TABLE book (title TEXT)")
    theirs.close()
    before = (folder / "theirs.db").read_bytes()
    done = shell(f"{line} --url sqlite:///theirs.db", stdin="a fine long password\n")
    assert done.code == (1 if line == "doctor" else 2)
    assert "no tables of rescind" in done.out + done.err
    assert (folder / "theirs.db").read_bytes() == before
    assert [path.name for path in folder.iterdir()] == ["theirs.db"]


@pytest.mark.parametrize("line", ["revoke --principal ada --reason r --yes", "db check", "doctor"])
@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("", "url is not set"),
        ("oracle://scott:tiger@db/app", "unknown scheme"),
        ("app.db", "unknown scheme"),
        ("mysql://ada:tiger@db/app", "unknown scheme"),
        ("redis://:tiger@db:port/0", "cannot be read"),
        ("memory://", "inside one process"),
        ("sqlite:///missing/app.db", "exist"),
        ("sqlite://", "names no file"),
    ],
)
def test_url_that_cannot_work_is_exit_2(folder: Path, shell: Shell, line: str, url: str, says: str) -> None:
    done = shell(f"{line} --url", url)
    assert done.code == 2
    assert says in done.out + done.err
    assert "tiger" not in done.out + done.err
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("line", COMMANDS)
def test_newer_schema(auth: Rescind[str], folder: Path, shell: Shell, line: str) -> None:
    with sqlite3.connect(folder / "app.db") as connection:
        connection.execute("UPDATE rescind_meta SET schema_version = 9, min_reader = 9")
    connection.close()
    done = shell(line, stdin="a fine long password\n")
    assert done.code == (1 if line == "db check" else 2)
    assert "update rescind" in done.out + done.err


@pytest.mark.parametrize("line", COMMANDS)
def test_file_that_is_no_database(folder: Path, shell: Shell, line: str) -> None:
    (folder / "notes.db").write_bytes(b"these are notes and no database " * 100)
    before = (folder / "notes.db").read_bytes()
    done = shell(f"{line} --url sqlite:///notes.db", stdin="a fine long password\n")
    assert done.code == 2
    assert "not an SQLite database" in done.out + done.err
    assert (folder / "notes.db").read_bytes() == before


@pytest.mark.parametrize("line", CHANGING)
def test_database_that_is_locked_is_exit_3(
    auth: Rescind[str], folder: Path, shell: Shell, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    """Somebody holds the write lock for longer than a writer waits: nothing was done, and it says so."""
    monkeypatch.setattr("rescind.stores.sqlalchemy.create.WRITE_TIMEOUT", 0.05)
    token = auth.sessions.start("ada").token
    holder = sqlite3.connect(folder / "app.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        done = shell(line, stdin="a fine long password\n")
    finally:
        holder.close()
    assert done.code == 3
    assert "locked" in done.err and done.err.count("\n") == 1
    assert auth.check(token).__class__.__name__ == "Session"


def test_place_that_cannot_be_written(shell: Shell) -> None:
    """/proc takes no files, from nobody: the administrator of the machine included."""
    done = shell("db upgrade --url sqlite:////proc/rescind.db")
    assert done.code == 2
    assert "/proc" in done.err and done.err.count("\n") == 1


def test_folder_in_place_of_a_file(folder: Path, shell: Shell) -> None:
    (folder / "app.db").mkdir()
    done = shell("db upgrade --url sqlite:///app.db")
    assert done.code == 2
    assert "is a folder" in done.err


def test_folder_that_is_not_there(folder: Path, shell: Shell) -> None:
    done = shell("db upgrade --url sqlite:///missing/app.db")
    assert done.code == 2
    assert "the folder" in done.err and "does not exist" in done.err
    assert list(folder.iterdir()) == []
