"""Models and tables whose rows are somebody's: by what they have, and by who asks for them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from rescind.reading import Class, Function, unparsed, walk
from rescind.review.access.columns import columns_of
from rescind.review.access.guards import class_setting, methods_of
from rescind.review.access.kept import finders, kept
from rescind.review.access.parents import accounts, models, parents, pointers
from rescind.review.access.persons import Persons, is_owner, persons_of
from rescind.review.access.reached import kind_for, reach
from rescind.review.access.rows import ENDS, FINDS, given, held_by, kind_of, statements
from rescind.review.access.tables import parts, singular, tables
from rescind.review.access.who import may_read
from rescind.review.flow.calls import bind
from rescind.review.flow.entries import is_view
from rescind.review.look import Look
from rescind.review.naming.called import arguments, called_function, variables
from rescind.review.naming.words import words_of
from rescind.review.once import in_circles, once

NO_ROWS = frozenset(["User", "Exception", "HTTPException", "Response", "JSONResponse"])
# Whoever is named so made it for others to read: posts have an author, offers a seller.
SHOWN = frozenset(
    ["author", "creator", "by", "poster", "writer", "seller", "host", "assignee", "sender", "driver",
     "editor", "autor", "autora", "verfasser", "auteur", "redakteur", "vendedor", "anbieter",
     "creado", "criado"]
)  # fmt: skip
OF_USERS = re.compile(
    r"AUTH_USER_MODEL|get_user_model|auth\.User|\b(?:Custom)?(?:User|Account|Member|Customer)\b"
    r"|[\"'](?:\w+\.)?(?:auth_)?(?:user|account|member|customer)s?(?:\.\w+)?[\"']"
)


POINTS = re.compile(r"(?:ForeignKey|OneToOneField)\([^)]*(?:AUTH_USER_MODEL|get_user_model\(\)|auth\.User)")


class Owned(NamedTuple):
    """Rows that are somebody's, in a project.

    Attributes:
        by: models and tables with the functions that ask for the owner.
        columns: those that are asked for with who is signed in, by models and tables.
        private: models that point to a user, and not as the author of what others read, or to such a model.
    """

    by: dict[str, set[str]]
    columns: dict[str, set[str]]
    private: set[str]


def belongs(look: Look) -> dict[str, set[str]]:
    """The models and tables of the project whose rows are somebody's, with the functions that ask for the
    owner."""
    return owned(look).by


def owner_columns(look: Look) -> set[str]:
    """The columns of the project that say whose a row is, by the functions that ask for the owner."""
    return {name for names in owned(look).columns.values() for name in names}


def of_shared(look: Look, column: str) -> bool:
    """``hall_id``, where halls are nobody's: rows that are found by what all share."""
    if not column.endswith("_id"):
        return False
    name = column.removesuffix("_id").replace("_", "").lower()
    kinds = {each for each in models(look) if each.lower() == name}
    return bool(kinds) and not kinds & (belongs(look).keys() | accounts(look))


def for_others(look: Look, kind: str) -> bool:
    """Whether people ask for the rows of a table as its authors alone: others read those."""
    columns = owned(look).columns.get(kind, set())
    return kind.islower() and bool(columns) and all(set(words_of(each)) & SHOWN for each in columns)


@once
@in_circles(lambda: Owned({}, {}, set()))
def owned(look: Look) -> Owned:
    known: dict[str, set[str]] = {}
    columns: dict[str, set[str]] = {}
    private: set[str] = set()
    for module in look.project.modules:
        inner = look.beside(module)
        for cls in module.classes:
            owner = owner_of(cls, accounts(look))
            if owner:
                known.setdefault(cls.name, set())
            if owner and is_private(cls, owner, accounts(look)):
                private.add(cls.name)
            kind = kind_of_view(inner, cls) if asks_of_rows(inner, cls) else ""
            if kind:
                known.setdefault(kind, set()).add(cls.qualname)
        for table in tables(inner, SHOWN):
            known.setdefault(table, set())
        for function in module.functions if not inner.is_test and may_ask(inner) else ():
            for kind in asks_owner(inner, function, columns):
                known.setdefault(kind, set()).add(function.qualname)
    hand_down(look, known, private)
    hand_down_tables(look, known, columns)
    return Owned(known, columns, private)


def hand_down(look: Look, known: dict[str, set[str]], private: set[str]) -> None:
    """What is part of somebody's row is theirs, too: the invoice of an order."""
    of_others = known.keys() - private  # what people show to others stays that
    asked = {each for each in of_others if known[each]} - shown(look)
    for _ in range(2):
        for kind, above in parents(look).items():
            for each in above & (private | asked):
                known.setdefault(kind, set()).update(known.get(each, ()))
                private |= {kind} - of_others if each in private else set()
                asked |= {kind} - shown(look)


