"""The settings of an application: ``RESCIND_*`` of ``app.config`` over what ``Rescind(...)`` was given."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Literal

from rescind.config import FIELD_NAMES, FROM_ENVIRONMENT
from rescind.credentials.derived import derived_secrets
from rescind.errors import ConfigurationError

PREFIX = "RESCIND_"
NOT_HERE = frozenset({"principal_id"})
"""What the handle says for all of its applications, since its types depend on it."""
MEND = "make one with python -c 'import secrets; print(secrets.token_hex())', or set RESCIND_SECRET"
KEY_INFO = b"rescind: sealing key of a Flask application"


@dataclass(frozen=True, slots=True)
class FlaskSettings:
    """What only Flask has.

    Attributes:
        data: where ``flask.session`` is: in Flask's own signed cookie, or of who is signed in on the server.
        remember: what an old ``remember_token`` of Flask-Login is worth: it is exchanged for a session of
            ours where its user has none yet and never had one, or refused.
    """

    data: Literal["cookie", "server"] = "cookie"
    remember: Literal["exchange", "refuse"] = "exchange"


def read_config(config: Mapping[str, Any], given: Mapping[str, Any]) -> tuple[dict[str, Any], FlaskSettings]:
    """The settings of the engine, and those of the face.

    Args:
        config: of the application.
        given: what the handle was made with.

    Raises:
        ConfigurationError: an unknown ``RESCIND_*``, or a value that cannot work.
    """
    settings, own = dict(given), {}
    for key, value in config.items():
        if not key.startswith(PREFIX):
            continue
        name = key.removeprefix(PREFIX).lower()
        if name in FlaskSettings.__slots__:
            own[name] = value
        elif name in FIELD_NAMES and name not in NOT_HERE:
            settings[name] = value
        else:
            raise ConfigurationError(_unknown(key, name))
    made = FlaskSettings(**own)
    if made.data not in ("cookie", "server"):
        raise ConfigurationError(f'RESCIND_DATA={made.data!r}: "cookie", as Flask has it, or "server"')
    if made.remember not in ("exchange", "refuse"):
        raise ConfigurationError(f'RESCIND_REMEMBER={made.remember!r}: "exchange" or "refuse"')
    if settings.get("session_model") == "jwt" and not _has_secret(settings):
        secrets = list(_derived_secrets(config))
        if secrets:
            settings["secret"] = secrets
    return settings, made


def _unknown(key: str, name: str) -> str:
    if name in NOT_HERE:
        return f"{key}: pass it where the handle is made: Rescind(principal_id=int)"
    known = sorted({*FIELD_NAMES, *FlaskSettings.__slots__} - NOT_HERE)
    near = get_close_matches(name, known, 1)
    hint = f"did you mean {PREFIX}{near[0].upper()}?" if near else f"known: {', '.join(known)}"
    return f"unknown setting {key} in app.config; {hint}"


def _has_secret(settings: Mapping[str, Any]) -> bool:
    return bool(settings.get("secret") or os.environ.get(FROM_ENVIRONMENT["secret"]))


def _derived_secrets(config: Mapping[str, Any]) -> Iterator[str]:
    named = [("SECRET_KEY", config.get("SECRET_KEY"))]
    named += [("SECRET_KEY_FALLBACKS", key) for key in config.get("SECRET_KEY_FALLBACKS") or []]
    return derived_secrets(named, info=KEY_INFO, mend=MEND)
