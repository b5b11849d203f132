"""RSC952: fields that decide what somebody may, set by what they send."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import ClassVar

from rescind.reading import Class as Defined
from rescind.reading import Function, unparsed, walk
from rescind.review.access.bodies import ATTRIBUTE, RIGHTS, for_others, left_out, models, open_field, raw
from rescind.review.access.fields import declared, open_fields
from rescind.review.access.filled import (
    chosen_from,
    columns_said,
    in_claims,
    is_account,
    is_loaded,
    is_session,
    made_of,
    of_account,
    of_people,
    right_of_form,
    right_of_maker,
    said,
)  # fmt: skip
from rescind.review.access.guards import OTHERS, class_setting, of_class
from rescind.review.access.own_rights import own_rights
from rescind.review.access.owned import owner_of
from rescind.review.access.persons import persons_of
from rescind.review.access.rows import TABLE, statements
from rescind.review.access.written import rights_written
from rescind.review.enumeration.asking import ADMINISTERS
from rescind.review.finding import Class, Finding, Severity
from rescind.review.flow.entries import is_model
from rescind.review.flow.names import bindings_at
from rescind.review.look import Look
from rescind.review.naming.called import called, called_function
from rescind.review.naming.words import words_of
from rescind.review.rule import Rule


class RSC952(Rule):
    """What somebody may is among the fields that they can set.

    What it checks:
        ``fields`` of serializers, forms and editing views that hold ``is_staff``, ``role`` and the like;
        loops that set whatever attribute the body of a request names; bodies that become a row as they are,
        ``User(**request.get_json())``; forms and classes that fill one, with a right among their fields;
        rights that are taken from the body, ``User(role=body.role)``.

    Why it matters:
        One more field in the body makes an administrator.

    How it is decided:
        The list of fields is read through names; those that are read only do not count, nor forms of the
        admin. A right is, beside what is usually called so, whatever the guards of the project refuse
        people without. A body counts as it came, and as a model that takes any field or has one of these;
        what a serializer, a form or a list has chosen does not; all keys but some are not chosen. Handlers
        for those who may set what others may are left out.

    Fix:
        Name the fields that people may set; put rights under ``read_only_fields``.

    References:
        ASVS 8.2.3, CWE-915

    Since:
        0.1
    """

    kind: ClassVar[Class] = "authorisation"
    severity: ClassVar[Severity] = "high"

    def prepare(self, look: Look) -> None:
        own_rights(look)

    def check(self, look: Look) -> Iterator[Finding]:
        if not ADMINISTERS.isdisjoint(look.module.file.split("/")):
            return
        for cls in look.module.classes:
            if not OTHERS & set(words_of(cls.name)) and not asks_right(cls):
                yield from self.listed(look, cls)
        for function in look.module.functions:
            found = [
                *self.looped(look, function), *self.whole(look, function), *self.taken(look, function),
                *self.filled(look, function),
            ]  # fmt: skip
            if found and not for_others(look, function):
                yield from found

    def listed(self, look: Look, cls: Defined) -> Iterator[Finding]:
        for node, name in open_fields(look, cls):
            yield self.finding(
                look,
                node,
                f"`{name}` is among the fields that people can set",
                fix="leave it out, or list it under read_only_fields",
            )

    def looped(self, look: Look, function: Function) -> Iterator[Finding]:
        """``for name, value in body.items(): setattr(user, name, value)``"""
        for call in function.calls:
            node = call.node
            if call.name != "setattr" or len(node.args) != 3 or isinstance(node.args[1], ast.Constant):
                continue
            name = open_to(look, node.args[1]) or open_by_key(look, node)
            if name:
                yield self.finding(
                    look,
                    node,
                    f"a request names the attributes that are set: {name}",
                    fix="set those of a list",
                )

        for each in function.nodes_of(ast.Assign):
            target = each.targets[0]
            if not isinstance(target, ast.Subscript) or not is_loaded(look, target):
                continue
            if isinstance(target.slice, ast.Name) and open_to(look, target.slice):
                yield self.finding(
                    look, each, "a request names the fields that are set", fix="set those of a list"
                )

    def whole(self, look: Look, function: Function) -> Iterator[Finding]:
        """``User(**body)``, ``repository.update(**body.dict())``, ``user.__dict__.update(body)``"""
        for call in function.calls:
            if columns_said(look, call.node):
                yield self.finding(
                    look, call.node, "a body names the columns that are set", fix="name those of a list"
                )
            for each in kept_whole(look, call.node):
                name = open_to(look, each)
                if name:
                    yield self.finding(
                        look,
                        call.node,
                        f"a body is kept as it came: {name}",
                        fix="name the fields that are kept",
                    )
                    break

    def filled(self, look: Look, function: Function) -> Iterator[Finding]:
        """``form.populate_obj(current_user)``, ``Trader.from_dict(body)``"""
        for node, name in rights_written(look, function):
            yield self.finding(
                look, node, f"`{name}` is among the fields of the serializer", fix="make it read_only"
            )
        for call in function.calls:
            name = right_of_form(look, call.node) or right_of_maker(look, call.node)
            if name:
                yield self.finding(
                    look,
                    call.node,
                    f"`{name}` is among what a request sets",
                    fix="leave it out of what people fill in",
                )

    def taken(self, look: Look, function: Function) -> Iterator[Finding]:
        """``User(role=body.role)``, ``user.is_admin = request.json["is_admin"]``"""
        for name, value, node in rights_set(look, function):
            sides = (value.left, *value.comparators) if isinstance(value, ast.Compare) else (value,)
            if any(
                each.kind == "request" and each.part in {"body", "form", "query"}
                for side in sides
                for each in look.origins(side, ATTRIBUTE)
            ):
                yield self.finding(
                    look, node, f"`{name}` is what the request says", fix="set it to what everybody has"
                )


def rights_set(look: Look, function: Function) -> Iterator[tuple[str, ast.expr, ast.AST]]:
    """Where a right of somebody is given a value: its name, the value, and where."""
    own = own_rights(look)
    for made in function.nodes_of(ast.Dict):
        yield from ((name, value, made) for name, value in in_claims(made) if said(look, value))
    for node in function.nodes_of(ast.Assign, ast.Call):
        if isinstance(node, ast.Assign):
            target = node.targets[0]
            held = target.value if isinstance(target, ast.Attribute | ast.Subscript) else None
            if held is None:
                continue
            if called(target) in RIGHTS and is_session(held) and not chosen_from(function, node.value):
                yield called(target), node.value, node
            mine = called(target) in own and persons_of(look, function).has(held)
            if mine or (called(target) in RIGHTS and of_people(unparsed(held))):
                yield called(target), node.value, node
        elif isinstance(node, ast.Call):
            named = [(str(each.arg), each.value) for each in node.keywords if each.arg in RIGHTS]
            if not of_people(unparsed(node.func)) and not of_people(statement_of(look, node)):
                continue
            if keeps(look, node):
                yield from ((name, value, node) for name, value in named)
            if keeps(look, node) or called_function(node) in STORES:
                yield from ((name, value, node) for name, value in listed_in(node))


def asks_right(cls: Defined) -> bool:
    """Whether a view is for those alone who have a right of their own."""
    return class_setting(cls, "permission_required") is not None or bool(
        of_class(cls) & OTHERS - {"permission", "permissions"}
    )


def open_by_key(look: Look, node: ast.Call) -> str:
    """``setattr(row, field, data[field])``, whatever the names of the fields are taken from."""
    value = node.args[2]
    if not isinstance(value, ast.Subscript) or unparsed(value.slice) != unparsed(node.args[1]):
        return ""
    names = bindings_at(node.args[1], look.scope(node)) if isinstance(node.args[1], ast.Name) else ()
    listed = any(each.value is not None and look.values(each.value).options for each in names)
    return "" if listed or not names else next(map_open(look, value.value), "")


def map_open(look: Look, node: ast.expr) -> Iterator[str]:
    for cls in models(look, node):
        name = open_field(look, cls)
        if name and not left_out(look, node, name):
            yield f"`{name}`"


STORES = frozenset(
    ["execute", "insert_one", "update_one", "fetchrow", "fetch_one", "find_one_and_update", "add"]
)


def statement_of(look: Look, node: ast.Call) -> str:
    """``INSERT INTO users``, without what follows."""
    texts = statements(look, node) if called_function(node) in STORES else ()
    found = TABLE.search(texts[0]) if texts else None
    return found[1] if found is not None and not texts[0].lstrip()[:6].upper().startswith("SELECT") else ""


def listed_in(node: ast.Call) -> Iterator[tuple[str, ast.expr]]:
    """Rights among what a call is given by place, in a tuple or in a document."""
    for argument in node.args:
        for each in walk(argument) if isinstance(argument, ast.Tuple | ast.List | ast.Dict) else (argument,):
            if isinstance(each, ast.Dict):
                for key, value in zip(each.keys, each.values, strict=True):
                    if isinstance(key, ast.Constant) and key.value in RIGHTS:
                        yield str(key.value), value
            elif (
                isinstance(each, ast.Subscript | ast.Attribute | ast.Call | ast.Name)
                and called(each) in RIGHTS
            ):
                yield called(each), each


def keeps(look: Look, node: ast.Call) -> bool:
    """Whether a call makes a row or changes one; a model of a body, a form and an exception do not."""
    name = called_function(node)
    words = set(words_of(name))
    if words & {"schema", "serializer", "form", "error", "exception", "response", "in", "out", "read", "dto"}:
        return False
    for each in look.project.callee(node, look.scope(node)):
        if isinstance(each.definition, Defined) and is_model(each.definition):
            return False
    people = of_people(name) or of_account(node)
    row = name[:1].isupper() and (people or any(has_rights(each) for each in made_of(look, node)))
    return row or bool(words & {"create", "acreate", "update", "insert", "values", "register", "add"})


def has_rights(cls: Defined) -> bool:
    """A model of rows with a column that decides what somebody may, or whose they are."""
    return bool(owner_of(cls)) or next(declared(cls), "") != ""


def kept_whole(look: Look, node: ast.Call) -> Iterator[ast.expr]:
    """What becomes a row, or a part of one, with whatever fields it has."""
    name, func = called_function(node), unparsed(node.func)
    if keeps(look, node):
        yield from (each.value for each in node.keywords if each.arg is None)
    if name == "update" and (
        ".__dict__." in f"{func}." or func.startswith("vars(") or is_loaded(look, node.func)
    ):
        yield from node.args
    elif name in {"hset", "hmset"} and node.args and of_people(unparsed(node.args[0])):
        yield from (*node.args[1:2], *(each.value for each in node.keywords if each.arg == "mapping"))
    elif name in DOCUMENTS and "cache" not in func.lower():
        yield from documents(look, node)
    elif name in {"sqlmodel_update", "update_from_dict"} or (
        name in {"update", "values"} and QUERIES.search(func)
    ):
        yield from node.args


DOCUMENTS = frozenset(
    ["update_one", "insert_one", "replace_one", "find_one_and_update", "update_many", "insert"]
)
QUERIES = re.compile(r"\.(?:filter|filter_by|where|query)\(|\b(?:update|insert)\(\w+\)")


def documents(look: Look, node: ast.Call) -> Iterator[ast.expr]:
    """``update_one({...}, {"$set": body})``, ``users.insert_one(body)``"""
    adds = called_function(node).startswith("insert")
    people = of_people(unparsed(node.func)) or (adds and any(is_account(look, each) for each in node.args))
    for each in node.args if adds and people else node.args[1:]:
        if isinstance(each, ast.Dict):
            for key, value in zip(each.keys, each.values, strict=True):
                if key is None or (isinstance(key, ast.Constant) and key.value == "$set"):
                    yield value
        elif people or called_function(node) == "replace_one":
            yield each


def open_to(look: Look, node: ast.expr) -> str:
    """What a body may name that it should not; empty: nothing."""
    if raw(look, node):
        return "" if left_out(look, node) else "any"
    return next(map_open(look, node), "")
