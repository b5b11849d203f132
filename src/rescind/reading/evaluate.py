"""Works out the values of an expression. Anything that it does not know is a gap; nothing that is read is
run."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterable
from itertools import islice, product
from typing import TYPE_CHECKING, Any

from rescind.reading.definitions import Call, Class, Function, Named, Variable
from rescind.reading.plain import BINARY, UNKNOWN, apply, hashable_set, is_hashable, joined, rows
from rescind.reading.scopes import Binding, Scope
from rescind.reading.values import MOST, Gap, How, Option, Seconds, Text, Values, Why, least, weaker

if TYPE_CHECKING:
    from rescind.reading.project import Project

DEEPEST = 40
# In full: who gives a value that is set outside, with a default at this position or under this name.
GETTERS = {
    "os.environ.get": (1, "default"), "os.getenv": (1, "default"), "os.environ.setdefault": (1, "default"),
    "decouple.config": (1, "default"), "starlette.config.Config()": (2, "default"),
    "environ.Env()": (1, "default"), "environs.Env()": (1, "default"),
}  # fmt: skip
CASTS: dict[str, Callable[[Any], Any]] = {
    "str": str,
    "int": int,
    "float": float,
    "bool": bool,
    "tuple": tuple,
    "list": list,
}
SAME = {"pydantic.SecretStr", "sqlalchemy.engine.make_url", "starlette.datastructures.Secret"}
TIMES = {"days": 86_400, "hours": 3_600, "minutes": 60, "seconds": 1, "weeks": 604_800, "milliseconds": 1e-3}
ORDER = ("days", "seconds", "microseconds", "milliseconds", "minutes", "hours", "weeks")


class Evaluator:
    """Works out values. Anything that it does not know is a gap; it never runs the code that it reads."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._busy: set[tuple[object, ...]] = set()
        self._depth = 0

    def values(self, node: ast.expr, scope: Scope) -> Values:
        key = (node, scope)
        if key in self._busy or self._depth > DEEPEST:
            return self.gap("unknown", "", node, scope)
        self._busy.add(key)
        self._depth += 1
        try:
            handler = getattr(self, f"_{type(node).__name__}", None)
            found: Values = self.gap("unknown", "", node, scope) if handler is None else handler(node, scope)
            return found
        finally:
            self._depth -= 1
            self._busy.discard(key)

    def gap(self, why: Why, name: str, node: ast.AST, scope: Scope) -> Values:
        return Values((), (Gap(why, name, node, scope.module),))

    def one(self, value: Any, node: ast.AST, scope: Scope, how: How = "always") -> Values:
        return Values((Option(value, node, scope.module, how),))

    # literals

    def _Constant(self, node: ast.Constant, scope: Scope) -> Values:
        return self.one(node.value, node, scope)

    def _JoinedStr(self, node: ast.JoinedStr, scope: Scope) -> Values:
        parts = []
        for each in node.values:
            if isinstance(each, ast.FormattedValue):
                plain = each.conversion == -1 and each.format_spec is None
                found = self.values(each.value, scope) if plain else Values()
                parts.append(found.options or (Option(Text((None,)), each, scope.module),))
            else:
                parts.append(self.values(each, scope).options)
        made = [Option(joined(o.value for o in row), node, scope.module, least(row)) for row in rows(parts)]
        return Values(tuple(made))

    def _sequence(self, node: Any, scope: Scope, make: Callable[[Any], Any]) -> Values:
        parts: list[list[tuple[Option | None, list[Any]]]] = []
        gaps: list[Gap] = []
        for each in node.elts:
            found = self.values(each.value if isinstance(each, ast.Starred) else each, scope)
            gaps += found.gaps
            spread = isinstance(each, ast.Starred)
            options = [o for o in found.options if not spread or isinstance(o.value, list | tuple)]
            parts.append([])
            parts[-1] += [(o, list(o.value) if spread else [o.value]) for o in options] or [(None, [])]
        made = [
            Option(
                make([v for _, some in row for v in some]), node, scope.module, least(o for o, _ in row if o)
            )
            for row in rows(parts)
        ]
        return Values(tuple(made), tuple(gaps[:MOST]))

    def _List(self, node: ast.List, scope: Scope) -> Values:
        return self._sequence(node, scope, list)

    def _Tuple(self, node: ast.Tuple, scope: Scope) -> Values:
        return self._sequence(node, scope, tuple)

    def _Set(self, node: ast.Set, scope: Scope) -> Values:
        return self._sequence(node, scope, hashable_set)

    def _Dict(self, node: ast.Dict, scope: Scope) -> Values:
        """Keys with one value each: the first option of many; what is not known is left out and is a gap."""
        made: dict[Any, Any] = {}
        gaps: list[Gap] = []
        for key, value in zip(node.keys, node.values, strict=True):
            found = self.values(value, scope)
            gaps += found.gaps
            if key is None:
                made.update(
                    found.options[0].value
                    if found.options and isinstance(found.options[0].value, dict)
                    else {}
                )
                continue
            names = self.values(key, scope)
            gaps += names.gaps
            for name in names.options:
                if found.options and is_hashable(name.value):
                    made[name.value] = found.options[0].value
        return Values((Option(made, node, scope.module),), tuple(gaps[:MOST]))

    # operations

    def _BinOp(self, node: ast.BinOp, scope: Scope) -> Values:
        work = BINARY.get(type(node.op))
        chain = [node.right]
        left = node.left
        while isinstance(left, ast.BinOp) and type(left.op) is type(node.op):
            chain.append(left.right)
            left = left.left
        found = self.values(left, scope)
        for each in reversed(chain):
            found = self.combined(found, self.values(each, scope), work, node, scope)
        return found

    def combined(
        self, left: Values, right: Values, work: Callable[[Any, Any], Any] | None, node: ast.AST, scope: Scope
    ) -> Values:
        made: list[Option] = []
        gaps = left.gaps + right.gaps
        for a, b in islice(product(left.options, right.options), MOST):
            value = apply(work, a.value, b.value)
            if value is UNKNOWN:
                gaps += (Gap("unknown", "", node, scope.module),)
            else:
                made.append(Option(value, node, scope.module, least((a, b))))
        if not made and work is operator.add:  # "SELECT " + name: the start is known
            sides = [
                next((o.value for o in side.options if isinstance(o.value, str | Text)), None)
                for side in (left, right)
            ]
            if any(side is not None for side in sides):
                made.append(
                    Option(joined(Text((None,)) if s is None else s for s in sides), node, scope.module)
                )
        elif not made and work is operator.mod:
            made = [
                each._replace(value=apply(work, each.value, None))
                for each in left.options
                if isinstance(each.value, str)
            ]
        return Values(tuple(made), gaps[:MOST])

    def _UnaryOp(self, node: ast.UnaryOp, scope: Scope) -> Values:
        found = self.values(node.operand, scope)
        made = []
        for each in found.options:
            if isinstance(node.op, ast.Not) and not isinstance(each.value, Named | Text):
                made.append(each._replace(value=not each.value))
            elif isinstance(node.op, ast.USub) and isinstance(each.value, int | float):
                made.append(each._replace(value=-each.value))
        return Values(tuple(made), found.gaps) if made or found.gaps else self.gap("unknown", "", node, scope)

    def _BoolOp(self, node: ast.BoolOp, scope: Scope) -> Values:
        """``environ.get("X") or "default"``: each may be the answer."""
        found = Values()
        for each in node.values[:-1]:
            values = self.values(each, scope)
            keep = [
                o
                for o in values.options
                if isinstance(o.value, Text | Named) or bool(o.value) is isinstance(node.op, ast.Or)
            ]
            found |= Values(tuple(keep), values.gaps)
            if isinstance(node.op, ast.Or) and keep and not values.gaps:
                return found
        last = self.values(node.values[-1], scope)
        how: How = "default" if found.gaps else "branch" if found.options else "always"
        return found | Values(tuple(weaker(each, how) for each in last.options), last.gaps)

    def _IfExp(self, node: ast.IfExp, scope: Scope) -> Values:
        found = self.values(node.body, scope) | self.values(node.orelse, scope)
        return Values(tuple(weaker(each, "branch") for each in found.options), found.gaps)

    def _NamedExpr(self, node: ast.NamedExpr, scope: Scope) -> Values:
        return self.values(node.value, scope)

    def _Await(self, node: ast.Await, scope: Scope) -> Values:
        return self.values(node.value, scope)

    # names

    def _Name(self, node: ast.Name | ast.Attribute, scope: Scope) -> Values:
        found = Values()
        named = self.project.resolve(node, scope)
        for each in named:
            if isinstance(each.definition, Variable):
                found |= self.of_variable(each.definition)
            elif each.definition is not None or each.name:
                found |= self.one(each, node, scope)
        return (
            found
            if named
            else self.gap("unknown", getattr(node, "id", getattr(node, "attr", "")), node, scope)
        )

    _Attribute = _Name

    def of_variable(self, variable: Variable) -> Values:
        """What a variable may have been given: the last certain value and what came after it."""
        found = Values()
        first = variable.bindings[0]
        if first.kind == "augmented":
            found = self.of_names(self.project.through_stars(first.scope.module, first.name), first)
        for each in variable.bindings:
            given = self.of_binding(each)
            if each.kind == "augmented" and isinstance(each.node, ast.AugAssign):
                added = self.combined(found, given, BINARY.get(type(each.node.op)), each.node, each.scope)
                found = found | added if each.branch is not None else added
                continue
            if each.branch is not None:
                given = Values(tuple(weaker(o, "branch") for o in given.options), given.gaps)
            found |= given
        return found

    def of_names(self, names: Iterable[Named], binding: Binding) -> Values:
        found = Values()
        for each in names:
            if isinstance(each.definition, Variable):
                found |= self.of_variable(each.definition)
            else:
                found |= self.one(each, binding.node, binding.scope)
        return found

    def of_binding(self, binding: Binding) -> Values:
        if binding.kind == "import":
            return self.of_names(self.project.find(binding.target, binding.scope.module), binding)
        if binding.kind in {"assign", "augmented", "parameter"} and binding.value is not None:
            scope = binding.scope
            if binding.kind == "parameter":
                given = self.values(binding.value, scope.parent or scope)
                options = tuple(weaker(each, "default") for each in given.options)
                return Values(
                    options, (*given.gaps, Gap("parameter", binding.name, binding.node, scope.module))
                )
            return self.values(binding.value, scope)
        why: Why = "parameter" if binding.kind == "parameter" else "unknown"
        return self.gap(why, binding.name, binding.node, binding.scope)

    def _Subscript(self, node: ast.Subscript, scope: Scope) -> Values:
        name = self.project.name_of(node.value, scope)
        keys = self.values(node.slice, scope)
        if name == "os.environ":
            key = keys.options[0].value if keys.options else ""
            return self.gap("environment", str(key), node, scope)
        whole = self.values(node.value, scope)
        made = []
        for each, key in islice(product(whole.options, keys.options), MOST):
            try:
                made.append(each._replace(value=each.value[key.value]))
            except (TypeError, KeyError, IndexError, ValueError):
                continue
        return Values(tuple(made), whole.gaps + keys.gaps) if made else self.gap("unknown", name, node, scope)

    # calls

    def _Call(self, node: ast.Call, scope: Scope) -> Values:
        call = Call(node, scope.module, self.project.callee(node, scope))
        name = call.name
        if name in GETTERS or name.endswith((".config.get", ".Env.str", ".Env().str")):
            return self.set_outside(call, scope, GETTERS.get(name, (1, "default")))
        if name == "datetime.timedelta":
            return self.duration(node, scope)
        if name.endswith(".total_seconds") and isinstance(node.func, ast.Attribute):
            return self.values(node.func.value, scope)
        if name in CASTS and len(node.args) == 1:
            return self.cast(CASTS[name], self.values(node.args[0], scope), node, scope)
        if name in SAME and node.args:
            return self.values(node.args[0], scope)
        made = next(
            (each.definition for each in call.named if isinstance(each.definition, Function | Class)), None
        )
        if isinstance(made, Function) and made.returns and not made.decorators:
            return self.returned(made)
        if isinstance(made, Class) or name.rpartition(".")[2][:1].isupper():
            return self.one(call.named[0], node, scope)
        return self.gap("call", name, node, scope)

    def returned(self, function: Function) -> Values:
        """What a function gives: each of its ``return``."""
        found = Values()
        for each in function.returns[:MOST]:
            found |= self.values(each, function.scope)
        if len(function.returns) > 1:
            return Values(tuple(weaker(each, "branch") for each in found.options), found.gaps)
        return found

    def set_outside(self, call: Call, scope: Scope, default: tuple[int, str]) -> Values:
        keys = self.values(call.node.args[0], scope).texts if call.node.args else []
        found = self.gap("environment", keys[0] if keys else "", call.node, scope)
        given = call.argument(default[1], default[0])
        if given is None:
            return found
        below = self.values(given, scope)
        options = [weaker(each, "default") for each in below.options if each.value is not None]
        return Values(tuple(options), found.gaps + below.gaps)

    def duration(self, node: ast.Call, scope: Scope) -> Values:
        given = [
            *zip(ORDER, node.args, strict=False),
            *((each.arg or "", each.value) for each in node.keywords),
        ]
        total = 0.0
        how: list[Option] = []
        gaps: tuple[Gap, ...] = ()
        for unit, value in given:
            found = self.values(value, scope)
            gaps += found.gaps
            option = next((o for o in found.options if isinstance(o.value, int | float)), None)
            if option is None:
                return Values((), gaps) if gaps else self.gap("unknown", "", node, scope)
            total += option.value * TIMES.get(unit, 0)
            how.append(option)
        return Values((Option(Seconds(total), node, scope.module, least(how)),), gaps)

    def cast(self, work: Callable[[Any], Any], found: Values, node: ast.AST, scope: Scope) -> Values:
        made = []
        for each in found.options:
            try:
                made.append(each._replace(value=work(each.value)))
            except (TypeError, ValueError, OverflowError):
                continue
        return Values(tuple(made), found.gaps) if made or found.gaps else self.gap("unknown", "", node, scope)
