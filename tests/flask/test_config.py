"""The settings of an application, and the keys that are made of Flask's."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from rescind.errors import ConfigurationError
from rescind.flask import Rescind
from rescind.flask.config import read_config
from rescind.testing.flask import engine_of

LONG = "s" * 64


def test_the_configuration_wins_over_the_handle() -> None:
    app = Flask(__name__)
    app.config.from_mapping(RESCIND_URL="memory://", RESCIND_LEASE="2s", RESCIND_REALM="shop")
    Rescind("sqlite:///other.db", lease="3s", idle="1h").init_app(app)
    settings = engine_of(app).settings
    assert (settings.url, settings.lease, settings.realm, settings.idle) == ("memory://", 2.0, "shop", 3600.0)


def test_from_the_environment_as_flask_reads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLASK_RESCIND_URL", "memory://")
    monkeypatch.setenv("FLASK_RESCIND_LEASE", "2")
    monkeypatch.setenv("FLASK_RESCIND_TRUSTED_ORIGINS", '["https://admin.example"]')
    app = Flask(__name__)
    app.config.from_prefixed_env()
    Rescind().init_app(app)
    settings = engine_of(app).settings
    assert (settings.lease, settings.trusted_origins) == (2.0, ("https://admin.example",))


@pytest.mark.parametrize(
    ("config", "says"),
    [
        ({"RESCIND_LEESE": 1}, "RESCIND_LEESE in app.config; did you mean RESCIND_LEASE"),
        ({"RESCIND_PRINCIPAL_ID": "int"}, r"Rescind\(principal_id=int\)"),
        ({"RESCIND_LEASE": "soon"}, "lease"),
        ({"RESCIND_REMEMBER": "always"}, 'RESCIND_REMEMBER=\'always\': "exchange" or "refuse"'),
        ({"RESCIND_DATA": "redis"}, "RESCIND_DATA='redis'"),
        ({"RESCIND_URL": None}, "no url"),
        (
            {"RESCIND_SESSION_MODEL": "jwt", "SECRET_KEY": "dev"},
            "SECRET_KEY has 3 bytes and signed tokens need 32",
        ),
        (
            {"RESCIND_SESSION_MODEL": "jwt", "SECRET_KEY": LONG, "SECRET_KEY_FALLBACKS": ["old"]},
            "SECRET_KEY_FALLBACKS has 3 bytes",
        ),
    ],
)
def test_what_cannot_work_is_said_by_name(
    config: dict[str, Any], says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RESCIND_URL", raising=False)
    app = Flask(__name__)
    app.config.from_mapping({"RESCIND_URL": "memory://", **config})
    with pytest.raises(ConfigurationError, match=says) as raised:
        Rescind().init_app(app)
    assert LONG not in str(raised.value)


def test_a_bad_type_of_id_is_said_by_the_handle() -> None:
    with pytest.raises(ConfigurationError, match="principal_id"):
        Rescind(principal_id=float)  # type: ignore[type-var]


def test_keys_are_derived_and_rotate_with_those_of_flask() -> None:
    config: dict[str, Any] = {"SECRET_KEY": LONG, "SECRET_KEY_FALLBACKS": ["o" * 32]}
    now = read_config(config, {"session_model": "jwt"})[0]["secret"]
    later = read_config({"SECRET_KEY": "n" * 40, "SECRET_KEY_FALLBACKS": [LONG]}, {"session_model": "jwt"})[
        0
    ]["secret"]
    assert [len(bytes.fromhex(one)) for one in now] == [32, 32]
    assert LONG not in now
    assert now[0] == later[1], "the newest key of before is the second now"


def test_a_secret_of_ones_own_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    own = "x" * 40
    config = {"SECRET_KEY": LONG, "RESCIND_SECRET": own}
    assert read_config(config, {"session_model": "jwt"})[0]["secret"] == own
    monkeypatch.setenv("RESCIND_SECRET", own)
    assert "secret" not in read_config({"SECRET_KEY": LONG}, {"session_model": "jwt"})[0]


def test_opaque_sessions_need_no_secret() -> None:
    assert "secret" not in read_config({"SECRET_KEY": "dev"}, {})[0]
