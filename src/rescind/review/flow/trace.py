"""Follows an expression backwards to where its data come from.

Rules of this file: every way is followed once (what goes in circles adds nothing); a query looks at no more
than `BUDGET` expressions; a function is looked into with the arguments of the call that led there, or
else with those of everybody who calls it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import TYPE_CHECKING

from rescind.reading import Binding, Class, Function, Module, Scope, Variable, unparsed
from rescind.review.flow.calls import Frame, bind
from rescind.review.flow.entries import is_enum
from rescind.review.flow.mappings import keys_into
from rescind.review.flow.names import bindings_at, function_around, is_chosen, of_keys, of_pairs
from rescind.review.flow.origin import Origin, leaf, step_at
from rescind.review.flow.policy import HARMLESS, Policy
from rescind.review.flow.texts import formatted, is_part
from rescind.review.flow.web import MESSAGES

if TYPE_CHECKING:
    from rescind.review.flow.following import Flow

BUDGET = 1_500
MOST = 16  # origins of one expression
NESTED = 90  # expressions, one inside of the other: what is deeper is not followed
CALLERS = 12  # calls of one function that are looked at
DEEPEST = 5  # calls, one inside of the other
PROPERTIES = (
    "property",
    "functools.cached_property",
    "cached_property",
    "django.utils.functional.cached_property",
)


class Walk:
    """One query."""

    def __init__(self, flow: Flow, policy: Policy) -> None:
        self.flow = flow
        self.project = flow.project
        self.policy = policy
        self.busy: set[tuple[ast.AST, Frame | None]] = set()
        self.budget = BUDGET
        self.up = 0

    def visit(self, node: ast.AST | None, scope: Scope, frame: Frame | None) -> list[Origin]:
        if node is None or (node, frame) in self.busy or self.budget <= 0 or len(self.busy) > NESTED:
            return []
        key = (node, frame)
        self.budget -= 1
        if self.policy.source is not None and isinstance(node, ast.expr):
            name = self.policy.source(node, scope)
            if name == HARMLESS:
                return []
            if name:
                return leaf("named", node, scope.module, name=name)
        handler = getattr(self, f"_{type(node).__name__}", None)
        if handler is None:
            return []
        self.busy.add(key)
        try:
            found: list[Origin] = handler(node, scope, frame)
        finally:
            self.busy.discard(key)
        return found

    def every(self, nodes: Iterable[ast.AST | None], scope: Scope, frame: Frame | None) -> list[Origin]:
        found: dict[tuple[object, ...], Origin] = {}
        for node in nodes:
            for each in self.visit(node, scope, frame):
                found.setdefault((each.kind, each.part, each.name, each.steps[:1]), each)
                if len(found) >= MOST:
                    return list(found.values())
        return list(found.values())

    def known(self, node: ast.expr, scope: Scope) -> list[Origin] | None:
        """What it is by its look; None: that must be followed."""
        found = self.flow.look(node, scope, self.policy)
        return None if found is None else list(found)

    # names

    def _Name(self, node: ast.Name, scope: Scope, frame: Frame | None) -> list[Origin]:
        known = self.known(node, scope)
        if known is not None:
            return known
        found: list[Origin] = []
        for binding in bindings_at(node, scope):
            found += self.bound(binding, node, scope, frame)
        for added in self.flow.collected.of(node.id, scope) if node.id not in MESSAGES else ():
            found += self.visit(added, scope.module.scope_of(added), frame)
        return found[:MOST]

    def bound(self, binding: Binding, node: ast.expr, scope: Scope, frame: Frame | None) -> list[Origin]:
        within = (
            frame if frame is not None and frame.function.node is function_around(binding.scope) else None
        )
        if binding.kind == "parameter":
            return self.parameter(binding, within)
        if binding.kind == "import":
            return self.variables(node, scope)
        if binding.value is None or binding.kind in {"except", "match", "delete", "declared"}:
            return []
        if self.policy.whole and (binding.kind == "unpacked" or of_keys(binding)):
            return []
        where = binding.scope.module.scope_of(binding.value) if binding.kind == "for" else binding.scope
        step = step_at(binding.node, binding.scope.module, f"goes into `{binding.name}`")
        inside = keys_into(self, binding, where, within)
        inside = self.visit(binding.value, where, within) if inside is None else inside
        found = [each.through(step) for each in inside]
        if self.policy.whole and of_pairs(binding):  # each of a pair has a name of its own
            found = [each for each in found if not each.name.startswith("`") and not is_chosen(binding)]
        if binding.kind == "augmented":
            return [each.inside(binding.node, binding.scope.module) for each in found]
        return found

    def variables(self, node: ast.expr, scope: Scope) -> list[Origin]:
        found: list[Origin] = []
        for each in self.project.resolve(node, scope):
            if isinstance(each.definition, Variable):
                for binding in each.definition.bindings:
                    if binding.kind not in {"import", "parameter"}:
                        found += self.bound(binding, node, binding.scope, None)
        return found

    def parameter(self, binding: Binding, frame: Frame | None) -> list[Origin]:
        node = binding.scope.node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            return []
        module = binding.scope.module
        function = self.project.function(module, node)
        parameter = next((each for each in function.parameters if each.name == binding.name), None)
        if parameter is None or binding.name in {"self", "cls"}:
            return []
        if self.policy.numbers and self.flow.entries.is_plain(function, parameter):
            return []
        if frame is not None:
            if binding.name in frame.given:
                argument, scope = frame.given[binding.name]
                found = self.visit(argument, scope, frame.above)
                step = step_at(argument, scope.module, f"given to `{function.name}()` as `{binding.name}`")
                return [each.through(step) for each in found]
            return self.visit(parameter.default, function.outer, None)
        given = self.flow.entries.given(function, parameter)
        if given is not None:
            if given.depends is not None:
                return self.result(*given.depends)
            if given.clean or not given.part:
                return []
            return leaf("request", parameter.node, module, given.part, parameter.name)
        return self.from_callers(function, binding.name, module, parameter.node)

    def result(self, called: ast.expr, scope: Scope) -> list[Origin]:
        """What a function that the framework calls gives."""
        found: list[Origin] = []
        for each in self.project.resolve(called, scope):
            if isinstance(each.definition, Function):
                found += self.every(each.definition.returns, each.definition.scope, None)
            elif isinstance(each.definition, Class):
                return leaf("request", called, scope.module, "query")
        return found

    def from_callers(self, function: Function, name: str, module: Module, node: ast.AST) -> list[Origin]:
        found: list[Origin] = []
        met, plain = False, False
        if self.up < DEEPEST:
            self.up += 1
            for number, call in enumerate(self.flow.calls.callers(function)):
                if number >= CALLERS or len(found) >= MOST:
                    break
                met = True
                scope = call.module.scope_of(call.node)
                argument = bind(function, call.node, scope).get(name)
                if argument is not None:
                    step = step_at(call.node, call.module, f"given to `{function.name}()` as `{name}`")
                    given = self.visit(argument[0], scope, None)
                    plain |= not given
                    found += [each.through(step) for each in given]
            self.up -= 1
            if self.policy.whole and plain and function.name == "__init__":
                return []  # of the objects of a class only some hold it, and which one this is, nobody says
        return found if met else leaf("parameter", node, module, name=name)

    # attributes and parts

    def _Attribute(self, node: ast.Attribute, scope: Scope, frame: Frame | None) -> list[Origin]:
        known = self.known(node, scope)
        if known is not None:
            return known
        named = self.project.resolve(node, scope)
        variables = [each.definition for each in named if isinstance(each.definition, Variable)]
        if any(isinstance(each.definition, Module | Class) for each in named):
            return []
        for each in named:
            made = each.definition
            if isinstance(made, Function) and made.decorated_with(*PROPERTIES):
                return self.every(made.returns, made.scope, None)
        bindings = [binding for each in variables for binding in each.bindings]
        if self.policy.numbers and any(self.is_plain(each) for each in bindings):
            return []
        found = [
            origin
            for each in bindings
            if each.value is not None
            for origin in self.bound(each, node, each.scope, frame)
        ]
        if not found and any(each.kind == "declared" for each in bindings):
            found = self.field(bindings[0])
        if self.policy.whole and node.attr not in {"value", "hex", "raw"}:
            return found[:MOST]
        return found[:MOST] or self.visit(node.value, scope, frame)

    def is_plain(self, binding: Binding) -> bool:
        return binding.annotation is not None and self.flow.entries.annotates_plain(
            binding.annotation, binding.scope.parent or binding.scope
        )

    def field(self, binding: Binding) -> list[Origin]:
        """An attribute that is only declared, as of a dataclass: what its objects are made with."""
        node = binding.scope.node
        if not isinstance(node, ast.ClassDef) or self.up >= DEEPEST:
            return []
        cls = self.project.klass(binding.scope.module, node)
        position = [
            each.target.id
            for each in node.body
            if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)
        ]
        found: list[Origin] = []
        self.up += 1
        for _, call in self.project.callers(cls.qualname)[:CALLERS]:
            argument = call.argument(
                binding.name, position.index(binding.name) if binding.name in position else None
            )
            found += self.visit(argument, call.module.scope_of(call.node), None)
        self.up -= 1
        return found

    def _Subscript(self, node: ast.Subscript, scope: Scope, frame: Frame | None) -> list[Origin]:
        known = self.known(node, scope)
        if known is not None or (self.policy.whole and is_part(node.slice)):
            return known or []
        return self.visit(node.value, scope, frame)

    # calls

    def _Call(self, node: ast.Call, scope: Scope, frame: Frame | None) -> list[Origin]:
        names = [each.name for each in self.project.callee(node, scope)]
        method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        if any(self.policy.cleans(name, method) for name in names or [""]) or self.maps_to_numbers(
            node, scope
        ):
            return []
        if self.policy.special is not None and self.policy.special(node, names):
            return []
        if self.policy.leading is not None and self.policy.leading(names, method):
            if node.args:
                return self.visit(node.args[0], scope, frame)
            if isinstance(node.func, ast.Attribute):  # ``url.copy_with(params=...)``
                return self.visit(node.func.value, scope, frame)
        if method in {"get", "pop", "getlist", "get_all", "getall", "setdefault"} and isinstance(
            node.func, ast.Attribute
        ):
            return self.looked_up(node, node.func, scope, frame)
        known = self.known(node, scope)
        if known is not None:
            return known
        if any(
            isinstance(each.definition, Class) and is_enum(each.definition)
            for each in self.project.callee(node, scope)
        ):
            return []
        functions = self.flow.calls.callees(node, scope)
        plain = [each for each in functions if each.name != "__init__"]
        if plain and (frame is None or frame.depth < DEEPEST):
            return self.into(plain, node, scope, frame)
        if self.policy.through is not None and not self.policy.through(names, method):
            return []
        # what ``text.replace(old, new)`` looks for is not in what it gives
        given = node.args[1:] if method == "replace" and len(node.args) > 1 else node.args
        parts = [*receiver(node), *given, *(each.value for each in node.keywords)]
        found = self.every(parts, scope, frame)
        if method in {"format", "join", "format_map", "substitute", "safe_substitute", "replace"}:
            return [each.inside(node, scope.module) for each in found]
        return found

    def into(
        self, functions: list[Function], node: ast.Call, scope: Scope, frame: Frame | None
    ) -> list[Origin]:
        """What the project's own functions give, with these arguments."""
        found: list[Origin] = []
        for function in functions[:3]:
            inner = Frame(
                function, bind(function, node, scope), frame, 1 if frame is None else frame.depth + 1
            )
            step = step_at(node, scope.module, f"comes out of `{function.name}()`")
            found += [each.through(step) for each in self.every(function.returns, function.scope, inner)]
        return found[:MOST]

    def looked_up(
        self, node: ast.Call, func: ast.Attribute, scope: Scope, frame: Frame | None
    ) -> list[Origin]:
        """``x.get(key, default)``: what is in x, and the default; the key says where to look, no more."""
        key = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else None
        if node.args and self.flow.web.is_of_server(func.value, node.args[0], scope):
            return self.every(node.args[1:], scope, frame)
        part = self.flow.web.keyed(func.value, key, scope) if isinstance(key, str) else ""
        if part:
            return leaf("request", node, scope.module, part)
        known = self.known(node, scope)
        if known is not None:
            return known
        kind = next((each.value for each in node.keywords if each.arg == "type"), None)
        if kind is not None and any(
            self.policy.cleans(each.name, "") for each in self.project.resolve(kind, scope)
        ):
            return []
        inside = [] if self.policy.whole else [func.value]
        return self.every([*inside, *node.args[1:]], scope, frame)

    def maps_to_numbers(self, node: ast.Call, scope: Scope) -> bool:
        """``map(int, ids)``"""
        if getattr(node.func, "id", "") != "map" or not node.args:
            return False
        return any(self.policy.cleans(each.name, "") for each in self.project.resolve(node.args[0], scope))

    # texts and containers

    def _JoinedStr(self, node: ast.JoinedStr, scope: Scope, frame: Frame | None) -> list[Origin]:
        return [each.inside(node, scope.module) for each in self.every(node.values, scope, frame)]

    def _FormattedValue(self, node: ast.FormattedValue, scope: Scope, frame: Frame | None) -> list[Origin]:
        spec = unparsed(node.format_spec) if node.format_spec is not None else ""
        if self.policy.numbers and spec.rstrip("'\"")[-1:] in set("dfxXobeEgG%n"):
            return []
        return self.visit(node.value, scope, frame)

    def _BinOp(self, node: ast.BinOp, scope: Scope, frame: Frame | None) -> list[Origin]:
        if self.policy.whole and isinstance(node.op, ast.Sub | ast.FloorDiv | ast.Pow):
            return []  # a number
        right = formatted(node) if isinstance(node.op, ast.Mod) and self.policy.numbers else [node.right]
        return [each.inside(node, scope.module) for each in self.every([node.left, *right], scope, frame)]

    def _IfExp(self, node: ast.IfExp, scope: Scope, frame: Frame | None) -> list[Origin]:
        return self.every([node.body, node.orelse], scope, frame)

    def _BoolOp(self, node: ast.BoolOp, scope: Scope, frame: Frame | None) -> list[Origin]:
        values = node.values[-1:] if isinstance(node.op, ast.And) else node.values
        return self.every(values, scope, frame)

    def _Tuple(self, node: ast.Tuple | ast.List | ast.Set, scope: Scope, frame: Frame | None) -> list[Origin]:
        return self.every(node.elts, scope, frame)

    _List = _Set = _Tuple

    def _Dict(self, node: ast.Dict, scope: Scope, frame: Frame | None) -> list[Origin]:
        return self.every(node.values, scope, frame)

    def _Await(
        self, node: ast.Await | ast.Starred | ast.NamedExpr, scope: Scope, frame: Frame | None
    ) -> list[Origin]:
        return self.visit(node.value, scope, frame)

    _Starred = _NamedExpr = _YieldFrom = _Await

    def _Lambda(self, node: ast.Lambda, scope: Scope, frame: Frame | None) -> list[Origin]:
        """What is told later: ``logger.debug(lambda: text)``"""
        return self.visit(node.body, scope.module.scope_for(node), frame) if self.policy.whole else []

    def _ListComp(
        self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp, scope: Scope, frame: Frame | None
    ) -> list[Origin]:
        if self.policy.whole and any(each.ifs for each in node.generators):
            return []
        return self.visit(node.elt, scope.module.scope_for(node), frame)

    _SetComp = _GeneratorExp = _ListComp

    def _DictComp(self, node: ast.DictComp, scope: Scope, frame: Frame | None) -> list[Origin]:
        if self.policy.whole and any(each.ifs for each in node.generators):
            return []
        return self.visit(node.value, scope.module.scope_for(node), frame)


def receiver(node: ast.Call) -> list[ast.AST]:
    return [node.func.value] if isinstance(node.func, ast.Attribute) else []
