"""What a function does with a request that brings no credential: it is gone through with what that one has.

Nothing is run. A condition that cannot be decided is taken both ways, so of a function it is known whether it
refuses always, never, or nobody can say.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from rescind.paths.django.nobody import Nobody
from rescind.paths.django.things import NOBODY, UNKNOWN, Raised, Seen, truth
from rescind.reading import Function, Project

Verdict = Literal[True, False, "conditional"] | None
"""Whether a credential must be there; ``conditional``: it may be left out; None: not known."""
LOGIN = ("login", "log_in", "sign", "auth", "403", "401", "forbidden", "denied", "LOGIN_URL")
REFUSED = (
    "django.http.HttpResponseForbidden",
    "django.contrib.auth.views.redirect_to_login",
    "handle_no_permission",
    "permission_denied",
    "django.http.response.HttpResponseForbidden",
    "redirect_to_login",
)
REDIRECTS = (
    "django.shortcuts.redirect",
    "django.http.HttpResponseRedirect",
    "django.http.response.HttpResponseRedirect",
)
DEEPEST = 12
MOST = 400


class Read(NamedTuple):
    """What was found of a function.

    Attributes:
        seen: what it looked at, of the user and of the request.
    """

    verdict: Verdict
    seen: Seen
    values: tuple[Any, ...] = ()


@dataclass
class Ways:
    """How a block may be left: ``refused``, ``passed``, ``raised``; what is returned; or at its end."""

    left: set[str] = field(default_factory=set)
    values: list[Any] = field(default_factory=list)
    goes_on: bool = True

    def add(self, other: Ways) -> None:
        self.left |= other.left
        self.values += other.values


class Anonymous(Nobody):
    """Goes through functions of one project for one method of one route."""

    def __init__(self, project: Project, route: dict[str, Any]) -> None:
        super().__init__(project, route)
        self.stack: list[Function] = []
        self.steps = 0

    def answer(self, function: Function, given: dict[str, Any] | None = None) -> Read:
        """Of a view, a wrapper around one, or a middleware: whether it refuses."""
        ways = self.through(function, given or {})
        refused = bool(ways.left & {"refused", "raised"})
        passed = "passed" in ways.left or ways.goes_on
        asked = bool(self.seen.user or self.seen.sources)
        if not passed and refused:
            return Read(asked, self.seen)  # what refuses everybody is no guard
        return Read(None if refused and asked else "conditional" if asked else False, self.seen)

    def test(self, function: Function, given: dict[str, Any] | None = None) -> Read:
        """Of a function whose result says who may: ``test_func``, ``has_permission``."""
        ways = self.through(function, given or {})
        values = {truth(each) for each in ways.values} | (
            {False} if ways.goes_on or ways.left & {"raised"} else set()
        )
        asked = bool(self.seen.user or self.seen.sources)
        if values == {False}:
            return Read(True, self.seen)
        if values == {True}:
            return Read("conditional" if asked else False, self.seen)
        return Read(None, self.seen)

    def result(self, function: Function, given: dict[str, Any] | None = None) -> tuple[Any, ...]:
        """What it may return."""
        return tuple(self.through(function, given or {}).values)

    def through(self, function: Function, given: dict[str, Any]) -> Ways:
        if function in self.stack or len(self.stack) >= DEEPEST:
            return Ways({"passed"}, [UNKNOWN], goes_on=False)
        outer, self.env, scope = self.env, {}, getattr(self, "scope", None)
        self.stack.append(function)
        self.scope = function.scope
        for parameter in function.parameters:
            self.env[parameter.name] = given.get(parameter.name, UNKNOWN)
        for parameter in function.parameters:
            if parameter.name in {"request", "self", "view", "user"} and parameter.name not in given:
                self.env[parameter.name] = NOBODY[parameter.name]
        try:
            return self.block(function.node.body, guarded=False)
        finally:
            self.stack.pop()
            self.env, self.scope = outer, scope  # type: ignore[assignment]

    def called(self, function: Function, given: dict[str, Any]) -> Any:
        """A function of the project that is called on the way."""
        ways = self.through(function, given)
        if not ways.goes_on and not ways.values and all(each.startswith("raised") for each in ways.left):
            raise Raised(next((each.partition(":")[2] for each in ways.left if ":" in each), ""))
        if ways.goes_on and not ways.values:
            return None
        distinct = [each for each in ways.values if each is not ways.values[0]]
        return ways.values[0] if ways.values and not distinct and not ways.goes_on else UNKNOWN

    # statements

    def block(self, body: Iterable[ast.stmt], *, guarded: bool) -> Ways:
        """``guarded``: who asks decided that it is reached."""
        whole = Ways()
        for node in body:
            self.steps += 1
            if self.steps > MOST:
                whole.left.add("passed")
                return whole
            try:
                ways = self.statement(node, guarded)
            except Raised as raised:
                ways = Ways(
                    {"raised"} if not raised.name else {"raised", f"raised:{raised.name}"}, goes_on=False
                )
            whole.add(ways)
            if not ways.goes_on:
                whole.goes_on = False
                return whole
        return whole

    def statement(self, node: ast.stmt, guarded: bool) -> Ways:
        if isinstance(node, ast.If):
            return self.branch(node, guarded)
        if isinstance(node, ast.Return):
            return self.returned(node, guarded)
        if isinstance(node, ast.Raise):
            return Ways({"raised", f"raised:{self.kind_of(node.exc)}"}, goes_on=False)
        if isinstance(node, ast.Try):
            return self.tried(node, guarded)
        if isinstance(node, ast.For | ast.AsyncFor | ast.While):
            ways = self.block(node.body, guarded=guarded)
            ways.goes_on = True
            return ways
        if isinstance(node, ast.With | ast.AsyncWith):
            return self.block(node.body, guarded=guarded)
        if isinstance(node, ast.Assign):
            value = self.of(node.value)
            for target in node.targets:
                if isinstance(target, ast.Name):
                    self.env[target.id] = value
        elif isinstance(node, ast.AnnAssign) and node.value is not None and isinstance(node.target, ast.Name):
            self.env[node.target.id] = self.of(node.value)
        elif isinstance(node, ast.Expr):
            self.of(node.value)
        return Ways()

    def branch(self, node: ast.If, guarded: bool) -> Ways:
        before = self.seen.count
        value = truth(self.of(node.test))
        decided = self.seen.count > before or guarded
        if value is not None:
            return self.block(node.body if value else node.orelse, guarded=decided)
        kept = dict(self.env)
        ways = self.block(node.body, guarded=guarded)
        self.env, after = kept, self.env
        other = self.block(node.orelse, guarded=guarded)
        self.env = {
            name: value if after.get(name, UNKNOWN) is value else UNKNOWN for name, value in self.env.items()
        }
        ways.add(other)
        ways.goes_on = ways.goes_on or other.goes_on
        return ways

    def returned(self, node: ast.Return, guarded: bool) -> Ways:
        value = None if node.value is None else self.of(node.value)
        refusal = node.value is not None and self.is_refusal(node.value, guarded)
        return Ways({"refused" if refusal else "passed"}, [value], goes_on=False)

    def is_refusal(self, node: ast.expr, guarded: bool) -> bool:
        """A redirect to where one signs in, or an answer with a status from 400 on."""
        if isinstance(node, ast.Await):
            node = node.value
        if not isinstance(node, ast.Call):
            return False
        name = self.name_of(node)
        last = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if name in REFUSED or last in REFUSED:
            return True
        if name in REDIRECTS or last == "redirect":
            text = ast.unparse(node).lower()
            return guarded or any(word.lower() in text for word in LOGIN)
        given = [each.value for each in node.keywords if each.arg in {"status", "status_code"}]
        return any(self.status(each) >= 400 for each in given)

    def refuses(self, body: list[ast.stmt], function: Function) -> bool:
        """Whether a block of a function ends in a refusal."""
        self.scope = function.scope
        last = body[-1] if body else None
        if isinstance(last, ast.Return):
            value = last.value
            return (isinstance(value, ast.Constant) and value.value is False) or (
                value is not None and self.is_refusal(value, guarded=True)
            )
        return isinstance(last, ast.Raise)

    def status(self, node: ast.expr) -> int:
        if isinstance(node, ast.Constant):
            return node.value if isinstance(node.value, int) else 0
        text = ast.unparse(node).rpartition("HTTP_")[2][:3]
        return int(text) if text.isdigit() else 0

    def tried(self, node: ast.Try, guarded: bool) -> Ways:
        ways = self.block(node.body, guarded=guarded)
        raised = {each.partition(":")[2] for each in ways.left if each.startswith("raised:")}
        may_fail = "raised" in ways.left
        if not may_fail:
            other = self.block(node.orelse, guarded=guarded) if ways.goes_on else Ways(goes_on=False)
            ways.add(other)
            ways.goes_on = ways.goes_on and other.goes_on
            return ways
        for handler in node.handlers:
            kinds = self.caught(handler)
            if kinds is None or not raised or any(kind in kinds or not kind for kind in raised):
                ways.left = {each for each in ways.left if not each.startswith("raised")}
                other = self.block(handler.body, guarded=True)
                ways.add(other)
                ways.goes_on = ways.goes_on or other.goes_on
                break
        return ways

    def caught(self, handler: ast.ExceptHandler) -> set[str] | None:
        """Last names of what a handler catches; None: everything."""
        if handler.type is None:
            return None
        kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
        found = {ast.unparse(kind).rpartition(".")[2] for kind in kinds}
        return None if found & {"Exception", "BaseException"} else found

    def kind_of(self, node: ast.expr | None) -> str:
        node = node.func if isinstance(node, ast.Call) else node
        return "" if node is None else ast.unparse(node).rpartition(".")[2]
