"""Users of Django as principals, and what a session says about the backend that let its user in."""

from __future__ import annotations

from typing import Any

from django.conf import settings

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
    if is_of_django(session):
        return session.method.removeprefix(OURS)
    first: str = settings.AUTHENTICATION_BACKENDS[0]
    return first
