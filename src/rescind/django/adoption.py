"""Sessions of the engine that a project had before: honoured while they last, and moved over.

``RESCIND["read_old_engine"]`` names that engine until ``SESSION_COOKIE_AGE`` has passed. A request with one
of its keys gets a session of ours with the same contents; the old one has half a minute left, for the
requests that the same browser has sent beside it, and goes at once when the new one is signed out. It names
the first session that it was moved to: where that has been ended, nobody comes by the old key any more.

No session of the old engine is younger than what our log remembers, so whatever ended its user ends it, also
before it has come.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from django.contrib.sessions.backends.base import UpdateError
from django.dispatch import Signal

from rescind.errors import ConfigurationError

HALF_A_MINUTE = 30
"""Seconds."""
FORMER = "_rescind_former_key"
"""Where a session keeps the key that it was moved from."""
SUCCESSOR = "_rescind_successor"
"""Where a session of the old engine keeps the public id of the first one that it was moved to."""
EXPIRY, EXPIRY_BEFORE = "_session_expiry", "_rescind_expiry_before"
"""Where Django keeps what ``set_expiry()`` was given, and where a session of the old engine keeps that once
it has half a minute left."""
moved = Signal()
"""Sent with ``former``, the key of before; ``successor``, the public id of the session that goes on; and
``first``, that of the first one."""
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
    if EXPIRY_BEFORE in held:
        held[EXPIRY] = held.pop(EXPIRY_BEFORE)
        if held[EXPIRY] is None:
            del held[EXPIRY]
    return held


def leave_for_a_while(path: str, key: str, successor: str) -> str | None:
    """The old session has been moved: it ends half a minute after it was moved first.

    Returns:
        The public id of the first session that it was moved to; ``None``: it has been ended meanwhile.
    """
    old = _store(path, key)
    first: str | None = old.get(SUCCESSOR)
    if old.session_key is None or first is not None:
        return first
    old[SUCCESSOR], old[EXPIRY_BEFORE] = successor, old.get(EXPIRY)
    old.set_expiry(HALF_A_MINUTE)
    try:
        old.save()
    except UpdateError:
        return None
    return successor


def end(path: str, key: str) -> None:
    """End the old session now."""
    _store(path, key).delete()


def _store(path: str, key: str) -> Any:
    return import_module(path).SessionStore(key)
