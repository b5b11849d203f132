"""RSC901: redirects to wherever a request says."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import ClassVar

from rescind.reading import Call
from rescind.review.called import called, called_function
from rescind.review.finding import Class, Finding, Severity, Step
from rescind.review.flow import Origin, Policy
from rescind.review.flow.origin import Built
from rescind.review.flow.policy import NUMBERS, checked, listed, said
from rescind.review.look import Look
from rescind.review.patterns import fits_others
from rescind.review.rule import Rule
from rescind.review.words import words_of

REDIRECTS = frozenset(
    ["redirect", "RedirectResponse", "HttpResponseRedirect", "HttpResponsePermanentRedirect",
    "HTTPFound", "HTTPSeeOther",
     "HTTPMovedPermanently", "HTTPTemporaryRedirect", "HTTPPermanentRedirect", "Redirect", "seeother",
     "redirect_to",
     "HttpResponseSeeOther"]
)  # fmt: skip
MAKES_PATHS = frozenset(
    [
        "url_for",
        "reverse",
        "reverse_lazy",
        "resolve_url",
        "url_path_for",
        "quote",
        "quote_plus",
        "urlencode",
        "get_redirect_url",
        "get_success_url",
    ]
)
ADDS = {"include_query_params", "replace_query_params", "update_query"}  # to an address that is there
# Methods of clients of OAuth, OpenID and SAML: the address of the provider, with what the request said in it.
OF_PROVIDERS = {
    "login", "logout", "process_slo", "redirectURL", "authorization_url", "create_authorization_url",
}  # fmt: skip
OWN = (".host_url", ".base_url", ".url_root")
PLAIN = {"code", "status", "status_code", "permanent", "headers", "background", "url", "location", "to",
         "redirect_to", "Response", "preserve_request", "_anchor", "content"}  # fmt: skip
PARTS = {"query", "form", "body", "cookie"}
SCHEMES = {"", "http://", "https://", "//", "https:", "http:"}


def leads_home(test: ast.expr, holds: bool, subject: str) -> bool:
    """A check of the host, or that a path does not begin with two slashes; a check against a list."""
    if isinstance(test, ast.Call) and isinstance(test.func, ast.Attribute):
        given = test.args[0] if test.args else None
        if test.func.attr == "startswith" and given is not None:
            return said(test.func.value) == subject and is_fixed(given, holds)
        if test.func.attr == "endswith" and of_host(test.func.value, subject):
            return isinstance(given, ast.Constant) and str(given.value).startswith(".")
        if test.func.attr in {"match", "search", "fullmatch"} and given is not None:
            return holds and is_narrow(test, subject)
    if isinstance(test, ast.Compare) and isinstance(test.ops[0], ast.In | ast.NotIn):
        if said(test.comparators[0]) == subject:  # a part of the address says nothing of its host
            absent = isinstance(test.ops[0], ast.NotIn) is holds
            return absent and isinstance(test.left, ast.Constant) and test.left.value == "//"
        if of_host(test.comparators[0], subject):
            return False
    if of_host(test, subject):
        return True
    return listed(test, holds, subject) or (isinstance(test, ast.Call) and holds and checked(test, subject))


def of_host(node: ast.expr, subject: str) -> bool:
    """Whether it is about the host of the address."""
    text = ast.unparse(node)
    return subject in text and any(
        f".{part}" in text for part in ("netloc", "hostname", "host", "is_absolute")
    )


def is_fixed(node: ast.expr, holds: bool) -> bool:
    """Whether an address that begins like it stays on the site; a host that no slash ends goes on."""
    if not isinstance(node, ast.Constant):
        text = ast.unparse(node)
        return holds and (
            text.endswith(OWN) or (isinstance(node, ast.JoinedStr) and text.rstrip("'\"")[-1:] == "/")
        )
    start = str(node.value)
    if not holds:
        return start.startswith("//")
    if start.startswith(("http:", "https:", "//")):
        return start.partition("//")[2].find("/") > 0
    return start not in SCHEMES and start != "/"


def is_narrow(test: ast.Call, subject: str) -> bool:
    """A pattern that fits no address of somebody else; one that is not known is taken as such."""
    if subject not in {said(each) for each in test.args}:
        return False
    pattern = test.args[0].value if isinstance(test.args[0], ast.Constant) else None
    whole = called_function(test) == "fullmatch"
    return not isinstance(pattern, str) or not fits_others(pattern, whole=whole)


def special(node: ast.Call, _names: list[str]) -> bool:
    name = called_function(node)
    if name in ADDS | OF_PROVIDERS and isinstance(node.func, ast.Attribute):
        return True
    return name in MAKES_PATHS or name.startswith(("safe_", "validate", "clean_", "get_safe", "sanitize"))


def adds_to_query(names: list[str], method: str) -> bool:
    """``url_concat(url, values)``, ``add_params_to_uri(url, values)``"""
    words = set(words_of(method or names[0].rpartition(".")[2] if names or method else ""))
    return bool(words & {"add", "append", "concat", "extend", "update", "with"}) and bool(
        words & {"url", "uri", "query", "params", "parameters", "qs", "querystring"}
    )


TARGET = Policy("redirect", calls=NUMBERS, guard=leads_home, special=special, leading=adds_to_query)


class RSC901(Rule):
    """A request decides where the browser is sent.

    What it checks:
        What ``redirect`` and the classes of redirecting answers of all frameworks are given, and the
        header ``Location``.

    Why it matters:
        A link to the real login that ends on a foreign page is the best phishing there is; codes and
        tokens in the address go along.

    How it is decided:
        The target is followed back to the query, the form, the body or a cookie of a request. Paths
        behind a fixed beginning, names of routes, targets whose host was compared, that were found in a
        list, or that a function named like ``is_safe`` has accepted are fine. Beginning with ``/`` is
        not enough: ``//host`` does, too; nor is a host that no slash ends, or that is anywhere in the text,
        or a pattern that fits an address of somebody else.

    Fix:
        Check it first: ``url_has_allowed_host_and_scheme`` of Django, or compare the host of
        ``urlsplit(urljoin(request.host_url, target))``.

    References:
        ASVS 3.7.2, CWE-601

    Since:
        0.1
    """

    kind: ClassVar[Class] = "transport"
    severity: ClassVar[Severity] = "medium"

    def check(self, look: Look) -> Iterator[Finding]:
        for node, target in targets(look):
            origins = [each for each in look.origins(target, TARGET) if leads_away(look, each)]
            if origins:
                place = look.module.place(node)
                yield self.finding(
                    look,
                    node,
                    f"{origins[0].note} decides where the browser is sent",
                    severity="high" if look.near_auth(node) else "medium",
                    trace=(*origins[0].steps, Step(place.file, place.line, "the browser is sent there")),
                    fix="check the host of the target against a list, or send to a fixed page",
                )


def targets(look: Look) -> Iterator[tuple[ast.AST, ast.expr]]:
    for node in look.nodes:
        if isinstance(node, ast.Call) and redirects(look, node):
            call = Call(node, look.module, ())
            target = (
                call.argument("url", 0) or call.argument("location", 0) or call.argument("redirect_to", 0)
            )
            if target is not None and not isinstance(target, ast.Constant) and not is_route(node, target):
                yield node, target
        elif isinstance(node, ast.Assign) and is_location(node.targets[0]):
            yield node, node.value


def is_route(node: ast.Call, target: ast.expr) -> bool:
    """``redirect_to("page.read", id=1)``: the name of a route, with what its path needs."""
    if any(each.arg is not None and each.arg not in PLAIN for each in node.keywords):
        return True
    texts = [each.value for each in ast.walk(target) if isinstance(each, ast.Constant)]
    return any(isinstance(text, str) and re.fullmatch(r"(?:\{\})?\.\w+", text) is not None for text in texts)


def is_location(node: ast.expr) -> bool:
    """``answer.headers["Location"]``"""
    return isinstance(node, ast.Subscript) and called(node).lower() == "location"


def redirects(look: Look, node: ast.Call) -> bool:
    if called_function(node) in REDIRECTS:
        return True
    return isinstance(node.func, ast.Name) and look.name(node.func).rpartition(".")[2] in REDIRECTS


def leads_away(look: Look, origin: Origin) -> bool:
    if origin.kind != "request" or not (origin.part in PARTS or (origin.part == "path" and origin.name)):
        return False
    return not any(begins_fixed(look, each) for each in origin.built)


def begins_fixed(look: Look, built: Built) -> bool:
    """Whether a text that was put together begins with something that a request does not decide."""
    node = built.node
    if isinstance(node, ast.JoinedStr):
        first: ast.expr | None = node.values[0] if node.values else None
        first = first.value if isinstance(first, ast.FormattedValue) else first
    elif isinstance(node, ast.BinOp):
        first = node.left
        while isinstance(first, ast.BinOp):
            first = first.left
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        first = node.func.value
        if isinstance(first, ast.Constant) and str(first.value).startswith("{"):
            first = node.args[0] if str(first.value).startswith("{}") and node.args else None
    else:
        return False
    if isinstance(first, ast.Constant):
        return str(first.value) not in SCHEMES
    return first is not None and not any(
        each.kind == "request" for each in look.beside(built.module).origins(first, TARGET)
    )
