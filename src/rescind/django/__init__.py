"""rescind in a Django project.

Add ``"rescind.django"`` to ``INSTALLED_APPS``, set ``SESSION_ENGINE = "rescind.django.sessions"`` and put
``rescind.django.middleware.SessionMiddleware`` in the place of Django's own. ``login()``, ``logout()``,
``request.session`` and ``request.user`` stay what they are, and every session can be listed and taken back.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rescind.django.access import arevoke, revoke, session_of, sessions_of
    from rescind.django.guard import RequireMixin, optional, require
    from rescind.django.making import engine
    from rescind.django.routes.pages import csrf_failure
    from rescind.django.routing import Router

__all__ = [
    "RequireMixin",
    "Router",
    "arevoke",
    "csrf_failure",
    "engine",
    "optional",
    "require",
    "revoke",
    "session_of",
    "sessions_of",
]

_FOUND_IN = {
    "RequireMixin": "guard",
    "Router": "routing",
    "arevoke": "access",
    "csrf_failure": "routes.pages",
    "engine": "making",
    "optional": "guard",
    "require": "guard",
    "revoke": "access",
    "session_of": "access",
    "sessions_of": "access",
}


def __getattr__(name: str) -> Any:
    """Loaded when asked for: Django imports this package before its applications are ready."""
    if name not in _FOUND_IN:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_FOUND_IN[name]}"), name)
