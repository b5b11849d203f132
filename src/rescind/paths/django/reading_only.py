"""The routes of an application of Django that cannot be imported, as a running one would describe them."""

from __future__ import annotations

import ast
from typing import Any

from rescind.paths.django.reading_settings import Settings
from rescind.paths.django.reading_views import Views
from rescind.paths.reading_only import Rows
from rescind.reading import Project
from rescind.reading.frameworks.django import Pattern, patterns, settings_of

REQUIRED = "LoginRequiredMiddleware"
SITE = "django.contrib.admin.sites.AdminSite"


def facts_of(project: Project) -> dict[str, Any]:
    """As `rescind.paths.running.child` answers; empty if there are no settings with patterns."""
    module = settings_of(project)
    found = patterns(project) if module is not None else []
    if module is None or not found:
        return {}
    rows = Rows(project)
    settings = Settings(project, module, rows)
    views = Views(project, rows, settings)
    middleware = settings.middleware()
    made = []
    for pattern in found:
        for row in of_pattern(pattern, views):
            exempt = row.pop("exempt", False)
            own = [each for each in middleware if not (exempt and each["is"].endswith(REQUIRED))]
            made.append({**row, "layers": [*own, *row["layers"]], "guards": [], "shadowed": ""})
    return {
        "framework": "django",
        "routes": made,
        "callables": rows.rows,
        "settings": settings.all(),
        "accounts": settings.accounts(),
        "file": str(module.path),
    }


def of_pattern(pattern: Pattern, views: Views) -> list[dict[str, Any]]:
    base = {"path": pattern.path, "name": pattern.name, "kind": pattern.kind}
    if pattern.kind == "admin":
        asks = [] if pattern.path.endswith("/login/") else [{"is": f"{SITE}.admin_view"}]
        name = f"{SITE}.logout" if pattern.path.endswith("/logout/") else SITE
        number = views.rows.add(name, name=name, file="", line=0)
        return [{**base, "method": "ANY", "endpoint": number, "layers": asks}]
    if pattern.kind == "root":
        number = views.rows.add("root", name="rest_framework.routers.APIRootView", file="", line=0)
        return [{**base, "kind": "route", "method": "GET", "endpoint": number, "layers": []}]
    if pattern.cls is not None:
        return [{**base, **row, "kind": "route"} for row in views.of_actions(pattern.cls, pattern.actions)]
    if pattern.view is None or isinstance(pattern.view, ast.Constant):
        return [{**base, "method": "ANY", "endpoint": None, "layers": []}]
    return [{**base, **row} for row in views.of(pattern.view, pattern.scope)]
