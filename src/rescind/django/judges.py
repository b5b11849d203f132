"""What decides who is signed in, besides the row: code of a project, which no trigger watches.

Where there is any, ``RESCIND["user"] = "facts"`` reads the row in each request all the same, so that it is
asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.auth import load_backend
from django.db.models import Model
from django.db.models.manager import BaseManager

USUAL: dict[str, Any] = {
    "is_authenticated": True,
    "is_anonymous": False,
    "is_active": True,
    "password": None,
    "get_session_auth_hash": None,
    "_get_session_auth_hash": None,
}
"""What decides who is signed in, and what it is where a user model has nothing of that name."""
WATCHED = ("is_active", "password")


def judged_by_model(model: Any) -> Iterator[str]:
    """What of a user model decides who is signed in, and no trigger watches."""
    from django.contrib.auth.base_user import AbstractBaseUser

    if type(model._default_manager).get_queryset is not BaseManager.get_queryset:
        yield f"{model.__name__}.{model._default_manager.name} may leave users out (get_queryset)"
    for name, usual in USUAL.items():
        found = getattr(model, name, usual)
        is_usual = found is usual or found is getattr(AbstractBaseUser, name, usual)
        if not (is_usual or _is_column(model, name)):
            yield f"{model.__name__} has its own {name}"
    if model.pk is not Model.pk:
        yield f"{model.__name__} has its own pk"


def _is_column(model: Any, name: str) -> bool:
    """Whether a trigger can watch it."""
    return name in WATCHED and any(field.name == name for field in model._meta.concrete_fields)


def judged_by_backend(path: str) -> Iterator[str]:
    """What of a backend decides who may sign in, and no trigger watches."""
    from django.contrib.auth.backends import AllowAllUsersModelBackend, ModelBackend

    kind = type(load_backend(path))
    if getattr(kind, "get_user", None) is not ModelBackend.get_user:
        yield f"{path} has its own get_user"
    elif kind.user_can_authenticate not in (
        ModelBackend.user_can_authenticate,
        AllowAllUsersModelBackend.user_can_authenticate,
    ):
        yield f"{path} has its own user_can_authenticate"
