"""What stands in a store under a key that says what it is of: ``otp:4711``, ``session:9f3c``."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from rescind.reading import Function, unparsed
from rescind.review.flow.names import bindings_at
from rescind.review.look import Look
from rescind.review.naming.called import called_function

# What is there for one use, with what stands before it: ``shop:otp:``, ``sms_code_``.
ONE_USE = re.compile(
    r"(?i)(?:[a-z0-9]+[:_.-])*(?:otps?|codes?|magic|resets?|pw_?reset|recovery|invit\w*|einladung\w*|einmal\w*"
    r"|onetime|verif\w*|challenges?)(?:[_-]?(?:token|code|link)s?)?[:_./-]"
)
READS = frozenset(["get", "hget", "hgetall", "aget"])
ASKS = READS | {"exists", "ttl", "getex", "incr", "aincr", "info", "debug", "warning"}


def one_use_reads(look: Look, function: Function) -> Iterator[tuple[ast.Call, frozenset[str]]]:
    """``redis.get(f"otp:{phone}")``, with what its key begins with."""
    for node in function.nodes_of(ast.Call):
        if not isinstance(node, ast.Call) or called_function(node) not in READS or not node.args:
            continue
        if not isinstance(node.func, ast.Attribute) or isinstance(node.args[0], ast.Constant):
            continue
        texts = frozenset(each for each in starts(look, node.args[0]) if ONE_USE.match(each))
        if texts:
            yield node, texts


def is_written_again(look: Look, function: Function, read: ast.Call, texts: frozenset[str]) -> bool:
    """Whether a function does more with such a key than ask what stands there: takes it out, overwrites it,
    or gives it to a function of a project that may."""
    held = unparsed(read.args[0])
    for node in function.nodes_of(ast.Call):
        if node is read or not isinstance(node, ast.Call) or called_function(node) in ASKS:
            continue
        for each in node.args:
            if unparsed(each) == held or (texts & set(starts(look, each))):
                return True
    return False


def starts(look: Look, node: ast.expr, depth: int = 3) -> list[str]:
    """What a key begins with: of ``f"session:{sid}"``, ``"session:%s" % sid``, ``PREFIX + sid``,
    ``key_of(sid)``."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        return starts(look, node.func.value, depth)
    if isinstance(node, ast.BinOp):
        return starts(look, node.left, depth)
    if isinstance(node, ast.JoinedStr) and node.values:
        first = node.values[0]
        return starts(look, first.value if isinstance(first, ast.FormattedValue) else first, depth)
    if isinstance(node, ast.Call):
        made = look.shared.flow.calls.callees(node, look.scope(node))
        given = [(each.module, value) for each in made for value in each.returns]
        return [
            text
            for module, value in given
            if not isinstance(value, ast.Call)
            for text in starts(look.beside(module), value, depth)
        ]
    found = [each.value for each in look.values(node).options if isinstance(each.value, str)]
    if not found and depth and isinstance(node, ast.Name):
        bound = bindings_at(node, look.scope(node))
        values = [one.value for one in bound if isinstance(one.value, ast.JoinedStr | ast.BinOp | ast.Call)]
        return [text for each in values for text in starts(look, each, depth - 1)]
    return found
