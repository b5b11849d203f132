"""The engine under Django's runner of tests. In a file of its own: the environment is the process's."""

from __future__ import annotations

from django.test import override_settings

from rescind.django import engine
from rescind.django.connection_store import ConnectionStore
from rescind.django.making import made


def test_under_the_runner_of_tests_it_is_djangos_own_connection(site: None) -> None:
    del site
    assert isinstance(engine().core.store, ConnectionStore)
    assert (made().testing, engine().settings.lease) == (True, 0)


def test_it_is_made_anew_when_a_setting_changes(site: None) -> None:
    del site
    before = engine()
    with override_settings(SESSION_COOKIE_AGE=60):
        assert engine() is not before
        assert engine().settings.absolute == 60
    with override_settings(STATIC_URL="/x/"):
        assert engine() is engine()
