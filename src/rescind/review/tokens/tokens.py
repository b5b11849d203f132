"""Calls that make and read signed tokens: PyJWT, python-jose, Authlib and joserfc."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any

from rescind.reading import Call, walk
from rescind.review.look import Look
from rescind.review.naming.called import called, called_function
from rescind.review.naming.words import words_of
from rescind.review.settings.switched import is_off

PYJWT = re.compile(r"^jwt\.(?:\w+\.)*(?:PyJWT(?:\(\))?\.)?decode(?:_complete)?$")
JOSE = re.compile(r"^jose\.(?:jwt\.decode|jws\.verify)$")
AUTHLIB = re.compile(r"^authlib\.jose\.(?:\w+\.)*(?:JsonWebToken(?:\(\))?\.|jwt\.|JWT\(?\)?\.)decode$")
JOSERFC = re.compile(r"^joserfc\.jwt\.decode$")
ENCODES = re.compile(r"^(?:jwt\.(?:\w+\.)*(?:PyJWT(?:\(\))?\.)?encode|jose\.jwt\.encode)$")
UNVERIFIED = re.compile(
    r"^jose\.(?:jwt\.get_unverified_claims|jws\.get_unverified_claims)$|^joserfc\.jws\.extract_compact$"
    r"|^python_jwt\.process_jwt$"
)
GOOGLE = re.compile(r"^google\.auth\.jwt\.decode$")
DECODES = (PYJWT, JOSE, AUTHLIB, JOSERFC, GOOGLE)


def calls_of(look: Look, *patterns: re.Pattern[str]) -> Iterator[Call]:
    """The calls of a module whose name in full is one of these."""
    if not any(word in look.module.text for word in ("jwt", "jose", "jws")):
        return
    for call in look.calls:
        if any(pattern.match(each.name) for each in call.named for pattern in patterns):
            yield call


def options(look: Look, call: Call) -> dict[Any, Any]:
    """What ``options=`` of a decoding call says, as far as it stands in the source; ``verify=`` too."""
    given = call.argument("options", 3)
    found: dict[Any, Any] = {}
    for each in (given, made_with(look, call)):
        made = held(look, each) if isinstance(each, ast.Name) else each
        if isinstance(made, ast.Call):  # dict(verify_exp=False)
            known = {one.arg: look.values(one.value).only for one in made.keywords if one.arg}
            found |= {name: only.value for name, only in known.items() if only is not None}
        elif each is not None:
            for option in look.values(each).options:
                found |= option.value if isinstance(option.value, dict) else {}
        found |= set_later(look, each) if isinstance(each, ast.Name) else {}
    old = call.argument("verify")
    if old is None and len(call.node.args) > 2 and isinstance(call.node.args[2], ast.Constant):
        old = call.node.args[2]  # the third of PyJWT's first versions
    if old is not None and (only := look.values(old).only) is not None and isinstance(only.value, bool):
        found.setdefault("verify_signature", only.value)
    return found


def held(look: Look, node: ast.Name) -> ast.expr | None:
    """What a name stands for, if that is one ``dict(...)``."""
    bound = look.scope(node).lookup(node.id)
    value = bound[0].value if len(bound) == 1 else None
    return value if isinstance(value, ast.Call) and called_function(value) == "dict" else None


def set_later(look: Look, node: ast.Name) -> dict[Any, Any]:
    """``options["verify_signature"] = False`` in the function where the options are made."""
    function, found = look.function(node), dict[Any, Any]()
    for each in function.walk() if function is not None and node.id in function.scope.bindings else ():
        target = each.targets[0] if isinstance(each, ast.Assign) else None
        if isinstance(each, ast.Assign) and isinstance(target, ast.Subscript):
            only = look.values(each.value).only
            if getattr(target.value, "id", "") == node.id and only is not None:
                found[getattr(target.slice, "value", None)] = only.value
    return found


def made_with(look: Look, call: Call) -> ast.expr | None:
    """Of ``PyJWT(options).decode(...)`` the options."""
    func = call.node.func
    if not isinstance(func, ast.Attribute) or not isinstance(func.value, ast.Name | ast.Call):
        return None
    made: list[ast.expr | None] = [func.value]
    if isinstance(func.value, ast.Name):
        made = [one.value for one in look.scope(func).lookup(func.value.id)]
    for each in made:
        if isinstance(each, ast.Call) and look.name(each.func).endswith("PyJWT"):
            named = [one.value for one in each.keywords if one.arg == "options"]
            return next(iter([*each.args, *named]), None)
    return None


def algorithms(look: Look, call: Call) -> ast.expr | None:
    """The algorithms that a call accepts."""
    return call.argument("algorithms", 2)


def is_checked(look: Look, call: Call) -> bool:
    """Whether a decoding call verifies the signature."""
    return options(look, call).get("verify_signature") is not False and not switched_off(look, call)


def switched_off(look: Look, call: Call) -> bool:
    """``options={"verify_signature": VERIFY}`` where that is off unless somebody turns it on."""
    given = call.argument("options", 3)
    pairs = zip(given.keys, given.values, strict=True) if isinstance(given, ast.Dict) else ()
    return any(
        getattr(key, "value", "") == "verify_signature" and is_off(look, value) for key, value in pairs
    )


def bound_to(look: Look, call: Call) -> str:
    """The name that the result of a call is assigned to, if it is."""
    above = look.module.parent_of(call.node)
    while isinstance(above, ast.Await):
        above = look.module.parent_of(above)
    target = above.targets[0] if isinstance(above, ast.Assign) else getattr(above, "target", None)
    return target.id if isinstance(target, ast.Name) else ""


def keys_read(look: Look, call: Call, depth: int = 2) -> set[str] | None:
    """The names of what is taken out of a call's result; None: all of it goes somewhere."""
    function = look.function(call.node)
    name = bound_to(look, call)
    uses: list[ast.AST] = [call.node]
    if name and function is not None:
        names = [each for each in function.walk() if isinstance(each, ast.Name) and each.id == name]
        uses = [each for each in names if isinstance(each.ctx, ast.Load)]
    found: set[str] = set()
    for use in uses:
        key = key_of(look, use)
        if key is not None:
            found.add(key)
            continue
        callers = look.shared.callers(function.qualname) if function is not None and depth else []
        if not callers or not isinstance(look.module.parent_of(use), ast.Return):
            return None
        for each in callers:  # it gives the claims back: what do those who call it take out of them?
            below = keys_read(look.beside(each.module), each, depth - 1)
            if below is None:
                return None
            found |= below
    return found


