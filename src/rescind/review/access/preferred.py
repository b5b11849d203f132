"""What a header or a cookie says, and is believed: before what is known of who is signed in, or as a word
that lets somebody in."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from rescind.reading import Function, walk
from rescind.review.access.answered import QUESTIONS
from rescind.review.access.asked_rights import ASKS
from rescind.review.access.columns import names_for
from rescind.review.access.instead import NAMED, asked, chosen, holds
from rescind.review.access.own_rights import ANSWERS
from rescind.review.access.persons import persons_of
from rescind.review.access.rows import ENDS, FINDS, statements
from rescind.review.access.unverified import IDENTITY
from rescind.review.access.who import turns_away
from rescind.review.flow import Origin
from rescind.review.look import Look
from rescind.review.naming.called import called, called_function, variables
from rescind.review.naming.words import secret_kind, words_of
from rescind.review.outside.unsigned import RIGHTS, vouched

PARTS = frozenset(["header", "cookie"])
# Whatever somebody says of these, it is nobody else's.
OWN_TASTE = frozenset(
    ["language", "lang", "locale", "theme", "currency", "timezone", "tz", "zone", "page", "size", "next",
     "agent", "version", "format", "cart", "basket", "trace", "correlation", "ip", "for", "forwarded",
     "accept", "mode", "sort", "view", "layout", "device", "referer", "referrer", "origin", "host",
     "type", "encoding", "length", "requested", "csrf", "xsrf", "nonce", "id_token", "authorization",
     "etag", "match", "range", "idempotency", "signature", "country", "protocol", "proto", "scheme",
     "sprache", "idioma", "langue", "lingua", "upgrade", "hx", "ajax"]
)  # fmt: skip


def before_own(look: Look, function: Function) -> Iterator[ast.AST]:
    """``request.headers.get("X-Branch") or session["branch"]``, that rows are found with."""
    if not speaks(look, function) or vouched(look, function):
        return
    persons = persons_of(look, function)
    for node in function.walk():
        if not isinstance(node, ast.BoolOp | ast.IfExp) or not chosen(look, persons.says_who, node, PARTS):
            continue
        if of_taste(look, node) or checked(function, node):
            continue
        if finds_with(look, function, node):
            yield node


def before_own_ways(look: Look, function: Function) -> Iterator[ast.AST]:
    """A helper that gives back what a header says, and else what is of who is signed in."""
    if len(function.returns) < 2 or look.shared.flow.entries.routes(function) or vouched(look, function):
        return
    entries = look.shared.flow.entries
    given = {each.name: entries.marked(function, each) for each in function.parameters}
    headers = {name for name, one in given.items() if one is not None and one.part in PARTS}
    persons = persons_of(look, function)
    said = [each for each in function.returns if getattr(each, "id", "") in headers or of_header(look, each)]
    known = [each for each in function.returns if persons.has(each)]
    for node in said:
        name = getattr(node, "id", "")
        if known and not of_taste(look, node) and not any(asked(each, name) for each in function.walk()):
            yield node


def of_header(look: Look, node: ast.expr) -> bool:
    """A variable that holds what a header says; what callers hand in is theirs to look at."""
    function = look.function(node)
    return (
        isinstance(node, ast.Name)
        and speaks(look, function)
        and node.id not in {each.name for each in (function.parameters if function is not None else ())}
        and any(each.kind == "request" and each.part in PARTS for each in look.origins(node, NAMED))
    )


def speaks(look: Look, function: Function | None) -> bool:
    if function is None:
        return False
    text = look.module.source_of(function.node).lower()
    return "header" in text or "cookie" in text


def of_taste(look: Look, node: ast.expr) -> bool:
    """Whether it is about how somebody likes it, or is a secret that they show."""
    words = [
        each.value for each in walk(node) if isinstance(each, ast.Constant) and isinstance(each.value, str)
    ]
    names = [
        called(each) for each in walk(node) if isinstance(each, ast.Name | ast.Subscript | ast.Attribute)
    ]
    return any(OWN_TASTE & set(words_of(each)) or secret_kind(each) for each in (*words, *names))


def checked(function: Function, node: ast.BoolOp | ast.IfExp) -> bool:
    """Whether what is said is held against anything before."""
    names = variables(node)
    return any(asked(each, name) for name in names for each in function.walk())


def finds_with(look: Look, function: Function, node: ast.expr) -> bool:
    """Whether rows are found with it, here or by those who are given it."""
    statement = look.module.statement_of(node)
    if isinstance(statement, ast.Return):
        return any(
            given_on(look.beside(each.module), each.node) for each in look.shared.flow.calls.callers(function)
        )
    return given_on(look, node)


def given_on(look: Look, node: ast.expr) -> bool:
    """Whether a store is asked with what an expression gives, by a name or as it is."""
    above = look.module.parent_of(node)
    while isinstance(above, ast.expr | ast.keyword):
        if isinstance(above, ast.Call) and asks_rows(look, above):
            return True
        above = look.module.parent_of(above)
    function = look.function(node)
    if function is None or not isinstance(above, ast.Assign):
        return False
    names = {each.id for each in above.targets if isinstance(each, ast.Name)}
    return any(
        holds(each.node, name) for each in function.calls if asks_rows(look, each.node) for name in names
    )


def asks_rows(look: Look, node: ast.Call) -> bool:
    return called_function(node) in MORE_FINDS or bool(statements(look, node))


MORE_FINDS = (FINDS | ENDS | {"where", "aggregate", "exclude", "exists", "count", "count_documents"}) - {
    "get",
    "all",
}


def lets_in(look: Look, function: Function) -> Iterator[tuple[ast.AST, Origin]]:
    """``if request.headers.get("X-Desk") != "office": raise HTTPException(403)``"""
    tests = [*asked_alone(function), *answered_alone(function)]
    for test in () if not tests or vouched(look, function) else tests:
        if of_taste(look, test) or not is_word(test.comparators[0]):
            continue
        if RIGHTS & set(words_of(called(test.left))) and isinstance(test.ops[0], ast.NotEq | ast.NotIn):
            continue  # of RSC951
        origin = next(filter(says_a_word, look.origins(test.left, NAMED)), None)
        if origin is not None and (origin.part in PARTS or is_no_choice(look, function, test)):
            yield test, origin


def is_no_choice(look: Look, function: Function, test: ast.Compare) -> bool:
    """Whether a field of a form, that is held against one word, is for no choice and no step; what comes out
    of a token, or is handed in, is no field."""
    known = [each for each in look.origins(test.left, IDENTITY) if each.kind == "request"]
    first, last = function.node.lineno, function.node.end_lineno or 0
    if not any(each.steps and first <= each.steps[0].line <= last for each in known):
        return False
    names = [word for each in names_for(look, test.left) for word in words_of(each)]
    return isinstance(test.ops[0], ast.Eq | ast.NotEq) and not (STEPS | OWN_TASTE) & set(names)


def asked_alone(function: Function) -> Iterator[ast.Compare]:
    """What alone decides between going on and 403."""
    for node in function.nodes_of(ast.If):
        test = node.test
        asks = isinstance(test, ast.Compare) and isinstance(test.ops[0], ast.NotEq | ast.NotIn)
        if asks and isinstance(test, ast.Compare) and any(map(turns_away, node.body)):
            yield test


def answered_alone(function: Function) -> Iterator[ast.Compare]:
    """``return request.META.get("HTTP_X_DESK") == "support"`` of a permission, or of what is called
    ``is_staff``."""
    words = set(words_of(function.name))
    if function.name not in ANSWERS and not (ASKS & words and QUESTIONS & words):
        return
    for each in function.returns:
        if isinstance(each, ast.Compare) and isinstance(each.ops[0], ast.Eq | ast.In):
            yield each


def says_a_word(origin: Origin) -> bool:
    """Whether it is a header, a cookie or a field of the project's own, that anybody may write."""
    if origin.kind != "request" or origin.part not in WRITTEN or secret_kind(origin.name or ""):
        return False
    return not OWN_TASTE & set(words_of(f"{origin.name} {origin.note}"))


WRITTEN = PARTS | {"form", "query", "body"}
# Of forms and messages: what is to be done, and in which way.
STEPS = frozenset(
    ["action", "event", "grant", "response", "state", "status", "method", "confirm", "confirmation", "agree",
     "accept", "accepted", "consent", "terms", "captcha", "answer", "challenge", "op", "operation", "step",
     "kind", "command", "topic", "result", "provider", "scope", "object", "resource", "hub", "typ"]
)  # fmt: skip


def is_word(node: ast.expr) -> bool:
    """``"office"``, ``("office", "valley")``, ``"1"``: no secret."""
    elements = node.elts if isinstance(node, ast.Tuple | ast.List | ast.Set) else [node]
    return bool(elements) and all(
        isinstance(each, ast.Constant)
        and (
            each.value is True
            or (isinstance(each.value, str) and (each.value.isalpha() or each.value == "1"))
        )
        for each in elements
    )
