"""RSC901: redirects to wherever a request says."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import ClassVar

from rescind.reading import Call, Function, unparsed, walk
from rescind.reading import Class as Kind
from rescind.review.finding import Class, Finding, Severity, Step
from rescind.review.flow import Origin
from rescind.review.flow.calls import bind
from rescind.review.flow.conditions import conditions
from rescind.review.flow.names import bindings_at
from rescind.review.flow.origin import Built
from rescind.review.look import Look
from rescind.review.naming.called import called, called_function, variables
from rescind.review.naming.words import words_of
from rescind.review.once import once, once_here
from rescind.review.outside.leading import CLEANERS, SCHEMES, policy_of
from rescind.review.rule import Rule

REDIRECTS = frozenset(
    ["redirect", "RedirectResponse", "HttpResponseRedirect", "HttpResponsePermanentRedirect",
    "HTTPFound", "HTTPSeeOther",
     "HTTPMovedPermanently", "HTTPTemporaryRedirect", "HTTPPermanentRedirect", "Redirect", "seeother",
     "redirect_to", "HTTPRedirect", "RequestRedirect", "HttpResponseSeeOther"]
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
        "get_absolute_url",
        "get_redirect_url",
        "get_success_url",
        "route_path",
        "route_url",
    ]
)
# To an address that is there.
ADDS = {"include_query_params", "replace_query_params", "update_query", "extend_query", "with_query",
        "with_fragment"}  # fmt: skip
# Methods of clients of OAuth, OpenID and SAML: the address of the provider, with what the request said in it.
OF_PROVIDERS = {
    "login", "logout", "process_slo", "redirectURL", "authorization_url", "create_authorization_url",
}  # fmt: skip
AUTHORIZES = {"auth", "authorize", "authorization", "authorisation"}
PLAIN = {"code", "status", "status_code", "permanent", "headers", "background", "url", "location", "to",
         "redirect_to", "Response", "preserve_request", "_anchor", "content"}  # fmt: skip
PARTS = {"query", "form", "body", "cookie"}


# Under whatever name: an own path, and what was signed.
OWN = (".url_for", "django.core.signing.loads")


def special(node: ast.Call, names: list[str]) -> bool:
    name = called_function(node)
    words = set(words_of(name))
    of_provider = name in OF_PROVIDERS or (bool(words & AUTHORIZES) and bool(words & {"url", "uri"}))
    if (name in ADDS or of_provider) and isinstance(node.func, ast.Attribute):
        return True
    if name in {"unsign", "unsign_object"} or any(each.endswith(OWN) for each in names):
        return True
    return name in MAKES_PATHS or name.startswith(CLEANERS)


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
            origins = [
                each for each in look.origins(target, policy_of(look, special)) if leads_away(look, each)
            ]
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


# Methods of views whose answer is where the browser is sent.
SAY_WHERE = frozenset(
    ["get_success_url", "get_redirect_url", "get_default_redirect_url", "get_login_redirect_url",
     "get_logout_redirect_url", "get_signup_redirect_url"]
)  # fmt: skip


def targets(look: Look) -> Iterator[tuple[ast.AST, ast.expr]]:
    for function in look.module.functions:
        if function.name in SAY_WHERE and function.cls is not None and function.cls.node.bases:
            for each in function.returns:
                if not (isinstance(each, ast.Call) and redirects(look, each)):  # an answer by itself
                    yield each, each
    helpers = redirecting(look)
    yield from handed_to(look, helpers)
    for node, target in plain_targets(look):
        inside = look.function(node)
        if inside is None or helpers.get(inside.qualname) != getattr(target, "id", ""):
            yield node, target


@once
def redirecting(look: Look) -> dict[str, str]:
    """The functions of a project that send the browser wherever they are told, and by which parameter: it is
    their callers who say where."""
    return {
        function.qualname: target.id
        for home in look.everywhere()
        for node, target in plain_targets(home)
        if isinstance(target, ast.Name)
        and (function := home.function(node)) is not None
        and is_passed(home, function, node, target.id)
        and look.shared.callers(function.qualname)
    }


def is_passed(look: Look, function: Function, node: ast.AST, name: str) -> bool:
    """Whether it is a parameter as it came, of which nothing is asked on the way, and not by a framework."""
    if all(each.name != name for each in function.parameters):
        return False
    if look.shared.flow.entries.is_handler(function):
        return False
    set_anew = any(isinstance(each.ctx, ast.Store) for each in function.nodes_of(ast.Name) if each.id == name)
    return not set_anew and all(name not in variables(each.test) for each in conditions(look.module, node))


def handed_to(look: Look, helpers: dict[str, str]) -> Iterator[tuple[ast.AST, ast.expr]]:
    """What helpers of the project are given to send the browser to: ``see_other(request.form["to"])``."""
    for call in look.calls if helpers else ():
        for each in call.named:
            if isinstance(each.definition, Function) and each.definition.qualname in helpers:
                given = bind(each.definition, call.node, look.scope(call.node))
                found = given.get(helpers[each.definition.qualname])
                if found is not None and not isinstance(found[0], ast.Constant):
                    yield call.node, found[0]


@once_here
def plain_targets(look: Look) -> tuple[tuple[ast.AST, ast.expr], ...]:
    return tuple(written_out(look))


def written_out(look: Look) -> Iterator[tuple[ast.AST, ast.expr]]:
    """Where a redirect stands in the source, by a framework or by its header, with where it leads."""
    for node in look.module.nodes_of(ast.Call, ast.Assign, ast.Tuple, ast.Dict):
        if isinstance(node, ast.Call) and redirects(look, node):
            call = Call(node, look.module, ())
            target = (
                call.argument("url", 0) or call.argument("location", 0) or call.argument("redirect_to", 0)
            )
            if (
                target is not None
                and not isinstance(target, ast.Constant)
                and not (
                    is_route(node, target) or (called_function(node) == "redirect" and is_row(look, target))
                )
            ):
                yield node, target
        else:
            yield from ((node, each) for each in by_hand(look, node) if not creates(look, node))


def is_row(look: Look, node: ast.expr, depth: int = 2) -> bool:
    """What Django asks itself for its address: an object that a form or a table gave."""
    if isinstance(node, ast.Subscript):
        return (
            isinstance(node.slice, ast.Constant)
            and isinstance(node.slice.value, int)
            and is_row(look, node.value, depth)
        )
    if isinstance(node, ast.Attribute) and node.attr in {"instance", "object"}:
        return True
    if isinstance(node, ast.Call):
        return called_function(node) in GIVES_ROWS
    if any(
        isinstance(each.definition, Kind) and each.definition.member("get_absolute_url")
        for each in look.project.types_of(node, look.scope(node))
    ):
        return True
    made = [each.value for each in bindings_at(node, look.scope(node))] if isinstance(node, ast.Name) else []
    if isinstance(node, ast.Name) and asked_as_row(look, node):
        return True
    return (
        bool(made)
        and depth > 0
        and all(isinstance(each, ast.expr) and is_row(look, each, depth - 1) for each in made)
    )


def asked_as_row(look: Look, node: ast.Name) -> bool:
    """``ticket.save()`` beside ``redirect(ticket)``: no text is saved."""
    function = look.function(node)
    return function is not None and any(
        isinstance(each.node.func, ast.Attribute)
        and getattr(each.node.func.value, "id", "") == node.id
        and each.node.func.attr in {"save", "delete", "refresh_from_db", "get_absolute_url"}
        for each in function.calls
    )


GIVES_ROWS = frozenset(["create", "filter", "first", "get_object_or_404", "latest", "save"])


def creates(look: Look, node: ast.AST) -> bool:
    """Whether the address is that of something that was made: ``201 Created``."""
    function = look.function(node)
    text = look.module.source_of(function.node) if function is not None else ""
    return "201" in text or "CREATED" in text


NAMES = frozenset(["location", "hx-redirect", "hx-location"])
SETS = frozenset(
    ["set", "set_header", "send_header", "add_header", "setdefault", "append_header", "__setitem__"]
)


def by_hand(look: Look, node: ast.AST) -> Iterator[ast.expr]:
    """What the header ``Location`` is given, wherever it is written: as an item, by a method, in a dictionary
    or as a pair."""
    if isinstance(node, ast.Assign):
        target = node.targets[0]
        if is_location(target) or (
            isinstance(target, ast.Attribute) and target.attr == "location" and answers(target)
        ):
            yield node.value
    elif isinstance(node, ast.Tuple) and len(node.elts) == 2 and is_name(look, node.elts[0]):
        yield node.elts[1]
    elif isinstance(node, ast.Call) and called_function(node) in SETS and len(node.args) == 2:
        if is_name(look, node.args[0]):
            yield node.args[1]
    elif isinstance(node, ast.Dict) and of_headers(look, node):
        for key, value in zip(node.keys, node.values, strict=True):
            if key is not None and is_name(look, key):
                yield value


def is_name(look: Look, node: ast.expr) -> bool:
    """``"Location"``, ``b"location"``"""
    value = node.value if isinstance(node, ast.Constant) else None
    text = value.decode("latin-1") if isinstance(value, bytes) else value
    return isinstance(text, str) and text.lower() in NAMES


def answers(node: ast.Attribute) -> bool:
    """``resp.location = ...``"""
    return re.search(r"(?i)resp|answer|reply|redirect", unparsed(node.value)) is not None


def of_headers(look: Look, node: ast.Dict) -> bool:
    """``headers={"Location": ...}`` of an answer."""
    above = look.module.parent_of(node)
    if isinstance(above, ast.keyword):
        return above.arg in {"headers", "header"}
    if isinstance(above, ast.Dict):  # ``{"statusCode": 302, "headers": {"Location": ...}}``
        return any(getattr(each, "value", "") in {"headers", "statusCode"} for each in above.keys)
    target = above.targets[0] if isinstance(above, ast.Assign) else None
    if isinstance(above, ast.Call):
        return re.search(r"(?i)response|answer|reply", unparsed(above.func)) is not None
    return "header" in called(target).lower() if target is not None else False


def is_route(node: ast.Call, target: ast.expr) -> bool:
    """``redirect_to("page.read", id=1)``: the name of a route, with what its path needs."""
    if any(each.arg is not None and each.arg not in PLAIN for each in node.keywords):
        return True
    texts = [each.value for each in walk(target) if isinstance(each, ast.Constant)]
    return any(isinstance(text, str) and re.fullmatch(r"(?:\{\})?\.\w+", text) is not None for text in texts)


def is_location(node: ast.expr) -> bool:
    """``answer.headers["Location"]``"""
    if not isinstance(node, ast.Subscript) or called(node).lower() != "location":
        return False
    written = called(node) == "Location"  # ``data["location"]`` may be where something is
    return written or re.search(r"(?i)resp|answer|reply|redirect|header", unparsed(node.value)) is not None


def redirects(look: Look, node: ast.Call) -> bool:
    if called_function(node) in REDIRECTS:
        return True
    return isinstance(node.func, ast.Name) and look.name(node.func).rpartition(".")[2] in REDIRECTS


def leads_away(look: Look, origin: Origin) -> bool:
    if origin.kind != "request" or not (origin.part in PARTS or (origin.part == "path" and origin.name)):
        return False
    if origin.part == "form" and was_cleaned(look, origin):
        return False
    return not any(begins_fixed(look, each) for each in origin.built)


def was_cleaned(look: Look, origin: Origin) -> bool:
    """``form.cleaned_data["next"]`` of a form that has ``clean_next``."""
    step = origin.steps[0] if origin.steps else None
    module = next((each for each in look.project.modules if step and each.file == step.file), None)
    found = CLEANED.search(module.lines[step.line - 1]) if step is not None and module is not None else None
    return found is not None and f"clean_{found[1]}" in cleaned(look)


CLEANED = re.compile(r"cleaned_data(?:\[|\.get\()[\"'](\w+)")


@once
def cleaned(look: Look) -> frozenset[str]:
    """``clean_next`` of forms of Django that look at where an address leads."""
    return frozenset(
        each.name
        for module in look.project.modules
        if "def clean_" in module.text
        for each in module.functions
        if each.name.startswith("clean_") and HOSTS.search(module.source_of(each.node))
    )


HOSTS = re.compile(r"url_has_allowed_host|is_safe_url|netloc|hostname|resolve\(")


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
            first = node.args[0] if str(first.value).startswith(("{}", "{0}")) and node.args else None
    else:
        return False
    if isinstance(first, ast.Constant):
        return str(first.value) not in SCHEMES
    return first is not None and not any(
        each.kind == "request" for each in look.beside(built.module).origins(first, policy_of(look, special))
    )
