"""Databases, routers and transactions that cannot work, and what is said about them."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.db.transaction import atomic
from django.test import override_settings
from django.test.utils import setup_test_environment, teardown_test_environment
from tests.django.checks.said import ids, only
from tests.django.places import file_at, manage, pointing

from rescind.django import models
from rescind.django.checks.places import check_databases, check_listen, check_routers, check_transactions

FILE = {"ENGINE": "django.db.backends.sqlite3", "NAME": "/nowhere/db.sqlite3"}
MEMORY = {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}
UNKNOWN = {"ENGINE": "django.db.backends.dummy", "NAME": "somewhere"}
SERVER = {"ENGINE": "django.db.backends.postgresql", "NAME": "site"}


class Liar:
    """Says that everything may be made everywhere but our tables where they belong."""

    def allow_migrate(self, db: str, app_label: str, **_: Any) -> bool | None:
        return db != "default" if app_label == "rescind" else None


class OneModel:
    """Keeps one model away, by its name."""

    def allow_migrate(self, db: str, app_label: str, model_name: str | None = None, **_: Any) -> bool | None:
        return False if model_name == "session" else None


class UsersApart:
    """As where users are in a directory of their own."""

    def db_for_write(self, model: Any, **_: Any) -> str | None:
        return "people" if model._meta.app_label == "auth" else None


class Replica:
    """Sends what is read elsewhere."""

    def db_for_read(self, model: Any, **_: Any) -> str:
        return "replica"


# -- E004 --------------------------------------------------------------------------------------------------


def test_e004_another_vendor() -> None:
    with pointing(default=UNKNOWN):
        said = only(check_databases(), "rescind.E004")
    assert "DATABASES['default']" in said.msg
    assert 'RESCIND["using"]' in said.hint


def test_e004_of_the_alias_that_is_used_and_of_no_other() -> None:
    with pointing(default=FILE, legacy=UNKNOWN):
        assert ids(check_databases()) == []
        with override_settings(RESCIND={"using": "legacy"}):
            assert "DATABASES['legacy']" in only(check_databases(), "rescind.E004").msg


@pytest.mark.parametrize("name", ["", ":memory:", "file:memorydb_default?mode=memory&cache=shared"])
def test_e004_a_database_in_memory_but_not_in_test_runs(name: str) -> None:
    with pointing(default=MEMORY | {"NAME": name}):
        assert "in memory" in only(check_databases(), "rescind.E004").msg
        setup_test_environment()
        try:
            assert ids(check_databases()) == []
        finally:
            teardown_test_environment()


def test_e005_a_driver_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    with pointing(default=SERVER):
        assert ids(check_databases()) == []
        monkeypatch.setattr("rescind.django.checks.places.find_spec", lambda name: None)
        assert "rescind[django,postgres]" in only(check_databases(), "rescind.E005").hint


def test_an_alias_that_is_not_there_is_left_to_e003() -> None:
    with override_settings(RESCIND={"using": "nowhere"}):
        for check in (check_databases, check_routers, check_transactions, check_listen):
            assert ids(check()) == []


# -- E006, W004 --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("router", [Liar, OneModel])
def test_e006_a_router_that_puts_tables_elsewhere(router: type) -> None:
    with pointing(default=FILE, other=FILE), override_settings(DATABASE_ROUTERS=[router()]):
        said = only(check_routers(), "rescind.E006")
        assert "'default'" in said.msg
        assert "rescind.django.Router" in said.hint
    with (
        pointing(default=FILE, other=FILE),
        override_settings(DATABASE_ROUTERS=["rescind.django.Router", router()]),
    ):
        assert ids(check_routers()) == []


def test_a_router_that_sends_reads_to_a_replica_is_none_of_our_business() -> None:
    """Every statement of the engine names its alias."""
    with pointing(default=FILE, replica=FILE), override_settings(DATABASE_ROUTERS=[Replica()]):
        assert ids(check_routers()) == []


def test_w004_users_on_another_alias() -> None:
    with pointing(default=FILE, people=FILE), override_settings(DATABASE_ROUTERS=[UsersApart()]):
        said = only(check_routers(), "rescind.W004")
        assert "auth.User is written on 'people', rescind's tables are on 'default'" in said.msg
        with override_settings(RESCIND={"using": "people"}):
            assert ids(check_routers()) == []


# -- W003 --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", [None, "DEFERRED", "IMMEDIATE", "exclusive"])
@pytest.mark.parametrize("whole_requests", [True, False])
def test_w003_requests_in_deferred_transactions(mode: str | None, whole_requests: bool) -> None:
    options = {} if mode is None else {"transaction_mode": mode}
    place = FILE | {"OPTIONS": options, "ATOMIC_REQUESTS": whole_requests}
    with pointing(default=place):
        said = ids(check_transactions())
    fires = whole_requests and mode in (None, "DEFERRED")
    assert said == (["rescind.W003"] if fires else [])


def test_w003_is_about_sqlite() -> None:
    with pointing(default=SERVER | {"ATOMIC_REQUESTS": True}):
        assert ids(check_transactions()) == []


@pytest.mark.parametrize("mode", ["DEFERRED", "IMMEDIATE"])
def test_what_w003_says_is_so(tmp_path: Path, mode: str) -> None:
    """A transaction has read, somebody else writes, it wants to write."""
    place = file_at(tmp_path / "db.sqlite3")
    with pointing(default=place.database | {"OPTIONS": {"transaction_mode": mode, "timeout": 20}}):
        manage("migrate", "rescind")
        other = sqlite3.connect(place.path, isolation_level=None, timeout=0)
        other.execute("PRAGMA journal_mode = WAL")  # as the engine does when it opens a file
        if mode == "DEFERRED":
            with pytest.raises(OperationalError, match="database is locked"), atomic():
                read_and_write(other)
        else:
            with pytest.raises(sqlite3.OperationalError, match="database is locked"), atomic():
                read_and_write(other)
        other.close()


def read_and_write(other: sqlite3.Connection) -> None:
    models.Head.objects.get()
    other.execute("UPDATE rescind_meta SET floor = floor + 1")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE rescind_meta SET floor = floor + 1")


# -- E008 --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ours", "other", "fires"),
    [
        (SERVER, SERVER | {"PORT": "6432"}, False),
        (SERVER, SERVER | {"NAME": "another"}, True),
        (SERVER, FILE, True),
        (FILE, FILE, True),
    ],
)
def test_e008_listening_somewhere_else(ours: dict[str, Any], other: dict[str, Any], fires: bool) -> None:
    with pointing(default=ours, direct=other), override_settings(RESCIND={"listen": "direct"}):
        assert ids(check_listen()) == (["rescind.E008"] if fires else [])