def hand_down_tables(look: Look, known: dict[str, set[str]], columns: dict[str, set[str]]) -> None:
    """The same of tables and collections that have no model: the points of a trip."""
    above = {
        singular(kind): users
        for kind, users in known.items()
        if users and kind.islower() and columns.get(kind)
        if not any(set(words_of(each)) & SHOWN for each in columns[kind])
    }
    for kind, names in parts(look).items() if above else ():
        for each in names & above.keys() - {singular(kind)}:
            known.setdefault(kind, set()).update(above[each])


TAKES = re.compile(r"= (?:await )?\w+\((?:request|req|event|environ)\)")
SAYS = ("current", "identity", "principal", "viewer", "whoami", "validator")


def owner_of(cls: Class, people: frozenset[str] = frozenset()) -> str:
    """Of a model with ``user = ForeignKey(...)``, ``owner_id = Column(...)`` that name; else nothing.

    Args:
        people: the names of models that are accounts.
    """
    to_people = [name for name, names in pointers(cls) if names & people]
    if to_people:
        return next((each for each in to_people if not set(words_of(each)) & SHOWN), to_people[0])
    for node in cls.node.body:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        value = getattr(node, "value", None)
        text = unparsed(value) if isinstance(value, ast.Call) else ""
        if not isinstance(target, ast.Name) or not text or not (is_owner(target.id) or POINTS.search(text)):
            continue
        if "ForeignKey" in text or "OneToOne" in text or target.id.endswith("_id"):
            return target.id
    return ""


def private(look: Look, kind: str) -> bool:
    """Whether a model says of its rows that they are for their owner: it points to a user, and not as the
    author of what others read."""
    return kind in owned(look).private


def is_private(cls: Class, name: str, people: frozenset[str]) -> bool:
    """Whether the column of a model that says whose its rows are points to users, and not as the author of
    what others read."""
    if set(words_of(name)) & SHOWN:
        return False
    if any(column == name and names & people for column, names in pointers(cls)):
        return True
    for node in cls.node.body:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        if getattr(target, "id", "") == name:
            return OF_USERS.search(unparsed(node)) is not None
    return False


@once
def shown(look: Look) -> frozenset[str]:
    """The models of accounts, and of what has an author or a seller: others may look at those."""
    return accounts(look) | {
        cls.name
        for module in look.project.modules
        for cls in module.classes
        if set(words_of(owner_of(cls, accounts(look)))) & SHOWN
    }


def may_ask(look: Look) -> bool:
    """Whether a module says anything of who is signed in."""
    text = look.module.text
    if look.speaks_of(SAYS) or may_read(text) or bool(kept(look)) or TAKES.search(text) is not None:
        return True
    return any(f"{name}(" in text for name in finders(look))


def asks_owner(look: Look, function: Function, columns: dict[str, set[str]]) -> Iterator[str]:
    """The models and tables that a function asks for with who is signed in, or holds against them; the
    columns by which it does are added to ``columns``."""
    persons = persons_of(look, function)
    held: dict[str, str] = {}
    for each in function.calls if persons.anywhere else ():
        kind = kind_of(look, each.node)
        if persons.has(each.node):
            yield from kinds_in(look, each.node)
            yield from kinds_related(look, each.node, persons)
        elif not kind and held_by(look, each.node):
            found = kind_reached(look, each.node)
            held |= dict.fromkeys(held_by(look, each.node), found) if found else {}
        if not kind or kind in NO_ROWS:
            continue
        if makes_as_mine(each.node, kind, persons):
            yield kind
        stated = bool(statements(look, each.node))
        asks = called_function(each.node) in FINDS | ENDS or stated
        asks = asks or of_manager(each.node)
        if asks and persons.has(each.node):
            asked = (*(() if stated else given(each.node)), *columns_of(look, each.node))
            names = {name for name, value in asked if persons.has(value) and says_owner(name)}
            columns.setdefault(kind, set()).update(names)
            yield kind
        for name in held_by(look, each.node):
            held[name] = kind
    if held:
        yield from held_against(function, persons, held)
    if (
        function.cls is not None
        and function.name in {"get_queryset", "get_object"}
        and narrows(look, function)
    ):
        kind = kind_of_view(look, function.cls)
        if kind:
            yield kind


def of_manager(node: ast.Call) -> bool:
    """``Letter.objects.visible_to(user)``: whatever the method is called, it is asked for somebody's."""
    func = node.func
    return (
        isinstance(func, ast.Attribute)
        and isinstance(func.value, ast.Attribute)
        and func.value.attr == "objects"
        and func.attr not in MAKES_ROWS
    )


MAKES_ROWS = frozenset(["create", "acreate", "bulk_create", "get_or_create", "update_or_create"])


def says_owner(column: str) -> bool:
    """Whether a column that is asked for with who is signed in says whose a row is, and not who they are."""
    words = [word for word in words_of(column) if word not in {"id", "pk"}]
    return bool(words) and words[-1] not in NO_OWNER


NO_OWNER = frozenset(
    ["email", "name", "password", "digest", "token", "hash", "key", "headers", "epoch", "version", "login",
     "number", "code", "at", "phone", "role", "state", "status", "kind", "secret", "tag", "sid", "session",
     "slug", "identifier", "uuid", "cart", "basket"]
)  # fmt: skip


