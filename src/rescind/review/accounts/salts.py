"""Salts: whether all passwords get the same one, and what is derived with one that is no password."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from rescind.reading import Call, walk
from rescind.review.flow.names import bindings_at
from rescind.review.look import Look
from rescind.review.naming.called import called, called_function
from rescind.review.naming.words import words_of

WRAPS = frozenset(
    ["encode", "bytes", "fromhex", "unhexlify", "b64decode", "a2b_hex", "str", "force_bytes", "to_bytes"]
)
MADE_ONCE = re.compile(r"^(?:bcrypt\.gensalt|os\.urandom|secrets\.token_\w+|uuid\.uuid4)$")
FROM_OUTSIDE = re.compile(r"^(?:os\.environ|os\.getenv)")
READ_FROM = frozenset(["settings", "config", "conf", "cfg", "environ", "env"])
# What is derived is no hash that is kept, but a key that opens or signs.
OF_KEYS = frozenset(
    ["key", "keys", "derive", "derived", "fernet", "cipher", "encrypt", "decrypt", "encryption", "unlock",
     "unwrap", "wrap", "aes", "kdf", "keystore", "wallet", "schluessel", "seal", "unseal"]
)  # fmt: skip
USES_KEYS = re.compile(r"(?i)fernet|\baes|cipher|hkdf|chacha|secretbox|hmac\.new\(")


def is_common(look: Look, node: ast.expr, depth: int = 3) -> bool:
    """Whether everybody gets the same salt: it stands in the source, in the settings, or was made once."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str | bytes) and bool(node.value)
    if isinstance(node, ast.Call):
        return of_call(look, node, depth)
    if isinstance(node, ast.BinOp):
        return is_common(look, node.left, depth) and is_common(look, node.right, depth)
    if isinstance(node, ast.Name):
        bound = bindings_at(node, look.scope(node)) if depth else ()
        return bool(bound) and all(
            (
                one.kind == "assign"
                and one.value is not None
                and (
                    is_common(look.beside(one.scope.module), one.value, depth - 1)
                    or is_made_once(look, one.value)
                )
            )
            or (one.kind == "import" and is_only_text(look, node))
            for one in bound
        )
    if isinstance(node, ast.Subscript):
        return (
            FROM_OUTSIDE.match(look.name(node.value)) is not None
            or is_setting(node.value)
            or is_only_text(look, node)
        )
    if isinstance(node, ast.Attribute):
        return is_setting(node.value) or is_only_text(look, node)
    return False


def of_call(look: Look, node: ast.Call, depth: int) -> bool:
    name = called_function(node)
    if FROM_OUTSIDE.match(look.name(node.func)):
        return True
    if name == "get" and isinstance(node.func, ast.Attribute):
        return is_setting(node.func.value)
    if name not in WRAPS:
        return False
    inside = node.args[0] if node.args else node.func.value if isinstance(node.func, ast.Attribute) else None
    if name == "encode" and isinstance(node.func, ast.Attribute):
        inside = node.func.value
    return inside is not None and is_common(look, inside, depth)


# ``crypt(%s, gen_salt('md5'))`` of PostgreSQL: the kind, and the rounds as a power of two.
IN_SQL = re.compile(r"(?i)\bgen_salt\(\s*'(?:(?P<fast>md5|x?des)'|bf'\s*,\s*(?P<rounds>\d+))")


def cheap_in_sql(look: Look) -> Iterator[ast.Constant]:
    """The statements that have a database make a cheap hash."""
    for node in look.module.nodes_of(ast.Constant) if "gen_salt" in look.lowered else ():
        found = IN_SQL.search(node.value) if isinstance(node.value, str) else None
        if found and (found["fast"] or int(found["rounds"]) < 10) and not is_docstring(look, node):
            yield node


def is_docstring(look: Look, node: ast.Constant) -> bool:
    return isinstance(look.module.parent_of(node), ast.Expr)


def is_setting(node: ast.expr) -> bool:
    return not READ_FROM.isdisjoint(words_of(called(node))[-1:])


def is_only_text(look: Look, node: ast.expr) -> bool:
    only = look.values(node).only
    return only is not None and isinstance(only.value, str | bytes) and bool(only.value)


def is_made_once(look: Look, node: ast.expr) -> bool:
    """``SALT = bcrypt.gensalt()`` at the top of a module: made once in the life of a process."""
    return (
        isinstance(node, ast.Call)
        and look.function(node) is None
        and MADE_ONCE.match(look.name(node.func)) is not None
    )


def makes_key(look: Look, call: Call) -> bool:
    """Whether what is derived becomes a key: by the names around it, and by what it is given to."""
    function = look.function(call.node)
    names = [function.name] if function is not None else []
    above = look.module.statement_of(call.node)
    names += [called(each) for each in getattr(above, "targets", ())]
    if any(not OF_KEYS.isdisjoint(words_of(each)) for each in names):
        return True
    around = function.node if function is not None else above
    return around is not None and any(
        isinstance(each, ast.Call) and USES_KEYS.search(look.module.source_of(each.func) + "(") is not None
        for each in walk(around)
    )
