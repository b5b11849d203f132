"""Routes of FastAPI and Starlette, as the running framework sees them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from rescind.paths.running.callables import Table, name_of, options_of

DEEPEST = 20
VERBS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def routes_of(app: Any, table: Table) -> list[dict[str, Any]]:
    """In the order in which they are tried, those of mounted applications with the prefix of their mount."""
    return list(_routes(app, "", table, (), DEEPEST))


def _routes(
    app: Any, prefix: str, table: Table, outer: tuple[int, ...], left: int
) -> Iterator[dict[str, Any]]:
    own = (*outer, *middleware_of(app, table))
    for route, context in contexts(getattr(app, "routes", None) or []):
        kind = type(route).__name__
        if name_of(type(route)) == "rescind.fastapi.routes.OwnRoutes":
            yield from own_routes(route, prefix, table, own)
            continue
        path = f"{prefix}{getattr(context, 'path', None) or getattr(route, 'path', '') or ''}"
        below = getattr(route, "app", None)
        if kind in {"Mount", "Host"} and left and getattr(below, "routes", None) is not None:
            yield from _routes(below, path, table, own, left - 1)
            continue
        endpoint = getattr(context, "endpoint", None) or getattr(route, "endpoint", None) or below
        overridden = getattr(app, "dependency_overrides", None) or {}
        dependant = getattr(context, "dependant", None) or getattr(route, "dependant", None)
        guards = guards_of(dependant, table, overridden)
        made: dict[str, Any] = {
            "path": path or "/", "endpoint": table.number(endpoint) if endpoint is not None else None,
            "guards": [*own, *guards], "kind": "static" if kind == "Mount" else kind_of(route, endpoint),
        }  # fmt: skip
        verbs = verbs_of(endpoint, methods_of(route, context))
        first = [] if verbs is None else [table.number(each) for each in dispatching(endpoint)]
        for method, own_call in verbs.items() if verbs is not None else ():
            yield {"method": method, **made, "endpoint": table.number(own_call),
                   "guards": [*made["guards"], *first]}  # fmt: skip
        for method in methods_of(route, context) if verbs is None else ():
            yield {"method": method, **made}


def own_routes(route: Any, prefix: str, table: Table, outer: tuple[int, ...]) -> Iterator[dict[str, Any]]:
    """Those of rescind, which are one route of the framework."""
    for each in route._gate.surface.routes:
        asks = each.credential and each.name != "sign_out"
        guards = [*outer, table.number(route)] if asks else list(outer)
        yield {
            "method": each.method, "path": f"{prefix}{route._prefix}{each.path}", "endpoint":
            table.number(each.handler), "guards": guards, "kind": "library",
        }  # fmt: skip


def contexts(routes: Any) -> Iterator[tuple[Any, Any]]:
    """Each route with what the routers around it add; FastAPI no longer writes included ones out in
    ``app.routes``."""
    routing = sys.modules.get("fastapi.routing")
    through = getattr(routing, "iter_route_contexts", None)
    if through is None:
        yield from ((route, route) for route in routes)
        return
    for each in through(routes):
        inner = getattr(each, "_route_context", None)
        changed = getattr(inner, "starlette_route", None)  # of sockets and plain routes: a copy with its path
        yield each.original_route, changed or inner or each.route


def verbs_of(endpoint: Any, methods: list[str]) -> dict[str, Any] | None:
    """Of ``HTTPEndpoint`` and ``WebSocketEndpoint`` what answers each method; None: it is neither."""
    names = {name_of(each) for each in getattr(endpoint, "__mro__", ())}
    if "starlette.endpoints.WebSocketEndpoint" in names:
        own = [getattr(endpoint, each) for each in ("on_connect", "on_receive")
               if not name_of(getattr(endpoint, each)).startswith("starlette.")]  # fmt: skip
        return {"WEBSOCKET": own[0]} if own else None
    if "starlette.endpoints.HTTPEndpoint" not in names:
        return None
    answers = {each: getattr(endpoint, each.lower(), None) for each in VERBS}
    wanted = VERBS if methods == ["ANY"] else methods
    return {verb: call for verb, call in answers.items() if call is not None and verb in wanted}


def dispatching(endpoint: Any) -> list[Any]:
    """What a class of the application does before its methods."""
    own = getattr(endpoint, "dispatch", None)
    return [] if own is None or name_of(own).startswith("starlette.") else [own]


def methods_of(route: Any, context: Any) -> list[str]:
    if "WebSocket" in type(route).__name__:
        return ["WEBSOCKET"]
    methods = getattr(context, "methods", None) or getattr(route, "methods", None)
    if not methods:
        return ["ANY"]
    return sorted(method for method in methods if method != "HEAD" or "GET" not in methods)


def overridden_of(app: Any, table: Table) -> list[int]:
    """The dependencies that do not run, since others are put in their place."""
    return [table.number(each) for each in getattr(app, "dependency_overrides", None) or ()]


def kind_of(route: Any, endpoint: Any) -> str:
    module = getattr(endpoint, "__module__", "") or ""
    return (
        "docs" if type(route).__name__ == "Route" and module.startswith("fastapi.applications") else "route"
    )


def guards_of(dependant: Any, table: Table, overridden: Any, left: int = DEEPEST) -> list[int]:
    """The dependencies in the order in which FastAPI solves them, each with its own; what is put in the place
    of one runs instead of it."""
    if dependant is None or not left:
        return []
    found = []
    for each in getattr(dependant, "dependencies", ()):
        below = guards_of(each, table, overridden, left - 1)
        if each.call is not None and each.call in overridden:
            found.append(table.number(overridden[each.call]))
        elif each.call is not None:
            found.append(table.number(each.call, below))
    return found


def middleware_of(app: Any, table: Table) -> list[int]:
    """Outermost first, with the options that it was added with."""
    found = []
    for each in getattr(app, "user_middleware", None) or ():
        kind = getattr(each, "cls", None)
        if kind is None:
            continue
        number = table.number(each)
        options = getattr(each, "kwargs", None) or getattr(each, "options", None) or {}
        table.rows[number] |= {"middleware": name_of(kind), "options": options_of(Holder(options))}
        if options.get("dispatch") is not None:  # @app.middleware("http")
            table.rows[number]["below"] = [table.number(options["dispatch"])]
        elif not name_of(kind).startswith("starlette."):
            own = vars(kind).get("dispatch") or vars(kind).get("__call__")
            table.rows[number]["below"] = [] if own is None else [table.number(own)]
        backend = options.get("backend")
        authenticate = getattr(backend, "authenticate", None)
        if authenticate is not None:
            table.rows[number]["below"].append(table.number(authenticate))
        found.append(number)
    return found


class Holder:
    """Keyword arguments as attributes."""

    def __init__(self, options: dict[str, Any]) -> None:
        self.__dict__.update(options)
