"""RSC501: claims of tokens that nobody verified."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import ClassVar

from rescind.reading import Call, Function
from rescind.review.finding import Class, Finding, Severity
from rescind.review.look import Look
from rescind.review.rule import Rule
from rescind.review.tokens import (
    DECODES,
    UNVERIFIED,
    calls_of,
    is_checked,
    keys_read,
    of_header,
    says_algorithm,
    taken,
)
from rescind.review.words import words_of

FIX = 'verify it: jwt.decode(token, key, algorithms=["ES256"], audience=...)'
LOADS = {"json.loads", "orjson.loads", "msgspec.json.decode"}
VERIFY = {"verify", "compare_digest", "validate", "check"}
SPLIT = re.compile(r"""r?(?:split|partition)\(["']\.["']""")
READS = {"verify", "validate", "check", "read", "claims", "authenticate", "user", "parse", "load", "loads"}
# What a holder may look at in its own token, and what chooses the key by which it is verified afterwards.
HARMLESS = {"exp", "iat", "nbf", "header"}
CHOOSES = {"iss", "kid", "aud", "tenant", "tid", "client_id", "azp"}
OTHERS = re.compile(r"^jwt\.api_jwt\.decode_complete$")


class RSC501(Rule):
    """Claims are taken from a token whose signature is not verified.

    What it checks:
        ``jwt.decode`` with ``verify_signature`` or ``verify`` off, and ``get_unverified_claims``.

    Why it matters:
        Whoever sends the token writes what is in it: name, roles, tenant.

    How it is decided:
        By the options, followed through names. It is fine where only the times are looked at, as a client
        does with its own token, and where the claims choose a key or an issuer and the same function, or one
        that it calls, verifies the token.

    Fix:
        ``jwt.decode(token, key, algorithms=["ES256"], audience=...)``.

    References:
        ASVS 9.1.1, CWE-347

    Since:
        0.1
    """

    kind: ClassVar[Class] = "jwt"
    severity: ClassVar[Severity] = "critical"

    def check(self, look: Look) -> Iterator[Finding]:
        for call in calls_of(look, *DECODES, UNVERIFIED, OTHERS):
            unverified = any(UNVERIFIED.match(each.name) for each in call.named)
            if (unverified or not is_checked(look, call)) and not is_harmless(look, call):
                yield self.finding(
                    look,
                    call.node,
                    "claims of a token whose signature nobody verified",
                    fix=FIX,
                )
        for call in look.calls if "simplejwt" in look.module.text else ():
            given = call.argument("verify")
            if given is not None and call.name.startswith("rest_framework_simplejwt."):
                only = look.values(given).only
                if only is not None and only.value is False:
                    yield self.finding(
                        look, call.node, "a token is taken without verifying it", fix="leave verify on"
                    )
        for node in look.nodes:
            if isinstance(node, ast.If) and takes_none(look, node):
                yield self.finding(look, node.test, "tokens with the algorithm none are taken", fix=FIX)
        for call in look.calls if "split" in look.module.text else ():
            if any(each.name in LOADS for each in call.named) and by_hand(look, call):
                said = "the claims of a token are read by hand, and nobody verified them"
                yield self.finding(look, call.node, said, fix=FIX)
        for node in look.nodes if "get_unverified_header" in look.module.text else ():
            if of_header(look, taken(node, {"jku", "jwk", "x5u", "x5c"})):
                said = "the token's own header says which key verifies it"
                yield self.finding(look, node, said, fix="choose among known keys by kid")


def takes_none(look: Look, node: ast.If) -> bool:
    """``if header["alg"] == "none": return claims``."""
    test = node.test
    if (
        not isinstance(test, ast.Compare)
        or not isinstance(test.ops[0], ast.Eq)
        or not isinstance(node.body[-1], ast.Return)
    ):
        return False
    sides = [test.left, *test.comparators]
    function = look.function(node)
    if function is None or READS.isdisjoint(words_of(function.name)):
        return False
    none = any(isinstance(each, ast.Constant) and str(each.value).lower() == "none" for each in sides)
    gives = node.body[-1].value
    return (
        none
        and any(says_algorithm(look, each) for each in sides)
        and gives is not None
        and not isinstance(gives, ast.Constant)
    )


def by_hand(look: Look, call: Call) -> bool:
    """``json.loads(b64decode(token.split(".")[1]))`` in a function that makes no MAC and verifies nothing."""
    function, source = look.function(call.node), look.module.source_of(call.node)
    if function is None or "decode" not in source or (keys_read(look, call) or {"sub"}) <= HARMLESS:
        return False
    for each in function.calls:
        attr = each.node.func.attr if isinstance(each.node.func, ast.Attribute) else ""
        if each.name.startswith(("hmac.", "cryptography.", "jwt.", "jose.")) or attr in VERIFY:
            return False
    made = [each for each in function.walk() if isinstance(each, ast.Assign)]
    return SPLIT.search(source + "".join(look.module.source_of(each) for each in made)) is not None


def is_harmless(look: Look, call: Call) -> bool:
    keys = keys_read(look, call)
    if keys is None:
        return False
    if keys <= HARMLESS:
        return True
    return keys <= CHOOSES | HARMLESS and verifies(look.function(call.node), call)


def verifies(function: Function | None, call: Call, depth: int = 1) -> bool:
    """Whether a function, or one that it calls, verifies a token in another call than this."""
    for other in function.calls if function is not None else ():
        if other.node is call.node:
            continue
        for each in other.named:
            inner = each.definition if isinstance(each.definition, Function) else None
            known = any(pattern.match(each.name) for pattern in DECODES)
            if known or (depth and verifies(inner, call, depth - 1)):
                return True
    return False
