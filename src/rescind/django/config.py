"""``settings.RESCIND``: a dict of plain values, read together with what Django's own settings say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Literal

from rescind.credentials.derived import derived_secrets
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
    "signing_keys",
    "access_life",
    "refresh_grace",
    "issuer",
    "audience",
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
MODELS = ("database", "redis", "jwt")
KEY_INFO = b"rescind: sealing key of a Django project"
MEND = "make one with django.core.management.utils.get_random_secret_key()"


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
        redis: the server that has the contents of sessions, beside the log in ``using``.
        model: ``"jwt"``: who asks for a bearer gets signed tokens. Browsers have opaque sessions all the
            same.
        engine: settings of ``rescind.Rescind``.
    """

    using: str = "default"
    user: Literal["row", "facts"] = "row"
    read_old_engine: str | None = None
    previous_cookie_names: tuple[str, ...] = ()
    listen: str | None = None
    redis: str | None = field(default=None, repr=False)  # may hold a password
    model: str = "database"
    engine: Mapping[str, Any] = field(default_factory=dict, repr=False)  # holds the keys of signed tokens


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
        kind = type(given).__name__
        raise ConfigurationError(f"RESCIND is a {kind}: write a dict, RESCIND = {{}} for all defaults")
    engine: dict[str, Any] = {"absolute": settings.SESSION_COOKIE_AGE, "idle": None}
    own: dict[str, Any] = {}
    for key, value in given.items():
        if key in OF_THE_ENGINE:
            engine[key] = value
        elif key in DjangoSettings.__slots__ and key != "engine":
            own[key] = _own(key, value)
        else:
            raise ConfigurationError(_unknown(key))
    engine |= _of_model(settings, own)
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
        raise ConfigurationError(f"RESCIND[{key!r}] is a {type(value).__name__}: pass text")
    return value


def _of_model(settings: Any, own: dict[str, Any]) -> dict[str, Any]:
    """What ``model`` and ``redis`` mean for the engine.

    Raises:
        ConfigurationError: there is no such model, or not with the other.
    """
    redis = own.get("redis")
    model = own.setdefault("model", "database" if redis is None else "redis")
    if model not in MODELS:
        raise ConfigurationError(f'RESCIND["model"]={model!r}: "database", "redis" or "jwt"')
    if model == "redis" and redis is None:
        raise ConfigurationError(
            'RESCIND["model"]="redis": no server is named: RESCIND["redis"] = "redis://localhost:6379/0"'
        )
    if model != "redis" and redis is not None:
        raise ConfigurationError(
            f'RESCIND["model"]={model!r} keeps nothing in Redis: leave RESCIND["redis"] out, or "model"'
        )
    found: dict[str, Any] = {"session_model": model, "redis": redis}
    if model == "jwt":
        named = [("SECRET_KEY", settings.SECRET_KEY)]
        named += [("SECRET_KEY_FALLBACKS", key) for key in settings.SECRET_KEY_FALLBACKS]
        found["secret"] = list(derived_secrets(named, info=KEY_INFO, mend=MEND))
    return found


def _unknown(key: Any) -> str:
    if key in OF_DJANGO:
        return f"RESCIND[{key!r}]: Django has a setting for that: {OF_DJANGO[key]}"
    known = sorted({*OF_THE_ENGINE, *DjangoSettings.__slots__} - {"engine"})
    near = get_close_matches(str(key), known, 1)
    hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}"
    return f"RESCIND[{key!r}] is no setting: {hint}"
