"""Checks of what was hashed before: what only compares, where new hashes are made slowly."""

from __future__ import annotations

import ast
from itertools import islice

from rescind.reading import Call, Function
from rescind.review.accounts.hashers import is_only_read, speaks_of_old
from rescind.review.look import Look
from rescind.review.naming.called import called_function
from rescind.review.once import once
from rescind.review.secrets.digests import SLOW, callee

CALLERS = 6
COMPARES = frozenset(
    ["compare_digest", "constant_time_compare", "safe_str_cmp", "bytes_eq", "secure_compare"]
)


def is_comparing(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and called_function(node) in COMPARES


def is_old(look: Look, function: Function) -> bool:
    """Whether a function, or its class, says that it is there for what was stored before, or everybody who
    asks it hashes anew."""
    if (
        is_beside_slow(look, function)
        or speaks_of_old(function.node)
        or (function.cls is not None and is_only_read(look, function.cls))
    ):
        return True
    calls = list(islice(look.shared.flow.calls.callers(function), CALLERS))
    callers = [each.module.function_of(each.node) for each in calls]
    if not callers or any(each is None or each is function for each in callers):
        return False
    if not any(isinstance(each, ast.Compare | ast.BoolOp) or is_comparing(each) for each in function.returns):
        return all(
            is_held(each) and of is not None and (hashes_anew(of) or speaks_of_old(of.node))
            for each, of in zip(calls, callers, strict=True)
        )
    return all(each is not None and hashes_anew(each) for each in callers)


def is_held(call: Call) -> bool:
    """Whether the digest that a call gives is held against another at once, and kept nowhere."""
    return any(isinstance(each, ast.Compare) or is_comparing(each) for each in call.module.above(call.node))


@once
def is_beside_slow(look: Look, function: Function) -> bool:
    """Whether a function does nothing but compare, where its module makes new hashes slowly."""
    return (
        bool(function.returns)
        and all(isinstance(each, ast.Compare) or is_comparing(each) for each in function.returns)
        and any(
            each is not function and (hashes_anew(each) or makes_slowly(each))
            for each in function.module.functions
        )
    )


def hashes_anew(function: Function) -> bool:
    """Whether a function that looked at a password keeps it under something slow."""
    return any(
        (
            called_function(each.node)
            in {"set_password", "make_password", "hashpw", "generate_password_hash"}
            and callee(each) is None
        )
        or (SLOW.match(each.name) and called_function(each.node) in {"hash", "using"})
        or ((inner := callee(each)) is not None and makes_slowly(inner) and not is_held(each))
        for each in function.calls
    )


def makes_slowly(function: Function) -> bool:
    """Whether a function gives back a hash that it makes slowly, and no answer to a question."""
    answers = (isinstance(each, ast.Compare) or is_comparing(each) for each in function.returns)
    return not all(answers) and any(
        SLOW.match(each.name) and called_function(each.node) in MAKES for each in function.calls
    )


MAKES = frozenset(
    ["generate_password_hash", "hash", "hashpw", "make_password", "pbkdf2_hmac", "scrypt"]
)  # fmt: skip
