"""Sessions of the engine that a project had before: honoured while they last, and moved over.

``RESCIND["read_old_engine"]`` names that engine until ``SESSION_COOKIE_AGE`` has passed. A request with one
of its keys gets a session of ours with the same contents; the old one has half a minute left, for the
requests that the same browser has sent beside it, and goes at once when the new one is signed out.

No session of the old engine is younger than what our log remembers, so whatever ended its user ends it, also
before it has come.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from rescind.errors import ConfigurationError

HALF_A_MINUTE = 30
"""Seconds."""
FORMER = "_rescind_former_key"
"""Where a session keeps the key that it was moved from."""
SIGNED_COOKIES = "django.contrib.sessions.backends.signed_cookies"


def checked(path: str) -> str:
    """The engine, if its sessions can be ended.

    Raises:
        ConfigurationError: they cannot, or there is no such engine.
    """
    if path == SIGNED_COOKIES:
        raise ConfigurationError(
            f'RESCIND["read_old_engine"]={path!r}: a signed cookie cannot be ended, so every copy of one '
            "would bring access back: leave it out, and users sign in again"
        )
    if path == "rescind.django.sessions":
        raise ConfigurationError('RESCIND["read_old_engine"] names our own engine: name the one of before')
    try:
        import_module(path).SessionStore  # noqa: B018 - whether it is there
    except (ImportError, AttributeError) as error:
        raise ConfigurationError(
            f'RESCIND["read_old_engine"]={path!r} is no session engine: {error}'
        ) from error
    return path


def contents_of(path: str, key: str) -> dict[str, Any]:
    """What a session of the old engine holds; empty if there is none."""
    held: dict[str, Any] = _store(path, key).load()
    return held


def leave_for_a_while(path: str, key: str) -> None:
    """The old session has been moved: it ends in half a minute."""
    old = _store(path, key)
    old.set_expiry(HALF_A_MINUTE)
    old.save()


def end(path: str, key: str) -> None:
    """End the old session now."""
    _store(path, key).delete()


def _store(path: str, key: str) -> Any:
    return import_module(path).SessionStore(key)