def key_of(look: Look, node: ast.AST) -> str | None:
    """Of ``x["name"]``, ``x.get("name")`` and ``"name" in x`` the name."""
    above = look.module.parent_of(node)
    key: ast.AST | None = None
    if isinstance(above, ast.Subscript) and above.value is node:
        key = above.slice
    elif isinstance(above, ast.Attribute) and above.attr == "get":
        call = look.module.parent_of(above)
        key = call.args[0] if isinstance(call, ast.Call) and call.args else None
    elif isinstance(above, ast.Compare) and isinstance(above.ops[0], ast.In | ast.NotIn):
        key = above.left
    return key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else None


def says_algorithm(look: Look, node: ast.expr, depth: int = 3) -> bool:
    """Whether an expression is what a token's header says of its algorithm."""
    for each in walk(node):
        if of_header(look, taken(each, {"alg"})):
            return True
        if isinstance(each, ast.Name) and depth and look.function(each) is not None:
            bound = [one for one in look.scope(each).lookup(each.id) if one.kind == "assign"]
            values = [one.value for one in bound if one.scope.module is look.module]
            if any(value is not None and says_algorithm(look, value, depth - 1) for value in values):
                return True
    return False


def taken(node: ast.AST, keys: set[str]) -> ast.expr | None:
    """Of ``x["name"]`` and ``x.get("name")`` with one of these names x."""
    if isinstance(node, ast.Subscript):
        return node.value if isinstance(node.slice, ast.Constant) and node.slice.value in keys else None
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "get"
        and node.args
    ):
        return (
            node.func.value if isinstance(node.args[0], ast.Constant) and node.args[0].value in keys else None
        )
    return None


def of_header(look: Look, node: ast.expr | None) -> bool:
    """Whether it is the header of a token, which its sender wrote; the dictionary of a known key is not."""
    if node is None:
        return False
    if isinstance(node, ast.Call):
        given = {word for each in node.args for word in words_of(called(each))}
        return "header" in look.name(node.func) or not given.isdisjoint({"head", "header"})
    names = set(words_of(getattr(node, "id", getattr(node, "attr", ""))))
    if not names.isdisjoint({"header", "headers", "head", "protected"}):
        return True
    if isinstance(node, ast.Name):
        values = [each.value for each in look.scope(node).lookup(node.id) if each.value is not None]
        return any(isinstance(each, ast.Call) and "header" in look.name(each.func) for each in values)
    return False
