"""Cookies by which the application finds out who somebody is, as is seen where they are read."""

from __future__ import annotations

import ast
import re

from rescind.reading import Function, walk
from rescind.review.access.who import TURNED_AWAY
from rescind.review.look import Look
from rescind.review.naming.called import called, called_function
from rescind.review.naming.words import QUESTIONS, words_of
from rescind.review.once import once
from rescind.review.sessions.authority import HARMLESS, names_of

READERS = frozenset(
    ["get_cookie", "get_signed_cookie", "get_secure_cookie", "get_cookie_values", "cookie", "getCookie"]
)
SIGN_IN = re.compile(r"(?i)redirect\w*\([^\n]*(?:log_?in|sign_?in|anmeld|connexion|entrar|acceso|accedi)")
PERSON = re.compile(r"\b(?:g|self|req(?:uest)?(?:\.ctx|\.context|\.state)?)\.(?:current_)?user\s*=[^=]")
FINDS = re.compile(
    r"(?i)^(?:get_|load_|find_|read_|fetch_)?(?:current_|logged_in_)?(?:user|identity|principal)$"
)


def is_asked_for(look: Look, name: ast.expr | None, value: ast.expr | None, *, signed: bool) -> bool:
    """Whether a cookie of that name is read where somebody is let in or turned away. What the visitor chose
    is none, unless it is signed."""
    said = [each.lower() for each in names_of(look, name)]
    known = read_for_people(look)
    if not any(each in known for each in said):
        return False
    words = {word for each in said for word in words_of(each)}
    if words & HARMLESS or words & QUESTIONS:
        return False
    if value is None or signed:
        return True
    return not any(each.kind == "request" for each in look.origins(value)) and not isinstance(
        value, ast.Constant
    )


@once
def read_for_people(look: Look) -> frozenset[str]:
    """The names of cookies that are read in functions which find out who it is, in small letters."""
    found: set[str] = set()
    for home in look.everywhere("cookie"):
        for call in home.calls if "APIKeyCookie" in home.module.text else ():
            name = call.argument("name") if called_function(call.node) == "APIKeyCookie" else None
            found |= {each.lower() for each in home.values(name).texts} if name is not None else set()
        for function in home.module.functions:
            named = [each for node in function.walk() for each in read_by(home, node)]
            named += by_parameters(home, function)
            if named and tells_who(home, function):
                found |= {each.lower() for each in named}
    return frozenset(found)


def read_by(look: Look, node: ast.AST) -> list[str]:
    """``request.cookies.get("x")``, ``req.cookies["x"]``, ``self.get_signed_cookie("x")``"""
    key: ast.expr | None = None
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load) and holds_cookies(node.value):
        key = node.slice
    elif isinstance(node, ast.Call) and node.args and isinstance(node.func, ast.Attribute):
        of_jar = node.func.attr in {"get", "pop"} and holds_cookies(node.func.value)
        key = node.args[0] if of_jar or called_function(node) in READERS else None
    return list(look.values(key).texts) if key is not None else []


def holds_cookies(node: ast.expr) -> bool:
    return called(node) in {"cookies", "COOKIES", "cookie", "cookie_jar"}


def by_parameters(look: Look, function: Function) -> list[str]:
    """``visit: str = Cookie(None)``, ``visit: Annotated[str, Cookie()]``"""
    found = []
    for each in function.parameters:
        given = [each.default, *(walk(each.annotation) if each.annotation is not None else ())]
        for one in given:
            if isinstance(one, ast.Call) and called_function(one) == "Cookie":
                alias = next((k.value for k in one.keywords if k.arg == "alias"), None)
                found += list(look.values(alias).texts) if alias is not None else [each.name]
    return found


def tells_who(look: Look, function: Function) -> bool:
    """Whether a function turns people away, or says who somebody is."""
    if FINDS.match(function.name) or "authenticate" in words_of(function.name):
        return True
    text = look.module.source_of(function.node)
    return any(pattern.search(text) for pattern in (TURNED_AWAY, SIGN_IN, PERSON))