def held_against(function: Function, persons: Persons, held: dict[str, str]) -> Iterator[str]:
    """The kinds of rows, by their variables, that are held against who is signed in."""
    for node in function.walk():
        if isinstance(node, ast.Compare) and not persons.is_presence(node):
            sides = (node.left, *node.comparators)
            if any(persons.has(each) for each in sides):
                names = {n.id for each in sides for n in walk(each) if isinstance(n, ast.Name)}
                yield from (held[name] for name in names & held.keys())
        elif isinstance(node, ast.If | ast.IfExp | ast.Assert):
            for each in walk(node.test):
                if isinstance(each, ast.Call) and persons.has(each):
                    parts = arguments(each)
                    names = {n.id for one in parts for n in walk(one) if isinstance(n, ast.Name)}
                    yield from (held[name] for name in names & held.keys())


def kinds_in(look: Look, node: ast.Call) -> Iterator[str]:
    """What a helper asks for that is given who is signed in: ``orders_of(user.id)``."""
    for function in look.shared.flow.calls.callees(node, look.scope(node))[:1]:
        inner = look.beside(function.module)
        names = {each.name for each in function.parameters}
        for each in function.calls:
            words = variables(each.node)
            if called_function(each.node) in FINDS | ENDS and words & names - {
                "self",
                "db",
                "session",
                "conn",
            }:
                kind = kind_of(inner, each.node)
                if kind and kind not in NO_ROWS:
                    yield kind


def kind_reached(look: Look, node: ast.Call) -> str:
    """Of which model a helper finds the row that it gives back: ``services.fetch(note_id)``."""
    helpers = look.shared.flow.calls.callees(node, look.scope(node))
    for name in bind(helpers[0], node, look.scope(node)) if len(helpers) == 1 else ():
        found = reach(look, helpers[0], name)
        if found is not None:
            return kind_for(look, node, found.kind)
    return ""


@once
def kinds_by_relation(look: Look) -> dict[str, str]:
    """By the names under which accounts have rows, which rows."""
    return {
        name: cls.name
        for module in look.project.modules
        for cls in module.classes
        for name in related(cls, accounts(look))
    }


def kinds_related(look: Look, node: ast.Call, persons: Persons) -> Iterator[str]:
    """``request.user.notes.all()``, by ``related_name="notes"``; ``request.user.note_set``"""
    known = kinds_by_relation(look)
    for each in walk(node):
        if isinstance(each, ast.Attribute) and each.attr in known and persons.has(each.value):
            yield known[each.attr]


def related(cls: Class, people: frozenset[str]) -> Iterator[str]:
    """Under which names a user has the rows of a model."""
    to_people = {name for name, names in pointers(cls) if names & people}
    for each in cls.node.body:
        text = unparsed(each) if isinstance(each, ast.Assign) and isinstance(each.value, ast.Call) else ""
        own = isinstance(each, ast.Assign) and getattr(each.targets[0], "id", "") in to_people
        if (own or OF_USERS.search(text)) and ("ForeignKey" in text or "OneToOne" in text):
            found = re.search(r"related_name='(\w+)'", text)
            yield found[1] if found is not None else f"{cls.name.lower()}_set"


def makes_as_mine(node: ast.Call, kind: str, persons: Persons) -> bool:
    """``Note(owner=user)``, ``notes.insert_one({"owner": user["_id"]})``"""
    if called_function(node) == kind:
        return any(persons.has(each.value) and is_owner(each.arg or "") for each in node.keywords)
    return called_function(node) in {"insert_one", "put_item"} and persons.has(node)


def narrows(look: Look, function: Function) -> bool:
    """Whether what a view looks for is asked with who is signed in: ``get_queryset().filter(...)``."""
    persons = persons_of(look, function)
    return any(
        called_function(each.node) in FINDS | ENDS and persons.has(each.node) for each in function.calls
    ) or any(persons.one_holds(each, set(), "") for each in function.walk())


def kind_of_view(look: Look, cls: Class) -> str:
    """The model of a view: by ``queryset``, ``model``, or what it looks for itself; empty: not known."""
    value = class_setting(cls, "queryset") or class_setting(cls, "model")
    if value is not None:
        return kind_of(look, ast.Call(value, [], []))
    for each in methods_of(cls):
        if each.name == "get_queryset" and is_view(cls):
            return next((kind for call in each.calls if (kind := kind_of(look, call.node))), "")
    return ""


def asks_of_rows(look: Look, cls: Class) -> bool:
    """Whether a view of Django REST framework lets a permission look at each row."""
    value = class_setting(cls, "permission_classes")
    return any(looks_at_rows(look, each) for each in getattr(value, "elts", []))


def looks_at_rows(look: Look, node: ast.expr) -> bool:
    """A permission of the project that asks for a row, and nothing before there is one."""
    for each in look.named(node) if isinstance(node, ast.Name | ast.Attribute) else ():
        if isinstance(each.definition, Class):
            names = {one.name for one in methods_of(each.definition)}
            return "has_object_permission" in names and "has_permission" not in names
    return False
