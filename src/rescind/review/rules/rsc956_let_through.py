"""RSC956: a guard that lets through whom it should refuse."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import ClassVar

from rescind.reading import Function, unparsed, walk
from rescind.review.access.answered import asked_by_refusals, in_answer, in_condition, yields
from rescind.review.access.deciding import asks_for, decides, is_guard, is_truth
from rescind.review.access.never_asked import in_function, in_module
from rescind.review.access.who import refuses
from rescind.review.finding import Class, Finding, Severity
from rescind.review.look import Look
from rescind.review.naming.called import called_function
from rescind.review.naming.words import words_of
from rescind.review.rule import Rule

QUIET = frozenset(["Pass", "Expr"])


class RSC956(Rule):
    """A guard answers yes where it should have refused.

    What it checks:
        Functions that say what somebody may, decorators and middlewares that refuse: errors that become a
        yes, a yes for whatever is not in the table, conditions that are always true, roles that are compared
        by a part of them; refusals that are made and neither raised nor returned; guards whose answer nobody
        looks at, that nobody awaits, calls or makes; rights that only `assert` asks for; and guards above the
        decorator that makes a route.

    Why it matters:
        Nothing looks wrong and all tests of those who may are green: who may not is let through.

    How it is decided:
        A function counts that is named as a question of rights (`may_edit`, `has_permission`, `is_admin`)
        and answers with a truth, or one that refuses people and else calls what it guards. An answer that
        is dropped counts where the function refuses nobody by itself.

    Fix:
        Refuse unless everything was asked and answered.

    References:
        ASVS 8.3.1, 16.5.3, CWE-285, CWE-636, CWE-862

    Since:
        0.1
    """

    kind: ClassVar[Class] = "authorisation"
    severity: ClassVar[Severity] = "high"

    def prepare(self, look: Look) -> None:
        asked_by_refusals(look)

    def check(self, look: Look) -> Iterator[Finding]:
        wrong = list(in_module(look))
        for function in look.module.functions:
            wrong += in_function(look, function)
            for test in function.nodes_of(ast.If):
                wrong += in_condition(look, test)
            asks = decides(function) or function.node in asked_by_refusals(look)
            if asks and not function.name.startswith("test"):
                yield from self.answers(look, function)
                wrong += in_answer(look, function)
            if is_guard(look, function):
                yield from self.swallows(look, function)
            yield from self.always(look, function)
            yield from self.dropped(look, function)
            yield from self.above(look, function)
        for node, why, fix in wrong:
            yield self.finding(look, node, why, fix=fix)

    def answers(self, look: Look, function: Function) -> Iterator[Finding]:
        """A yes in ``except``, as a default, or whatever was asked."""
        for node in function.walk():
            if isinstance(node, ast.ExceptHandler) and says_yes_at_end(node):
                yield self.finding(
                    look,
                    node.body[-1],
                    "an error while it is asked becomes a yes",
                    fix="refuse when it cannot be told",
                )
            elif isinstance(node, ast.Return) and node.value is not None and is_open(node.value):
                yield self.finding(
                    look,
                    node,
                    "what was not foreseen is allowed",
                    fix="allow what is listed, and nothing else",
                )

    def swallows(self, look: Look, function: Function) -> Iterator[Finding]:
        """``except Exception: pass``, and then what is guarded is called."""
        for node in function.walk():
            if not isinstance(node, ast.Try) or not any(asks_for(look, each) for each in node.body):
                continue
            for handler in node.handlers:
                if all(type(each).__name__ in QUIET and not refuses(each) for each in handler.body):
                    yield self.finding(
                        look,
                        handler,
                        "an error while it is asked who it is lets everybody through",
                        fix="refuse when it cannot be told",
                    )

    def always(self, look: Look, function: Function) -> Iterator[Finding]:
        """``if user.role == "editor" or "admin":``"""
        for node in function.nodes_of(ast.If):
            if not is_always(node.test):
                continue
            if any(ROLES & set(words_of(name_of(each))) for each in walk(node.test)):
                yield self.finding(
                    look,
                    node.test,
                    "the condition is true whatever the role is",
                    fix="compare with each of them",
                )

    def dropped(self, look: Look, function: Function) -> Iterator[Finding]:
        """``is_admin(user)`` as a statement of its own, ``ensure_owner(doc)`` that is a coroutine."""
        for node in function.nodes_of(ast.Expr):
            if not isinstance(node.value, ast.Call):
                continue
            if unsent(look, node.value):
                yield self.finding(
                    look,
                    node,
                    "the refusal is made and neither raised nor returned: everybody goes on",
                    fix="raise or return it",
                )
            for each in look.shared.flow.calls.callees(node.value, look.scope(node)):
                if each.is_async and guards_by_name(each) and not yields(each):
                    yield self.finding(
                        look, node, f"`{each.name}` is not awaited: it never runs", fix="await it"
                    )
                elif decides(each) and may_say_no(each) and not any(refuses(one) for one in each.walk()):
                    yield self.finding(
                        look,
                        node,
                        f"nobody looks at what `{each.name}` answers",
                        fix="refuse unless it says yes",
                    )

    def above(self, look: Look, function: Function) -> Iterator[Finding]:
        """A guard above ``@app.route``: what was registered is the function without it."""
        seen: str = ""
        for each in function.decorators:
            if seen and each.name.endswith(".api_view"):
                yield self.finding(
                    look,
                    function.node,
                    f"`{seen}` stands above `api_view`, which makes the view: nobody reads it",
                    fix="put it below",
                )
                return
            words = set(words_of(each.name.rpartition(".")[2] or unparsed(each.node).partition("(")[0]))
            if registers(look, each.node, each.name):
                if seen:
                    yield self.finding(
                        look,
                        function.node,
                        f"`{seen}` stands above what makes the route: the route has no guard",
                        fix="put the guard below the route",
                    )
                return
            if each.name.endswith(".permission_classes"):
                seen = "permission_classes"
            elif words & {
                "required",
                "requires",
                "require",
                "only",
                "protected",
                "authenticated",
                "admin",
            } and not (words & {"csrf", "http", "methods", "cache", "safe"}):
                seen = unparsed(each.node).partition("(")[0]


def may_say_no(function: Function) -> bool:
    """Whether its answers differ: what says yes at all its ends is called for what it does."""
    return any(is_truth(each) and not is_true(each) for each in function.returns)


NO = re.compile(
    r"^(?:HTTP|Http)?(?:Response|Exception)?(?:Forbidden|Unauthori[sz]ed)(?:Error|Exception|Response)?$"
    r"|^(?:PermissionDenied|NotAuthori[sz]ed|NotAuthenticated|AuthenticationFailed|AccessDenied)"
    r"(?:Error|Exception)?$|^PermissionError$|^HttpResponseForbidden$"
)
ANSWERS = re.compile(
    r"^(?:HTTPException|HTTPError|JSONResponse|Response|HttpResponse|JsonResponse|PlainTextResponse)$"
)
REDIRECTS = frozenset(
    ["flask.redirect", "werkzeug.utils.redirect", "django.shortcuts.redirect", "quart.redirect",
     "flask.helpers.redirect", "flask.make_response", "flask.jsonify"]
)  # fmt: skip


def unsent(look: Look, call: ast.Call) -> bool:
    """``HTTPForbidden(text="no")`` and ``redirect("/login")`` as statements, below a condition."""
    if not isinstance(look.module.parent_of(look.module.parent_of(call) or call), ast.If | ast.ExceptHandler):
        return False
    name = called_function(call)
    if NO.match(name):
        return True
    if ANSWERS.match(name) or look.name(call.func).startswith("sanic.response."):
        return re.search(r"(?<!\d)40[13](?!\d)", unparsed(call)) is not None
    return name == "redirect" and look.name(call.func) in REDIRECTS


def registers(look: Look, node: ast.expr, name: str) -> bool:
    """``@app.route("/x")`` of Flask and FastAPI; of others, such as Django, decorators make no routes."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    if called_function(node) not in {
        "route",
        "get",
        "post",
        "put",
        "patch",
        "delete",
        "websocket",
        "api_route",
    }:
        return False
    first = node.args[0] if node.args else None
    path = isinstance(first, ast.Constant) and isinstance(first.value, str) and first.value[:1] in {"/", ""}
    return path and any(
        word in look.module.text for word in ("flask", "fastapi", "quart", "sanic", "bottle", "starlette")
    )


