"""``settings.RESCIND``: a dict of plain values, read together with what Django's own settings say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Literal

from rescind.django.adoption import checked
from rescind.errors import ConfigurationError

OF_THE_ENGINE = (
    "realm",
    "lease",
    "idle",
    "reread_every",
    "keep_ended",
    "max_cached",
    "max_index_entries",
    "stream_grace",
    "authority_timeout",
)
"""Fields of ``rescind.config.Settings`` that ``RESCIND`` may have, under the same names."""
OF_DJANGO = {
    "absolute": "SESSION_COOKIE_AGE",
    "cookie": "SESSION_COOKIE_NAME and SESSION_COOKIE_SECURE",
    "sign_in_url": "LOGIN_URL",
    "trusted_origins": "CSRF_TRUSTED_ORIGINS",
    "trusted_proxies": "SECURE_PROXY_SSL_HEADER",
    "production": "DEBUG",
    "secret": "SECRET_KEY",
    "principal_id": "AUTH_USER_MODEL",
    "url": "DATABASES",
}
"""What Django has a setting for."""


@dataclass(frozen=True, slots=True)
class DjangoSettings:
    """What was read.

    Attributes:
        using: the alias of ``DATABASES`` that holds rescind's tables.
        user: where ``request.user`` comes from: ``"row"`` reads the user's row in each request that asks, as
            Django does; ``"facts"`` answers who it is from the session, while the triggers stand.
        read_old_engine: the session engine of before, whose sessions are still honoured and moved over.
        previous_cookie_names: names that the session cookie had before; their sessions are moved to the
            current one.
        listen: the alias that leads past a pooler, for ``LISTEN``.
        engine: settings of ``rescind.Rescind``.
    """

    using: str = "default"
    user: Literal["row", "facts"] = "row"
    read_old_engine: str | None = None
    previous_cookie_names: tuple[str, ...] = ()
    listen: str | None = None
    engine: Mapping[str, Any] = field(default_factory=dict)


def read_config(settings: Any) -> DjangoSettings:
    """Read ``RESCIND`` and ``SESSION_COOKIE_AGE``.

    Args:
        settings: ``django.conf.settings``.

    Raises:
        ConfigurationError: an unknown key, one that Django has a setting for, or a value that cannot work.
            Values of the engine's own settings are judged by the engine.
    """
    given = getattr(settings, "RESCIND", {})
    if not isinstance(given, Mapping):
        raise ConfigurationError(f"RESCIND={given!r}: write a dict, RESCIND = {{}} for all defaults")
    engine: dict[str, Any] = {"absolute": settings.SESSION_COOKIE_AGE, "idle": None}
    own: dict[str, Any] = {}
    for key, value in given.items():
        if key in OF_THE_ENGINE:
            engine[key] = value
        elif key == "model":
            _require_database(value)
        elif key in DjangoSettings.__slots__ and key != "engine":
            own[key] = _own(key, value)
        else:
            raise ConfigurationError(_unknown(key))
    made = DjangoSettings(**own, engine=engine)
    for alias in (made.using, made.listen):
        if alias is not None and alias not in settings.DATABASES:
            known = ", ".join(map(repr, settings.DATABASES))
            raise ConfigurationError(f"RESCIND names the database {alias!r}, DATABASES has {known}")
    return made


def _own(key: str, value: Any) -> Any:
    if key == "previous_cookie_names":
        if isinstance(value, str) or not all(isinstance(name, str) for name in value):
            raise ConfigurationError('RESCIND["previous_cookie_names"]: pass a list of names')
        return tuple(value)
    if key == "user" and value not in ("row", "facts"):
        raise ConfigurationError(f'RESCIND["user"]={value!r}: write "row" or "facts"')
    if key == "read_old_engine" and isinstance(value, str):
        return checked(value)
    if key == "using" and value is None:
        raise ConfigurationError('RESCIND["using"] is None: name an alias of DATABASES, or leave it out')
    if value is not None and not isinstance(value, str):
        raise ConfigurationError(f"RESCIND[{key!r}]={value!r}: pass text")
    return value


def _require_database(value: Any) -> None:
    if value != "database":
        raise ConfigurationError(
            f'RESCIND["model"]={value!r}: what is behind SESSION_ENGINE is kept in the database: leave it out'
        )


def _unknown(key: Any) -> str:
    if key in OF_DJANGO:
        return f"RESCIND[{key!r}]: Django has a setting for that: {OF_DJANGO[key]}"
    known = sorted({*OF_THE_ENGINE, *DjangoSettings.__slots__, "model"} - {"engine"})
    near = get_close_matches(str(key), known, 1)
    hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}"
    return f"RESCIND[{key!r}] is no setting: {hint}"
