"""``SESSION_ENGINE``, the session middleware and the cookie."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.sessions.middleware import SessionMiddleware
from django.core import checks
from django.urls import NoReverseMatch, reverse
from django.utils.module_loading import import_string

ENGINE = "rescind.django.sessions"
MIDDLEWARE = "rescind.django.middleware"
STOCK = "django.contrib.sessions.middleware.SessionMiddleware"
HOST = "__Host-"
FLAGS = ("SESSION_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY")

Found = Sequence[checks.CheckMessage]


def uses_our_engine() -> bool:
    """Whether ``SESSION_ENGINE`` is ours, or a project's own made from it."""
    if settings.SESSION_ENGINE == ENGINE:
        return True
    try:
        store = import_module(settings.SESSION_ENGINE).SessionStore
    except (ImportError, AttributeError):
        return False  # Django says it
    return is_made_from(store, ENGINE)


def is_made_from(kind: type, module: str) -> bool:
    """Whether a class or one of its bases is of ``module``."""
    return any(base.__module__ == module for base in kind.__mro__)


def session_middlewares() -> Iterator[tuple[str, type]]:
    """Those of ``MIDDLEWARE`` that give a request its session."""
    for path in settings.MIDDLEWARE:
        try:
            kind = import_string(path)
        except ImportError:
            continue  # Django says it
        if isinstance(kind, type) and issubclass(kind, SessionMiddleware):
            yield path, kind


def check_middleware(app_configs: Any = None, **_: Any) -> Found:
    """``E007``: two session engines at once. ``I001``: what another middleware than ours does not do."""
    found = list(session_middlewares())
    ours = [path for path, kind in found if is_made_from(kind, MIDDLEWARE)]
    if ours and not uses_our_engine():
        return [
            checks.Error(
                f"MIDDLEWARE has {ours[0]} and SESSION_ENGINE is {settings.SESSION_ENGINE!r}: its sessions "
                "are not in rescind's log, so nothing ends them.",
                hint=f'SESSION_ENGINE = "{ENGINE}", or Django\'s own middleware.',
                id="rescind.E007",
            )
        ]
    if not uses_our_engine():
        return []
    if len(found) > 1:
        return [
            checks.Error(
                f"MIDDLEWARE has {len(found)} session middlewares ({', '.join(path for path, _ in found)}): "
                "the second takes the place of the session that the first has opened.",
                hint="Keep rescind.django.middleware.SessionMiddleware and remove the others.",
                id="rescind.E007",
            )
        ]
    return [] if ours or not found else [_lost(found[0][0])]


def check_routes(app_configs: Any = None, **_: Any) -> Found:
    """``E009``: our routes are there, and what they open is no session of ours."""
    if uses_our_engine() or not hasattr(settings, "ROOT_URLCONF"):
        return []
    try:
        reverse("rescind:sign_in")
    except NoReverseMatch:
        return []
    return [
        checks.Error(
            f"rescind.django.urls is included and SESSION_ENGINE is {settings.SESSION_ENGINE!r}: every "
            "request to these routes fails.",
            hint=f'SESSION_ENGINE = "{ENGINE}", or take the routes out.',
            id="rescind.E009",
        )
    ]


def _lost(path: str) -> checks.CheckMessage:
    return checks.Info(
        f"MIDDLEWARE has {path}. Sessions are revocable all the same, but: a database that does not answer "
        "is a 500 and not a 503; an asynchronous request costs a thread; a stream goes on after its session "
        'has ended; RESCIND["previous_cookie_names"] is not read; a revocation in a transaction is not '
        "waited for before the answer leaves.",
        hint="Put rescind.django.middleware.SessionMiddleware in its place.",
        id="rescind.I001",
    )


def check_cookie_name(app_configs: Any = None, **_: Any) -> Found:
    """``W001`` (with ``--deploy``): the cookie could have the ``__Host-`` prefix and has not.

    Without ``SESSION_COOKIE_SECURE`` it could not: that is said first, by Django or by ``W006``.
    """
    name = settings.SESSION_COOKIE_NAME
    if name.startswith(HOST) or not uses_our_engine() or not _may_have_prefix():
        return []
    return [
        checks.Warning(
            f"SESSION_COOKIE_NAME = {name!r}: a neighbouring host, or the same one over plain HTTP, can "
            f"plant a cookie of that name. Browsers refuse that for names that begin with {HOST}.",
            hint=f'SESSION_COOKIE_NAME = "{HOST}{name}" and RESCIND["previous_cookie_names"] = ["{name}"], '
            "so that nobody is signed out.",
            id="rescind.W001",
        )
    ]


def check_cookie_prefix(app_configs: Any = None, **_: Any) -> Found:
    """``W005``: the cookie has the prefix, and browsers will drop it."""
    name = settings.SESSION_COOKIE_NAME
    if not name.startswith(HOST) or not uses_our_engine() or _may_have_prefix():
        return []
    return [
        checks.Warning(
            f"SESSION_COOKIE_NAME = {name!r}: browsers drop such a cookie unless SESSION_COOKIE_SECURE is "
            'True, SESSION_COOKIE_PATH is "/" and SESSION_COOKIE_DOMAIN is None, so nobody stays signed in.',
            hint="Change those three, or the name where the site is served without HTTPS.",
            id="rescind.W005",
        )
    ]


def check_cookie_flags(app_configs: Any = None, **_: Any) -> Found:
    """``W006`` (with ``--deploy``): what Django's ``security.W010`` to ``W015`` say, where they are silent.

    They look for the application or the middleware of ``django.contrib.sessions`` by name.
    """
    looked_at = apps.is_installed("django.contrib.sessions") or STOCK in settings.MIDDLEWARE
    off = [name for name in FLAGS if getattr(settings, name) is not True]
    if looked_at or not off or not uses_our_engine():
        return []
    return [
        checks.Warning(
            f"{' and '.join(off)} not True: the session cookie can be read on the wire, or by a script.",
            hint="Set it to True where the site is served over HTTPS.",
            id="rescind.W006",
        )
    ]


def _may_have_prefix() -> bool:
    """https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis 4.1.3.2"""
    return bool(
        settings.SESSION_COOKIE_SECURE
        and settings.SESSION_COOKIE_PATH == "/"
        and not settings.SESSION_COOKIE_DOMAIN
    )
