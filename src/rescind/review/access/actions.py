"""Actions of views of Django REST framework, and which of them ask for a role."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from rescind.reading import Class, Function, unparsed, walk
from rescind.review.access.guards import class_setting, methods_of
from rescind.review.access.open_views import SIMPLE
from rescind.review.access.who import reads_who
from rescind.review.naming.words import words_of

CHANGING = frozenset(["create", "update", "partial_update", "destroy"])
VERBS = ("post", "put", "patch", "delete")
LEAST = 2


def forgotten_actions(cls: Class) -> Iterator[Function]:
    """Actions that whoever is signed in changes something by, where their siblings ask for a role."""
    chooser = next((each for each in methods_of(cls) if each.name == "get_permissions"), None)
    own = [(each, by_decorator(each)) for each in cls.methods if is_action(each)]
    if not own or (chooser is None and not any(role for _, role in own)):
        return
    if asks_role(class_setting(cls, "permission_classes")):
        return
    listed = dict(chosen(chooser, cls)) if chooser is not None else {}
    if chooser is not None and asks_role(fallback(chooser)):
        return
    roles = {name for name, role in listed.items() if role} | {each.name for each, role in own if role}
    plain = [
        each
        for each, role in own
        if role is None and not listed.get(each.name) and acts(each) and not is_mine(each)
    ]
    acting = roles & (CHANGING | {each.name for each, _ in own if acts(each)})
    if (
        len(acting) >= LEAST
        and len(plain) < len(acting)
        and not CHANGING & {name for name, role in listed.items() if not role}
    ):
        yield from plain


def is_action(function: Function) -> bool:
    return any(each.name.rpartition(".")[2] == "action" and each.call for each in function.decorators)


def by_decorator(function: Function) -> bool | None:
    """Whether an action asks for a role by itself; None: it says nothing."""
    for each in function.decorators:
        for keyword in each.call.keywords if each.call is not None else ():
            if keyword.arg == "permission_classes":
                return asks_role(keyword.value)
    return None


def acts(function: Function) -> bool:
    text = "".join(unparsed(each.node) for each in function.decorators)
    return any(f"'{verb}'" in text.lower() for verb in VERBS)


def is_mine(function: Function) -> bool:
    """Whether it is about who is signed in: ``shift.taken_by = request.user``."""
    return any(isinstance(each, ast.Attribute) and reads_who(each) for each in function.walk())


def asks_role(node: ast.expr | None) -> bool:
    """``[IsAuthenticated(), IsLead()]``"""
    elements = getattr(node, "elts", [])
    return any(set(words_of(unparsed(each))) - SIMPLE for each in elements)


def chosen(function: Function, cls: Class) -> Iterator[tuple[str, bool]]:
    """Which actions a view asks a role for: by ``if self.action in {"create"}: return [IsLead()]``, or
    by a table."""
    for node in function.walk():
        if isinstance(node, ast.If) and "self.action" in unparsed(node.test):
            names = [each.value for each in walk(node.test) if isinstance(each, ast.Constant)]
            lists = [
                each for one in node.body for each in walk(one) if isinstance(each, ast.List | ast.Tuple)
            ]
            positive = not any(isinstance(each, ast.NotIn | ast.NotEq) for each in walk(node.test))
            if positive and lists:
                yield from ((str(name), any(map(asks_role, lists))) for name in names)
    tables = [each for each in function.walk() if isinstance(each, ast.Dict)]
    tables += [each for node in cls.node.body for each in walk(node) if isinstance(each, ast.Dict)]
    for table in tables:
        for key, value in zip(table.keys, table.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(value, ast.List | ast.Tuple):
                yield str(key.value), asks_role(value)


def fallback(function: Function) -> ast.expr | None:
    """What is asked where no action is named."""
    last = function.node.body[-1]
    return last.value if isinstance(last, ast.Return) else None
