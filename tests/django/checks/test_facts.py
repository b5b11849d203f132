"""``RESCIND = {"user": "facts"}`` is refused at start where nothing could say what changes a user."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.checks import run_checks
from django.core.management.base import SystemCheckError
from django.db import connection
from django.test import override_settings, utils
from tests.django.checks.said import ids, only
from tests.django.places import MIDDLEWARE, Place, file_at, manage, pointing

from rescind.django.checks.facts import check_facts, check_facts_stand
from rescind.django.checks.tables import check_triggers

HERE = {"databases": ["default"]}


@pytest.fixture(autouse=True)
def facts() -> Iterator[None]:
    with override_settings(RESCIND={"user": "facts"}):
        yield


class Apart:
    """Users are written elsewhere."""

    def db_for_write(self, model: type, **hints: object) -> str | None:
        return "other" if model._meta.app_label == "auth" else None  # type: ignore[attr-defined]


def test_e010_until_the_triggers_stand(empty: Place) -> None:
    assert ids(check_facts_stand(**HERE)) == [], "there are no tables yet, and that is said elsewhere"
    manage("migrate", verbosity=0)
    assert "are missing" in only(check_facts_stand(**HERE), "rescind.E010").msg
    with pytest.raises(SystemCheckError, match=r"rescind\.E010"):
        manage("check", databases=["default"])
    manage("rescind_triggers", "install", "--yes")
    assert ids(check_facts_stand(**HERE)) == ids(check_facts()) == []
    manage("check", databases=["default"])


def test_e010_when_one_is_not_what_the_settings_ask_for(whole: Place) -> None:
    manage("rescind_triggers", "install", "--yes")
    with override_settings(RESCIND={"user": "facts", "realm": "another"}):
        assert "rescind_watch_" in only(check_facts_stand(**HERE), "rescind.E010").msg
        assert ids(check_triggers(**HERE)) == [], "once is enough"
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER rescind_watch_gone")
    assert "rescind_watch_gone" in only(check_facts_stand(**HERE), "rescind.E010").msg


class Behind:
    """Users are read from a replica."""

    def db_for_read(self, model: type, **hints: object) -> str:
        return "replica"


def test_e010_where_users_are_on_another_database() -> None:
    with (
        pointing(other=file_at("other.db").database),  # type: ignore[arg-type]
        override_settings(DATABASE_ROUTERS=[Apart()]),
    ):
        assert "a trigger reaches no other database" in only(check_facts(), "rescind.E010").msg


def test_it_is_a_matter_of_the_database(whole: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """And of no command that makes what it asks for."""
    assert ids(check_facts_stand()) == ids(check_facts_stand(databases=["other"])) == []
    assert "rescind.E010" not in ids(run_checks())
    assert "rescind.E010" in ids(run_checks(databases=["default"]))
    monkeypatch.setattr("sys.argv", ["manage.py", "migrate"])
    assert ids(check_facts_stand(**HERE)) == []


def test_a_suite_of_tests_needs_none(whole: Place) -> None:
    """``manage.py test`` runs the checks of its databases, which have no triggers."""
    utils.setup_test_environment()
    try:
        assert ids(check_facts_stand(**HERE)) == ids(check_facts()) == []
    finally:
        utils.teardown_test_environment()


def test_it_says_nothing_about_row_or_about_what_cannot_be_read(whole: Place) -> None:
    for given in ({}, {"user": "row"}, {"user": "fact"}, {"user": "facts", "lease": "soon"}):
        with override_settings(RESCIND=given):
            assert ids(check_facts_stand(**HERE)) == ids(check_facts()) == []


def test_i003_where_the_row_is_read_all_the_same() -> None:
    assert ids(check_facts()) == []
    with override_settings(
        MIDDLEWARE=["django.contrib.sessions.middleware.SessionMiddleware", *MIDDLEWARE[1:]]
    ):
        assert "no session middleware of rescind" in only(check_facts(), "rescind.I003").msg
    with override_settings(RESCIND={"user": "facts", "lease": "0s"}):
        assert "lease of 0" in only(check_facts(), "rescind.I003").msg
    with override_settings(DATABASE_ROUTERS=[Behind()]):
        assert "'replica', which may be behind" in only(check_facts(), "rescind.I003").msg
    with override_settings(AUTHENTICATION_BACKENDS=["tests.django.test_judges.Elsewhere"]):
        assert "Elsewhere has its own get_user" in only(check_facts(), "rescind.I003").msg
