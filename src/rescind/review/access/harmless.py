"""Handlers that nobody has to be signed in for, by what they do: they leave nothing behind, or a visitor's
address."""

from __future__ import annotations

import ast
import re

from rescind.reading import Function, unparsed, walk
from rescind.review.flow import Policy
from rescind.review.look import Look
from rescind.review.naming.called import called, called_function
from rescind.review.naming.words import words_of
from rescind.review.once import in_circles, once

SENT = Policy("sent", frozenset(), (), frozenset(), numbers=False)
# They choose, answer and remember something in the browser that asked.
SLIGHT = frozenset(
    ["get", "getlist", "abort", "redirect", "url_for", "reverse", "render", "render_template",
     "make_response", "jsonify", "json", "set_cookie", "delete_cookie", "flash", "int", "str", "strip",
     "lower", "upper", "split", "len", "isinstance", "format", "join", "startswith", "bool", "Response",
     "JSONResponse", "JsonResponse", "HttpResponse", "HttpResponseRedirect", "RedirectResponse",
     "HTTPException", "empty", "text", "html", "timedelta", "info", "debug", "warning", "setdefault",
     "pop", "dict", "list", "sorted", "get_json", "float", "max", "min", "add_cookie", "activate",
     "gettext", "_", "items", "keys", "BadRequest", "NotFound", "Http404", "stays_here", "urlparse",
     "urlsplit", "url_has_allowed_host_and_scheme", "is_safe_url", "total_seconds"]
)  # fmt: skip
DEEPEST = 2


@once
@in_circles(lambda: True)
def leaves_nothing(look: Look, function: Function, depth: int = DEEPEST) -> bool:
    """Whether all that a handler does is to answer, and to remember something in the browser that asked."""
    inner = look.beside(function.module)
    for each in function.walk():
        if isinstance(each, ast.Attribute | ast.Subscript) and isinstance(each.ctx, ast.Store | ast.Del):
            if not BROWSER.search(unparsed(each.value)):
                return False
        elif isinstance(each, ast.Call) and called_function(each) not in SLIGHT:
            known = look.shared.flow.calls.callees(each, inner.scope(each)) if depth else []
            if not known or not all(leaves_nothing(look, one, depth - 1) for one in known):
                return False
    return True


BROWSER = re.compile(r"(?i)\bsession\b|\bresp(?:onse)?\b|cookies|headers|\banswer\b|\bg\b")
# What a visitor leaves, to be written to.
ADDRESS = frozenset(
    ["email", "mail", "phone", "telefon", "telephone", "telefono", "telefone", "correo", "courriel", "mobile",
     "address", "contact", "kontakt"]
)  # fmt: skip
ACCOUNTS = frozenset(
    ["user", "users", "account", "accounts", "member", "members", "staff", "employee", "profile", "customer",
     "customers", "admin", "device", "key", "token", "konto", "benutzer", "mitglied", "usuario", "guest"]
)  # fmt: skip


def leaves_address(look: Look, function: Function, by_id: bool) -> bool:
    """Whether a visitor leaves an address, with what they ask for: ``Enquiry(email=..., text=...)``.

    Args:
        by_id: whether the path names something that is there: that is changed, and nothing is left.
    """
    if by_id:
        return False
    for each in function.calls:
        node = each.node
        name = called_function(node)
        made = name[:1].isupper() or name in {"create", "insert_one", "acreate"}
        if not made or ACCOUNTS & set(words_of(unparsed(node.func))):
            continue
        pairs = [(one.arg or "", one.value) for one in node.keywords]
        pairs += [
            (str(key.value), value)
            for one in node.args
            if isinstance(one, ast.Dict)
            for key, value in zip(one.keys, one.values, strict=True)
            if isinstance(key, ast.Constant)
        ]
        if len(pairs) > 1 and any(
            ADDRESS & set(words_of(column)) and sent(look, value) for column, value in pairs
        ):
            return True
    return False


def asks_by_address(look: Look, function: Function) -> bool:
    """Whether somebody is found by an address, and a row is made for them: a code that is sent there."""
    names = [called_function(each.node) for each in function.calls]
    if not {"create", "add", "insert", "insert_one", "acreate"} & set(names):
        return False
    if CHANGED & {word for each in names for word in words_of(each)}:
        return False
    return any(
        bool(ADDRESS & set(words_of(one.arg or ""))) and sent(look, one.value)
        for each in function.calls
        if called_function(each.node) in {"get", "filter", "filter_by", "find_one", "get_or_none"}
        for one in each.node.keywords
    )


CHANGED = frozenset(["delete", "remove", "update", "save", "execute"])


def sent(look: Look, node: ast.expr) -> bool:
    return any(each.kind == "request" for each in look.origins(node, SENT))


def shows_code(look: Look, node: ast.AST, known: frozenset[str]) -> bool:
    """``if booking.manage_code != request.form["code"]: abort(404)``: who was given the code, may.

    Args:
        known: words of what nobody guesses.
    """
    if not isinstance(node, ast.If):
        return False
    for each in walk(node.test):
        if isinstance(each, ast.Compare) and isinstance(each.ops[0], ast.NotEq | ast.Eq):
            sides = (each.left, each.comparators[0])
            held = [
                one
                for one in sides
                if isinstance(one, ast.Attribute | ast.Subscript) and words_of(called(one))
            ]
            if any(
                known & set(words_of(called(one))[-1:])
                and any(sent(look, two) for two in sides if two is not one)
                for one in held
            ):
                return True
    return False
