"""One engine per process, made from settings: where it keeps things, and when it is made anew."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import AbstractUser, User
from django.db import connections, models
from django.test import override_settings
from tests.django.places import APPS, Place, file_at, manage, pointing

from rescind import Session
from rescind.django import engine
from rescind.django.making import drop, in_test_environment, kind_of_id, made, url_of
from rescind.django.store import DjangoSqliteStore
from rescind.errors import ConfigurationError, MissingExtra


@pytest.fixture
def place(tmp_path: Path) -> Any:
    found = file_at(tmp_path / "site.db")
    with pointing(default=found.database):
        drop()
        yield found
        drop()


def test_without_the_application_there_is_no_engine(place: Place) -> None:
    """``migrate`` would make no tables then, and nothing would hear of users who are disabled."""
    manage("migrate", "rescind")
    others = [app for app in APPS if app != "rescind.django"]
    with (
        override_settings(INSTALLED_APPS=others),
        pytest.raises(ConfigurationError, match=r'rescind.E001: INSTALLED_APPS has no "rescind.django"'),
    ):
        engine()
    engine()


def test_in_production_it_is_the_store_of_every_framework(place: Place) -> None:
    manage("migrate", verbosity=0)
    assert isinstance(engine().core.store, DjangoSqliteStore)
    assert not made().testing
    assert engine() is engine()
    issued = engine().sessions.start(7)
    judged = engine().check(issued.token)
    assert isinstance(judged, Session)
    assert judged.principal_id == 7
    assert engine().settings.absolute == 1209600


def test_of_many_threads_one_makes_it(place: Place) -> None:
    assert place.vendor == "sqlite"
    seen: list[Any] = []
    threads = [threading.Thread(target=lambda: seen.append(engine())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(one) for one in seen}) == 1


def test_a_database_in_memory_is_for_tests_alone() -> None:
    drop()
    assert not in_test_environment()
    with pytest.raises(ConfigurationError, match=r"DATABASES\['default'\].*names no file"):
        engine()


def test_without_the_driver_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Django itself is content with psycopg2. A server that runs no checks says what is missing, too."""
    for name in [name for name in sys.modules if name.startswith("rescind.stores.sqlalchemy.postgres")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delitem(sys.modules, "rescind.django.postgres_store", raising=False)
    with pointing(default={"ENGINE": "django.db.backends.postgresql", "NAME": "x"}):
        connections["default"]
        monkeypatch.setitem(sys.modules, "psycopg", None)
        drop()
        with pytest.raises(MissingExtra, match=r'DATABASES names PostgreSQL .* "rescind\[postgres\]"'):
            engine()
    drop()


def test_another_database_is_said() -> None:
    with pointing(default={"ENGINE": "django.db.backends.dummy", "NAME": "x"}):
        drop()
        with pytest.raises(ConfigurationError, match="PostgreSQL or"):
            engine()
    drop()


def test_tables_that_are_missing_are_said_with_the_command(place: Place) -> None:
    assert place.vendor == "sqlite"
    with pytest.raises(ConfigurationError, match=r"manage\.py migrate"):
        engine().open()


@pytest.mark.parametrize(
    ("database", "url"),
    [
        ({"ENGINE": "django.db.backends.sqlite3", "NAME": "/srv/site.db"}, "sqlite:////srv/site.db"),
        ({"NAME": "shop"}, "postgresql:///shop"),
        ({"NAME": "shop", "USER": "u", "HOST": "db", "PORT": "5433"}, "postgresql://u@db:5433/shop"),
        (
            {"NAME": "s/1", "USER": "u", "PASSWORD": "p@:/", "HOST": "db"},
            "postgresql://u:p%40%3A%2F@db/s%2F1",
        ),
        (
            {"NAME": "shop", "USER": "u", "HOST": "/var/run", "PORT": "5433"},
            "postgresql://u@/shop?host=%2Fvar%2Frun&port=5433",
        ),
    ],
)
def test_the_place_as_other_frameworks_write_it(database: dict[str, str], url: str) -> None:
    empty = {"ENGINE": "django.db.backends.postgresql", "USER": "", "PASSWORD": "", "HOST": "", "PORT": ""}
    assert url_of(empty | database) == url


def test_ids_are_of_the_type_of_the_users_key(monkeypatch: pytest.MonkeyPatch) -> None:
    def kind(field: Any) -> Any:
        monkeypatch.setattr(
            "django.contrib.auth.get_user_model", lambda: type("U", (), {"_meta": Meta(field)})
        )
        return kind_of_id()

    class Meta:
        def __init__(self, pk: Any) -> None:
            self.pk = pk

    assert kind(User._meta.pk) is int
    assert kind(models.UUIDField()) is UUID
    assert kind(models.CharField()) is str
    assert AbstractUser
