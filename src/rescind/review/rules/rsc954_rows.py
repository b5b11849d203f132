"""RSC954: a row that is found by its id, and nobody asks whose it is."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import ClassVar

from rescind.reading import Class as Defined
from rescind.reading import Function
from rescind.review.asking import words_around
from rescind.review.called import called
from rescind.review.finding import Class, Finding, Severity, Step
from rescind.review.guards import (
    OTHERS,
    PEOPLE,
    class_setting,
    guards,
    lets_everybody_in,
    methods_of,
    of_class,
    of_router,
)
from rescind.review.look import Look
from rescind.review.persons import Persons, is_owner
from rescind.review.rows import Row, belongs, kind_of, rows
from rescind.review.rule import Rule
from rescind.review.words import words_of

# Views that change what an id in the path names.
CHANGING = (
    "ModelViewSet", "UpdateAPIView", "DestroyAPIView", "UpdateModelMixin", "DestroyModelMixin", "UpdateView",
    "DeleteView",
)  # fmt: skip
NARROWS = frozenset(
    ["get_queryset", "get_object", "filter_queryset", "test_func", "dispatch", "check_object_permissions",
     "has_permission", "get_permissions"]
)  # fmt: skip
SIMPLE = frozenset(["is", "authenticated", "or", "read", "only", "permissions", "permission", "allow", "any"])


class RSC954(Rule):
    """Somebody else's row: found by its id, and nobody asks whose it is.

    What it checks:
        Handlers for people who are signed in that find a row by what a request says, and change it, delete
        it or give it back; viewsets and editing views over all rows of a model.

    Why it matters:
        Who is signed in counts the ids up, and reads or deletes what belongs to everybody else. It is the
        most frequent hole of applications with a sign-in.

    How it is decided:
        The rows of the model or table belong to people: another function asks for them with who is signed
        in or holds their owner against that, or, for changes, the model has an owner. In the handler nothing
        is held against who is signed in: no comparison, no owner in the query, no check that is given the
        row. Handlers for administrators and machines are left out, and so is what asks for a role.

    Fix:
        Put the owner into the query: `Order.objects.get(pk=pk, user=request.user)`.

    References:
        ASVS 8.2.2, CWE-639

    Since:
        0.1
    """

    kind: ClassVar[Class] = "authorisation"
    severity: ClassVar[Severity] = "high"

    def check(self, look: Look) -> Iterator[Finding]:
        for function in look.module.functions:
            row = self.open_row(look, function)
            if row is not None:
                place = look.module.place(row.key)
                yield self.finding(
                    look,
                    row.call,
                    "nobody asks whose row it is",
                    confidence="medium",
                    trace=(Step(place.file, place.line, "it is found by what the request says"),),
                    fix="put the owner into the query",
                )
        for cls in look.module.classes:
            if self.is_open(look, cls):
                yield self.finding(
                    look,
                    own_setting(cls) or cls.node,
                    f"`{cls.name}` lets everybody who is signed in change everybody's rows",
                    confidence="medium",
                    fix="narrow get_queryset() to the owner's",
                )

    @staticmethod
    def open_row(look: Look, function: Function) -> Row | None:
        if not handles(look, function):
            return None
        asked = guards(look, function) if function.calls else set()
        if only_signed_in(function):
            asked -= {"permission", "permissions"}
        around = set(words_of(function.name)) | set(words_of(look.module.name))
        if not asked or ((asked | around) & OTHERS and not asked & PEOPLE):
            return None
        if not SIGNS_IN.isdisjoint(words_around(look, function)):
            return None
        for row in rows(look, function):
            if not somebodys(look, function, row):
                continue
            names = {row.name} if row.name else set()
            if Persons(look, function).holds(names, ast.unparse(row.key)):
                continue
            if not of_router(look, function) & OTHERS:
                return row
        return None

    @staticmethod
    def is_open(look: Look, cls: Defined) -> bool:
        if not any(each.name.endswith(CHANGING) for each in cls.mro) or cls.name.endswith(("Mixin", "Base")):
            return False
        permissions = class_setting(cls, "permission_classes")
        if class_setting(cls, "permission_required") is not None or (
            permissions is None and has_defaults(look)
        ):
            return False
        words = set(words_of(ast.unparse(permissions))) if permissions is not None else set()
        asks = of_class(cls)
        saves = [each for each in methods_of(cls) if each.name in {"perform_create", "form_valid"}]
        mine = any(
            Persons(look.beside(each.module), each).has(call.node) for each in saves for call in each.calls
        )
        if words - SIMPLE or asks & OTHERS - {"permission", "permissions"} or not (asks or mine):
            return False
        if permissions is not None and lets_everybody_in(permissions):
            return False
        if any(each.name in NARROWS for each in methods_of(cls)) or set(words_of(cls.name)) & OTHERS:
            return False
        value = class_setting(cls, "queryset") or class_setting(cls, "model")
        kind = kind_of(look, ast.Call(value, [], [])) if value is not None else ""
        return kind != "" and (mine or kind in belongs(look))


def only_signed_in(function: Function) -> bool:
    """Whether the permissions of a view let in everybody who is signed in: ``[IsAuthenticated]``."""
    found = [each for one in function.decorators if one.name.endswith("permission_classes") and one.call
             for each in one.call.args]  # fmt: skip
    setting = class_setting(function.cls, "permission_classes") if function.cls is not None else None
    found += [setting] if setting is not None else []
    return bool(found) and all(ast.unparse(each).count("IsAuthenticated]") == 1 and
                               not set(words_of(ast.unparse(each))) - SIMPLE for each in found)  # fmt: skip


def own_setting(cls: Defined) -> ast.AST | None:
    """``queryset = Note.objects.all()``"""
    return next(
        (
            each
            for each in cls.node.body
            if isinstance(each, ast.Assign) and getattr(each.targets[0], "id", "") in {"queryset", "model"}
        ),
        None,
    )


ACCOUNTS = frozenset(["User", "Account", "Customer", "Member", "Profile", "users", "accounts"])
SIGNS_IN = frozenset(
    ["login", "signin", "sign", "register", "signup", "authenticate", "token", "forgot", "reset", "invite",
     "verify", "confirm", "activate", "callback", "webhook", "search", "exists", "unsubscribe"]
)  # fmt: skip


def somebodys(look: Look, function: Function, row: Row) -> bool:
    """Whether the rows of that kind belong to people; that of an account does."""
    if row.kind in ACCOUNTS:
        return row.changed and is_owner(called(row.key))
    users = belongs(look).get(row.kind)
    return users is not None and (row.changed or row.of_owner or bool(users - {function.qualname}))


def has_defaults(look: Look) -> bool:
    """Whether the settings of Django REST framework let a class of the project's own decide everywhere."""
    for module in look.project.modules:
        for setting in look.beside(module).settings if "DEFAULT_PERMISSION_CLASSES" in module.text else ():
            if setting.name == "DEFAULT_PERMISSION_CLASSES":
                return "rest_framework.permissions." not in ast.unparse(setting.value)
    return False


def handles(look: Look, function: Function) -> bool:
    """Whether a function answers requests of people: by a route, as a view, or with Flask's request."""
    names = {each.name for each in function.parameters}
    if "info" in names and function.cls is not None and look.shared.imports("graphene", "strawberry"):
        return True
    if look.shared.flow.entries.is_handler(function) or "request" in names:
        return True
    return "from flask" in look.module.text and "request." in look.module.source_of(function.node)
