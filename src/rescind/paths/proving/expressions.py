"""What an expression may be, on each path to its value."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence

from rescind.paths.following.refusing import is_refusing_answer
from rescind.paths.proving.case import Case, Index
from rescind.paths.proving.state import Results, State, unique
from rescind.paths.proving.values import (
    EMPTY,
    NONE,
    REFUSAL,
    THERE,
    UNKNOWN,
    Value,
    constant,
    of_truth,
    raised,
    truth,
)
from rescind.reading import Function, Module, Project
from rescind.reading.scopes import Scope

NODES = ast.Name | ast.Attribute | ast.Subscript | ast.Call


class Expressions:
    """Evaluates expressions in one case; `Calls` adds calls, `Machine` statements."""

    project: Project
    index: Index
    case: Case
    module: Module
    scope: Scope
    function: Function

    def name_of(self, node: ast.expr) -> str:
        """The name in full of what an expression, or the call in it, refers to."""
        node = node.value if isinstance(node, ast.Await) else node
        if isinstance(node, ast.Call):
            found = self.project.callee(node, self.scope)
            return found[0].name if found else ""
        return self.project.name_of(node, self.scope)

    def ev(self, node: ast.expr | None, state: State) -> Results:
        """All values that the expression may have, each with the state that it leaves behind."""
        if node is None:
            return [(NONE, state)]
        if node in self.case.nodes:
            return unique(self.looked(node, state))
        handler = getattr(self, f"ev_{type(node).__name__}", None)
        found = handler(node, state) if handler is not None else self.ev_parts(node, state)
        if isinstance(node, NODES) and self.is_given(node):
            found = [(THERE if value == UNKNOWN else value, after) for value, after in found]
        return unique(found)

    def is_given(self, node: ast.expr) -> bool:
        """Whether it is the credential, or what is looked up by."""
        origins = self.index.origins.get(node, frozenset())
        return bool(origins) and all(
            (each.kind == "raw" and each.source == self.case.source) or each.plain in self.case.keys
            for each in origins
        )

    def looked(self, node: ast.expr, state: State) -> Results:
        raise NotImplementedError  # Calls

    def each(self, nodes: Iterable[ast.expr], state: State) -> list[tuple[tuple[Value, ...], State]]:
        """Several, from left to right; an exception is the last of the values."""
        found: list[tuple[tuple[Value, ...], State]] = [((), state)]
        for node in nodes:
            further: list[tuple[tuple[Value, ...], State]] = []
            for values, before in found:
                if values and values[-1].kind == "raised":
                    further.append((values, before))
                else:
                    further += [((*values, value), after) for value, after in self.ev(node, before)]
            kept = {(values, frozenset(s.env.items()), s.done): (values, s) for values, s in further}
            found = list(kept.values())
        return found

    def ev_parts(self, node: ast.AST, state: State) -> Results:
        """Of a kind that says nothing: its parts may do something, or raise."""
        parts = [each for each in ast.iter_child_nodes(node) if isinstance(each, ast.expr)]
        return [(failed(values) or UNKNOWN, after) for values, after in self.each(parts, state)]

    def ev_Constant(self, node: ast.Constant, state: State) -> Results:
        return [(constant(node.value), state)]

    def ev_Lambda(self, _node: ast.Lambda, state: State) -> Results:
        return [(THERE, state)]

    def ev_JoinedStr(self, node: ast.JoinedStr, state: State) -> Results:
        return [(failed(values) or THERE, after) for values, after in self.each(holes(node), state)]

    def ev_ListComp(self, node: ast.ListComp, state: State) -> Results:
        found = self.ev(node.generators[0].iter, state)
        return [
            (value if value.kind == "raised" else EMPTY if value == EMPTY else UNKNOWN, s)
            for value, s in found
        ]

    ev_SetComp = ev_DictComp = ev_GeneratorExp = ev_ListComp

    def ev_Await(self, node: ast.Await, state: State) -> Results:
        return self.ev(node.value, state)

    def ev_NamedExpr(self, node: ast.NamedExpr, state: State) -> Results:
        return [
            (value, after if value.kind == "raised" else after.bound(node.target.id, value))
            for value, after in self.ev(node.value, state)
        ]

    def ev_Name(self, node: ast.Name, state: State) -> Results:
        if node.id in state.env:
            return [(state.env[node.id], state)]
        return [(self.named(node), state)]

    def named(self, node: ast.expr) -> Value:
        """A name of the module: a function, or a value that is the same each time."""
        for each in self.project.resolve(node, self.scope):
            if isinstance(each.definition, Function):
                return Value("function", (each.definition, None))
        only = self.project.values_of(node, self.scope).only
        fixed = only is not None and isinstance(only.value, str | bytes | int | float | None)
        return (
            constant(only.value) if only is not None and fixed else UNKNOWN
        )  # what is kept in others changes

    def ev_Attribute(self, node: ast.Attribute, state: State) -> Results:
        found: Results = []
        for value, after in self.ev(node.value, state):
            if value.kind == "raised":
                found.append((value, after))
            elif value == NONE:
                found.append((raised("AttributeError"), after))
            elif value.kind == "part":
                found.append((self.part(value, node.attr), after))
            else:
                found.append((self.named(node) if value == UNKNOWN else UNKNOWN, after))
        return found

    def part(self, of: Value, name: str) -> Value:
        """An attribute of the row that is asked about."""
        path = ".".join(filter(None, (of.data, name)))
        if path == self.case.name:
            return self.case.value
        return Value("part", path) if self.case.name.startswith(f"{path}.") else UNKNOWN

    def ev_Subscript(self, node: ast.Subscript, state: State) -> Results:
        found: Results = []
        for values, after in self.each([node.value, node.slice], state):
            base, key = values[0], values[-1]
            if key.kind == "raised":
                found.append((key, after))
            elif base == NONE:
                found.append((raised("TypeError"), after))
            elif base == EMPTY:
                found.append((raised("LookupError"), after))
            elif base.kind == "part" and isinstance(key.data, str):
                found.append((self.part(base, key.data), after))
            elif base.kind == "part" and key.kind == "constant":
                found.append((base, after))  # the row of a result
            elif (
                base.kind == "several"
                and isinstance(key.data, int)
                and -len(base.data) <= key.data < len(base.data)
            ):
                found.append((base.data[key.data], after))
            else:
                found.append((UNKNOWN, after))
        return found

    def ev_Tuple(self, node: ast.Tuple | ast.List, state: State) -> Results:
        if isinstance(node, ast.Tuple) and is_refusing_answer(node, self):
            return [(failed(values) or REFUSAL, after) for values, after in self.each(node.elts, state)]
        found = []
        for values, after in self.each(node.elts, state):
            found.append((failed(values) or (Value("several", values) if values else EMPTY), after))
        return found

    ev_List = ev_Tuple

    def ev_Dict(self, node: ast.Dict, state: State) -> Results:
        parts = [each for each in (*node.keys, *node.values) if each is not None]
        whole = None not in node.keys and node.keys
        plain = THERE if whole else UNKNOWN if node.keys else EMPTY
        return [(failed(values) or plain, after) for values, after in self.each(parts, state)]

    def ev_BoolOp(self, node: ast.BoolOp, state: State) -> Results:
        stops = isinstance(node.op, ast.Or)
        waiting: Results = [(NONE, state)]
        found: Results = []
        for number, part in enumerate(node.values):
            last = number == len(node.values) - 1
            further: Results = []
            for _, before in waiting:
                for value, after in self.ev(part, before):
                    known_truth = truth(value)
                    if value.kind == "raised" or last or known_truth is stops:
                        found.append((value, after))
                    elif known_truth is None:
                        found.append(((THERE if stops else value), after))
                        further.append((value, after))
                    else:
                        further.append((value, after))
            waiting = unique(further)
        return found

    def ev_UnaryOp(self, node: ast.UnaryOp, state: State) -> Results:
        found: Results = []
        for value, after in self.ev(node.operand, state):
            if value.kind == "raised":
                found.append((value, after))
            elif isinstance(node.op, ast.Not):
                there = truth(value)
                found.append((of_truth(None if there is None else not there), after))
            else:
                found.append((UNKNOWN, after))
        return found

    def ev_IfExp(self, node: ast.IfExp, state: State) -> Results:
        found: Results = []
        for value, after in self.ev(node.test, state):
            if value.kind == "raised":
                found.append((value, after))
                continue
            there = truth(value)
            for branch, when in ((node.body, True), (node.orelse, False)):
                if there is not (not when):
                    found += self.ev(branch, self.refined(node.test, after, when=when))
        return found

    def refined(self, test: ast.expr, state: State, *, when: bool) -> State:
        """What a condition that holds says of the name in it."""
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            return self.refined(test.operand, state, when=not when)
        if isinstance(test, ast.Name) and state.env.get(test.id) == UNKNOWN and when:
            return state.bound(test.id, THERE)
        if (
            isinstance(test, ast.Compare) and isinstance(test.left, ast.Name)
            and isinstance(test.comparators[0], ast.Constant) and test.comparators[0].value is None
            and state.env.get(test.left.id) == UNKNOWN
            and isinstance(test.ops[0], ast.Is | ast.Eq) is when
        ):  # fmt: skip
            return state.bound(test.left.id, NONE)
        return state


def failed(values: Sequence[Value]) -> Value | None:
    return values[-1] if values and values[-1].kind == "raised" else None


def holes(node: ast.JoinedStr) -> list[ast.expr]:
    return [each.value for each in node.values if isinstance(each, ast.FormattedValue)]
