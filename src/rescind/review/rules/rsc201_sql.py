"""RSC201: statements that are put together from what a request says."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import ClassVar, NamedTuple

from rescind.review.finding import Class, Confidence, Finding, Severity, Step
from rescind.review.flow import Origin
from rescind.review.flow.names import bindings_at
from rescind.review.flow.sql import LOOKS, SQL, Statement, is_quoted, looks_like_sql, statements
from rescind.review.look import Look
from rescind.review.naming.called import called_function
from rescind.review.naming.words import words_of
from rescind.review.rule import Rule


class Place(NamedTuple):
    """Where to say it: the call, or the text if another function puts it together."""

    look: Look
    node: ast.AST


class RSC201(Rule):
    """Data of a request become part of a statement of SQL.

    What it checks:
        Statements that are put together by f-strings, ``%``, ``format``, ``+`` or ``join`` and given to
        a cursor, a connection, ``raw()``, ``extra()``, ``RawSQL``, SQLAlchemy's ``text()`` and the like.

    Why it matters:
        Whoever sends the request writes the statement: they read password hashes and tokens, or are
        somebody else.

    How it is decided:
        The pieces of the text are followed to where they come from, through functions and modules. Data
        of a request count, whatever was done to their quotes; numbers, enumerations, texts that were
        looked up in or compared with a list, a driver's own quoting and bound parameters do not. It is
        critical where the code around is about accounts, sessions or tokens. A parameter that nobody of
        the project gives counts where the text has quotes around it, with medium confidence.

    Fix:
        Bind the value: ``execute("... WHERE name = %s", (name,))``. Choose names of columns from a list.

    References:
        ASVS 1.2.4, CWE-89

    Since:
        0.1
    """

    kind: ClassVar[Class] = "sqli"
    severity: ClassVar[Severity] = "high"

    def check(self, look: Look) -> Iterator[Finding]:
        for statement in statements(look.calls):
            if isinstance(statement.text, ast.Constant):
                continue
            origins = look.origins(statement.text, SQL)
            chosen = next(
                (each for each in sorted(origins, key=rank) if self.counts(look, statement, each)), None
            )
            if chosen is not None:
                yield self.said(look, statement, chosen)

    @staticmethod
    def counts(look: Look, statement: Statement, origin: Origin) -> bool:
        sure = origin.kind in {"request", "network"}
        if not sure and origin.kind != "parameter":
            return False
        if not origin.built:
            if is_command(look, statement.text) or len(origin.steps) > FARTHEST or of_own(look, statement):
                return False
            return sure and (statement.certain or getattr(statement.call.node.func, "attr", "") in WHOLE)
        if not (
            statement.certain
            or looks_like_sql(origin.built)
            or LOOKS.search(" ".join(text_of(look, statement.text)))
        ):
            return False
        return sure or is_quoted(origin)

    def said(self, look: Look, statement: Statement, origin: Origin) -> Finding:
        place = put_together(look, statement, origin)
        near = (
            place.look.near_auth(place.node) or look.near_auth(statement.call.node) or origin.part == "cookie"
        )
        confidence: Confidence = "high" if origin.kind != "parameter" else "medium"
        at = look.module.place(statement.call.node)
        return self.finding(
            place.look,
            place.node,
            f"{origin.note} becomes part of a statement".replace(
                "a parameter", f"the parameter `{origin.name}`"
            ),
            severity="critical" if near and origin.kind != "parameter" else "high",
            confidence=confidence,
            trace=(*origin.steps, Step(at.file, at.line, "the statement is run")),
            fix="bind the value as a parameter; choose names of columns and tables from a list",
        )


FARTHEST = 3  # what comes from farther away as it is, is an object that was made of it


def of_own(look: Look, statement: Statement) -> bool:
    """``self.execute(text)`` of a class that has one: what that does is seen there."""
    func = statement.call.node.func
    function = look.function(statement.call.node)
    if not isinstance(func, ast.Attribute) or getattr(func.value, "id", "") != "self" or function is None:
        return False
    return function.cls is not None and function.cls.member(func.attr) is not None


def is_command(look: Look, node: ast.expr) -> bool:
    """``client.execute(OrdersGetRequest(order_id))``: an object that is sent, and no text."""
    made = (
        [each.value for each in bindings_at(node, look.scope(node))] if isinstance(node, ast.Name) else [node]
    )
    return bool(made) and all(
        isinstance(each, ast.Call)
        and called_function(each)[:1].isupper()
        and words_of(called_function(each))[-1] in {"request", "command", "mutation"}
        for each in made
    )


# Methods that take nothing but a statement: here it may be a request's as a whole.
WHOLE = {"execute", "executescript", "executemany", "exec_driver_sql", "read_sql"}


def rank(origin: Origin) -> int:
    return (
        ("request", "network", "parameter").index(origin.kind)
        if origin.kind in {"request", "network", "parameter"}
        else 9
    )


def text_of(look: Look, node: ast.expr) -> list[str]:
    """What is known of a text, for telling whether it is SQL."""
    parts: list[str] = []
    for option in look.values(node).options:
        if isinstance(option.value, str):
            parts.append(option.value)
        elif isinstance(option.value, tuple):
            parts += [
                part
                for part in option.value
                for part in (part if isinstance(part, tuple) else (part,))
                if isinstance(part, str)
            ]
    return parts


def put_together(look: Look, statement: Statement, origin: Origin) -> Place:
    """The call that runs it, unless the whole text comes from another function: then where that makes it."""
    here = look.function(statement.call.node)
    if not origin.built:
        return Place(look, statement.call.node)
    outermost = origin.built[-1]
    owner = outermost.module.function_of(outermost.node)
    if outermost.module is look.module and owner is here:
        return Place(look, statement.call.node)
    return Place(look.beside(outermost.module), outermost.node)