def guards_by_name(function: Function) -> bool:
    words = words_of(function.name)
    return bool(words) and words[0] in {
        "require", "ensure", "check", "assert", "verify", "authorize", "authorise", "enforce", "must",
        "guard",
    } and any(refuses(each) for each in function.walk())  # fmt: skip


def says_yes_at_end(handler: ast.ExceptHandler) -> bool:
    """``except Exception: return True``"""
    last = handler.body[-1]
    return isinstance(last, ast.Return) and isinstance(last.value, ast.Constant) and last.value.value is True


def is_open(node: ast.expr) -> bool:
    """``table.get(name, True)``, ``getattr(user, "may", True)``, ``... or True``"""
    if isinstance(node, ast.BoolOp):
        return isinstance(node.op, ast.Or) and any(is_true(each) or is_filled(each) for each in node.values)
    if isinstance(node, ast.Call):
        name = called_function(node)
        place = 1 if name == "get" else 2 if name == "getattr" else 0
        if name == "bool" and len(node.args) == 1:
            return is_open(node.args[0])
        if place == 2 and getattr(node.args[0], "id", "") in {"self", "cls", "settings"}:
            return False  # a setting of its own
        if place == 2 and getattr(node.args[1], "value", "") in STANDING:
            return False  # accounts of a kind that nobody can shut
        return bool(place) and len(node.args) == place + 1 and is_true(node.args[place])
    return False


STANDING = frozenset(["is_active", "active", "is_enabled", "enabled"])


def is_true(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is True


def is_filled(node: ast.expr) -> bool:
    """``role == "admin" or "owner"``: a text is always true."""
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value != ""


ROLES = frozenset(
    ["role", "roles", "group", "groups", "rank", "permission", "permissions", "rights", "duty", "kind"]
)


def name_of(node: ast.AST) -> str:
    return str(getattr(node, "attr", "") or getattr(node, "id", ""))


def is_always(node: ast.expr) -> bool:
    """``role == "editor" or "admin"``: a text that is not empty is true."""
    return (
        isinstance(node, ast.BoolOp)
        and isinstance(node.op, ast.Or)
        and any(
            isinstance(each, ast.Constant) and isinstance(each.value, str) and each.value != ""
            for each in node.values
        )
    )
