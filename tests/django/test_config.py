"""``settings.RESCIND``: what it may say, and what Django says already."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.test import override_settings

from rescind.django import engine
from rescind.django.config import OF_DJANGO, read_config
from rescind.errors import ConfigurationError


def test_all_keys_have_defaults() -> None:
    for given in ({}, {"model": "database"}, {"using": "default", "listen": None}):
        with override_settings(RESCIND=given):
            read = read_config(settings)
        assert (read.using, read.user, read.listen) == ("default", "row", None)
        assert read.engine == {"absolute": 1209600, "idle": None}
    with override_settings():
        if hasattr(settings, "RESCIND"):
            del settings.RESCIND
        assert read_config(settings).using == "default"


@override_settings(SESSION_COOKIE_AGE=3600, RESCIND={"idle": "30m", "lease": 2.0, "realm": "shop"})
def test_the_engine_is_given_what_it_knows() -> None:
    assert read_config(settings).engine == {"absolute": 3600, "idle": "30m", "lease": 2.0, "realm": "shop"}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([], "write a dict"),
        ({"leese": 1}, "did you mean 'lease'"),
        ({"zzz": 1}, "known: "),
        ({3: 1}, "is no setting"),
        ({"using": "reports"}, "'reports'.*'default'"),
        ({"using": None}, "is None"),
        ({"using": 3}, "pass text"),
        ({"listen": "direct"}, "'direct'"),
        ({"user": "fact"}, 'write "row" or "facts"'),
        ({"model": "redis"}, "kept in the database"),
        ({"previous_cookie_names": "sessionid"}, "list of names"),
        ({"previous_cookie_names": [1]}, "list of names"),
    ],
)
def test_what_cannot_work_names_the_key_and_the_mend(given: Any, said: str) -> None:
    with override_settings(RESCIND=given), pytest.raises(ConfigurationError, match=said):
        read_config(settings)


@pytest.mark.parametrize("key", OF_DJANGO)
def test_what_django_has_a_setting_for_is_refused_with_its_name(key: str) -> None:
    with override_settings(RESCIND={key: "x"}), pytest.raises(ConfigurationError, match=OF_DJANGO[key]):
        read_config(settings)


@pytest.mark.parametrize("given", [{"lease": "soon"}, {"lease": 500}, {"idle": "31d"}, {"realm": ""}])
def test_a_value_of_the_engine_is_judged_when_it_is_made(site: None, given: Any) -> None:
    del site
    with override_settings(RESCIND=given), pytest.raises(ConfigurationError):
        engine()
