"""Applications that keep session keys. Here they are stand-ins with the columns of the real ones."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.apps import apps
from django.test import override_settings
from tests.django.checks.said import ids, only
from tests.django.places import APPS

from rescind.django.checks.installed import check_installed_apps
from rescind.django.checks.sessions import ENGINE

MODELS = {
    "usersessions": "class UserSession(models.Model):\n    session_key = models.CharField(max_length=40)",
    "tracking": "class Visitor(models.Model):\n"
    "    session_key = models.CharField(max_length=40, primary_key=True)",
    "hitcount": "class Hit(models.Model):\n    session = models.CharField(max_length=40)",
    "unheard_of": "class Device(models.Model):\n    session_key = models.TextField()",
    "user_sessions": "class Session(models.Model):\n"
    "    session_key = models.CharField(max_length=40, primary_key=True)",
    "qsessions": "from django.contrib.sessions.base_session import AbstractBaseSession\n"
    "class Session(AbstractBaseSession):\n    pass",
    "harmless": "class Cart(models.Model):\n    session = models.CharField(max_length=40)\n"
    "    session_id = models.CharField(max_length=40)",
}


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    monkeypatch.syspath_prepend(tmp_path)

    @contextmanager
    def install(name: str, engine: str = ENGINE) -> Iterator[None]:
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").touch()
        text = "from django.db import models\n" + MODELS[name] + "\n"
        (tmp_path / name / "models.py").write_text(text)
        (tmp_path / name / "apps.py").write_text(
            "from django.apps import AppConfig\nclass C(AppConfig):\n"
            f"    name = {name!r}\n    default_auto_field = 'django.db.models.BigAutoField'\n"
        )
        with override_settings(INSTALLED_APPS=[*APPS, name], SESSION_ENGINE=engine):
            yield

    yield install
    for name in MODELS:
        apps.all_models.pop(name, None)
        for module in [one for one in sys.modules if one.split(".")[0] == name]:
            del sys.modules[module]
    apps.clear_cache()


@pytest.mark.parametrize(
    ("name", "mend"),
    [
        ("usersessions", "rescind.django.allauth"),
        ("tracking", "public_id"),
        ("hitcount", "public_id"),
        ("unheard_of", "public_id"),
    ],
)
def test_w020_a_column_with_session_keys(installed: object, name: str, mend: str) -> None:
    with installed(name):  # type: ignore[operator]
        message = only(check_installed_apps(), "rescind.W020")
        assert mend in message.hint
        assert ("PostgreSQL refuses the row" in message.msg) == (name != "unheard_of")
    assert ids(check_installed_apps()) == []


@pytest.mark.parametrize("name", ["user_sessions", "qsessions"])
def test_w020_a_session_engine_beside_ours(installed: object, name: str) -> None:
    with installed(name):  # type: ignore[operator]
        message = only(check_installed_apps(), "rescind.W020")
    assert "stays empty" in message.msg


def test_columns_of_other_names_are_let_be(installed: object) -> None:
    with installed("harmless"):  # type: ignore[operator]
        assert ids(check_installed_apps()) == []


def test_on_another_engine_keys_are_none_of_our_business(installed: object) -> None:
    with installed("hitcount", "django.contrib.sessions.backends.db"):  # type: ignore[operator]
        assert ids(check_installed_apps()) == []


def test_djangos_own_sessions_may_stay_installed() -> None:
    with override_settings(INSTALLED_APPS=[*APPS, "django.contrib.sessions"], SESSION_ENGINE=ENGINE):
        assert ids(check_installed_apps()) == []
