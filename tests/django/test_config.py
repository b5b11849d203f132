"""``settings.RESCIND``: what it may say, and what Django says already."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.test import override_settings

from rescind.django import engine
from rescind.django.config import OF_DJANGO, read_config
from rescind.errors import ConfigurationError

IN_THE_DATABASE = {"session_model": "database", "redis": None}
SERVER = "redis://localhost:6379/1"


def test_all_keys_have_defaults() -> None:
    for given in ({}, {"model": "database"}, {"using": "default", "listen": None}):
        with override_settings(RESCIND=given):
            read = read_config(settings)
        assert (read.using, read.user, read.listen) == ("default", "row", None)
        assert read.engine == IN_THE_DATABASE | {"absolute": 1209600, "idle": None}
    with override_settings():
        if hasattr(settings, "RESCIND"):
            del settings.RESCIND
        assert read_config(settings).using == "default"


@override_settings(SESSION_COOKIE_AGE=3600, RESCIND={"idle": "30m", "lease": 2.0, "realm": "shop"})
def test_the_engine_is_given_what_it_knows() -> None:
    wanted = {"absolute": 3600, "idle": "30m", "lease": 2.0, "realm": "shop"}
    assert read_config(settings).engine == IN_THE_DATABASE | wanted


def test_a_server_for_sessions_is_the_model_redis() -> None:
    for given in ({"redis": SERVER}, {"redis": SERVER, "model": "redis"}):
        with override_settings(RESCIND=given):
            read = read_config(settings)
        assert (read.model, read.engine["session_model"], read.engine["redis"]) == ("redis", "redis", SERVER)


def test_signed_tokens_are_made_from_the_keys_of_django() -> None:
    """Derived, the newest first: what Django signs and what we seal never share a key."""
    old, new = "o" * 50, "n" * 50
    with override_settings(RESCIND={"model": "jwt", "access_life": "10m"}, SECRET_KEY=old):
        read = read_config(settings)
        (secret,) = read.engine["secret"]
    assert (read.engine["session_model"], read.engine["access_life"]) == ("jwt", "10m")
    assert len(bytes.fromhex(secret)) == 32
    with override_settings(RESCIND={"model": "jwt"}, SECRET_KEY=new, SECRET_KEY_FALLBACKS=[old]):
        first, second = read_config(settings).engine["secret"]
    assert first != second == secret


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
        ({"model": "redis"}, "no server is named"),
        ({"model": "cookies"}, '"database", "redis" or "jwt"'),
        ({"model": "jwt", "redis": "redis://h/0"}, "keeps nothing in Redis"),
        ({"model": "database", "redis": "redis://h/0"}, "keeps nothing in Redis"),
        ({"redis": 6379}, "pass text"),
        ({"previous_cookie_names": "sessionid"}, "list of names"),
        ({"previous_cookie_names": [1]}, "list of names"),
    ],
)
def test_what_cannot_work_names_the_key_and_the_mend(given: Any, said: str) -> None:
    with override_settings(RESCIND=given), pytest.raises(ConfigurationError, match=said):
        read_config(settings)


def test_nothing_that_is_shown_holds_a_secret() -> None:
    """A page of ``DEBUG`` shows what stands in variables, and so does a traceback of pytest."""
    with override_settings(RESCIND={"redis": "redis://:hunter2@h/0"}):
        assert "hunter2" not in repr(read_config(settings))
    with override_settings(RESCIND={"model": "jwt"}):
        read = read_config(settings)
        assert str(read.engine["secret"][0]) not in repr(read)
    for given in ([("redis", "redis://:hunter2@h/0")], {"redis": ["redis://:hunter2@h/0"]}):
        with override_settings(RESCIND=given), pytest.raises(ConfigurationError) as refused:
            read_config(settings)
        assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("key", OF_DJANGO)
def test_what_django_has_a_setting_for_is_refused_with_its_name(key: str) -> None:
    with override_settings(RESCIND={key: "x"}), pytest.raises(ConfigurationError, match=OF_DJANGO[key]):
        read_config(settings)


@override_settings(RESCIND={"model": "jwt"}, SECRET_KEY="short and secret")
def test_a_key_that_is_too_short_for_signed_tokens_is_named_and_not_shown() -> None:
    with pytest.raises(ConfigurationError, match="SECRET_KEY has 16 bytes") as caught:
        read_config(settings)
    assert "short and secret" not in str(caught.value)


@pytest.mark.parametrize(
    "given",
    [
        {"lease": "soon"},
        {"lease": 500},
        {"idle": "31d"},
        {"realm": ""},
        {"access_life": "10m"},
        {"model": "jwt", "access_life": "2d"},
    ],
)
def test_a_value_of_the_engine_is_judged_when_it_is_made(site: None, given: Any) -> None:
    del site
    with override_settings(RESCIND=given), pytest.raises(ConfigurationError):
        engine()
