"""RSC912: other sites may read with the visitor's cookies."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any, ClassVar

from rescind.reading import Call
from rescind.review.finding import Class, Finding, Severity
from rescind.review.look import Look
from rescind.review.rule import Rule
from rescind.review.settings import is_meant
from rescind.review.stages import for_development

ORIGINS = ("allow_origins", "origins", "allow_origin", "resources")
REGEXES = {".*", "^.*$", "https?://.*", "https://.*", ".+", "(.*)", "^https?://.*$"}
FIX = "name the origins"


class RSC912(Rule):
    """Every site may call with the visitor's cookies and read the answer.

    What it checks:
        Starlette's ``CORSMiddleware``, django-cors-headers, Flask-CORS, and headers that are written by hand.

    Why it matters:
        Any page that a signed-in visitor opens reads what they may read, and acts as them.

    How it is decided:
        By the values: every origin, or a pattern that every origin matches, together with credentials.
        Without credentials a star gives nothing away.

    Fix:
        Name the origins.

    References:
        ASVS 3.4.2, CWE-942

    Since:
        0.1
    """

    kind: ClassVar[Class] = "transport"
    severity: ClassVar[Severity] = "high"

    def check(self, look: Look) -> Iterator[Finding]:
        if "cors" not in look.module.text.lower() and "Allow-Origin" not in look.module.text:
            return
        for call in look.calls:
            credentials = call.argument("allow_credentials") or call.argument("supports_credentials")
            if credentials is None or not is_true(look, credentials) or for_development(look, call.node):
                continue
            if any(
                (node := call.argument(name)) is not None and wild(look, node) for name in ORIGINS
            ) or open_by_default(call):
                yield self.finding(look, call.node, "every origin is allowed, with credentials", fix=FIX)
            pattern = call.argument("allow_origin_regex")
            if pattern is not None and REGEXES & set(look.values(pattern).texts):
                yield self.finding(
                    look, call.node, "the pattern fits every origin, with credentials", fix=FIX
                )
        named = {
            each.name: each for each in look.settings if each.name.startswith(("CORS_", "Access-Control-"))
        }
        everybody = named.get("CORS_ALLOW_ALL_ORIGINS") or named.get("CORS_ORIGIN_ALLOW_ALL")
        with_them = named.get("CORS_ALLOW_CREDENTIALS")
        both = [
            each.value for each in (everybody, with_them) if each is not None and is_true(look, each.value)
        ]
        if everybody is not None and len(both) == 2 and is_meant(look, everybody):
            yield self.finding(look, everybody.value, "every origin is allowed, with credentials", fix=FIX)
        origin, allowed = (
            named.get("Access-Control-Allow-Origin"),
            named.get("Access-Control-Allow-Credentials"),
        )
        if origin is not None and allowed is not None and reflected(look, origin.value):
            yield self.finding(
                look, origin.value, "whatever origin asks is allowed, with credentials", fix=FIX
            )


def is_true(look: Look, node: ast.expr) -> bool:
    only = look.values(node).only
    return only is not None and only.value is True


def wild(look: Look, node: ast.expr) -> bool:
    return any(holds(each.value) for each in look.values(node).options)


def holds(value: Any) -> bool:
    """Whether a star is among origins, at any depth: ``{"/api/*": {"origins": "*"}}``."""
    if isinstance(value, dict):
        return any(holds(each) for each in value.values())
    return (
        value in {"*", ".*"}
        if isinstance(value, str)
        else isinstance(value, list | tuple | set) and any(map(holds, value))
    )


def open_by_default(call: Call) -> bool:
    """Flask-CORS allows every origin where none is named."""
    if not call.name.startswith("flask_cors.") or any(each.arg is None for each in call.node.keywords):
        return False
    return all(call.argument(name) is None for name in ORIGINS)


def reflected(look: Look, node: ast.expr) -> bool:
    return any(each.kind == "request" and each.part == "header" for each in look.origins(node))
