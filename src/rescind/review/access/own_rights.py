"""What decides in a project what somebody may, however it is called: what guards ask of who is signed in."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from rescind.reading import Function, unparsed, walk
from rescind.review.access.asked_rights import STANDING, had, is_right, parts
from rescind.review.access.persons import persons_of
from rescind.review.access.who import may_read, refuses, turns_away
from rescind.review.look import Look
from rescind.review.naming.called import called, called_function
from rescind.review.naming.words import words_of
from rescind.review.once import in_circles, once

ANSWERS = frozenset(["has_permission", "test_func", "has_object_permission"])
# What is asked of accounts, and is no right.
NO_RIGHTS = frozenset(
    ["id", "pk", "email", "name", "password", "practice", "organisation", "organization", "company",
     "firm", "team", "tenant", "status", "state", "session", "epoch", "version", "language", "balance",
     "quota", "credits", "accepted", "onboarded", "completed", "terms", "totp", "otp", "mfa"]
)  # fmt: skip


@once
@in_circles(frozenset)
def own_rights(look: Look) -> frozenset[str]:
    """What functions refuse people without: ``warden`` of ``not guest.warden``."""
    found: set[str] = set()
    for inner in look.everywhere():
        for function in inner.module.functions if may_read(inner.module.text) else ():
            found |= {name for test in asked(function) for name in of_person(inner, function, test)}
    return frozenset(found | {name for each in look.everywhere() for name in behind(each, found)})


def behind(look: Look, known: set[str]) -> Iterator[str]:
    """``rank`` of ``def is_commodore(self): return self.rank == Rank.COMMODORE``, where that is a right."""
    for cls in look.module.classes if look.speaks_of(each.lower() for each in known) else ():
        for method in cls.methods:
            if method.name not in known or not method.returns:
                continue
            for each in method.returns:
                name = called(each.left) if isinstance(each, ast.Compare) else ""
                words = set(words_of(name))
                if (
                    unparsed(each).startswith(f"self.{name} ")
                    and words
                    and not words & (STANDING | NO_RIGHTS)
                ):
                    yield name


def asked(function: Function) -> Iterator[ast.expr]:
    """The questions by which a function refuses, or that it answers."""
    for node in function.walk():
        if isinstance(node, ast.If) and any(
            turns_away(each) or (guards_by_name(function) and refuses(each)) for each in node.body
        ):
            yield from parts(node.test)
    if function.name in ANSWERS:
        for each in function.returns:
            inner = (
                each.args[0]
                if isinstance(each, ast.Call) and called_function(each) == "bool" and each.args
                else each
            )
            yield from parts(inner)


def guards_by_name(function: Function) -> bool:
    """``require_operator``: it answers 404 instead of 403."""
    return not {"require", "required", "requires", "only", "must", "needs", "guard"}.isdisjoint(
        words_of(function.name)
    )


def of_person(look: Look, function: Function, test: ast.expr) -> Iterator[str]:
    """The attribute of who is signed in that is asked."""
    if not (
        is_right(test)
        or (isinstance(test, ast.Attribute | ast.Subscript | ast.Call) and had(test))
        or by_name(test)
    ):
        return
    persons = persons_of(look, function)
    for node in walk(test):
        name = ""
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
            base, name = node.value, node.attr
        elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            base, name = node.value, str(node.slice.value)
        elif by_name(node) and isinstance(node, ast.Call):
            base, name = node.args[0], str(getattr(node.args[1], "value", ""))
        words = set(words_of(name))
        if name and words and not words & (STANDING | NO_RIGHTS) and is_one(persons.has(base), base):
            yield name


def is_one(known: bool, base: ast.expr) -> bool:
    """Whether it is a person, and not the request or the session that has one."""
    return known and called(base) not in {"request", "req", "session", "g", "state", "ctx", "context", "self"}


def by_name(node: ast.AST) -> bool:
    """``getattr(request.user, "leads", False)``"""
    if isinstance(node, ast.Call) and called_function(node) == "bool" and node.args:
        return by_name(node.args[0])
    return isinstance(node, ast.Call) and called_function(node) == "getattr" and len(node.args) > 1
