"""``RESCIND = {"user": "facts"}``: what it stands on, and where it makes no difference."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core import checks
from django.db import connections, router

from rescind.config import make_settings
from rescind.django.checks.sessions import MIDDLEWARE, is_made_from, session_middlewares, uses_our_engine
from rescind.django.config import DjangoSettings, read_config
from rescind.django.judges import judged_by_backend, judged_by_model
from rescind.django.making import in_test_environment
from rescind.django.schema.operation import alias_of_tables
from rescind.django.schema.ownership import VENDORS, look
from rescind.django.triggers.installing import connection_of_tables, require_reach, state
from rescind.errors import ConfigurationError, SchemaMissing

INSTALL = 'Run `manage.py rescind_triggers install`, or leave "user" out of RESCIND.'
FACTS = 'RESCIND["user"] = "facts"'


def wanted() -> DjangoSettings | None:
    """The settings, if facts are asked for; in a suite of tests the row is read all the same."""
    if in_test_environment():
        return None
    try:
        found = read_config(settings)
        make_settings("memory://", **found.engine)
    except ConfigurationError:
        return None  # E003 says it
    return found if found.user == "facts" else None


def not_standing() -> str | None:
    """Why facts would be wrong on the database of the settings; ``None`` where the triggers stand."""
    try:
        found, wrong = state(connection_of_tables())
    except (ConfigurationError, SchemaMissing) as error:
        return f"{FACTS}, and no triggers could say what changes a user: {error}."
    if found == "installed":
        return None
    which = "missing" if found == "missing" else f"not what the settings ask for ({', '.join(wrong)})"
    return (
        f"{FACTS}, and the triggers on users of DATABASES[{alias_of_tables()!r}] are {which}. Who is "
        "disabled, or gets another password, by update() or in SQL would stay signed in."
    )


def check_facts(
    app_configs: Any = None, databases: Collection[str] | None = None, **_: Any
) -> Sequence[checks.CheckMessage]:
    """``E010``: users are where no trigger reaches. ``I003``: where the row is read as with ``"row"``."""
    own = wanted()
    if own is None or own.using not in settings.DATABASES:
        return []
    try:
        require_reach(own.using)
    except ConfigurationError as error:
        return [checks.Error(f"{FACTS}: {error}.", hint='Leave "user" out of RESCIND.', id="rescind.E010")]
    read = list(reasons(own))
    if not read:
        return []
    return [
        checks.Info(
            f"{FACTS}, and the row is read all the same: {'; '.join(read)}.",
            hint='What decides there is not in the log; nothing is wrong. Leave "user" out to say so.',
            id="rescind.I003",
        )
    ]


def reasons(own: DjangoSettings) -> Iterator[str]:
    """Why facts answer nothing, or not for everybody."""
    if not uses_our_engine() or not any(is_made_from(kind, MIDDLEWARE) for _, kind in session_middlewares()):
        yield "MIDDLEWARE has no session middleware of rescind"
    if make_settings("memory://", **own.engine).lease == 0:
        yield "with a lease of 0 nothing is trusted"
    model = get_user_model()
    read_on = router.db_for_read(model)
    if read_on != own.using:
        yield f"users are read on the alias {read_on!r}, which may be behind"
    yield from judged_by_model(model)
    for path in settings.AUTHENTICATION_BACKENDS:
        yield from judged_by_backend(path)


def check_facts_stand(
    app_configs: Any = None, databases: Collection[str] | None = None, **_: Any
) -> Sequence[checks.CheckMessage]:
    """``E010``: the triggers are not there, or not as the settings of now ask for them.

    On the command line of ``migrate`` it says nothing: that makes what the triggers stand on.
    """
    own = wanted()
    if own is None or own.using not in (databases or ()) or sys.argv[1:2] == ["migrate"]:
        return []
    connection = connections[own.using]
    if connection.vendor not in VENDORS or look(connection) is None:
        return []  # other checks say it
    wrong = not_standing()
    return [] if wrong is None else [checks.Error(wrong, hint=INSTALL, id="rescind.E010")]
