"""What the source calls the thing that an expression holds."""

from __future__ import annotations

import ast

from rescind.reading import last_name, walk

GETTERS = {
    "get", "pop", "getlist", "getone", "getall", "setdefault", "getfirst", "getunicode", "get_all",
    "get_secure_cookie",
    "get_signed_cookie", "get_argument", "get_body_argument", "get_query_argument", "get_header",
    "get_cookie", "getenv",
    "hget", "get_param", "get_secret", "get_value",
}  # fmt: skip
# Methods whose result says the same as what they are called on.
CARRIERS = {
    "encode", "decode", "strip", "lower", "upper", "hex", "get_secret_value", "rstrip", "lstrip",
    "removeprefix", "casefold",
    "removesuffix", "tobytes", "replace", "ljust", "rjust", "zfill", "title",
}  # fmt: skip
WRAPPERS = {
    "str",
    "bytes",
    "repr",
    "bytearray",
    "memoryview",
    "force_bytes",
    "force_str",
    "to_bytes",
    "to_str",
    "smart_str",
}


def called(node: ast.AST) -> str:
    """The last name that the source gives to what an expression holds; empty: none.

    Of ``x.token``, ``row["token"]``, ``form.get("token")``, ``tokens[user]`` and ``token.encode()`` it
    is token.
    """
    if isinstance(node, ast.Await | ast.NamedExpr | ast.Starred):
        return called(node.value)
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Subscript):
        return in_container(node.value, node.slice)
    if isinstance(node, ast.Call):
        return called_call(node)
    return ""


def called_function(node: ast.Call) -> str:
    """The last name of what is called: ``loads`` of ``pickle.loads(x)``; empty: it has none."""
    return last_name(node.func)


def arguments(call: ast.Call) -> list[ast.expr]:
    """What a call is given, by place and then by name."""
    return [*call.args, *(each.value for each in call.keywords)]


def variables(node: ast.AST) -> set[str]:
    """The names that stand in a node."""
    return {each.id for each in walk(node) if isinstance(each, ast.Name)}


def called_call(node: ast.Call) -> str:
    first = node.args[0] if node.args else None
    if isinstance(node.func, ast.Attribute):
        if node.func.attr in GETTERS and first is not None:
            return in_container(node.func.value, first)
        if node.func.attr in CARRIERS:
            return called(node.func.value)
    if getattr(node.func, "id", getattr(node.func, "attr", "")) in WRAPPERS and first is not None:
        return called(first)
    return ""


def in_container(container: ast.expr, key: ast.expr) -> str:
    """By a fixed key what the key says, by another one what the container is called."""
    if isinstance(key, ast.Constant):
        return key.value if isinstance(key.value, str) else ""
    if isinstance(key, ast.Slice | ast.UnaryOp):
        return ""
    if isinstance(key, ast.JoinedStr):
        texts = [
            each.value
            for each in key.values
            if isinstance(each, ast.Constant) and isinstance(each.value, str)
        ]
        return "_".join(texts) or called(container)
    return called(container)
