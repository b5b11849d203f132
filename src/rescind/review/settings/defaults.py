"""What a setting is given, through getters, fields and conversions."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from rescind.reading import Function, Values, Variable, walk
from rescind.review.flow.calls import bind
from rescind.review.look import Look
from rescind.review.naming.called import called, called_function
from rescind.review.naming.words import secret_kind, words_of

# Calls that give back what they are given, or wrap it.
CONVERSIONS = frozenset(
    ["encode", "strip", "str", "bytes", "SecretStr", "SecretBytes", "Secret", "force_bytes", "to_bytes",
     "force_str", "fromhex",
     "import_key", "OctKey", "b64decode", "urlsafe_b64decode", "lower", "rstrip", "decode", "cast"]
)  # fmt: skip
FIELDS = frozenset(
    [
        "Field",
        "field",
        "attrib",
        "ib",
        "Factory",
        "option",
        "Option",
        "StringField",
        "CharField",
        "String",
        "Str",
        "Unicode",
    ]
)
GET = frozenset(
    [
        "get",
        "getenv",
        "env",
        "environ",
        "config",
        "setting",
        "settings",
        "setdefault",
        "fetch",
        "lookup",
        "str",
        "read",
        "option",
    ]
)


FLAGS = {"add_argument", "add_option", "option"}


class Default(NamedTuple):
    """What is taken when a setting of that name is not set, and the call that says so."""

    name: str
    value: ast.expr
    call: ast.Call


def default_of(node: ast.AST) -> Default | None:
    """Of ``environ.get("NAME", x)``, ``config("NAME", default=x)``, ``getattr(x, "NAME", y)``."""
    if not isinstance(node, ast.Call) or not node.args:
        return None
    if getattr(node.func, "id", "") == "getattr" and len(node.args) == 3:
        name = node.args[1]
        held = name.value if isinstance(name, ast.Constant) else None
        return Default(held, node.args[2], node) if isinstance(held, str) else None
    key = node.args[0]
    if not (isinstance(key, ast.Constant) and isinstance(key.value, str)):
        return None
    under = key.value
    if called_function(node) in FLAGS:  # add_argument("-k", "--signing-key", default=...)
        flags = [each.value for each in node.args if isinstance(each, ast.Constant)]
        under = max((each for each in flags if isinstance(each, str)), key=len)
    named = next(
        (each.value for each in node.keywords if each.arg in {"default", "fallback", "default_value"}), None
    )
    if named is not None:
        second = (
            node.args[1].value if len(node.args) == 2 and isinstance(node.args[1], ast.Constant) else None
        )
        option = second if isinstance(second, str) and called_function(node) == "get" else under
        return Default(option, named, node)  # section, name, fallback=
    last = called_function(node)
    if last in FLAGS:
        return None  # ``option("--secret-key", "-k")``: two names of one
    if GET.isdisjoint(words_of(last)) or "require" in words_of(last):
        return None
    if of_section(node):
        return None
    if len(node.args) == 3 and isinstance(node.args[1], ast.Constant) and isinstance(node.args[1].value, str):
        return Default(node.args[1].value, node.args[2], node)  # section, name, default
    return Default(under, node.args[1], node) if len(node.args) > 1 else None


def of_section(node: ast.Call) -> bool:
    """``conf.get("api", "SECRET_KEY")``: a section, and the name of what stands in it."""
    if len(node.args) != 2 or not isinstance(node.func, ast.Attribute):
        return False
    first, second = (each.value if isinstance(each, ast.Constant) else None for each in node.args)
    of_file = not FILES.isdisjoint(words_of(called(node.func.value)))
    if not of_file or not isinstance(first, str) or not isinstance(second, str):
        return False
    return secret_kind(first) == "" and (secret_kind(second) != "" or second in {"secret", "key"})


FILES = frozenset(["cfg", "conf", "config", "configparser", "ini", "parser"])


def inner(node: ast.expr) -> ast.expr:
    """Without conversions, fields and getters around it."""
    for _ in range(8):
        if isinstance(node, ast.Await):
            node = node.value
            continue
        if not isinstance(node, ast.Call):
            break
        found = default_of(node)
        last = called_function(node)
        if found is not None:
            node = found.value
        elif last in FIELDS:
            given = next((each.value for each in node.keywords if each.arg == "default"), None)
            if given is None and (not node.args or last not in {"Field", "Option", "option"}):
                break
            node = given if given is not None else node.args[0]
        elif (
            last in CONVERSIONS
            and node.args
            and not (isinstance(node.func, ast.Attribute) and last in {"encode", "decode", "strip"})
        ):
            node = node.args[-1] if last == "cast" else node.args[0]
        elif last in CONVERSIONS and isinstance(node.func, ast.Attribute):
            node = node.func.value
        else:
            break
    return node


def values_behind(look: Look, node: ast.expr, depth: int = 4) -> Values:
    """The values of what is behind conversions, fields and getters, and of each side of ``a or b``; of what a
    name was set to by one of these, too."""
    found = Values()
    for each in parts(inner(node)):
        inside = inner(each)
        found |= look.values(inside) | of_loop(look, inside)
        for at, whole in set_to(look, inside):
            decodes = isinstance(whole, ast.Call) and called_function(whole) in {"fromhex", "unhexlify"}
            if depth and (decodes or inner(whole) is not whole):
                found |= values_behind(at, whole, depth - 1)
        for function in kept(look, inside):
            for returned in function.returns:
                found |= values_behind(look.beside(function.module), returned)
    return found


def of_loop(look: Look, node: ast.expr) -> Values:
    """What a name stands for in ``for name in [...]``."""
    found = Values()
    for binding in look.scope(node).lookup(node.id) if isinstance(node, ast.Name) else ():
        if binding.kind == "for" and binding.value is not None:
            home = look.beside(binding.scope.module)
            for option in home.values(binding.value).options:
                for each in getattr(option.node, "elts", ()):
                    found |= look.beside(option.module).values(each)
    return found


def values_given(look: Look, node: ast.expr, depth: int = 3) -> Values:
    """`values_behind`, and what callers give where it is a parameter."""
    found = values_behind(look, node)
    for gap in found.gaps if depth else ():
        if gap.why != "parameter" or not isinstance(gap.node, ast.arg):
            continue
        home = look.beside(gap.module)
        function = home.owner(gap.node)
        if function is None:
            continue
        made = function.cls if function.cls is not None and function.name == "__init__" else function
        within = calls_in(look, node, function)
        if within:  # what other calls of it are given is not what this one gives
            for at, one in within:
                given = bind(function, one, at.scope(one)).get(gap.name)
                found |= values_given(at, given[0], depth - 1) if given is not None else Values()
            continue
        for call in look.shared.callers(made.qualname):
            given = bind(function, call.node, call.module.scope_of(call.node)).get(gap.name)
            if given is not None:
                found |= values_given(look.beside(call.module), given[0], depth - 1)
    return found


def calls_in(look: Look, node: ast.expr, function: Function) -> list[tuple[Look, ast.Call]]:
    """Where an expression calls a function, or what the variable that it names was set to."""
    return [
        (at, each)
        for at, whole in ((look, node), *(one for part in walk(node) for one in set_to(look, part)))
        for each in walk(whole)
        if isinstance(each, ast.Call)
        and any(one.definition is function for one in at.project.callee(each, at.scope(each)))
    ]


def set_to(look: Look, node: ast.AST) -> Iterator[tuple[Look, ast.expr]]:
    """What the variable that an expression names is set to, wherever that stands."""
    for named in look.named(node) if isinstance(node, ast.Name | ast.Attribute) else ():
        for each in named.definition.bindings if isinstance(named.definition, Variable) else ():
            if each.value is not None and each.kind in {"assign", "declared"}:
                yield look.beside(each.scope.module), each.value


def kept(look: Look, node: ast.expr) -> Iterator[Function]:
    """The function behind a call whose answer is kept: ``lru_cache``."""
    if isinstance(node, ast.Call):
        for each in look.project.callee(node, look.scope(node)):
            function = each.definition
            if isinstance(function, Function) and len(function.decorators) == 1:
                yield from [function] if function.decorators[0].name.startswith("functools.") else ()


def parts(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.BoolOp):
        yield from (each for value in node.values for each in parts(inner(value)))
    elif isinstance(node, ast.IfExp):
        yield from parts(inner(node.body))
        yield from parts(inner(node.orelse))
    else:
        yield node


def is_default(node: ast.expr) -> bool:
    """Whether the value is only what is taken when nothing is set."""
    return default_of(node) is not None or (isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or))
