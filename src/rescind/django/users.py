"""Users of Django as principals, and what a session says about the backend that let its user in."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import load_backend
from django.utils.crypto import constant_time_compare

from rescind.model.session import Session

OURS = "django:"
"""How ``method`` begins in sessions that ``login()`` has opened; the path of the backend follows."""


def principal_of(user: Any) -> str:
    """The id of a user as text, as Django itself keeps it in sessions.

    Raises:
        TypeError: the user is not saved.
    """
    if getattr(user, "pk", None) is None:
        raise TypeError(f"user={user!r}: pass one that is saved")
    text: str = user._meta.pk.value_to_string(user)
    return text


def is_of_django(session: Session[Any]) -> bool:
    """Whether ``login()`` has opened it, and not another application on the same tables."""
    return session.method.startswith(OURS)


def backend_of(session: Session[Any]) -> str:
    """The path of the backend that let its user in. A session of another application names none: then it is
    the first one of the settings."""
    method = session.method
    if method.startswith(OURS):
        return method[len(OURS) :]
    first: str = settings.AUTHENTICATION_BACKENDS[0]
    return first


def user_of(session: Session[Any]) -> Any:
    """The user of a session, read from its row; ``None`` if they may not sign in, or have another password
    than the one that the session was opened with."""
    return user_named(backend_of(session), session.principal_id, session.credential_id)


def user_named(path: str, pk: str, known: str | None) -> Any:
    """The same by what a session says: the path of a backend, a key, and the session hash, ``None`` where
    there is none to compare."""
    if path not in settings.AUTHENTICATION_BACKENDS:
        return None  # taken out of the settings, and with it whom it has let in
    user = load_backend(path).get_user(pk)
    if user is None or known is None or not hasattr(user, "get_session_auth_hash"):
        return user
    hashes = (user.get_session_auth_hash(), *user.get_session_auth_fallback_hash())
    return user if any(constant_time_compare(known, one) for one in hashes) else None
