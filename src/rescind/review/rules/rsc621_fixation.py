"""RSC621: signing in under the id that the visitor brought."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import ClassVar

from rescind.reading import Function, walk
from rescind.review.finding import Class, Confidence, Finding, Severity
from rescind.review.flow.names import bindings_at
from rescind.review.look import Look
from rescind.review.naming.called import arguments, called_function
from rescind.review.naming.words import words_of
from rescind.review.rule import Rule
from rescind.review.sessions.adopting import adopted, matters
from rescind.review.sessions.attached import attached
from rescind.review.sessions.keyed import keyed_by_client, says_person
from rescind.review.sessions.rotating import begins_another, begun_before
from rescind.review.sessions.sessions import PYRAMID, SESSION, of_flask, on_server, sign_ins, speaks
from rescind.review.sessions.signing_in import (
    is_sign_in,
    lets_in,
    only_for_signed_in,
    opened_by_cookie,
    other_sign_ins,
    raised,
)  # fmt: skip

SPEAKS = ("sess", "sid", "login", "cookie", "sesion", "sitzung")
LAID_ASIDE = frozenset(["stash", "stashed", "pending", "unfinished"])  # who is not yet signed in


class RSC621(Rule):
    """Somebody is signed in under the id of session that the visitor brought.

    What it checks:
        Functions that write who somebody is, or that they may more from now on, into a session which the
        server keeps: of Django, CherryPy, Flask-Session, aiohttp-session and other frameworks, and of the
        project's own stores, in memory, in Redis or in a table. And ids of sessions that the server takes
        from whoever brings them.

    Why it matters:
        Who planted the id, by a link or from a neighbouring host, is signed in along with the visitor.

    How it is decided:
        By the key that is written and by whether the function, or what it calls, begins another
        session: ``cycle_key``, ``clear``, ``new_session``, a new id, a framework's own sign-in. Of the
        project's own stores it counts where the key is followed back to a cookie, a header or a parameter
        of the request. What a cookie opens is a session, however it is called and wherever it is kept for
        the time of the request, and whoever's password was tried is somebody, also where a function of the
        project is given both; a column that is set to the id of a row whose password was tried says who
        somebody is. A second step that takes up what only a session that was begun anew has is fine.
        Sessions whose contents are the cookie have no id that could be planted; ``login_user`` of
        Flask-Login goes on with the id of before. An id is adopted where a new one is only made for who
        brought none, or where an entry is made under it because there is none; that counts where no sign-in
        of the project begins another session.

    Fix:
        Rotate first: ``request.session.cycle_key()``, or sign in by the framework's own function. Of an own
        store: remove the old entry, make a new id, and set the cookie anew.

    References:
        ASVS 7.2.4, CWE-384

    Since:
        0.1
    """

    kind: ClassVar[Class] = "fixation"
    severity: ClassVar[Severity] = "high"

    def check(self, look: Look) -> Iterator[Finding]:
        if look.is_test:
            return
        speaks = look.speaks_of(SPEAKS)
        for function in look.module.functions:
            found = planted(look, function, speaks=speaks)
            if found is not None:
                yield self.finding(
                    look,
                    found[0],
                    "signed in under the id of session that the visitor brought",
                    confidence=found[1],
                    fix="begin another session first: cycle_key(), clear(), or a new id and a new entry",
                )
            elif look.speaks_of(["cookie", "sid"]):
                yield from self.taken(look, function)

    def taken(self, look: Look, function: Function) -> Iterator[Finding]:
        """Of ids that are made sessions of, or are put into the browser, because somebody brought them."""
        for node in adopted(look, function):
            if matters(look):
                said = "an id that nobody knows becomes that of a session, whoever brings it"
                fix = "make a new id where nothing is known under the one that was brought"
                yield self.finding(look, node, said, confidence="medium", fix=fix)
        for node in given_by_address(look, function):
            said = "the address of the request says which session the browser gets"
            yield self.finding(look, node, said, confidence="medium", fix="make the id on the server")


def planted(look: Look, function: Function, *, speaks: bool) -> tuple[ast.AST, Confidence] | None:
    """Where a function signs somebody in under an id that was brought."""
    found = written(look, function) if speaks else None
    if found is not None and not renewed(look, function) and not begun_before(look, function):
        return found
    at = next(attached(look, function), None) if LAID_ASIDE.isdisjoint(words_of(function.name)) else None
    return (at, "medium") if at is not None else None


def written(look: Look, function: Function) -> tuple[ast.AST, Confidence] | None:
    """Where a function writes who somebody is, into a session that goes on."""
    if not LAID_ASIDE.isdisjoint(words_of(function.name)):
        return None
    for each in sign_ins(look, function):
        if only_for_signed_in(look, function, each.node, each.key):
            continue
        kept = on_server(look, each.session)
        if kept == "framework" or (kept == "own" and is_sign_in(look, function)):
            return each.node, "high" if kept == "framework" else "medium"
    for each in other_sign_ins(look, function):
        if not only_for_signed_in(look, function, each.node, each.key) and goes_on(look, each.session):
            return each.node, "medium"
    for each in raised(look, function):
        if on_server(look, each.session):
            return each.node, "medium"
    for node in keyed_by_client(look, function):
        if lets_in(look, function) or says_person(look, node):
            return node, "medium"
    return None


def goes_on(look: Look, session: ast.expr) -> bool:
    """Whether a session is kept on the server; of a function of a framework, the framework's."""
    if isinstance(session, ast.Call) and look.name(session.func).startswith("flask_login."):
        return of_flask(look)
    if isinstance(session, ast.Call) and look.name(session.func).startswith("pyramid."):
        return look.shared.imports(*PYRAMID, "beaker")
    if isinstance(session, ast.Call) and look.name(session.func).startswith("aiohttp_security."):
        return not any("CookieStorage" in module.text for module in look.project.modules)
    return bool(on_server(look, session)) or opened_by_cookie(look, session)


