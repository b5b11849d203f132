"""Whether an expression is text or bytes for certain: what `hmac.compare_digest` takes."""

from __future__ import annotations

import ast
from typing import Literal

from rescind.review.flow.names import bindings_at
from rescind.review.look import Look
from rescind.review.naming.called import CARRIERS, called_function

# ``ascii``: text of which that is known; nothing: it may be anything, None too.
Kind = Literal["bytes", "str", "ascii", ""]
CALLS: dict[str, Kind] = {
    "base64.b64encode": "bytes", "base64.urlsafe_b64encode": "bytes", "base64.b64decode": "bytes",
    "base64.urlsafe_b64decode": "bytes", "hmac.digest": "bytes", "hashlib.pbkdf2_hmac": "bytes",
    "hashlib.scrypt": "bytes", "secrets.token_bytes": "bytes", "os.urandom": "bytes",
    "secrets.token_hex": "ascii", "secrets.token_urlsafe": "ascii", "str": "str", "bytes": "bytes",
    "binascii.hexlify": "bytes", "binascii.unhexlify": "bytes", "bytes.fromhex": "bytes",
}  # fmt: skip
METHODS: dict[str, Kind] = {
    "digest": "bytes", "hexdigest": "ascii", "hex": "ascii", "encode": "bytes", "decode": "str",
}  # fmt: skip
TEXTS = {"header", "cookie", "query", "form"}  # parts of a request that are text where they are there


def kind_of(look: Look, node: ast.expr, depth: int = 4) -> Kind:
    if isinstance(node, ast.Constant):
        return of_constant(node.value)
    if isinstance(node, ast.JoinedStr):
        return "str"
    if isinstance(node, ast.Name) and depth:
        return of_name(look, node, depth)
    if isinstance(node, ast.IfExp):
        return both(kind_of(look, node.body, depth), kind_of(look, node.orelse, depth))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return both(kind_of(look, node.left, depth), kind_of(look, node.right, depth))
    if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or):
        return of_or(look, node, depth)
    if isinstance(node, ast.Subscript):
        return of_key(look, node)
    return of_call(look, node, depth) if isinstance(node, ast.Call) else ""


def of_constant(value: object) -> Kind:
    if isinstance(value, bytes):
        return "bytes"
    if isinstance(value, str):
        return "ascii" if value.isascii() else "str"
    return ""


def both(first: Kind, second: Kind) -> Kind:
    """Of two, one of which it is."""
    if first == second:
        return first
    return "str" if {first, second} == {"str", "ascii"} else ""


def of_name(look: Look, node: ast.Name, depth: int) -> Kind:
    kinds: list[Kind] = []
    for one in bindings_at(node, look.scope(node)):
        if one.kind == "parameter":
            kinds.append(of_annotation(one.annotation))
        elif one.kind == "assign" and one.value is not None and one.scope.module is look.module:
            kinds.append(kind_of(look, one.value, depth - 1))
        else:
            return ""
    found = kinds[0] if kinds else ""
    for each in kinds[1:]:
        found = both(found, each)
    return found


def of_annotation(node: ast.expr | None) -> Kind:
    name = getattr(node, "id", "")
    return "str" if name == "str" else "bytes" if name == "bytes" else ""


def of_or(look: Look, node: ast.BoolOp, depth: int) -> Kind:
    """``request.headers.get("X-Key") or ""``"""
    found = kind_of(look, node.values[-1], depth)
    for each in node.values[:-1]:
        found = both(found, "str" if is_text(look, each) else kind_of(look, each, depth))
    return found


def of_key(look: Look, node: ast.Subscript) -> Kind:
    """``request.headers["X-Key"]``, ``os.environ["KEY"]``"""
    if not isinstance(node.slice, ast.Constant):
        return ""
    return "str" if is_text(look, node) or look.name(node.value) == "os.environ" else ""


def is_text(look: Look, node: ast.expr) -> bool:
    """A part of a request that is text, or None."""
    base = node.value if isinstance(node, ast.Subscript) else None
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get":
        base = node.func.value
    return base is not None and look.shared.flow.web.part(base, look.scope(base)) in TEXTS


def of_call(look: Look, node: ast.Call, depth: int) -> Kind:
    for each in look.project.callee(node, look.scope(node)):
        if each.name in CALLS:
            return CALLS[each.name]
    if not isinstance(node.func, ast.Attribute):
        return ""
    name = called_function(node)
    if name in METHODS and (name != "encode" or not is_token_maker(look, node)):
        return METHODS[name]
    if name == "get" and len(node.args) == 2 and is_text(look, node):
        return both("str", kind_of(look, node.args[1], depth))
    if name in CARRIERS - {"get_secret_value", "hex"}:
        return kind_of(look, node.func.value, depth)
    return ""


def is_token_maker(look: Look, node: ast.Call) -> bool:
    """``jwt.encode(claims, key)`` gives text, or bytes, by its version."""
    return len(node.args) > 1 or not kind_free(node)


def kind_free(node: ast.Call) -> bool:
    """``x.encode()``, ``x.encode("utf-8")``"""
    return all(isinstance(each, ast.Constant) for each in node.args)
