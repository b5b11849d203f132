"""What is put together of what others know, or can count, and of nothing else."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from rescind.reading import walk
from rescind.review.flow.names import bindings_at
from rescind.review.look import Look
from rescind.review.naming.called import called, called_function
from rescind.review.naming.words import secret_kind, words_of

# What others know, and nothing else.
OTHERS_KNOW = re.compile(
    r"^(?:str\(|int\()?(?:[\w.]*\.)?(?:id|pk|username|user_id|email|user_email|phone\w*|user|login|time\(\)|timestamp)\)*$"
)
# What passwords are made of that somebody hands out.
OF_PEOPLE = re.compile(
    r"^(?:[\w.\[\]'\"]*[._'\"])?(?:\w*name|username|email|phone\w*|birth\w*|year|company|city|apellido\w*|nombre|nachname|vorname)"
    r"['\"\]]*(?:\.(?:lower|upper|title|capitalize)\(\)|\[:?\d*:?\d*\])*$"
    r"|^(?:[\w.]*\.)?(?:now|today|utcnow)\(\)\.(?:year|strftime\(.*\))$"
)
WRAPS = frozenset(["str", "force_bytes", "force_str", "bytes", "encode", "hex", "format", "repr"])


def of_what_others_know(look: Look) -> Iterator[tuple[ast.AST, str]]:
    """``token = f"{user.id}-{user.email}"``, ``sid = str(len(sessions) + 1)``, ``password = name + year``"""
    for setting in look.settings:
        words = words_of(setting.name)
        if not words or words[0] in {"no", "next", "page", "default"}:
            continue
        kind = secret_kind(setting.name)
        token = words[-1] in {"token", "sid", "apikey"} and look.near_auth(setting.node)
        of_session = words[-1] in {"sid", "key", "id"} and kind == "token" and of_sessions(look, setting.node)
        value = given_name(look, setting.value) if token or of_session else setting.value
        if (token and known_alone(look, value)) or (of_session and counted(look, value)):
            yield value, "made of what others know, and of nothing else"
        elif kind == "password" and of_people(look, setting.value):
            yield setting.value, "a password of what others know of its owner"
    for call in look.calls if "set_password" in look.module.text else ():
        given = call.node.args[0] if call.node.args else None
        if given is not None and called_function(call.node) == "set_password" and of_people(look, given):
            yield given, "a password of what others know of its owner"


def given_name(look: Look, node: ast.expr) -> ast.expr:
    """Of a name what it was assigned right before, in the same function."""
    bound = bindings_at(node, look.scope(node)) if isinstance(node, ast.Name) else ()
    only = bound[0] if len(bound) == 1 and bound[0].scope is look.scope(node) else None
    return only.value if only is not None and only.kind == "assign" and only.value is not None else node


def of_sessions(look: Look, node: ast.AST) -> bool:
    function = look.function(node)
    return look.near_auth(node) or (
        function is not None and "session" in look.module.source_of(function.node).lower()
    )


def known_alone(look: Look, node: ast.expr) -> bool:
    if isinstance(node, ast.Call) and called_function(node) in {"str", "format", "hex"} and node.args:
        return counts(look, node.args[0])
    given = pieces(node)
    return bool(given) and all(
        OTHERS_KNOW.match(look.module.source_of(each)) or counts(look, each) for each in given
    )


def counted(look: Look, node: ast.expr) -> bool:
    """``next(numbers)``, ``f"s{user.id}-{next(numbers)}"``, ``str(len(sessions) + 1)``"""
    if isinstance(node, ast.Call) and called_function(node) in {"str", "format", "hex"} and node.args:
        return counts(look, node.args[0])
    given = pieces(node) if isinstance(node, ast.JoinedStr | ast.BinOp) else [node]
    rest = [each for each in given if not counts(look, each)]
    others_know = all(OTHERS_KNOW.match(look.module.source_of(each)) for each in rest)
    return len(rest) < len(given) and others_know


def of_people(look: Look, node: ast.expr) -> bool:
    given = pieces(node)
    return bool(given) and all(OF_PEOPLE.match(look.module.source_of(each)) for each in given)


def pieces(node: ast.expr) -> list[ast.expr]:
    """What a text is put together of, without what stands in the source."""
    if isinstance(node, ast.JoinedStr):
        return [each.value for each in node.values if isinstance(each, ast.FormattedValue)]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return [each for each in added(node) if not isinstance(each, ast.Constant)]
    return []


def added(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        yield from added(node.left)
        yield from added(node.right)
    else:
        yield node


def counts(look: Look, node: ast.expr) -> bool:
    """``len(sessions) + 1``, ``next(counter)``, ``self.last`` that is counted up."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return re.match(r"(?:len\(.+\)|.+\.count\(\)) \+ 1$", look.module.source_of(node)) is not None
    if isinstance(node, ast.Call) and called_function(node) == "next" and node.args:
        types = look.project.types_of(node.args[0], look.scope(node))
        return any(each.name.startswith("itertools.count") for each in types)
    if isinstance(node, ast.Attribute):
        function = look.function(node)
        cls = function.cls if function is not None else None
        within = cls.node if cls is not None else None
        return within is not None and any(counted_up(each, node.attr) for each in walk(within))
    if isinstance(node, ast.Name):
        return any(
            each.kind == "augmented" and counted_up(each.node, node.id)
            for each in bindings_at(node, look.scope(node))
        )
    return False


def counted_up(node: ast.AST, name: str) -> bool:
    return (
        isinstance(node, ast.AugAssign)
        and isinstance(node.op, ast.Add)
        and isinstance(node.value, ast.Constant)
        and node.value.value == 1
        and called(node.target) == name
    )


def put_of_known(look: Look, call: ast.Call) -> bool:
    """``b64encode(f"{user.id}:{user.email}".encode())``: letters for what others know."""
    node: ast.expr | None = call.args[0] if call.args else None
    while isinstance(node, ast.Call) and called_function(node) in WRAPS:
        below = node.func.value if isinstance(node.func, ast.Attribute) and not node.args else None
        node = below if below is not None else node.args[0] if node.args else None
    if node is None:
        return False
    given = pieces(node) or [node]
    return all(OTHERS_KNOW.match(look.module.source_of(each)) for each in given)
