"""RSC504: keys that the token itself points to."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import ClassVar

from rescind.reading import Call, Scope, walk
from rescind.review.finding import Class, Finding, Severity, Step
from rescind.review.flow import Policy
from rescind.review.flow.policy import listed
from rescind.review.look import Look
from rescind.review.naming.called import called_function
from rescind.review.rule import Rule
from rescind.review.tokens.tokens import of_header, taken

# In a header these are keys, or say where one is.
KEYS = {"jku", "jwk", "x5u", "x5c"}
NAMES = {"kid", "x5t", "iss"}
READS = re.compile(
    r"^(?:open|io\.open|os\.(?:open|path\.join|popen|system)|pathlib\.(?:Pure)?Path|subprocess\.\w+|aiofiles\.open"
    r"|requests\.\w+|httpx\.\w+|urllib\.request\.urlopen)$"
)
OF_PATHS = {"open", "read_bytes", "read_text"}
METHODS = frozenset(
    ["execute", "executemany", "raw", "read_text", "read_bytes", "joinpath", "urlopen", "fetch", "fetchrow"]
)  # fmt: skip


class RSC504(Rule):
    """The header of a token says where the key is read by which the token is verified.

    What it checks:
        ``kid``, ``jku``, ``x5u``, ``jwk`` and ``x5c`` of headers that nobody has verified yet.

    Why it matters:
        Who writes the token chooses the key: a file of zeros, a row of their own by way of SQL, an address of
        theirs, or the key itself.

    How it is decided:
        ``jwk`` and ``x5c`` are keys and ``jku`` and ``x5u`` addresses, so taking them out is enough.
        ``kid`` is followed into names of files, statements, commands and addresses. What was looked up
        in, or compared with, a list is fine, and so is a ``kid`` that finds one of several known keys.

    Fix:
        Choose among known keys: ``KEYS[header["kid"]]``; fetch keys from an address out of the settings.

    References:
        ASVS 9.1.3, CWE-347, CWE-22

    Since:
        0.1
    """

    kind: ClassVar[Class] = "jwt"
    severity: ClassVar[Severity] = "critical"

    def check(self, look: Look) -> Iterator[Finding]:
        text = look.module.text
        for node in look.module.nodes if "header" in text and any(each in text for each in KEYS) else ():
            if of_header(look, taken(node, KEYS)) and not compared(look, node):
                said = "the token's own header says which key verifies it"
                yield self.finding(look, node, said, fix="choose among known keys by kid")
        policy = from_header(look)
        for call in look.calls if "kid" in text else ():
            found = [each for node in places(look, call) for each in look.origins(node, policy)]
            found = [each for each in found if each.kind == "named"]
            if found:
                place = look.module.place(call.node)
                yield self.finding(
                    look,
                    call.node,
                    "the token's own header says where its key is read",
                    trace=(*found[0].steps, Step(place.file, place.line, "is read from")),
                    fix="choose among known keys by kid",
                )


def places(look: Look, call: Call) -> list[ast.expr]:
    """What says from where a call reads: a path, an address, a statement."""
    name = called_function(call.node)
    base = call.node.func.value if isinstance(call.node.func, ast.Attribute) else None
    if base is not None and name in OF_PATHS:
        if isinstance(base, ast.Name):
            base = next(
                (one.value for one in look.scope(base).lookup(base.id) if one.value is not None), None
            )
        return [base.right] if isinstance(base, ast.BinOp) and isinstance(base.op, ast.Div) else []
    if not call.node.args:
        return []
    if any(READS.match(each.name) for each in call.named):
        return [*call.node.args, *(each.value for each in call.node.keywords if each.arg == "url")]
    if isinstance(call.node.func, ast.Attribute) and name in METHODS:
        return call.node.args[:1]
    return []


def from_header(look: Look) -> Policy:
    """Follows names of keys out of headers of tokens."""

    def source(node: ast.expr, scope: Scope) -> str:
        held = taken(node, NAMES)
        return "kid" if held is not None and of_header(look.beside(scope.module), held) else ""

    return Policy("header of a token", guard=listed, source=source, numbers=False)


def compared(look: Look, node: ast.AST) -> bool:
    """Whether what is taken out of the header is held against a list, or only looked at."""
    above = look.module.parent_of(node)
    if isinstance(above, ast.Compare | ast.BoolOp) or (isinstance(above, ast.If) and above.test is node):
        return True
    target = above.targets[0] if isinstance(above, ast.Assign) else None
    function = look.function(node)
    if not isinstance(target, ast.Name) or function is None:
        return False
    return any(
        isinstance(each, ast.Compare)
        and isinstance(each.ops[0], ast.In | ast.NotIn | ast.Eq | ast.NotEq)
        and not isinstance(each.comparators[0], ast.Constant)
        and any(isinstance(one, ast.Name) and one.id == target.id for one in walk(each))
        for each in function.walk()
    )
