"""RSC642: tokens and stored sessions without an end."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import ClassVar

from rescind.reading import Call, walk
from rescind.reading.values import Seconds
from rescind.review.finding import Class, Finding, Severity
from rescind.review.look import Look
from rescind.review.rule import Rule
from rescind.review.stages import for_development
from rescind.review.tokens import ENCODES, calls_of
from rescind.review.words import words_of

YEAR = 366 * 86_400.0
UNTIMED = re.compile(
    r"^itsdangerous\.(?:\w+\.)*(?:URLSafeSerializer|Serializer|Signer|JSONWebSignatureSerializer)(?:\(\))?\.(?:dumps|sign)$"
)
LETS_IN = frozenset(
    ["magic", "login", "signin", "session", "access", "reset", "remember", "auth", "invite", "sso"]
)
ENDS = frozenset(
    ["ex", "px", "exat", "pxat", "ttl", "expire", "timeout", "time", "expiry", "expires", "keepttl"]
)


class RSC642(Rule):
    """A token or a stored session has no end.

    What it checks:
        ``jwt.encode`` of claims without ``exp`` or with one in years, links that sign in and are made by a
        serializer without time, and sessions that are written to Redis without a time to live.

    Why it matters:
        What leaks once lets in for ever, and a session that nobody ends is never cleaned up.

    How it is decided:
        The claims are followed through the function: a dictionary in which everything is known and that gets
        no ``exp`` on the way. Claims that come from elsewhere are not judged.

    Fix:
        ``claims["exp"] = now + timedelta(minutes=15)``; ``URLSafeTimedSerializer``;
        ``redis.set(key, value, ex=3600)``.

    References:
        ASVS 9.2.1, ASVS 7.3.2, CWE-613

    Since:
        0.1
    """

    kind: ClassVar[Class] = "long_lived"
    severity: ClassVar[Severity] = "high"

    def check(self, look: Look) -> Iterator[Finding]:
        for call in calls_of(look, ENCODES):
            claims = call.argument("payload", 0) or call.argument("claims", 0)
            what = endless(look, claims) if claims is not None else ""
            if what and not for_development(look, call.node):
                yield self.finding(
                    look, call.node, what, fix='add "exp": minutes for access, days for what renews'
                )
        for call in look.calls:
            if any(UNTIMED.match(each.name) for each in call.named) and lets_in(look, call):
                said = "what signs in is made without a time: it never ends"
                yield self.finding(
                    look, call.node, said, fix="use URLSafeTimedSerializer, and loads(..., max_age=900)"
                )
            elif kept(look, call):
                yield self.finding(
                    look, call.node, "a session is stored without a time to live", fix="give ex=, in seconds"
                )


def endless(look: Look, node: ast.expr) -> str:
    """What is wrong with the end of claims, or nothing."""
    name = node.id if isinstance(node, ast.Name) else ""
    function = look.function(node)
    parts: list[ast.expr] = [node]
    if name:
        bound = [one for one in look.scope(node).lookup(name) if one.scope.module is look.module]
        if any(one.kind not in {"assign", "augmented"} for one in bound):
            return ""
        parts = [one.value for one in bound if one.value is not None]
    for each in function.walk() if function is not None and name else ():
        if (
            isinstance(each, ast.Call)
            and isinstance(each.func, ast.Attribute)
            and getattr(each.func.value, "id", "") == name
        ):
            return (
                ""
                if each.func.attr in {"update", "setdefault"} and says_end(each) is None
                else ended(look, each)
            )
        if (
            isinstance(each, ast.Subscript)
            and getattr(each.value, "id", "") == name
            and isinstance(each.ctx, ast.Store)
        ):
            key = each.slice.value if isinstance(each.slice, ast.Constant) else None
            statement = look.module.statement_of(each)
            if key == "exp" and isinstance(statement, ast.Assign):
                return far(look, statement.value)
            if key is None:
                return ""
    if not parts or not all(isinstance(each, ast.Dict) and None not in each.keys for each in parts):
        return "" if not any(says_end(each) for each in parts) else ended(look, *parts)
    return ended(look, *parts) if any(says_end(each) for each in parts) else "the token has no end"


def says_end(node: ast.AST) -> ast.expr | None:
    for each in walk(node):
        if isinstance(each, ast.Dict):
            for key, value in zip(each.keys, each.values, strict=True):
                if isinstance(key, ast.Constant) and key.value == "exp":
                    return value
        if isinstance(each, ast.keyword) and each.arg == "exp":
            return each.value
    return None


def ended(look: Look, *nodes: ast.AST) -> str:
    found = [value for each in nodes if (value := says_end(each)) is not None]
    return next((what for each in found if (what := far(look, each))), "")


def far(look: Look, node: ast.expr) -> str:
    """``now + timedelta(days=3650)``."""
    for each in walk(node):
        if isinstance(each, ast.Call) and look.name(each.func) == "datetime.timedelta":
            for option in look.values(each).options:
                if isinstance(option.value, Seconds) and option.value > YEAR:
                    return "the token ends in years"
    return ""


def lets_in(look: Look, call: Call) -> bool:
    function = look.function(call.node)
    said = set(words_of(function.name)) if function is not None else set()
    for each in walk(call.node):
        if isinstance(each, ast.Constant) and isinstance(each.value, str):
            said |= set(words_of(each.value))
    return bool(said & LETS_IN)


def kept(look: Look, call: Call) -> bool:
    """``redis.set(f"session:{sid}", data)`` without an end, where nothing sets one afterwards."""
    func, args = call.node.func, call.node.args
    if not isinstance(func, ast.Attribute) or func.attr != "set" or len(args) != 2:
        return False
    if any(each.arg is None or each.arg in ENDS for each in call.node.keywords):
        return False
    first = args[0].values[0] if isinstance(args[0], ast.JoinedStr) and args[0].values else args[0]
    text = first.value if isinstance(first, ast.Constant) else ""
    if not isinstance(text, str) or not re.match(
        r"(?i)(?:\w+:)*(?:session|sess|sid|token|refresh|login)s?:", text
    ):
        return False
    function = look.function(call.node)
    return function is None or not any(
        isinstance(each.node.func, ast.Attribute) and each.node.func.attr in {"expire", "expireat", "pexpire"}
        for each in function.calls
    )
