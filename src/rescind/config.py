"""Settings: every field with its default, its unit and why. Validated once, then frozen."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, TypedDict
from urllib.parse import quote
from uuid import UUID

from rescind._duration import Duration, seconds
from rescind.errors import ConfigurationError
from rescind.model.principal import MAX_ID_LENGTH as LONGEST_NAME
from rescind.policy.refresh import GRACE, LONGEST_ACCESS_LIFE, check_grace
from rescind.policy.session_lifetime import SessionPolicy

CookieMode = Literal["host", "dev"]
SESSION_MODELS = ("database", "redis", "jwt")
REDIS_SCHEMES = ("redis", "rediss", "unix")
LEASE_RANGE = (0.25, 30.0)
LONGEST_LIFE = 36525 * 86400.0
"""Seconds, a hundred years: beyond it times no longer fit into what databases and ``datetime`` can hold."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What an engine is made of. All durations are in seconds here; users may write ``"5m"``.

    Attributes:
        url: where the authority is: ``"sqlite:///app.db"``, ``"postgresql://user@host/database"``,
            ``"redis://localhost/0"`` or ``"memory://"``. A URL may hold a password: ``repr`` hides it.
        session_model: where sessions live: ``"database"``; ``"redis"``, which a Redis URL and ``redis`` mean
            by themselves; or ``"jwt"``: signed access tokens and refresh tokens.
        redis: a Redis or Valkey server for the sessions, where a SQL database in ``url`` keeps the rest:
            ``"redis://localhost:6379/0"``. ``RESCIND_REDIS`` sets it too. It may hold a password.
        principal_id: the application's own type of id: ``str``, ``int`` or ``uuid.UUID``.
        realm: the applications that accept each other's sessions; ``RESCIND_REALM`` sets it too.
        lease: how long a worker may answer from memory after reading the log, 0.25 to 30; it is also the
            longest that a revocation waits for a worker that died. 0: every check reads the authority, for
            platforms that freeze or snapshot processes.
        absolute, idle: limits of new sessions. 30 days and 7 days: NIST SP 800-63B 4.1.3 allows 30 days at
            AAL1; set 12 h and 30 min for AAL2.
        reread_every: how long memory holds a row even under a lease: the bound for changes made behind
            rescind's back.
        keep_ended: how long ended and expired sessions stay as tombstones before ``prune``.
        max_cached: sessions held in memory; about 250 bytes each.
        max_index_entries: log entries held in memory; beyond it the floor rises, which costs re-reads.
        stream_grace: how long a live connection may outlive its worker's lease.
        authority_timeout: how long a check waits for the authority.
        hash_queue: sign-ins that may wait for a hashing thread before ``Overloaded``; the deadline below
            bounds how long.
        hash_deadline: how long one may wait.
        cookie: ``"host"`` (``__Host-rescind``, Secure) or ``"dev"`` (``rescind-dev`` without Secure).
        production: says that this is production; refuses ``cookie="dev"``.
        sign_in_url: where browsers are sent to sign in, a path of this application.
        trusted_origins: further origins that may send unsafe requests with our cookie.
        trusted_proxies: addresses and networks (``unix`` for a socket) whose ``X-Forwarded-For``,
            ``X-Forwarded-Proto`` and ``X-Forwarded-Host`` are believed. ``Forwarded`` (RFC 7239) is not read.
        allow_sync_on_loop: lets blocking calls run on an event loop's thread (notebooks).
        secret: what tokens and signing keys are derived from, 32 bytes or more; of a list the first
            makes what is new and all recognise what is old. ``RESCIND_SECRET`` sets it too, separated by
            spaces. With a SQLite file and none given one is made beside it.
        signing_keys: files of keys for access tokens, the first of which signs; by default ``secret`` makes
            one.
        access_life: of an access token, 1 second to a day: so long a service that verifies it with the
            published keys alone accepts it after its session has ended.
        refresh_grace: how long the immediate predecessor of a refresh token may be presented again, 0 to 60.
        issuer, audience: ``iss`` and ``aud`` of access tokens; by default ``rescind:<realm>``.
    """

    url: str
    session_model: str = "database"
    redis: str | None = None
    principal_id: type[int | str | UUID] = str
    realm: str = "default"
    lease: float = 1.0
    absolute: float = 30 * 86400.0
    idle: float | None = 7 * 86400.0
    reread_every: float = 60.0
    keep_ended: float = 30 * 86400.0
    max_cached: int = 200_000
    max_index_entries: int = 100_000
    stream_grace: float = 10.0
    authority_timeout: float = 0.25
    hash_queue: int = 64
    hash_deadline: float = 5.0
    cookie: CookieMode = "host"
    production: bool = False
    sign_in_url: str | None = None
    trusted_origins: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    allow_sync_on_loop: bool = False
    secret: tuple[str | bytes, ...] = ()
    signing_keys: tuple[str, ...] = ()
    access_life: float = 300.0
    refresh_grace: float = GRACE
    issuer: str | None = None
    audience: str | None = None

    def __repr__(self) -> str:
        url = masked_url(self.url)
        return f"Settings(url={url!r}, session_model={self.session_model!r}, realm={self.realm!r})"

    @property
    def policy(self) -> SessionPolicy:
        return SessionPolicy(absolute=self.absolute, idle=self.idle)

    @property
    def token_issuer(self) -> str:
        """``iss`` of access tokens."""
        return self.issuer or f"rescind:{quote(self.realm)}"

    @property
    def token_audience(self) -> str:
        """``aud`` of access tokens."""
        return self.audience or self.token_issuer


class SettingKeywords(TypedDict, total=False):
    """The fields of ``Settings`` as users may write them, for editors and type checkers."""

    session_model: str
    redis: str | None
    realm: str
    lease: Duration
    absolute: Duration
    idle: Duration | None
    reread_every: Duration
    keep_ended: Duration
    max_cached: int
    max_index_entries: int
    stream_grace: Duration
    authority_timeout: Duration
    hash_queue: int
    hash_deadline: Duration
    cookie: str
    production: bool
    sign_in_url: str | None
    trusted_origins: Sequence[str]
    trusted_proxies: Sequence[str]
    allow_sync_on_loop: bool
    secret: str | bytes | Sequence[str | bytes]
    signing_keys: str | os.PathLike[str] | Sequence[str | os.PathLike[str]]
    access_life: Duration
    refresh_grace: Duration
    issuer: str | None
    audience: str | None


FROM_ENVIRONMENT = {name: f"RESCIND_{name.upper()}" for name in ("realm", "cookie", "secret", "redis")}
"""What differs between the places an application runs at, besides ``RESCIND_URL``."""

_DURATIONS = frozenset(
    {
        "lease",
        "absolute",
        "idle",
        "reread_every",
        "keep_ended",
        "stream_grace",
        "authority_timeout",
        "hash_deadline",
        "access_life",
        "refresh_grace",
    }
)
_OF_TOKENS = ("signing_keys", "access_life", "refresh_grace", "issuer", "audience")
_SWITCHES = frozenset({"production", "allow_sync_on_loop"})
_COUNTS = {"max_cached": 1, "max_index_entries": 1, "hash_queue": 0}
FIELD_NAMES = tuple(field.name for field in fields(Settings))
_DEFAULTS = {field.name: field.default for field in fields(Settings)}


def make_settings(url: str | None = None, **given: Any) -> Settings:
    """Validate settings as users write them.

    Args:
        url: falls back to the environment variable ``RESCIND_URL``.
        given: fields of ``Settings``; durations as ``"5m"``, seconds or ``timedelta``.

    Raises:
        ConfigurationError: names the setting and the mend.
    """
    unknown = sorted(set(given) - set(FIELD_NAMES))
    if unknown:
        raise ConfigurationError(_unknown_setting(unknown[0]))
    url = url or os.environ.get("RESCIND_URL")
    if not url:
        raise ConfigurationError('no url: pass Rescind("sqlite:///app.db") or set RESCIND_URL')
    values = {name: _read(name, value) for name, value in given.items()}
    for name, variable in FROM_ENVIRONMENT.items():
        if name not in values and os.environ.get(variable):
            values[name] = _read(name, os.environ[variable])
    if is_redis(url) or values.get("redis"):
        values.setdefault("session_model", "redis")
    if values.get("session_model") != "jwt":
        for name in _OF_TOKENS:
            if values.get(name, _DEFAULTS[name]) != _DEFAULTS[name]:
                raise ConfigurationError(
                    f'{name}= is for signed tokens: set session_model="jwt" or leave it out'
                )
    settings = Settings(url=url, **values)
    _validate(settings)
    return settings


def _read(name: str, value: Any) -> Any:
    if name in _DURATIONS and not (name == "idle" and value is None):
        return seconds(value, setting=name)
    if name in _COUNTS:
        if not isinstance(value, int) or isinstance(value, bool) or value < _COUNTS[name]:
            raise ConfigurationError(f"{name}={value!r}: pass a whole number from {_COUNTS[name]}")
        return value
    if name in ("trusted_origins", "trusted_proxies"):
        if not _is_list_of_text(value):
            raise ConfigurationError(f"{name}={value!r}: pass a list of strings")
        return tuple(value)
    if name == "secret":
        return _secrets(value)
    if name == "signing_keys":
        return _paths(value)
    if name in _SWITCHES and not isinstance(value, bool):
        raise ConfigurationError(f"{name}={value!r}: pass True or False")
    if name in ("realm", "sign_in_url", "issuer", "audience", "redis") and not isinstance(value, str | None):
        raise ConfigurationError(f"{name}={value!r}: pass text")
    return value


def _secrets(value: Any) -> tuple[str | bytes, ...]:
    """One secret, several separated by spaces, or a list. The value is in no message."""
    if isinstance(value, str):
        return tuple(value.split())
    listed = (value,) if isinstance(value, bytes) else tuple(value) if isinstance(value, Iterable) else (0,)
    if not all(isinstance(one, str | bytes) for one in listed):
        raise ConfigurationError("secret: pass text or bytes, or a list of them, the newest first")
    return listed


def _paths(value: Any) -> tuple[str, ...]:
    one = isinstance(value, str | os.PathLike)
    listed = (value,) if one else tuple(value) if isinstance(value, Iterable) else (None,)
    if not all(isinstance(one, str | os.PathLike) for one in listed):
        raise ConfigurationError("signing_keys: pass the paths of key files, the one that signs first")
    return tuple(os.fspath(one) for one in listed)


def _is_list_of_text(value: Any) -> bool:
    return (
        isinstance(value, Iterable)
        and not isinstance(value, str)
        and all(isinstance(one, str) for one in value)
    )


def _unknown_setting(name: str) -> str:
    near = get_close_matches(name, FIELD_NAMES, 1)
    hint = f"; did you mean {near[0]}?" if near else f"; known: {', '.join(FIELD_NAMES)}"
    return f"unknown setting {name!r}{hint}"


def _validate(settings: Settings) -> None:
    low, high = LEASE_RANGE
    if settings.lease != 0 and not low <= settings.lease <= high:
        raise ConfigurationError(
            f"lease={settings.lease:g}: between {low:g} and {high:g} seconds, or 0 for strict"
        )
    if settings.session_model not in SESSION_MODELS:
        raise ConfigurationError(
            f"session_model={settings.session_model!r}: one of {', '.join(SESSION_MODELS)}"
        )
    if settings.session_model == "jwt":
        _validate_tokens(settings)
    _require_place(settings)
    if settings.cookie not in ("host", "dev"):
        raise ConfigurationError(f'cookie={settings.cookie!r}: "host" or, without https, "dev"')
    if settings.cookie == "dev" and settings.production:
        raise ConfigurationError('cookie="dev" has no Secure flag and production=True: remove cookie="dev"')
    if not settings.realm or not settings.realm.isprintable() or len(settings.realm) > 64:
        raise ConfigurationError("realm: 1 to 64 printable characters")
    if settings.absolute > LONGEST_LIFE or settings.keep_ended > LONGEST_LIFE:
        raise ConfigurationError("absolute and keep_ended: at most a hundred years")
    if settings.reread_every <= 0:
        raise ConfigurationError('reread_every must be positive: for example "60s"')
    if settings.sign_in_url is not None and not _is_path(settings.sign_in_url):
        raise ConfigurationError(f"sign_in_url={settings.sign_in_url!r}: a path such as /sign-in")
    _ = settings.policy


def _validate_tokens(settings: Settings) -> None:
    """What cannot work fails at start (asks B5)."""
    if not 1 <= settings.access_life <= LONGEST_ACCESS_LIFE:
        raise ConfigurationError(
            f"access_life={settings.access_life:g}: 1 second to a day; so long a service that has only the "
            "published keys accepts a token after its session has ended"
        )
    if settings.access_life > settings.absolute:
        raise ConfigurationError(
            f"access_life={settings.access_life:g} is longer than absolute={settings.absolute:g}: an access "
            "token ends before its session"
        )
    check_grace(settings.refresh_grace)
    for name in ("issuer", "audience"):
        value = getattr(settings, f"token_{name}")
        if len(value) > LONGEST_NAME or not value.isprintable() or " " in value:
            raise ConfigurationError(
                f'{name}={value[:64]!r}: 1 to {LONGEST_NAME} printable characters, as "https://shop.example"'
            )


def _require_place(settings: Settings) -> None:
    """Which models are kept where: API.md 10."""
    url, model, redis = settings.url, settings.session_model, settings.redis
    if redis is None:
        if model == "redis" and not is_redis(url):
            raise ConfigurationError(
                'session_model="redis": no server is named: redis="redis://localhost:6379/0" beside the '
                "database, or a Redis url alone"
            )
        if model == "database" and is_redis(url):
            raise ConfigurationError(
                'session_model="database" is not kept at that url: leave session_model out'
            )
        return
    if not is_redis(redis):
        raise ConfigurationError(
            f"redis={masked_url(redis)!r} is no Redis server: write redis://HOST:6379/0, rediss:// or unix://"
        )
    if is_redis(url):
        raise ConfigurationError(
            f"redis={masked_url(redis)!r}: url is a Redis server already, which keeps everything by itself: "
            "leave redis out, or name a SQL database in url"
        )
    if not url.startswith(("sqlite:", "postgres")):
        raise ConfigurationError(
            f"redis={masked_url(redis)!r}: only beside SQLite or PostgreSQL, which keep the log: "
            'Rescind("sqlite:///app.db", redis=...)'
        )
    if model != "redis":
        raise ConfigurationError(
            f'session_model={model!r} keeps nothing in Redis: leave redis out, or session_model="redis"'
        )


def _is_path(url: str) -> bool:
    return url.startswith("/") and not url.startswith(("//", "/\\")) and url.isprintable()


def is_redis(url: str) -> bool:
    """Whether a URL names a Redis or Valkey server, as redis-py writes them."""
    return url.partition("://")[0] in REDIS_SCHEMES


def sqlite_path(url: str) -> Path | None:
    """The file that a SQLite URL names, ``None`` for any other."""
    scheme, _, database = url.partition(":///")
    if scheme.partition("+")[0] != "sqlite" or not database:
        return None
    return Path(database.partition("?")[0]).resolve()


def masked_url(url: str) -> str:
    """The URL without its password, for people."""
    scheme, separator, rest = url.partition("://")
    credentials, at, place = rest.rpartition("@")
    if not separator or not at:
        return url
    user = credentials.partition(":")[0]
    return f"{scheme}://{user}:***@{place}"


def duration_names() -> Mapping[str, str]:
    """Setting names that take a duration, with their unit, for ``doctor`` and the documentation."""
    return dict.fromkeys(sorted(_DURATIONS), "seconds")


__all__ = ["Duration", "SettingKeywords", "Settings", "duration_names", "make_settings", "masked_url"]
