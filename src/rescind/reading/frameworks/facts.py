"""Facts about routes, and how calls of one name are found in a project."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from rescind.reading.definitions import Call, Function, Named, Variable
from rescind.reading.module import Module
from rescind.reading.nodes import walk
from rescind.reading.project import Project
from rescind.reading.scopes import Scope


class Before(NamedTuple):
    """What runs before a route: an expression, as ``Depends``, a decorator or ``before_request`` is given
    it."""

    node: ast.expr
    scope: Scope


class RouteFact(NamedTuple):
    """One method of one path.

    Attributes:
        framework: ``fastapi``, ``starlette`` or ``flask``.
        path: as written, with the prefixes of what it is included in.
        endpoint: the function that answers; None where it is none of the project.
        before: what runs before it, outermost first, besides the dependencies in its parameters.
    """

    framework: str
    method: str
    path: str
    name: str
    endpoint: Function | None
    module: Module
    line: int
    before: tuple[Before, ...]


def calls_of(project: Project, *methods: str) -> Iterator[Call]:
    """Every call of something of one of these names, wherever it stands."""
    for module in project.modules:
        if not any(method in module.text for method in methods):
            continue
        for node in walk(module.tree):
            if (
                isinstance(node, ast.Call)
                and getattr(node.func, "attr", getattr(node.func, "id", "")) in methods
            ):
                yield Call(node, module, project.callee(node, module.scope_of(node)))


def owner(project: Project, call: Call) -> str:
    """The variable that a method is called on, in full; empty if that is not known."""
    base = getattr(call.node.func, "value", None)
    if not isinstance(base, ast.expr):
        return ""
    found = project.resolve(base, call.module.scope_of(call.node))
    return found[0].name if found else ""


def variable(project: Project, node: ast.expr | None, scope: Scope) -> str:
    """The name in full of the variable that an argument is."""
    return "" if node is None else project.name_of(node, scope)


def made_by(project: Project, name: str) -> tuple[ast.Call, Scope] | None:
    """The call that made the object of that name: ``APIRouter(prefix="/x")``."""
    for named in project.find(name):
        made = named.definition
        for binding in made.bindings if isinstance(made, Variable) else ():
            if isinstance(binding.value, ast.Call):
                return binding.value, binding.scope
    return None


def text(project: Project, node: ast.expr | None, scope: Scope) -> str:
    """The text that an argument certainly is; empty otherwise."""
    texts = [] if node is None else project.values_of(node, scope).texts
    return texts[0] if texts else ""


def texts(project: Project, node: ast.expr | None, scope: Scope) -> list[str]:
    """The texts in a list that an argument is; what else is in it may be anything."""
    found = [] if node is None else project.values_of(node, scope).options
    lists = [option.value for option in found if isinstance(option.value, list | tuple | set)]
    return [each for one in lists for each in one if isinstance(each, str)]


def function_of(project: Project, node: ast.expr | None, scope: Scope) -> Function | None:
    """The function of the project that an expression refers to."""
    named: tuple[Named, ...] = () if node is None else project.resolve(node, scope)
    return next((each.definition for each in named if isinstance(each.definition, Function)), None)
