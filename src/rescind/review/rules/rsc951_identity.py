"""RSC951: who somebody is, or what they may, taken from what they send."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import ClassVar

from rescind.reading import Function, walk
from rescind.review.called import called, called_function
from rescind.review.finding import Class, Finding, Severity, Step
from rescind.review.flow import Policy
from rescind.review.guards import OTHERS, guards, of_router
from rescind.review.look import Look
from rescind.review.rule import Rule
from rescind.review.words import words_of

RIGHTS = frozenset(
    ["admin", "role", "roles", "staff", "superuser", "privileged", "permission", "permissions", "moderator"]
)
WHO = frozenset(
    ["owner", "user", "uid", "userid", "member", "customer", "account", "author", "patient", "rider",
    "person", "employee",
     "student", "sender", "creator", "holder", "subscriber", "guest", "driver", "buyer", "seller",
     "tenant", "login"]
)  # fmt: skip
SINKS = frozenset(
    ["execute", "fetch", "fetchrow", "fetchval", "fetch_one", "fetch_all", "get", "filter", "filter_by",
    "create", "update", "insert",
     "get_or_404", "get_object_or_404", "query", "one", "add", "save", "find_one", "update_one",
     "insert_one", "delete", "delete_one"]
)  # fmt: skip
IDENTITY = Policy("identity", frozenset(), (), frozenset(), numbers=False)
SIGNS_IN = frozenset(
    [
        "login",
        "signin",
        "sign",
        "register",
        "signup",
        "authenticate",
        "token",
        "forgot",
        "reset",
        "invite",
        "search",
        "exists",
    ]
)


class RSC951(Rule):
    """Who somebody is, or what they may, is taken from what they send.

    What it checks:
        Cookies, headers and fields by the name of a right (``admin``, ``role``) that a test believes,
        and handlers that know who is signed in, and read or write rows of whoever the body names.

    Why it matters:
        Everybody may send everything: who names another id acts as somebody else.

    How it is decided:
        The value is followed back to a cookie, a header, the query, the form or the body of a request.
        An identity counts in a handler that asks who it is, where it is given to a store and compared
        with nobody; handlers for administrators, machines and services, who act on others, are left out,
        and so are sign-ins.

    Fix:
        Take the id from the session or the token, and the right from the stored user.

    References:
        ASVS 8.2.2, CWE-639, CWE-565

    Since:
        0.1
    """

    kind: ClassVar[Class] = "authorisation"
    severity: ClassVar[Severity] = "high"

    def check(self, look: Look) -> Iterator[Finding]:
        for node in look.nodes:
            if isinstance(node, ast.If | ast.IfExp):
                yield from self.believed(look, node.test)
        for function in look.module.functions:
            yield from self.named(look, function)

    def believed(self, look: Look, test: ast.expr) -> Iterator[Finding]:
        """``if request.cookies.get("admin") == "1":``"""
        sides = [test.left] if isinstance(test, ast.Compare) and isinstance(test.ops[0], ast.Eq) else [test]
        for side in sides:
            if RIGHTS.isdisjoint(words_of(called(side))) or not isinstance(
                side, ast.Call | ast.Subscript | ast.Name
            ):
                continue
            origin = next(
                (
                    each
                    for each in look.origins(side)
                    if each.kind == "request"
                    and len(each.steps) <= 2
                    and each.part in {"cookie", "header", "query", "form", "body"}
                ),
                None,
            )
            if origin is not None:
                yield self.finding(
                    look,
                    test,
                    f"{origin.note} says what its sender may",
                    trace=origin.steps,
                    fix="take the right from the stored user",
                )

    def named(self, look: Look, function: Function) -> Iterator[Finding]:
        if not look.shared.flow.entries.is_handler(function) and "request" not in {
            each.name for each in function.parameters
        }:
            return
        around = set(words_of(function.name)) | set(words_of(look.module.name))
        asked = guards(look, function)
        if not asked or (asked | around | of_router(look, function)) & OTHERS or around & SIGNS_IN:
            return
        for call in function.calls:
            if called_function(call.node) not in SINKS:
                continue
            for each in given(call.node):
                origin = self.identity(look, each)
                if origin is not None and not compared(function, each):
                    place = look.module.place(call.node)
                    yield self.finding(
                        look,
                        call.node,
                        "whose row it is, is what the request says",
                        confidence="medium",
                        trace=(*origin, Step(place.file, place.line, "is believed")),
                        fix="take the id from the session or the token",
                    )
                    return

    @staticmethod
    def identity(look: Look, node: ast.expr) -> tuple[Step, ...] | None:
        words = [word for word in words_of(called(node)) if word not in {"id", "pk"}]
        if not words or words[-1] not in WHO:
            return None
        found = [
            each
            for each in look.origins(node, IDENTITY)
            if each.kind == "request" and each.part in {"body", "form", "query"}
        ]
        return found[0].steps if found else None


def given(call: ast.Call) -> Iterator[ast.expr]:
    """What a call is given, out of tuples, lists and dictionaries, too."""
    for argument in (*call.args, *(each.value for each in call.keywords)):
        if isinstance(argument, ast.Tuple | ast.List):
            yield from argument.elts
        elif isinstance(argument, ast.Dict):
            yield from argument.values
        else:
            yield argument


def compared(function: Function, node: ast.expr) -> bool:
    """Whether the function holds it against anything."""
    text = ast.unparse(node)
    return any(
        isinstance(each, ast.Compare)
        and text in {ast.unparse(side) for side in (each.left, *each.comparators)}
        for each in walk(function.node)
    )
