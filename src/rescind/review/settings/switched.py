"""What a switch is where nobody sets it: ``environ.get("TLS", "0") == "1"``, ``env.bool("TLS", False)``."""

from __future__ import annotations

import ast

from rescind.reading import Function, Variable, unparsed
from rescind.review.flow.calls import bind
from rescind.review.look import Look
from rescind.review.naming.called import called_function
from rescind.review.naming.words import words_of
from rescind.review.settings.defaults import default_of

NO = frozenset(["", "0", "false", "f", "no", "n", "off", "none", "disabled"])
# Calls that make a truth of a text; others give back the text.
TRUTHS = frozenset(["bool", "boolean", "strtobool", "asbool", "truthy", "flag", "distutils"])
SPELT = frozenset(["lower", "strip", "upper", "casefold"])
SAME = frozenset(["str", "int", "cast"])
DEEPEST = 5  # calls and names, one behind the other


def is_off(look: Look, node: ast.expr) -> bool:
    """Whether it is off, or off unless somebody turns it on."""
    found = switch(look, node)
    return found is not None and not truth(found[0])


def truth(value: object) -> bool:
    return value.lower() not in NO if isinstance(value, str) else bool(value)


def switch(look: Look, node: ast.expr, depth: int = DEEPEST) -> tuple[object] | None:
    """The value that holds where nothing is set; None: the source does not say it."""
    only = look.values(node).only
    if only is not None and isinstance(only.value, bool | int | str | None):
        return (only.value,)
    if not depth:
        return None
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return None  # not DEBUG
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        return compared(look, node, depth)
    if isinstance(node, ast.Call):
        return of_call(look, node, depth)
    if isinstance(node, ast.Name | ast.Attribute | ast.Subscript):
        return of_name(look, node, depth)
    return None


def compared(look: Look, node: ast.Compare, depth: int) -> tuple[object] | None:
    """``x == "1"``, ``x in ("1", "yes")``, and what is not so."""
    left, right = switch(look, node.left, depth - 1), look.values(node.comparators[0]).only
    op = node.ops[0]
    if left is None or right is None or not isinstance(op, ast.Eq | ast.NotEq | ast.In | ast.NotIn):
        return None
    if isinstance(op, ast.In | ast.NotIn):
        if not isinstance(right.value, tuple | list | set | frozenset | str):
            return None
        held = str(left[0]) in {str(each) for each in right.value}
    else:
        held = str(left[0]) == str(right.value)
    return (held is isinstance(op, ast.Eq | ast.In),)


def of_call(look: Look, node: ast.Call, depth: int) -> tuple[object] | None:
    name = called_function(node)
    for each in look.call(node).named:
        if isinstance(each.definition, Function):
            return of_function(look, each.definition, node, depth)
    default = default_of(node)
    if default is not None:
        return switch(look, default.value, depth - 1)
    if name in SPELT | SAME and isinstance(node.func, ast.Attribute) and not node.args:
        found = switch(look, node.func.value, depth - 1)
        if found is None or name in SAME:
            return found
        return (getattr(str(found[0]), name)(),)
    if (name in SAME or not TRUTHS.isdisjoint(words_of(name))) and len(node.args) == 1:
        found = switch(look, node.args[0], depth - 1)
        if found is None or name in SAME:
            return found
        return (bool(found[0]) if name == "bool" else truth(found[0]),)
    return None


def of_function(look: Look, function: Function, node: ast.Call, depth: int) -> tuple[object] | None:
    """Of the project's own getter: ``yes("TLS", "no")``."""
    home = look.beside(function.module)
    if len(function.returns) != 1 or home.is_test:
        return None
    given = {name: value for name, (value, _) in bind(function, node, look.scope(node)).items()}
    given = {each.name: each.default for each in function.parameters if each.default is not None} | given
    return switch(home, Given(given).visit(copied(function.returns[0])), depth - 1)


def copied(node: ast.expr) -> ast.expr:
    return ast.parse(unparsed(node), mode="eval").body


class Given(ast.NodeTransformer):
    """Puts what was given in place of the parameters."""

    def __init__(self, given: dict[str, ast.expr]) -> None:
        self.given = given

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self.given.get(node.id, node)


def of_name(look: Look, node: ast.Name | ast.Attribute | ast.Subscript, depth: int) -> tuple[object] | None:
    """Of a name, an attribute or a key that is set once."""
    values = [
        (look.beside(each.scope.module), each.value)
        for named in (look.named(node) if not isinstance(node, ast.Subscript) else ())
        if isinstance(named.definition, Variable)
        for each in named.definition.bindings
        if each.kind == "assign" and each.value is not None
    ]
    if not values and isinstance(node, ast.Name):
        values = [
            (look.beside(each.scope.module), each.value)
            for each in look.scope(node).lookup(node.id)
            if each.kind == "assign" and each.value is not None
        ]
    if not values and isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        known = look.shared.set_on_attributes.get(str(node.slice.value), [])
        values = [(look.beside(module), value) for module, value in known]
    if not values and isinstance(node, ast.Attribute):
        known = look.shared.set_on_attributes.get(node.attr, [])
        values = [(look.beside(module), value) for module, value in known]
    return switch(*values[0], depth - 1) if len(values) == 1 else None
