"""Guards of everything that stands behind one router, blueprint or group of routes."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from rescind.reading import Function, unparsed
from rescind.review.access.guards import ASKS_WHO, KNOWN_BY, OTHERS, by_dependency, guards
from rescind.review.access.who import finds_out
from rescind.review.look import Look
from rescind.review.naming.called import called_function
from rescind.review.naming.words import words_of
from rescind.review.once import once

# They put a router, or handlers, behind another: with what they say of guards, it holds for all of them.
JOINS = frozenset(
    ["include_router", "add_router", "register_blueprint", "blueprint", "add_subapp", "mount",
     "add_api_websocket_route", "register"]
)  # fmt: skip
MAKES = frozenset(["APIRouter", "Blueprint", "Router", "Group", "FastAPI", "Litestar", "Flask", "NinjaAPI"])
BEFORE = frozenset(["before_request", "before_app_request", "middleware", "on_request"])
TABLES = frozenset(["path", "re_path", "url", "Route"])
SAYS = ("dependencies", "before_", "auth=", "guards", "on_request")


class Routers:
    """Of one project: by the full name of a router what is asked before all that is behind it, and behind
    which others it is itself."""

    def __init__(self, look: Look) -> None:
        self.asked: dict[str, set[str]] = {}
        self.above: dict[str, set[str]] = {}
        self.open: set[str] = set()  # ``Router(auth=None)``: what is asked above is not asked there
        for inner in look.everywhere():
            if any(f"{word}(" in inner.module.text for word in (*JOINS, *MAKES)):
                for call in inner.calls:
                    self.joined(inner, call.node)
            if any(word in inner.module.text for word in SAYS):
                self.before(inner)
            if any(f"{word}(" in inner.module.text for word in TABLES):
                for call in inner.calls:
                    self.wrapped(inner, call.node)

    def wrapped(self, look: Look, call: ast.Call) -> None:
        """``path("drop/", login_required(views.drop))``: what a table of paths puts around a view."""
        if called_function(call) not in TABLES:
            return
        for each in (
            *call.args[1:2],
            *(one.value for one in call.keywords if one.arg in {"view", "endpoint"}),
        ):
            words: set[str] = set()
            at = each
            while isinstance(at, ast.Call) and at.args and called_function(at) != "as_view":
                around = at.func.func if isinstance(at.func, ast.Call) else at.func
                words |= set(words_of(unparsed(around).rpartition(".")[2])) | by_dependency(look, around)
                at = at.args[-1]
            if isinstance(at, ast.Call) and isinstance(at.func, ast.Attribute):
                at = at.func.value  # ``Drop.as_view()``
            if words & (ASKS_WHO | OTHERS) and isinstance(at, ast.Name | ast.Attribute):
                self.asked.setdefault(look.name(at), set()).update(words)

    def joined(self, look: Look, call: ast.Call) -> None:
        """``app.include_router(team.router, dependencies=[Depends(manager)])``, and where one is made."""
        name = called_function(call)
        if name in JOINS and isinstance(call.func, ast.Attribute):
            above = look.name(call.func.value)
            words = said_by(look, call)
            named = [one.value for one in call.keywords if one.arg in {"router", "blueprint"}]
            for each in (*call.args, *named):
                below = look.name(each) if isinstance(each, ast.Name | ast.Attribute) else ""
                if below and below != above:
                    self.asked.setdefault(below, set()).update(words)
                    if above:
                        self.above.setdefault(below, set()).add(above)
        elif name in MAKES:
            words = said_by(look, call)
            statement = look.module.statement_of(call)
            made = isinstance(statement, ast.Assign) and statement.value is call
            for each in getattr(statement, "targets", []) if made else ():
                held = f"{look.module.name}.{each.id}" if isinstance(each, ast.Name) else ""
                if held and words:
                    self.asked.setdefault(held, set()).update(words)
                if held and opens(call):
                    self.open.add(held)
            for one in handlers_in(call) if words else ():
                self.asked.setdefault(look.name(one), set()).update(words)

    def before(self, look: Look) -> None:
        """``@bp.before_request``, ``bp.before_request(signed_in)``"""
        for function in look.module.functions:
            for each in function.decorators:
                node = each.call.func if each.call is not None else each.node
                if isinstance(node, ast.Attribute) and node.attr in BEFORE:
                    words = guards(look, function) | finds_out(look, function)
                    if words and turns_back(function):
                        held = look.name(node.value)
                        self.asked.setdefault(held, set()).update(words, words_of(function.name), ["guard"])
        for call in look.calls:
            func = call.node.func
            if not isinstance(func, ast.Attribute) or func.attr not in BEFORE or not call.node.args:
                continue
            for one in look.named(call.node.args[0]):
                if isinstance(one.definition, Function):
                    words = finds_out(look, one.definition)
                    if words:
                        self.asked.setdefault(look.name(func.value), set()).update(words, ["guard"])

    def of(self, name: str) -> set[str]:
        """What is asked before what is behind a router."""
        found: set[str] = set()
        seen: set[str] = set()
        todo = [name]
        while todo:
            at = todo.pop()
            if at and at not in seen:
                seen.add(at)
                found |= self.asked.get(at, set())
                todo += self.above.get(at, ()) if at not in self.open else ()
        return found


def turns_back(function: Function) -> bool:
    """Whether it does not let everybody go on."""
    if any(isinstance(each, ast.Raise | ast.Return | ast.Expr) for each in function.walk()):
        return True
    return any(
        {"require", "ensure", "must"} & set(words_of(called_function(each.node))) for each in function.calls
    )


def handlers_in(call: ast.Call) -> Iterator[ast.expr]:
    """``Router("/x", guards=[...], route_handlers=[a, b])``"""
    for each in call.keywords:
        if each.arg in {"route_handlers", "handlers"}:
            elements = getattr(each.value, "elts", [])
            yield from (one for one in elements if isinstance(one, ast.Name | ast.Attribute))


def said_by(look: Look, call: ast.Call) -> set[str]:
    """What ``dependencies=``, ``guards=`` and ``auth=`` of a router ask."""
    found: set[str] = set()
    for keyword in call.keywords:
        if keyword.arg == "auth" and unparsed(keyword.value) != "None":
            found |= {"guarded", *words_of(unparsed(keyword.value))}
        if keyword.arg not in {"dependencies", "guards"}:
            continue
        for each in getattr(keyword.value, "elts", [keyword.value]):
            inner = each.args[0] if isinstance(each, ast.Call) and each.args else each
            asked = by_dependency(look, inner)
            words = set(words_of(unparsed(inner))) & (ASKS_WHO | OTHERS | KNOWN_BY)
            found |= asked | words | ({"guarded"} if asked or words else set())
    return found


@once
def routers(look: Look) -> Routers:
    """Those of the project."""
    return Routers(look)


def of_router(look: Look, function: Function) -> set[str]:
    """Guards of everything behind the routers that a handler is put on, and those that are before them."""
    known = routers(look)
    found: set[str] = set()
    for each in function.decorators:
        if each.call is not None and isinstance(each.call.func, ast.Attribute) and not opens(each.call):
            found |= known.of(look.name(each.call.func.value))
    found |= known.of(function.qualname)
    if function.cls is not None:
        found |= known.of(function.cls.qualname)
    return found - {"machine"} if "user" in found else found


def opens(call: ast.Call) -> bool:
    """``@api.get("/x", auth=None)``, also ``auth=[Bearer(), AllowAnonymous()]``"""
    said = [unparsed(each.value) for each in call.keywords if each.arg == "auth"]
    return bool(said) and (said[0] == "None" or "Anonymous" in said[0])
