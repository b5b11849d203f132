"""``RESCIND``: unknown keys and values that cannot work are said before an engine is made."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import override_settings
from tests.django.checks.said import ids, only

from rescind.django.checks.values import check_values


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"leese": 1}, "did you mean 'lease'?"),
        ({"cookie": "dev"}, "SESSION_COOKIE_NAME"),
        ({"using": "nowhere"}, "'nowhere', DATABASES has 'default'"),
        ({"lease": -1}, "lease"),
        ({"lease": "soon"}, "lease"),
        ({"user": "fact"}, '"row" or "facts"'),
        ({"model": "redis"}, "no server is named"),
        ({"access_life": "10m"}, 'session_model="jwt"'),
        ({"read_old_engine": "django.contrib.sessions.backends.signed_cookies"}, "cannot be ended"),
        ([("lease", 1)], "write a dict"),
    ],
)
def test_e003_what_cannot_work(given: Any, said: str) -> None:
    with override_settings(RESCIND=given):
        assert said in only(check_values(), "rescind.E003").msg


def test_e003_of_a_setting_of_djangos() -> None:
    with override_settings(SESSION_COOKIE_AGE=-5):
        only(check_values(), "rescind.E003")


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"using": "default", "user": "row", "model": "database", "lease": 0.5, "idle": 900},
        {"previous_cookie_names": ["sessionid"], "read_old_engine": "django.contrib.sessions.backends.db"},
    ],
)
def test_what_works_is_let_be(given: dict[str, Any]) -> None:
    with override_settings(RESCIND=given):
        assert ids(check_values()) == []
