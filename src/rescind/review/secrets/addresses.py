"""Addresses with a secret in them: tokens in the query, links that sign in, databases with their password."""

from __future__ import annotations

import ast
import re
from itertools import pairwise

from rescind.reading import unparsed, walk
from rescind.review.flow import HARMLESS
from rescind.review.flow.conditions import conditions
from rescind.review.flow.entries import in_path
from rescind.review.flow.names import bindings_at
from rescind.review.look import Look
from rescind.review.naming.called import called, called_function
from rescind.review.naming.words import secret_kind, words_of
from rescind.review.secrets.mappings import uses_of
from rescind.review.secrets.named import hides
from rescind.review.secrets.objects import is_secret

IN_ADDRESS = re.compile(r"[?&](\w+)=$|(?:Bearer|Basic) ()$")
IN_PATH = re.compile(r"/([\w-]+)/$")
OF_DATABASES = frozenset(
    ["database", "db", "redis", "broker", "amqp", "mongo", "mongodb", "postgres", "postgresql", "pg", "mysql",
     "sqlalchemy", "celery", "rabbitmq", "connection"]
)  # fmt: skip
LINKS = frozenset(
    ["magic", "reset", "invite", "invitation", "activation", "verification", "verify", "confirm",
     "confirmation", "recovery", "login", "signin", "unlock"]
)  # fmt: skip
ADDRESSES = frozenset(["args", "query_params", "GET", "full_path", "get_full_path", "build_absolute_uri"])


def in_address(node: ast.JoinedStr | ast.BinOp) -> str:
    """``f"{base}/reset?token={made}"``, ``f"Bearer {made}"``"""
    pieces = node.values if isinstance(node, ast.JoinedStr) else [node.left, node.right]
    for before, after in pairwise(pieces):
        text = before
        while isinstance(text, ast.BinOp):
            text = text.right
        said = IN_ADDRESS.search(text_of(text))
        value = after.value if isinstance(after, ast.FormattedValue) else after
        path = IN_PATH.search(text_of(text))
        if path is not None and is_for_letters(path[1]) and is_mark(value):
            return f"the address of `{path[1]}`"
        if said is None or isinstance(value, ast.Constant | ast.Subscript):
            continue
        if isinstance(value, ast.Call) and (hides(value, []) or called_function(value) in {"len", "bool"}):
            continue
        if said[1] is None:
            return "the token behind Bearer"
        if is_secret(said[1]) or said[1] in {"key", "code", "sig", "signature"}:
            return f"`{said[1]}` in the address"
    return ""


def is_mark(value: ast.AST) -> bool:
    """What stands behind ``/reset/``: no text, no id."""
    if isinstance(value, ast.Call):
        return not hides(value, []) and called_function(value) not in {"len", "bool", "str", "quote"}
    return isinstance(value, ast.Name | ast.Attribute) and NO_MARKS.isdisjoint(words_of(called(value)))


def text_of(node: ast.AST) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def in_link(look: Look, node: ast.expr) -> str:
    """``magic_link``, made of something signed; ``url_for("reset", token=made)``; an address with the
    password of a database."""
    if isinstance(node, ast.Call):
        if called_function(node) == "render_as_string" and any(
            each.arg == "hide_password" and unparsed(each.value) == "False" for each in node.keywords
        ):
            return "an address with its password"
        if called_function(node) in {"url_for", "reverse", "url_path_for", "urlencode"}:
            given = [
                *node.keywords,
                *(k for each in node.args if isinstance(each, ast.Call) for k in each.keywords),
            ]
            key = next((k.arg for k in given if k.arg and is_secret(k.arg) and not text_of(k.value)), "")
            key = key or (of_letter(node, given) if node.args else "")
            return f"`{key}` in the address" if key else ""
        return ""
    if isinstance(node, ast.Subscript):
        constant = isinstance(node.slice, ast.Name | ast.Attribute) and called(node.slice).isupper()
        kept = called(node.slice if constant else node)
        return f"`{kept}` with its password" if opens_database(words_of(kept)) else ""
    if not isinstance(node, ast.Name | ast.Attribute):
        return ""
    words, inside = words_of(called(node)), isinstance(look.module.parent_of(node), ast.Attribute)
    if opens_database(words):
        if inside:
            return HARMLESS  # a part of it
        return f"`{called(node)}` with its password" if may_have_password(look, node) else ""
    if (
        inside
        or LINKS.isdisjoint(words)
        or words[-1] not in {"link", "url"}
        or not isinstance(node, ast.Name)
    ):
        return ""
    made = [one.value for one in bindings_at(node, look.scope(node)) if one.value is not None]
    signs = {word for each in made for part in walk(each) for word in words_of(called(part) or verb(part))}
    return f"`{node.id}`" if signs & {"sign", "token", "signer", "dumps", "otp", "jwt"} else ""


