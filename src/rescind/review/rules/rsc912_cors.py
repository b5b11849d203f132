"""RSC912: other sites may read with the visitor's cookies."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any, ClassVar

from rescind.reading import Call, unparsed, walk
from rescind.review.finding import Class, Finding, Severity
from rescind.review.flow import Policy
from rescind.review.flow.policy import listed, said
from rescind.review.look import Look
from rescind.review.naming.called import called_function
from rescind.review.once import once
from rescind.review.outside.leading import weak_checks
from rescind.review.outside.patterns import fits_others
from rescind.review.rule import Rule
from rescind.review.settings.settings import is_meant
from rescind.review.settings.stages import for_development

ORIGINS = ("allow_origins", "origins", "allow_origin", "resources")
FIX = "name the origins"


class RSC912(Rule):
    """Every site may call with the visitor's cookies and read the answer.

    What it checks:
        Starlette's ``CORSMiddleware``, django-cors-headers, Flask-CORS, and headers that are written by hand.

    Why it matters:
        Any page that a signed-in visitor opens reads what they may read, and acts as them.

    How it is decided:
        By the values: every origin, or a pattern that fits origins of others, together with credentials:
        patterns are tried with such origins. An origin that the request names and no list knows is every
        origin; ``"shop.example" in origin`` and ``endswith("shop.example")`` are no list, a function that
        asks no more than that included. Without credentials a star gives nothing away.

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
        yield from self.by_origin(look)
        for call in look.calls:
            credentials = call.argument("allow_credentials") or call.argument("supports_credentials")
            if credentials is None or not is_true(look, credentials) or for_development(look, call.node):
                continue
            if any(
                (node := call.argument(name)) is not None and wild(look, node) for name in ORIGINS
            ) or open_by_default(call):
                yield self.finding(look, call.node, "every origin is allowed, with credentials", fix=FIX)
            pattern = call.argument("allow_origin_regex")
            yield from self.patterns(look, call.node, pattern, whole=True)
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
        patterns = named.get("CORS_ALLOWED_ORIGIN_REGEXES") or named.get("CORS_ORIGIN_REGEX_WHITELIST")
        if patterns is not None and with_them is not None and is_true(look, with_them.value):
            for each in getattr(patterns.value, "elts", []):
                yield from self.patterns(look, each, each, whole=False)
        headers = list(headers_set(look))
        if any(name.endswith("credentials") for name, _, _ in headers):
            for name, value, where in headers:
                if name.endswith("origin") and reflected(look, value):
                    said = "whatever origin asks is allowed, with credentials"
                    yield self.finding(look, where, said, fix=FIX)

    def by_origin(self, look: Look) -> Iterator[Finding]:
        """Of aiohttp: ``{"*": ResourceOptions(allow_credentials=True)}``."""
        for setting in look.settings if "ResourceOptions" in look.module.text else ():
            made = setting.value if setting.name == "*" else None
            if not isinstance(made, ast.Call) or called_function(made) != "ResourceOptions":
                continue
            credentials = look.call(made).argument("allow_credentials")
            if credentials is not None and is_true(look, credentials) and not for_development(look, made):
                yield self.finding(look, setting.node, "every origin is allowed, with credentials", fix=FIX)

    def patterns(
        self, look: Look, node: ast.AST, pattern: ast.expr | None, *, whole: bool
    ) -> Iterator[Finding]:
        for text in look.values(pattern).texts if pattern is not None else ():
            found = fits_others(text, whole=whole)
            if found:
                said = f"the pattern of origins fits {found}, with credentials"
                yield self.finding(look, node, said, fix=FIX)


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


def headers_set(look: Look) -> Iterator[tuple[str, ast.expr, ast.AST]]:
    """The headers of a module that speak of other origins: in small letters, the value, and where."""
    for setting in look.settings:
        if setting.name.lower().startswith(PREFIX):
            yield setting.name.lower(), setting.value, setting.value
    for call in look.calls:
        args = call.node.args
        if len(args) >= 2 and isinstance(args[0], ast.Constant | ast.Attribute):
            name = args[0].value if isinstance(args[0], ast.Constant) else args[0].attr
            text = str(name.decode("latin-1") if isinstance(name, bytes) else name).lower().replace("_", "-")
            if text.startswith(PREFIX):
                yield text, args[1], call.node


PREFIX = "access-control-allow-"


def fits(test: ast.expr, holds: bool, subject: str) -> bool:
    """``any(fnmatch(origin, each) for each in origins)``, in a list, or one of the site's own by its end."""
    if holds and isinstance(test, ast.Call) and called_function(test) == "any":
        names = {unparsed(each) for each in walk(test) if isinstance(each, ast.Name | ast.Attribute)}
        return subject in names
    if holds and isinstance(test, ast.Call) and called_function(test) == "endswith" and test.args:
        end = test.args[0].value if isinstance(test.args[0], ast.Constant) else ""
        return str(end).startswith((".", "//")) and said(test.func) == f"{subject}.endswith"
    return listed(test, holds, subject)


@once
def origin_policy(look: Look) -> Policy:
    """What shuts others out, in a project: its own checks are looked into."""
    weak = frozenset(weak_checks(look, fits))

    def guard(test: ast.expr, holds: bool, subject: str) -> bool:
        return not (isinstance(test, ast.Call) and called_function(test) in weak) and fits(
            test, holds, subject
        )

    return Policy("origin", guard=guard)


def reflected(look: Look, node: ast.expr) -> bool:
    """Whether it is what the request says, and no list was asked."""
    return any(
        each.kind == "request" and each.part == "header" for each in look.origins(node, origin_policy(look))
    )
