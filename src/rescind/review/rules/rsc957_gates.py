"""RSC957: a gate before all handlers that can be gone round."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import ClassVar

from rescind.reading import Function, unparsed, walk
from rescind.review.access.deciding import asks_for
from rescind.review.access.who import refuses
from rescind.review.finding import Class, Finding, Severity
from rescind.review.look import Look
from rescind.review.naming.called import called, called_function
from rescind.review.naming.words import words_of
from rescind.review.once import once
from rescind.review.rule import Rule

PATHS = frozenset(
    ["path", "path_info", "raw_path", "full_path", "url", "uri", "request_uri", "endpoint_path"]
)
CHANGING = frozenset(["POST", "PUT", "PATCH", "DELETE"])
GATES = frozenset(
    ["__call__", "dispatch", "process_request", "process_view", "prepare", "middleware", "before"]
)


class RSC957(Rule):
    """A gate before all handlers lets some requests go round it.

    What it checks:
        Middlewares, `before_request` and decorators that refuse who is not signed in, and leave out requests
        by a piece of the path anywhere in it, by how the path ends, by a beginning that other routes have,
        too, or by a method that runs the same handler.

    Why it matters:
        `/orders/7;.css`, `/public/../orders` or `HEAD /orders` reach the handler, and nobody was asked.

    How it is decided:
        The function reads who is signed in, refuses, and gives way before that. A list of whole paths, a
        beginning that ends with a slash and `OPTIONS` alone are fine; so is a gate for changes that knows
        all methods that change.

    Fix:
        Put the guard on the router, or compare whole paths with a list.

    References:
        ASVS 8.3.1, CWE-288, CWE-425

    Since:
        0.1
    """

    kind: ClassVar[Class] = "authorisation"
    severity: ClassVar[Severity] = "high"

    def check(self, look: Look) -> Iterator[Finding]:
        for function in look.module.functions:
            if not is_gate(look, function):
                continue
            for node in function.walk():
                if isinstance(node, ast.If):
                    why = self.gap(look, function, node)
                    if why:
                        yield self.finding(
                            look,
                            node.test,
                            why,
                            confidence="medium",
                            fix="guard all, and list whole paths that are open",
                        )

    @staticmethod
    def gap(look: Look, function: Function, node: ast.If) -> str:
        """What a condition of a gate lets through; empty: nothing that it should not."""
        if gives_way(node.body) and after(function, node):
            for test in alternatives(node.test):
                why = open_path(look, test) or open_method(look, test)
                if why:
                    return why
        elif any(refuses(each) for one in node.body for each in walk(one)) and "csrf" not in unparsed(node):
            if any(refuses(each) for one in node.orelse for each in walk(one)):
                return ""  # what is asked of the other methods stands beside it
            asks = any(asks_for(look, one) for one in (node.test, *node.body))
            for test in required(node.test) if asks else ():
                why = closed_method(look, test)
                if why:
                    return why
        return ""


def is_gate(look: Look, function: Function) -> bool:
    """Whether a function stands before all handlers, or many, and refuses who is nobody."""
    before = any(
        word in unparsed(each.node)
        for each in function.decorators
        for word in ("before_", "middleware", "hook")
    )
    method = function.cls is not None and function.name in GATES
    around = look.module.function_of(function.node)
    made = around is not None and returns_it(around, function.name)
    if not (before or method or made):
        return False
    body = [each for each in function.walk() if refuses(each) or sends(each)]
    return bool(body) and any(asks_for(look, each) for each in function.node.body)


def returns_it(around: Function, name: str) -> bool:
    return any(getattr(each, "id", "") == name for each in around.returns)


def sends(node: ast.AST) -> bool:
    """``start_response("401 Unauthorized", ...)``, ``Response(status=401)``"""
    return isinstance(node, ast.Call) and re.search(r"\b40[13]\b", unparsed(node)) is not None


def gives_way(body: list[ast.stmt]) -> bool:
    """``return None``, ``return self.get_response(request)``, ``return await call_next(request)``"""
    last = body[-1]
    if not isinstance(last, ast.Return) or any(refuses(each) or sends(each) for each in walk(last)):
        return False
    value = last.value.value if isinstance(last.value, ast.Await) else last.value
    if value is None or (isinstance(value, ast.Constant) and value.value in (None, True)):
        return True
    return isinstance(value, ast.Call) and bool(
        set(words_of(called_function(value))) & {
            "response", "next", "app", "handler", "view", "call", "get", "func", "f", "fn", "inner",
        }
    )  # fmt: skip


def after(function: Function, node: ast.If) -> bool:
    """Whether it is refused after a condition, and not before."""
    lines = [
        each.lineno
        for each in function.walk()
        if isinstance(each, ast.expr | ast.stmt) and (refuses(each) or sends(each))
    ]
    return bool(lines) and max(lines) > (node.end_lineno or node.lineno)


def alternatives(test: ast.expr) -> Iterator[ast.expr]:
    """Each of them is enough."""
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.Or):
        for each in test.values:
            yield from alternatives(each)
    elif isinstance(test, ast.Call) and called_function(test) == "any" and test.args:
        inner = getattr(test.args[0], "elt", None)
        if inner is not None:
            yield inner
    else:
        yield test


def required(test: ast.expr) -> Iterator[ast.expr]:
    yield from test.values if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And) else [test]


def is_path(look: Look, node: ast.expr) -> bool:
    """``request.path``, ``scope["path"]``, ``path = environ["PATH_INFO"]``"""
    if isinstance(node, ast.Call) and called_function(node) in {"str", "lower", "rstrip"}:
        inner = (
            node.func.value if isinstance(node.func, ast.Attribute) else node.args[0] if node.args else node
        )
        return inner is not node and is_path(look, inner)
    return called(node).lower() in PATHS


def open_path(look: Look, test: ast.expr) -> str:
    """A test of the path that fits more than was meant."""
    if (
        isinstance(test, ast.Compare)
        and isinstance(test.ops[0], ast.In)
        and is_path(look, test.comparators[0])
    ):
        return "a piece of the path, anywhere in it, is let through: others write it into theirs"
    if not isinstance(test, ast.Call) or not isinstance(test.func, ast.Attribute):
        return ""
    if test.func.attr == "endswith" and is_path(look, test.func.value):
        return "who writes the end into the path is let through"
    if test.func.attr == "search" and len(test.args) > 1 and is_path(look, test.args[1]):
        texts = look.values(test.args[0]).texts
        if texts and not any(each.startswith(("^", r"\A")) for each in texts):
            return "a piece of the path, anywhere in it, is let through: others write it into theirs"
    if test.func.attr == "startswith" and is_path(look, test.func.value) and test.args:
        return begins_others(look, test.args[0])
    return ""


def begins_others(look: Look, node: ast.expr) -> str:
    """Whether other routes of the project begin like an open path: ``/public`` and ``/publications``."""
    options = [each.value for each in look.values(node).options]
    starts = [one for each in options for one in (each if isinstance(each, tuple | list) else [each])]
    for start in starts:
        if isinstance(start, str) and len(start) > 1 and not start.endswith("/"):
            for path in routes(look):
                rest = path[len(start) :]
                if path.startswith(start) and rest[:1] not in {"", "/", "?", ".", "{", "<"}:
                    return f"`{start}` also begins {path}"
    return ""


@once
def routes(look: Look) -> list[str]:
    """The paths of the project."""
    entries = look.shared.flow.entries
    found = (entries.routes(each) for module in look.project.modules for each in module.functions)
    return sorted({f"/{one.path.lstrip('/')}" for each in found for one in each})


def methods_in(look: Look, test: ast.expr) -> set[str]:
    """``request.method in ("HEAD", "OPTIONS")``"""
    if not isinstance(test, ast.Compare) or not isinstance(test.ops[0], ast.Eq | ast.In):
        return set()
    if called(test.left).lower() not in {"method", "request_method"}:
        return set()
    options = [each.value for each in look.values(test.comparators[0]).options]
    found = {
        one
        for each in options
        for one in (each if isinstance(each, tuple | list | set | frozenset) else [each])
    }
    return {each.upper() for each in found if isinstance(each, str)}


def open_method(look: Look, test: ast.expr) -> str:
    methods = methods_in(look, test)
    if "HEAD" in methods and "GET" not in methods:
        return "HEAD runs the handler of GET, and is let through"
    return ""


def closed_method(look: Look, test: ast.expr) -> str:
    methods = methods_in(look, test)
    if methods and methods < CHANGING and "GET" not in methods:
        left = ", ".join(sorted(CHANGING - methods))
        return f"only some of the methods that change are guarded: {left} are not"
    return ""
