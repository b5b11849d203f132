"""``rescind db triggers install``, ``status`` and ``remove``, and what ``rescind doctor`` says of them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.cli.shell import Shell

from rescind import Refused, Rescind

SHOP = """
from rescind import Rescind
from sqlalchemy import Boolean, Column, Integer, MetaData, String, Table

users = Table("users", MetaData(), Column("id", Integer, primary_key=True), Column("active", Boolean),
              Column("password_hash", String))
auth = Rescind("sqlite:///shop.db", principal_id=int)
auth.principals.watch(users, active=users.c.active, password=users.c.password_hash)
"""


@pytest.fixture
def shop(folder: Path, request: pytest.FixtureRequest) -> Iterator[Rescind[int]]:
    """An application that declares its users, and its database."""
    name = f"shop_{request.node.name}".replace("[", "_").replace("]", "")
    (folder / f"{name}.py").write_text(SHOP)
    with Rescind("sqlite:///shop.db", principal_id=int) as auth:
        run(folder, "CREATE TABLE users (id INTEGER PRIMARY KEY, active BOOLEAN, password_hash TEXT)")
        run(folder, "INSERT INTO users VALUES (7, true, 'old')")
        auth.name = f"--app {name}:auth"  # type: ignore[attr-defined]
        yield auth


def run(folder: Path, sql: str) -> None:
    with closing(sqlite3.connect(folder / "shop.db")) as file, file:
        file.execute(sql)


def app(shop: Rescind[int]) -> str:
    return str(shop.name)  # type: ignore[attr-defined]


def test_shown_asked_installed_looked_at_and_removed(shop: Rescind[int], folder: Path, shell: Shell) -> None:
    triggers = f"db triggers {{}} {app(shop)}"
    missing = shell(triggers.format("status"))
    assert (missing.code, missing.out) == (1, "users: missing\n")
    refused = shell(triggers.format("install"))
    assert refused.code == 2
    assert "CREATE TRIGGER rescind_users_gone" in refused.out
    assert "There is no terminal to ask on: pass --yes" in refused.err
    shown = shell(triggers.format("install --sql"))
    assert (shown.code, shown.out) == (0, refused.out)
    assert shell(triggers.format("status")).code == 1, "nothing was run so far"
    done = shell(triggers.format("install --yes"))
    assert (done.code, done.out.splitlines()[-1]) == (0, "users: installed")
    assert "nothing was changed" in shell(triggers.format("install")).out
    token = shop.sessions.start(7).token
    run(folder, "UPDATE users SET password_hash = 'new'")
    assert isinstance(shop.check(token, strict=True), Refused)
    status = shell(triggers.format("status --json"))
    assert (status.code, status.object) == (0, {"table": "users", "state": "installed", "wrong": []})
    run(folder, "DROP TRIGGER rescind_users_gone")
    outdated = shell(triggers.format("status"))
    assert (outdated.code, outdated.out) == (1, "users: outdated: rescind_users_gone\n")
    asked = shell("db triggers remove --url sqlite:///shop.db")
    assert asked.code == 2
    assert shell("db triggers remove --yes --url sqlite:///shop.db").out == "removed\n"
    assert shell(f"db triggers remove --yes --json {app(shop)}").object == {"removed": False}


def test_doctor_says_what_is_wrong(shop: Rescind[int], folder: Path, shell: Shell) -> None:
    token = shop.sessions.start(7).token
    missing = shell(f"doctor {app(shop)}")
    assert missing.code == 1
    assert "the triggers on users are missing: who changes users in SQL ends nothing" in missing.out
    assert "run `rescind db triggers install`" in missing.out
    shell(f"db triggers install --yes {app(shop)}")
    assert "triggers on users\tusers: installed" in shell(f"doctor {app(shop)}").out
    run(folder, "ALTER TABLE users RENAME TO people")
    gone = shell(f"doctor {app(shop)}")
    assert gone.code == 2
    assert "has no table users\tmake it first" in gone.out
    assert not isinstance(shop.check(token), Refused)


def test_the_declaration_counts_for_another_url(shop: Rescind[int], folder: Path, shell: Shell) -> None:
    with Rescind("sqlite:///copy.db"):
        pass
    other = shell(f"db triggers install --yes --url sqlite:///copy.db {app(shop)}")
    assert other.code == 2
    assert "copy.db has no table users" in other.err


def test_without_a_declaration(auth: Rescind[str], shell: Shell) -> None:
    for command in ("install --yes", "status"):
        done = shell(f"db triggers {command}")
        assert done.code == 2
        assert "no users are declared: call auth.principals.watch(users, ...)" in done.err
