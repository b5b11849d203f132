"""Calls that set a cookie: what they are given, and what the frameworks set where nothing is said."""

from __future__ import annotations

import ast
from typing import NamedTuple

from rescind.reading import Call, Function
from rescind.review.look import Look
from rescind.review.naming.called import called_function

# The longest ways come first: what has signed the value is believed.
SIGNED = frozenset(["set_secure_cookie", "set_signed_cookie"])
SETS = SIGNED | {
    "set_cookie", "Cookie", "add_cookie", "setcookie", "setCookie", "addCookie", "dump_cookie",
}  # fmt: skip
FLAGS = ("secure", "httponly")
UNKNOWN = object()
# Flags that a framework sets where nothing is said; those of `Falcon` are of all its answers.
FALCON = {"secure": True, "httponly": True}
PRESET = {"add_cookie": {"secure": True}}  # Sanic
# Where they stand without a name: ``key, value, max_age, expires, path, domain, secure, httponly, samesite``.
PLACES = {"secure": 6, "httponly": 7, "samesite": 8}


class Put(NamedTuple):
    """A cookie as a call sets it; ``flags``: of each argument in small letters its value, or `UNKNOWN`."""

    name: ast.expr | None
    value: ast.expr | None
    flags: dict[str, object]
    signed: bool


def put_by(look: Look, call: Call) -> Put | None:
    """What a call of a framework sets; None: it is none of these, or a function of the project."""
    attr = called_function(call.node)
    if attr not in SETS or any(isinstance(each.definition, Function) for each in call.named):
        return None  # that function calls the framework's
    name = call.argument("key", 0) or call.argument("name", 0) or spread(look, call, "key", "name")
    value = call.argument("value", 1) or spread(look, call, "value")
    if getattr(name, "id", "") in {"self", "handler", "request", "response", "resp"}:
        return None  # no framework's: it says itself what the cookie is called
    signed = attr in SIGNED or call.argument("secret") is not None or attr in {"Cookie", "add_cookie"}
    return Put(name, value, preset(look, attr) | flags(look, call), signed)


def spread(look: Look, call: Call, *names: str) -> ast.expr | None:
    """Of ``set_cookie(**options)`` what the dictionary has under a name."""
    options = [options_of(look, each.value) or {} for each in call.node.keywords if each.arg is None]
    return next((found[name] for found in options for name in names if name in found), None)


def options_of(look: Look, node: ast.expr) -> dict[str, ast.expr] | None:
    """What a dictionary has under which key, one that stands there, was made for a name, or is what a
    function gives; None: not all of it is known."""
    made, later = node, {}
    if isinstance(node, ast.Name):
        bound = look.scope(node).lookup(node.id)
        if len(bound) != 1 or bound[0].scope.module is not look.module or bound[0].value is None:
            return None
        made, function = bound[0].value, look.function(node)
        for each in function.walk() if function is not None else ():
            if isinstance(each, ast.Assign) and isinstance(each.targets[0], ast.Subscript):
                target = each.targets[0]
                if getattr(target.value, "id", "") == node.id and isinstance(target.slice, ast.Constant):
                    later[str(target.slice.value)] = each.value
            elif isinstance(each, ast.Attribute) and getattr(each.value, "id", "") == node.id:
                return None
    if isinstance(made, ast.Call) and called_function(made) == "dict" and not made.args:
        return {each.arg: each.value for each in made.keywords if each.arg} | later
    if isinstance(made, ast.Call):
        gives = [each.definition for each in look.call(made).named if isinstance(each.definition, Function)]
        if len(gives) == 1 and len(gives[0].returns) == 1 and gives[0].module is look.module:
            made = gives[0].returns[0]
    if not isinstance(made, ast.Dict):
        return None
    pairs = zip(made.keys, made.values, strict=True)
    found = {key.value: value for key, value in pairs if isinstance(key, ast.Constant)}
    return {str(key): value for key, value in found.items()} | later if len(found) == len(made.keys) else None


def preset(look: Look, attr: str) -> dict[str, object]:
    """Flags that a framework sets where nothing is said."""
    if "falcon" in look.module.text:
        return dict(FALCON)
    return dict(PRESET.get(attr, {}))


def plain(name: str) -> str:
    """``httponly`` of ``http_only`` and ``httpOnly``, ``max_age`` as it is."""
    small = name.lower()
    return {"http_only": "httponly", "same_site": "samesite"}.get(small, small)


def flags(look: Look, call: Call) -> dict[str, object]:
    """What a call says of each argument in small letters; one that comes from elsewhere is `UNKNOWN`."""
    found: dict[str, object] = {}
    for each in call.node.keywords:
        values = look.values(each.value)
        if each.arg is not None:
            found[plain(each.arg)] = values.only.value if values.only is not None else UNKNOWN
            continue
        options = options_of(look, each.value)
        if options is not None:
            given = {plain(name): look.values(value).only for name, value in options.items()}
            found |= {name: UNKNOWN if only is None else only.value for name, only in given.items()}
            continue
        local = isinstance(each.value, ast.Name) and look.function(each.value) is not None
        known = [one.value for one in values.options if isinstance(one.value, dict) and not local]
        for one in known:
            found |= {plain(str(name)): value for name, value in one.items()}
        if not known or values.gaps:
            found |= {flag: found.get(flag, UNKNOWN) for flag in (*FLAGS, "samesite")}
    for name, at in PLACES.items():
        if len(call.node.args) > at:
            found.setdefault(name, UNKNOWN)
    return found


def missing(given: dict[str, object]) -> str:
    """What is wrong with a cookie of authority that has these flags; empty: nothing."""
    off = [flag for flag in FLAGS if not given.get(flag)]
    site = given.get("samesite", UNKNOWN)
    if off:
        return f"a cookie that lets somebody in is set without {' and '.join(off)}"
    if site is None or site is False or str(site).lower() == "none":
        return "a cookie that lets somebody in is sent along by other sites: SameSite is off"
    return ""


def deletes(look: Look, put: Put, call: Call) -> bool:
    """An empty value, or an end that has passed."""
    if put.value is not None and deletes_value(look, put.value):
        return True
    for name in ("max_age", "expires"):
        end = call.argument(name)
        if end is not None and (only := look.values(end).only) is not None and only.value in {0, "0"}:
            return True
    return False


def deletes_value(look: Look, value: ast.expr) -> bool:
    only = look.values(value).only
    return only is not None and only.value in {"", b"", None}
