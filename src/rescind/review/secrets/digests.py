"""What a project hashes fast: the calls, and the parameters of its own helpers that go into one."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from rescind.reading import Call, Function, walk
from rescind.review.flow.calls import bind
from rescind.review.flow.names import bindings_at
from rescind.review.look import Look
from rescind.review.once import in_circles, once

FAST = re.compile(
    r"^(?:hash|zlib\.(?:crc32|adler32)|hmac\.(?:new|digest)|hashlib\.(?:md5|sha1|sha224|sha256|sha384|sha512|sha3_\w+|blake2[bs]|new)|md5\.(?:new|md5)|sha\.(?:new|sha)"
    r"|Crypto(?:dome)?\.Hash\.\w+\.new|crypt\.crypt|passlib\.hash\.(?:md5_crypt|des_crypt|sha1_crypt|hex_\w+|ldap_(?:md5|sha1)"
    r"|ldap_salted_\w+|lmhash|nthash|mysql\w+|apr_md5_crypt|bsdi_crypt|bigcrypt|crypt16|unix_disabled|plaintext)\.\w+)$"
)  # fmt: skip
SLOW = re.compile(
    r"^(?:bcrypt\.|argon2\.|passlib\.|pwdlib\.|hashlib\.(?:scrypt|pbkdf2_hmac)|werkzeug\.security\."
    r"|django\.contrib\.auth\.(?:hashers\.(?:make|check)_password|hashers\.(?:PBKDF2|Argon2|BCrypt|Scrypt)|authenticate))"
)


def is_fast(look: Look, call: Call) -> bool:
    return any(FAST.match(each.name) for each in call.named) or by_name(look, call)


def by_name(look: Look, call: Call) -> bool:
    """``getattr(hashlib, algorithm)(password)``, ``ALGORITHMS[name](password)``."""
    func = call.node.func
    if isinstance(func, ast.Subscript):
        return is_table_of_digests(look, func.value)
    return (
        isinstance(func, ast.Call)
        and getattr(func.func, "id", "") == "getattr"
        and bool(func.args)
        and look.name(func.args[0]) == "hashlib"
    )


def is_table_of_digests(look: Look, node: ast.expr) -> bool:
    """``{"md5": hashlib.md5, "sha1": hashlib.sha1}``"""
    bound = bindings_at(node, look.scope(node)) if isinstance(node, ast.Name) else ()
    return any(
        isinstance(one.value, ast.Dict)
        and bool(one.value.values)
        and all(FAST.match(look.beside(one.scope.module).name(each)) for each in one.value.values)
        for one in bound
    )


def hashed_by(look: Look, call: Call) -> list[ast.expr]:
    """What a digest is made of: its arguments without a key, and what it is given later."""
    named = {"data", "string", "secret", "msg"}
    given = [*call.node.args, *(each.value for each in call.node.keywords if each.arg in named)]
    return [*(given[1:] if call.name.startswith("hmac.") else given), *updates(look, call)]


def updates(look: Look, call: Call) -> list[ast.expr]:
    """What is given to ``update`` of a hash that was made empty, or with a salt."""
    above, function = look.module.parent_of(call.node), look.function(call.node)
    target = above.targets[0] if isinstance(above, ast.Assign) else None
    if not isinstance(target, ast.Name) or function is None:
        return []
    found: list[ast.expr] = []
    for each in function.calls:
        func = each.node.func
        if (
            isinstance(func, ast.Attribute)
            and func.attr == "update"
            and getattr(func.value, "id", "") == target.id
        ):
            found += each.node.args
    return found


@once
@in_circles(frozenset)
def fast_parameters(look: Look, function: Function) -> frozenset[str]:
    """The parameters of which a function gives back a fast digest, by itself or through another one."""
    names = frozenset(each.name for each in function.parameters)
    if not function.returns or not names or is_slow(function):
        return frozenset()
    home = look.beside(function.module)
    found: set[str] = set()
    for call in function.calls:
        if is_fast(home, call):
            for each in hashed_by(home, call):
                found |= held(home, each, function) & names
            continue
        for name, value in handed_on(home, call):
            inner = callee(call)
            if inner is not None and name in fast_parameters(look, inner):
                found |= held(home, value, function) & names
    return frozenset(found)


def is_slow(function: Function, depth: int = 1) -> bool:
    """Whether something slow is on the way, in the function or in one that it calls."""
    return any(
        SLOW.match(each.name) is not None
        or (depth > 0 and (inner := callee(each)) is not None and is_slow(inner, depth - 1))
        for each in function.calls
    )


def callee(call: Call) -> Function | None:
    return next((each.definition for each in call.named if isinstance(each.definition, Function)), None)


def handed_on(look: Look, call: Call, function: Function | None = None) -> Iterator[tuple[str, ast.expr]]:
    """The parameters of a function of the project, and what a call gives for them, piece by piece."""
    function = function or callee(call)
    given = bind(function, call.node, look.scope(call.node)) if function is not None else {}
    for name, (value, _) in given.items():
        for each in value.elts if isinstance(value, ast.Tuple) else [value]:
            yield name, each


def held(look: Look, node: ast.expr, function: Function, depth: int = 3) -> set[str]:
    """The names that an expression is made of, through what they were assigned or gone through."""
    found: set[str] = set()
    for each in walk(node):
        if isinstance(each, ast.Name) and each.id not in found:
            found.add(each.id)
            for one in function.scope.bindings.get(each.id, ()) if depth else ():
                if one.value is not None and one.kind in {"assign", "for", "augmented"}:
                    found |= held(look, one.value, function, depth - 1)
    return found
