"""What is put into a token: the claims, wherever they are made."""

from __future__ import annotations

import ast
from typing import NamedTuple

from rescind.reading import Class
from rescind.review.flow.names import bindings_at
from rescind.review.look import Look
from rescind.review.naming.called import called_function

DEEPEST = 4
AS_DICT = frozenset(["asdict", "vars", "dict"])
DUMPS = frozenset(["model_dump", "dict", "to_dict", "as_dict", "copy", "asdict"])


class Ends(NamedTuple):
    """What is known of the end of claims. ``known``: whether all of their keys are; ``values``: what stands
    under ``exp``, with the module where it stands."""

    known: bool
    values: tuple[tuple[Look, ast.expr], ...] = ()


UNKNOWN = Ends(False)
NONE = Ends(True)


def ends_of(look: Look, node: ast.expr, depth: int = DEEPEST) -> Ends:
    """Of a dictionary, a variable that holds one, a function that gives one, an object that becomes one."""
    node = node.value if isinstance(node, ast.Await) else node
    if depth == 0:
        return UNKNOWN
    if isinstance(node, ast.Dict):
        return of_dict(look, node, depth)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return both(ends_of(look, node.left, depth - 1), ends_of(look, node.right, depth - 1))
    if isinstance(node, ast.Name):
        return of_name(look, node, depth)
    return of_call(look, node, depth) if isinstance(node, ast.Call) else UNKNOWN


def both(*found: Ends) -> Ends:
    values = tuple(value for each in found for value in each.values)
    return Ends(bool(values) or all(each.known for each in found), values)


def of_dict(look: Look, node: ast.Dict, depth: int) -> Ends:
    found: list[Ends] = [NONE]
    for key, value in zip(node.keys, node.values, strict=True):
        if key is None:
            found.append(ends_of(look, value, depth - 1))
        else:
            only = look.values(key).only
            if only is None:
                found.append(UNKNOWN)
            elif only.value == "exp":
                found.append(Ends(True, ((look, value),)))
    return both(*found)


def of_name(look: Look, node: ast.Name, depth: int) -> Ends:
    """A variable of the function, with what is put into it on the way."""
    function = look.function(node)
    bound = bindings_at(node, look.scope(node))
    if function is None or not bound or any(each.kind != "assign" or each.value is None for each in bound):
        return UNKNOWN
    found = [ends_of(look, each.value, depth - 1) for each in bound if each.value is not None]
    for each in function.walk():
        if isinstance(each, ast.Subscript) and getattr(each.value, "id", "") == node.id:
            if isinstance(each.ctx, ast.Store):
                found.append(of_store(look, each))
        elif isinstance(each, ast.Call):
            found.append(of_use(look, each, node, depth))
    return both(*found)


def of_store(look: Look, node: ast.Subscript) -> Ends:
    key = node.slice.value if isinstance(node.slice, ast.Constant) else None
    if key is None:
        return UNKNOWN
    statement = look.module.statement_of(node)
    value = statement.value if isinstance(statement, ast.Assign) else None
    if key == "exp":
        return Ends(True, ((look, value),)) if value is not None else UNKNOWN
    return NONE


def of_use(look: Look, call: ast.Call, node: ast.Name, depth: int) -> Ends:
    """``claims.update(...)``; what is given to a function may be changed there, unless that makes a token."""
    func = call.func
    if isinstance(func, ast.Attribute) and getattr(func.value, "id", "") == node.id:
        if func.attr in {"update", "setdefault"}:
            ends = [one.value for one in call.keywords if one.arg == "exp"]
            if ends:
                return Ends(True, tuple((look, each) for each in ends))
            if func.attr == "setdefault":
                first = call.args[0] if call.args else None
                return UNKNOWN if getattr(first, "value", "exp") == "exp" else NONE
            return both(NONE, *(ends_of(look, each, depth - 1) for each in call.args))
        return NONE
    if any(isinstance(each, ast.Name) and each.id == node.id for each in call.args):
        return NONE if called_function(call) in HARMLESS or look.scope(call) is None else UNKNOWN
    return NONE


HARMLESS = frozenset(["encode", "dict", "len", "print", "info", "debug", "dumps", "copy", "deepcopy", "sign"])


def of_call(look: Look, node: ast.Call, depth: int) -> Ends:
    name = called_function(node)
    if name in AS_DICT and len(node.args) == 1 and not node.keywords:
        return of_object(look, node.args[0], depth)
    if isinstance(node.func, ast.Name) and node.func.id == "dict":
        parts = [ends_of(look, each, depth - 1) for each in node.args]
        parts += [ends_of(look, each.value, depth - 1) for each in node.keywords if each.arg is None]
        ends = tuple((look, each.value) for each in node.keywords if each.arg == "exp")
        return both(Ends(True, ends), *parts)
    if isinstance(node.func, ast.Attribute) and name in DUMPS and not node.args:
        found = of_object(look, node.func.value, depth)
        if found.known:
            return found
    made = look.shared.flow.calls.callees(node, look.scope(node))
    given = [
        ends_of(look.beside(each.module), value, depth - 1)
        for each in made
        if each.name != "__init__"
        for value in each.returns
    ]
    return both(*given) if given else UNKNOWN


def of_object(look: Look, node: ast.expr, depth: int) -> Ends:
    """``Claims(sub=x)`` of a class of the project, in whose fields all stands that there is."""
    if isinstance(node, ast.Name):
        values = [each.value for each in bindings_at(node, look.scope(node)) if each.kind == "assign"]
        if len(values) == 1 and values[0] is not None:
            return (
                ends_of(look, values[0], depth - 1)
                if isinstance(values[0], ast.Dict)
                else of_object(look, values[0], depth - 1)
            )
        return UNKNOWN
    if isinstance(node, ast.Dict):
        return ends_of(look, node, depth - 1)
    if not isinstance(node, ast.Call):
        return UNKNOWN
    cls = next(
        (each.definition for each in look.call(node).named if isinstance(each.definition, Class)), None
    )
    if cls is None or any(each.arg is None for each in node.keywords):
        return UNKNOWN
    given = tuple((look, each.value) for each in node.keywords if each.arg == "exp")
    if given:
        return Ends(True, given)
    outside = [each.name for each in cls.mro if each.definition is None]
    plain = all(
        each.rpartition(".")[2] in {"object", "BaseModel", "Struct", "TypedDict", "NamedTuple"}
        for each in outside
    )
    fields = {
        name for each in cls.mro if isinstance(each.definition, Class) for name in declared(each.definition)
    }
    return NONE if plain and fields and "exp" not in fields else UNKNOWN


def declared(cls: Class) -> list[str]:
    targets = [getattr(each, "target", None) for each in cls.node.body if isinstance(each, ast.AnnAssign)]
    return [each.id for each in targets if isinstance(each, ast.Name)] + list(cls.on_instances)