def of_letter(node: ast.Call, given: list[ast.keyword]) -> str:
    """``url_for("account.reset", mark=row.mark)``: who has the address of such a page is let in."""
    if not is_for_letters(text_of(node.args[0])):
        return ""
    return next(
        (k.arg for k in given if k.arg and k.arg[:1] != "_" and isinstance(k.value, ast.Name | ast.Attribute)
         and NO_MARKS.isdisjoint((*words_of(k.arg), *words_of(called(k.value))))),
        "",
    )  # fmt: skip


def is_for_letters(text: str) -> bool:
    words = set(words_of(text))
    return bool(words & (LINKS | {"activate", "einladung", "invitacion"})) or any(
        secret_kind(each) == "password" and each not in {"pass", "pin"} for each in words
    )


NO_MARKS = frozenset(
    ["id", "pk", "kwargs", "args", "email", "mail", "next", "lang", "name", "username", "user", "step",
     "page", "slug", "uid", "uidb64", "number"]
)  # fmt: skip


def opens_database(words: tuple[str, ...]) -> bool:
    """``DATABASE_URL``, ``dsn``; not the one that was made for a log."""
    if words in {("dsn",), ("conninfo",), ("connection", "string")}:
        return True
    return len(words) > 1 and words[-1] in {"url", "uri", "dsn"} and words[-2] in OF_DATABASES


def verb(node: ast.AST) -> str:
    return called_function(node) if isinstance(node, ast.Call) else ""


def may_have_password(look: Look, node: ast.expr) -> bool:
    """Whether an address is none whose text stands in the source without a password, and whether nobody has
    found it to have none before."""
    for each in conditions(look.module, node):
        if not each.holds and "password" in unparsed(each.test):
            return False
    texts = look.values(node).texts
    return not texts or any(re.search(r"://[^/]*:[^/]*@", each) for each in texts)


def in_url(look: Look, node: ast.expr) -> str:
    """The address of a request, where its handler takes a secret out of the query or the path."""
    function = look.function(node)
    base = getattr(node.func if isinstance(node, ast.Call) else node, "value", None)
    if function is None or base is None:
        return ""
    if is_request(base):
        for text, uses in uses_of(look, function).items():
            if text.rpartition(".")[2] in {"args", "GET", "query_params", "query", "rel_url.query"} and uses:
                return f"`{uses[0].key}` in the address"
    names = {name for route in look.shared.flow.entries.routes(function) for name in in_path(route.path)}
    inside = next((each for each in sorted(names) if is_secret(each)), "")
    whole = called_function_or_name(node) in {
        "url",
        "path",
        "full_path",
        "get_full_path",
        "build_absolute_uri",
    }
    return f"`{inside}` in the address" if inside and whole else ""


def is_request(node: ast.expr) -> bool:
    return called(node) in {"request", "req"}


def called_function_or_name(node: ast.expr) -> str:
    return called_function(node) if isinstance(node, ast.Call) else getattr(node, "attr", "")
