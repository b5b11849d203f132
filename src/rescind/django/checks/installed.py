"""``W020``: other applications that keep session keys, which are secrets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import apps
from django.contrib.sessions.base_session import AbstractBaseSession
from django.core import checks

from rescind.django.apps import LABEL
from rescind.django.checks.sessions import uses_our_engine

FIELDS = {"hitcount.hit": "session"}
"""Columns of known applications that hold the key under another name than ``session_key``."""
REPLACED = {"user_sessions", "qsessions"}
"""Session engines with tables of their own, which stay empty now."""
TEACHES_ALLAUTH = "rescind.django.allauth"
MENDS = {
    "usersessions": f'Add "{TEACHES_ALLAUTH}" to INSTALLED_APPS: it has public ids stored there.',
    "tracking": "Remove it, or key its visitors by request.session.public_id.",
    "hitcount": "Count by request.session.public_id, or by user.",
    "preventconcurrentlogins": "Remove it: on user_logged_in, revoke(user=user, keep=session_of(request)).",
}


def check_installed_apps(app_configs: Any = None, **_: Any) -> Sequence[checks.CheckMessage]:
    """Looks at the columns of every installed model, so it finds applications that nobody has listed."""
    return [*_engines(), *_columns()] if uses_our_engine() else []


def _columns() -> Iterator[checks.CheckMessage]:
    for model in apps.get_models():
        label, app = model._meta.label_lower, model._meta.app_label
        if app == LABEL or app in REPLACED or issubclass(model, AbstractBaseSession):
            continue
        if app == "usersessions" and apps.is_installed(TEACHES_ALLAUTH):
            continue
        wanted = FIELDS.get(label, "session_key")
        for field in model._meta.concrete_fields:
            if field.name == wanted and field.remote_field is None:
                yield checks.Warning(
                    f"{model._meta.label}.{field.name} keeps session keys in the clear: whoever reads the "
                    f"table can take over every session in it.{_too_short(field)}",
                    hint=MENDS.get(app, "Store request.session.public_id instead, which opens nothing."),
                    id="rescind.W020",
                    obj=model,
                )


def _too_short(field: Any) -> str:
    longest = field.max_length
    if longest is None or longest >= 80:
        return ""
    return f" It holds {longest} characters, a key has 80: PostgreSQL refuses the row."


def _engines() -> Iterator[checks.CheckMessage]:
    for config in apps.get_app_configs():
        if config.name in REPLACED:
            yield checks.Warning(
                f"INSTALLED_APPS has {config.name}, a session engine whose own table stays empty now: its "
                "views list nothing and end nothing, and its middleware breaks on ours.",
                hint="Remove it and its middleware; rescind.django.sessions_of(user) lists, revoke() ends.",
                id="rescind.W020",
            )
