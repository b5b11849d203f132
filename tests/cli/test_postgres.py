"""The commands on PostgreSQL: tables by command, what doctor finds, and the daily work."""

from __future__ import annotations

import os

import psycopg
import pytest
from tests.cli.shell import Shell
from tests.postgres import PostgresServer

from rescind import Rescind, Session


@pytest.fixture
def shell() -> Shell:
    return Shell()


def test_tables_come_by_command_and_never_on_start(postgres_server: PostgresServer, shell: Shell) -> None:
    name = postgres_server.create()
    url = postgres_server.url(name)
    refused = shell(f"sessions --all --url {url}")
    assert refused.code == 2
    assert "rescind db upgrade" in refused.err
    assert shell(f"db check --url {url}").code == 1
    first, second = (shell(f"db upgrade --json --url {url}") for _ in range(2))
    assert (first.code, second.code) == (0, 0), first.err
    assert (first.object["before"], first.object["after"]) == (None, 4)
    assert second.object["before"] == second.object["after"] == 4
    assert shell(f"db check --url {url}").code == 0
    assert shell(f"sessions --all --url {url}").code == 0
    postgres_server.drop(name)


def test_tables_of_django_are_left_to_django(new_postgres: str, shell: Shell) -> None:
    with psycopg.connect(new_postgres) as connection:
        connection.execute("UPDATE rescind_meta SET owner = 'django', schema_version = 1")
    done = shell(f"db upgrade --url {new_postgres}")
    assert done.code == 2
    assert "manage.py migrate" in done.err
    assert "manage.py migrate" in shell(f"db check --url {new_postgres}").out


def test_a_revocation_from_the_command_line(postgres: str, shell: Shell) -> None:
    """A command line has watched nothing, and need not wait for that: the server is known."""
    with Rescind(postgres) as auth:
        token = auth.sessions.start("ada").token
        assert isinstance(auth.check(token), Session)
        done = shell(f"revoke --principal ada --json --yes --url {postgres}", "--reason", "for a test")
        assert done.code == 0, done.err
        assert (done.object["state"], done.object["workers_lapsed"]) == ("final", 0)
        assert not isinstance(auth.check(token), Session)


def test_a_new_birth_counts_every_realm(postgres: str, shell: Shell) -> None:
    for realm in ("one", "two"):
        with Rescind(postgres, realm=realm) as auth:
            auth.sessions.start("ada")
    done = shell(f"db new-birth --json --yes --url {postgres}", "--reason", "restored")
    assert done.code == 0, done.err
    assert done.object["realms"] == ["default", "one", "two"]
    assert done.object["ended"] == 2


def test_doctor_says_what_it_sees(postgres: str, shell: Shell) -> None:
    with Rescind(postgres) as auth:
        auth.sessions.start("ada")
        auth.core.worker.renew(register=True)
        done = shell(f"doctor --json --url {postgres}")
    found = done.object
    assert found["database"]["server"].startswith("PostgreSQL ")
    assert found["database"]["log"] == "head 0, floor 0"
    assert found["database"]["realms"] == "default"
    assert [worker["pid"] for worker in found["workers"]] == [os.getpid()]
    # The server of these tests runs without fsync, for speed.
    assert [one["what"].partition(":")[0] for one in found["findings"]] == ["fsync is off"]
    assert done.code == 1


@pytest.mark.parametrize(
    ("damage", "what"),
    [
        ("ALTER TABLE rescind_revocation DISABLE TRIGGER rescind_number", "a trigger that numbers the log"),
        ("UPDATE rescind_meta SET schema_version = 1", "too old"),
        ("UPDATE rescind_meta SET min_reader = 9", "too new"),
        ("UPDATE rescind_meta SET incarnation = 'another'", "nobody has watched this server"),
    ],
)
def test_doctor_finds(new_postgres: str, shell: Shell, damage: str, what: str) -> None:
    with psycopg.connect(new_postgres, autocommit=True) as connection:
        connection.execute(damage)
    done = shell(f"doctor --json --url {new_postgres}")
    assert done.code != 0
    assert any(what in one["what"] for one in done.object["findings"]), done.out


def test_doctor_names_a_transaction_that_holds_locks(
    postgres: str, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rescind.cli.postgres.OLD", 0)
    with psycopg.connect(postgres) as blocker:
        blocker.execute("LOCK TABLE rescind_revocation IN EXCLUSIVE MODE")
        done = shell(f"doctor --json --url {postgres}")
    assert any("has held locks on rescind's tables" in one["what"] for one in done.object["findings"])


def test_doctor_and_an_unreachable_server(postgres: str, shell: Shell) -> None:
    host = postgres.rpartition(":")[0]
    done = shell(f"doctor --json --url {host}:1/nothing")
    assert done.code == 3
    assert "cannot be reached" in done.object["findings"][0]["what"]
