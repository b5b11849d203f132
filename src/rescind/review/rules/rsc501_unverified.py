"""RSC501: claims of tokens that nobody verified."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import ClassVar

from rescind.review.finding import Class, Finding, Severity
from rescind.review.look import Look
from rescind.review.rule import Rule
from rescind.review.settings.stages import for_development
from rescind.review.tokens.tokens import says_algorithm
from rescind.review.tokens.unverified import unverified_reads

FIX = 'verify it: jwt.decode(token, key, algorithms=["ES256"], audience=...)'
SETTINGS = {"JWT_VERIFY", "JWT_VERIFY_SIGNATURE"}


class RSC501(Rule):
    """Claims are taken from a token whose signature is not verified.

    What it checks:
        ``jwt.decode`` with ``verify_signature`` or ``verify`` off, by a wrapper of one's own too,
        ``get_unverified_claims``, ``loads_unsafe``, jwcrypto without a key, payloads that are decoded
        by hand, settings that switch verification off, and tokens with the algorithm none that are taken.

    Why it matters:
        Whoever sends the token writes what is in it: name, roles, tenant.

    How it is decided:
        By the options, followed through names. It is fine where only the times are looked at, as a client
        does with its own token; where the claims choose a key or an issuer and the same function, or one that
        it calls, verifies the token; where a decorator has verified it; and where the token was made here or
        fetched from whoever gives it out. What is done when verifying failed is not fine.

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
        for call, what in unverified_reads(look):
            if not for_development(look, call.node):
                yield self.finding(look, call.node, what, fix=FIX)
        for call in look.calls if "simplejwt" in look.module.text else ():
            given = call.argument("verify")
            if given is not None and call.name.startswith("rest_framework_simplejwt."):
                only = look.values(given).only
                if only is not None and only.value is False:
                    yield self.finding(
                        look, call.node, "a token is taken without verifying it", fix="leave verify on"
                    )
        for node in look.module.nodes_of(ast.If):
            if takes_none(look, node):
                yield self.finding(look, node.test, "tokens with the algorithm none are taken", fix=FIX)
        for setting in look.settings if "JWT" in look.module.text else ():
            if setting.name in SETTINGS and not for_development(look, setting.node):
                only = look.values(setting.value).only
                if only is not None and only.value is False:
                    said = "the setting takes tokens whose signature nobody verified"
                    yield self.finding(look, setting.value, said, fix="leave it on")


def takes_none(look: Look, node: ast.If) -> bool:
    """``if header["alg"] == "none": return claims``."""
    test = node.test
    if (
        not isinstance(test, ast.Compare)
        or not isinstance(test.ops[0], ast.Eq | ast.In)
        or not isinstance(node.body[-1], ast.Return)
    ):
        return False
    sides = [test.left, *test.comparators]
    said = [one for each in sides for one in (getattr(each, "elts", None) or [each])]
    none = any(isinstance(each, ast.Constant) and str(each.value).lower() == "none" for each in said)
    gives = node.body[-1].value
    return (
        none
        and any(says_algorithm(look, each) for each in sides)
        and gives is not None
        and not isinstance(gives, ast.Constant)
    )