def given_by_address(look: Look, function: Function) -> Iterator[ast.AST]:
    """``response.set_cookie("session_id", request.args["sid"])``"""
    for node in function.walk():
        if (
            isinstance(node, ast.Assign)
            and is_id_of_session(node.targets[0])
            and by_address(look, node.value)
        ):
            yield node
    for call in function.calls:
        if {"session", "store"} <= set(words_of(called_function(call.node))):
            given = arguments(call.node)
            if any(by_address(look, each) for each in given):
                yield call.node
        if called_function(call.node) != "set_cookie":
            continue
        key = call.argument("key", 0) or call.argument("name", 0)
        value = call.argument("value", 1)
        named = {
            word for text in (look.values(key).texts if key is not None else ()) for word in words_of(text)
        }
        if value is None or named.isdisjoint(SESSION) or named & {"csrf", "chat"}:
            continue
        if by_address(look, value) and not made_with_other(look, value):
            yield call.node


def renewed(look: Look, function: Function) -> bool:
    """Whether the function begins another session, or everybody who calls it does."""
    if begins_another(look, function):
        return True
    above = {
        caller
        for call in look.shared.flow.calls.callers(function)
        if (caller := call.module.function_of(call.node)) is not None and caller is not function
    }
    return bool(above) and all(begins_another(look.beside(each.module), each) for each in above)


def is_id_of_session(node: ast.expr) -> bool:
    """``session.sid``"""
    return (
        isinstance(node, ast.Attribute)
        and node.attr in {"sid", "session_id", "session_key"}
        and speaks(node.value)
    )


def made_with_other(look: Look, node: ast.expr) -> bool:
    """``visit.token`` of ``visit = Visit(client=client)``: a field that nobody gave is made by the class."""
    if not isinstance(node, ast.Attribute) or not isinstance(node.value, ast.Name):
        return False
    made = [each.value for each in bindings_at(node.value, look.scope(node))]
    made += [
        inner.value
        for each in made
        if isinstance(each, ast.expr)
        for one in walk(each)
        if isinstance(one, ast.Name)
        for inner in bindings_at(one, look.scope(node))
    ]
    return any(
        isinstance(each, ast.Call)
        and called_function(each)[:1].isupper()
        and bool(each.keywords)
        and node.attr not in {one.arg for one in each.keywords}
        for each in made
    )


def by_address(look: Look, node: ast.expr) -> bool:
    return any(
        each.kind == "request" and each.part in {"query", "path"} and not each.built
        for each in look.origins(node)
    )
