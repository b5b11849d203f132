"""Routes of Django, as its resolver has them: in its order, with what stands before each view."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any

from rescind.paths.running.callables import Table
from rescind.paths.running.django_classes import Views
from rescind.paths.running.django_layers import Layers, module_of
from rescind.paths.running.django_settings import middleware_of
from rescind.paths.running.django_shadows import shadowed, written

DEEPEST = 30


def routes_of(table: Table) -> list[dict[str, Any]]:
    """Each method of each pattern of ``ROOT_URLCONF``. Django must have been set up."""
    resolver = import_module("django.urls").get_resolver()
    views = Views(table)
    patterns = list(flattened(resolver, "", "", DEEPEST))
    hidden = shadowed(resolver)
    middleware = middleware_of(table)
    rows: list[dict[str, Any]] = []
    for (path, name, pattern), before in zip(patterns, hidden, strict=True):
        rows += [
            row | {"path": path, "name": name, "shadowed": before} for row in views.rows(pattern.callback)
        ]
    rows += fallback(resolver, table)
    for row in rows:
        exempt = row.pop("exempt", False)
        own = [each for each in middleware if not (exempt and each["is"].endswith("LoginRequiredMiddleware"))]
        row["layers"] = [*own, *row["layers"]]
        row["guards"] = []
    return rows


def flattened(resolver: Any, prefix: str, space: str, left: int) -> Iterator[tuple[str, str, Any]]:
    """Path, name and pattern of each view, in the order in which they are tried."""
    for pattern in resolver.url_patterns:
        path = prefix + written(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            if left:
                inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
                yield from flattened(pattern, path, inner, left - 1)
            continue
        yield f"/{path}", f"{space}{pattern.name or ''}", pattern


def fallback(resolver: Any, table: Table) -> Iterator[dict[str, Any]]:
    """What answers where no pattern fits, if it is the application's own."""
    handler = getattr(resolver.urlconf_module, "handler404", "")
    if not handler:
        return
    view = resolver.resolve_error_handler(404)
    if module_of(view) == "django.views.defaults":
        return
    found, below = Layers(table).of(view)
    yield {
        "method": "ANY",
        "path": "*",
        "name": "handler404",
        "kind": "fallback",
        "endpoint": table.number(below),
        "layers": found,
        "shadowed": "",
    }
