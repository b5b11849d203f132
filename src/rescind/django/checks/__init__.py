"""System checks: what ``manage.py check`` says about settings that cannot work, or work worse than they look.

Every id has a heading in ``docs/django-checks.md``. ``E`` stops a command, ``W`` and ``I`` do not.
"""

from __future__ import annotations

from django.core.checks import Tags, register

from rescind.django.checks.contents import check_admin, check_contents
from rescind.django.checks.facts import check_facts, check_facts_stand
from rescind.django.checks.installed import check_installed_apps
from rescind.django.checks.places import check_databases, check_listen, check_routers, check_transactions
from rescind.django.checks.sessions import (
    check_cookie_flags,
    check_cookie_name,
    check_cookie_prefix,
    check_middleware,
    check_routes,
)
from rescind.django.checks.tables import check_pooler, check_tables, check_triggers
from rescind.django.checks.values import check_values


def not_installed() -> str:
    """What to say where the application is missing (``rescind.E001``): no check of ours runs then, so the
    session engine says it."""
    return (
        'rescind.E001: INSTALLED_APPS has no "rescind.django", so its tables are never made and nothing is '
        "checked: add it and run `manage.py migrate`"
    )


def register_checks() -> None:
    """Once, when the application is ready."""
    register(check_values)
    register(check_databases)
    register(check_listen)
    register(check_routers)
    register(check_transactions)
    register(check_middleware)
    register(check_routes, Tags.urls)
    register(check_cookie_prefix)
    register(check_installed_apps)
    register(check_facts)
    register(check_admin)
    register(check_contents, Tags.database)
    register(check_tables, Tags.database)
    register(check_pooler, Tags.database)
    register(check_triggers, Tags.database)
    register(check_facts_stand, Tags.database)
    register(check_cookie_flags, Tags.security, deploy=True)
    register(check_cookie_name, Tags.security, deploy=True)
