"""Settings: what works, and what is refused by name with the mend."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import Any

import pytest

from rescind import Rescind
from rescind.config import FIELD_NAMES, SettingKeywords, Settings, duration_names, make_settings, masked_url
from rescind.errors import ConfigurationError

URL = "memory://"


def test_defaults() -> None:
    settings = make_settings(URL)
    assert (settings.lease, settings.reread_every, settings.realm) == (1.0, 60.0, "default")
    assert settings.policy.absolute == 30 * 86400
    assert settings.policy.idle == 7 * 86400


@pytest.mark.parametrize("written", ["5m", 300, 300.0, timedelta(minutes=5)])
def test_durations_in_every_spelling(written: Any) -> None:
    assert make_settings(URL, reread_every=written).reread_every == 300.0


@pytest.mark.parametrize("lease", [0, 0.25, "1s", 30])
def test_leases_that_work(lease: Any) -> None:
    assert make_settings(URL, lease=lease).lease in (0, 0.25, 1, 30)


WRONG: list[tuple[str, Any]] = [
    ("lease", 0.1),
    ("lease", 31),
    ("lease", None),
    ("lease", "soon"),
    ("absolute", 0),
    ("absolute", None),
    ("absolute", "400000d"),
    ("idle", 0),
    ("idle", "40d"),
    ("reread_every", 0),
    ("reread_every", None),
    ("keep_ended", None),
    ("stream_grace", None),
    ("max_cached", 0),
    ("max_cached", 1.5),
    ("max_cached", True),
    ("max_index_entries", "many"),
    ("hash_queue", -1),
    ("cookie", "secure"),
    ("session_model", "files"),
    ("session_model", "redis"),
    ("realm", ""),
    ("realm", "a\nb"),
    ("realm", "x" * 65),
    ("realm", 7),
    ("realm", None),
    ("principal_id", float),
    ("sign_in_url", "https://elsewhere"),
    ("sign_in_url", "//elsewhere"),
    ("sign_in_url", 7),
    ("trusted_origins", "https://app"),
    ("trusted_origins", 7),
    ("trusted_proxies", [7]),
    ("production", "false"),
    ("allow_sync_on_loop", 1),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_what_cannot_work_is_refused_by_name(name: str, value: Any) -> None:
    with pytest.raises(ConfigurationError, match=name):
        Rescind(URL, **{name: value})


@pytest.mark.parametrize(
    ("wrong", "meant"), [("leese", "lease"), ("max_cache", "max_cached"), ("xyz", "known")]
)
def test_an_unknown_setting_is_guessed(wrong: str, meant: str) -> None:
    with pytest.raises(ConfigurationError, match=meant):
        make_settings(URL, **{wrong: 1})


def test_idle_may_be_none() -> None:
    assert make_settings(URL, idle=None).policy.idle_micros() is None


def test_the_url_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RESCIND_URL", URL)
    assert make_settings().url == URL
    monkeypatch.delenv("RESCIND_URL")
    with pytest.raises(ConfigurationError, match="RESCIND_URL"):
        make_settings()


def test_the_cookie_comes_from_the_environment_unless_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RESCIND_COOKIE", "dev")
    assert make_settings(URL).cookie == "dev"
    assert make_settings(URL, cookie="host").cookie == "host"
    with pytest.raises(ConfigurationError, match="production"):
        make_settings(URL, production=True)


@pytest.mark.parametrize(
    ("url", "scheme"),
    [
        ("mysql://h/db", "unknown scheme"),
        ("redis://h?socket_timeout=9", "socket_timeout cannot be set"),
        ("redis://h:port", "cannot be read"),
        ("app.db", "url"),
    ],
)
def test_a_url_that_names_no_store(url: str, scheme: str) -> None:
    with pytest.raises(ConfigurationError, match=scheme):
        Rescind(url)


@pytest.mark.parametrize(
    "url",
    ["mysql://ada:hunter2@db/app", "mysql://ada:p%40ss:hunter2@x@db/app", "redis://:hunter2@h:port"],
)
def test_a_password_in_a_url_is_in_no_repr_and_no_message(url: str) -> None:
    assert "hunter2" not in masked_url(url)
    assert "hunter2" not in repr(Settings(url))
    with pytest.raises(ConfigurationError) as error:
        Rescind(url)
    assert "hunter2" not in str(error.value)


@pytest.mark.parametrize("url", ["redis://h", "rediss://h/1", "unix:///run/redis.sock"])
def test_a_redis_url_means_its_model(url: str) -> None:
    assert (
        make_settings(url).session_model == make_settings(url, session_model="redis").session_model == "redis"
    )
    with pytest.raises(ConfigurationError, match="session_model"):
        make_settings(url, session_model="database")
    assert make_settings(url, session_model="jwt").session_model == "jwt"


@pytest.mark.parametrize(
    ("given", "mend"),
    [
        ({"access_life": 0}, "access_life=0: 1 second to a day"),
        ({"access_life": "25h"}, "access_life=90000: 1 second to a day"),
        ({"access_life": "2h", "absolute": "1h", "idle": None}, "longer than absolute=3600"),
        ({"refresh_grace": 61}, "refresh_grace=61: 0 to 60 seconds"),
        ({"issuer": "https://a b"}, "issuer='https://a b': 1 to 255 printable"),
        ({"audience": "a" * 256}, "audience=.*1 to 255"),
        ({"issuer": 7}, "issuer=7: pass text"),
        ({"secret": [1]}, "secret: pass text or bytes, or a list"),
        ({"secret": 7}, "secret: pass text or bytes, or a list"),
        ({"signing_keys": None}, "signing_keys: pass the paths"),
        ({"signing_keys": [7]}, "signing_keys: pass the paths"),
    ],
)
def test_what_cannot_work_with_signed_tokens_fails_at_start(given: dict[str, Any], mend: str) -> None:
    """Asks B5."""
    with pytest.raises(ConfigurationError, match=mend):
        make_settings(URL, session_model="jwt", **given)


@pytest.mark.parametrize("name", ["signing_keys", "access_life", "refresh_grace", "issuer", "audience"])
def test_settings_of_signed_tokens_are_refused_without_them(name: str) -> None:
    with pytest.raises(ConfigurationError, match=f'{name}= is for signed tokens: set session_model="jwt"'):
        make_settings(URL, **{name: "1s"})


def test_a_secret_is_one_or_several() -> None:
    many = make_settings(URL, secret=["b" * 32, b"a" * 32])
    assert many.secret == ("b" * 32, b"a" * 32)
    assert make_settings(URL, secret="one two").secret == ("one", "two")
    assert "b" * 32 not in repr(many)


def test_issuer_and_audience_are_of_the_realm_unless_they_are_set() -> None:
    plain = make_settings(URL, session_model="jwt", realm="shop 1")
    assert plain.token_issuer == plain.token_audience == "rescind:shop%201"
    named = make_settings(URL, session_model="jwt", issuer="https://shop.example")
    assert named.token_audience == "https://shop.example"


REDIS = "redis://:hunter2@localhost:6379/0"


def test_a_server_for_the_sessions_means_their_model() -> None:
    for url in ("sqlite:///app.db", "postgresql://h/db", "postgres://h/db"):
        assert make_settings(url, redis=REDIS).session_model == "redis"
        assert make_settings(url, redis=REDIS, session_model="redis").redis == REDIS


def test_the_server_for_the_sessions_is_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RESCIND_REDIS", REDIS)
    assert make_settings("sqlite:///app.db").redis == REDIS


@pytest.mark.parametrize(
    ("url", "settings", "said"),
    [
        (REDIS, {"redis": REDIS}, "url is a Redis server already.*leave redis out"),
        ("memory://", {"redis": REDIS}, "only beside SQLite or PostgreSQL"),
        ("sqlite:///app.db", {"redis": "sqlite:///app.db"}, "is no Redis server: write redis://"),
        ("sqlite:///app.db", {"redis": "http://:hunter2@h/"}, "is no Redis server: write redis://"),
        ("sqlite:///app.db", {"redis": REDIS, "session_model": "database"}, "leave redis out"),
        ("sqlite:///app.db", {"session_model": "redis"}, "no server is named: redis="),
        ("sqlite:///app.db", {"redis": 7}, "redis=7: pass text"),
    ],
)
def test_a_server_for_the_sessions_that_cannot_be_one_is_refused(
    url: str, settings: dict[str, Any], said: str
) -> None:
    with pytest.raises(ConfigurationError, match=said) as error:
        Rescind(url, **settings)
    assert "hunter2" not in str(error.value)


def test_settings_are_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        make_settings(URL).realm = "other"  # type: ignore[misc]


def test_the_typed_keywords_are_the_fields() -> None:
    fields = set(FIELD_NAMES) - {"url", "principal_id"}
    assert set(SettingKeywords.__annotations__) == fields
    assert set(duration_names()) <= fields


def test_every_field_is_documented() -> None:
    assert Settings.__doc__ is not None
    assert [name for name in FIELD_NAMES if name not in Settings.__doc__] == []


def test_the_realm_of_the_environment_is_the_applications_as_it_is_the_command_lines(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("RESCIND_REALM", "shop")
    assert make_settings(URL).realm == "shop"
    assert make_settings(URL, realm="office").realm == "office"
