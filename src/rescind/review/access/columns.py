"""Which value goes into which column of a statement, and by which names a project knows who is signed in."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from rescind.reading import unparsed
from rescind.review.access.kept import kept
from rescind.review.access.rows import statements
from rescind.review.access.who import SESSION, about_who, reads_who
from rescind.review.flow.names import bindings_at
from rescind.review.look import Look
from rescind.review.naming.called import called, called_function
from rescind.review.naming.words import words_of
from rescind.review.once import once

MARK = r"(\?|%s|\$\d+|:\w+|%\(\w+\)s)"
HELD = re.compile(rf"[\"`]?(\w+)[\"`]?\s*(?:=|<>|!=|\bis\b)\s*{MARK}", re.IGNORECASE)
INSERTED = re.compile(r"(?is)insert\s+into\s+[\"`]?[\w.]+[\"`]?\s*\(([^)]*)\)\s*values\s*\((.*)")
ANY = re.compile(MARK)


def columns_of(look: Look, call: ast.Call) -> Iterator[tuple[str, ast.expr]]:
    """``("owner", x)`` of ``execute("UPDATE t SET a = ? WHERE owner = ?", (y, x))``"""
    if not any(isinstance(each, ast.Constant | ast.Name | ast.Call | ast.BinOp) for each in call.args[:2]):
        return
    texts = statements(look, call)
    if not texts:
        return
    values, named = bound(call)
    for column, mark in placed(texts[0]):
        value = named.get(mark.strip(":%()s")) if mark[0] in ":%" and mark != "%s" else None
        if mark[0] == "$":
            value = values[int(mark[1:]) - 1] if 0 < int(mark[1:]) <= len(values) else None
        elif mark in {"?", "%s"}:
            value = values.pop(0) if values else None
        if value is not None and column:
            yield column, value


def named_in(call: ast.Call) -> Iterator[tuple[str, ast.expr]]:
    """What a call is given, with its column, out of tuples, lists and dictionaries, too."""
    pairs = [("", each) for each in call.args] + [(each.arg or "", each.value) for each in call.keywords]
    for column, argument in pairs:
        if isinstance(argument, ast.Tuple | ast.List):
            yield from (("", each) for each in argument.elts)
        elif isinstance(argument, ast.Dict):
            for key, value in zip(argument.keys, argument.values, strict=True):
                yield str(key.value) if isinstance(key, ast.Constant) else "", value
        elif isinstance(argument, ast.Compare) and len(argument.comparators) == 1:
            yield called(argument.left), argument.comparators[0]
        elif isinstance(argument, ast.JoinedStr):
            yield from (("", each.value) for each in argument.values if isinstance(each, ast.FormattedValue))
        else:
            yield column, argument


def names_for(look: Look, node: ast.expr) -> Iterator[str]:
    """What an expression is called, and under which name of a request it was read: ``person`` of
    ``number = int(request.query_params["person"])``."""
    yield called(node)
    for each in bindings_at(node, look.scope(node)) if isinstance(node, ast.Name) else ():
        value = each.value
        while isinstance(value, ast.Call) and called_function(value) in {"int", "str", "UUID"} and value.args:
            value = value.args[0]
        if isinstance(value, ast.Subscript | ast.Call):
            yield called(value)


def placed(text: str) -> list[tuple[str, str]]:
    """The marks of a statement in their order, with the column of each; empty: of none."""
    inserted = INSERTED.search(text)
    if inserted is not None:
        names = [each.strip(' \t\n"`') for each in inserted[1].split(",")]
        marks = [each.strip(" \t\n)") for each in inserted[2].split(",")]
        pairs = zip(names, marks, strict=False)
        return [(name, found[0]) for name, mark in pairs if (found := ANY.match(mark)) is not None]
    columns = {found.start(2): found[1] for found in HELD.finditer(text)}
    return [(columns.get(found.start(), ""), found[0]) for found in ANY.finditer(text)]


def bound(call: ast.Call) -> tuple[list[ast.expr], dict[str, ast.expr]]:
    """What is bound by place and by name, in a tuple, a dictionary or as it is."""
    given = [each for each in call.args if not isinstance(each, ast.Starred)]
    at = next((i for i, each in enumerate(given) if isinstance(each, ast.Constant | ast.JoinedStr)), 0)
    rest = given[at + 1 :] if len(given) > at + 1 else []
    named = {each.arg: each.value for each in call.keywords if each.arg is not None}
    values: list[ast.expr] = []
    for each in rest:
        if isinstance(each, ast.Tuple | ast.List):
            values += each.elts
        elif isinstance(each, ast.Dict):
            pairs = zip(each.keys, each.values, strict=True)
            named |= {str(key.value): value for key, value in pairs if isinstance(key, ast.Constant)}
        else:
            values.append(each)
    return values, named


PLAIN = frozenset(
    ["id", "pk", "uid", "sub", "key", "session", "sid", "state", "csrf", "flash", "flashes", "time", "at",
     "seen", "step", "waiting", "pending", "epoch", "version", "name", "email", "lang", "cart", "basket",
     "permanent", "half", "new", "backend", "device", "hash", "code", "visit"]
)  # fmt: skip


# Names of those who act on others in most projects; in some they are all there are.
EVERYBODY = frozenset(["operator", "staff", "crew", "manager", "support", "worker", "moderator", "service"])
PEOPLE = EVERYBODY | {
    "user", "member", "customer", "account", "guest", "patient", "student", "employee", "person", "admin",
    "client", "owner", "subscriber", "player", "driver", "tenant", "buyer", "seller", "host", "agent",
}  # fmt: skip


@once
def ordinary(look: Look) -> frozenset[str]:
    """The word for all who sign in, where a project knows nobody else: ``request["operator"]``."""
    names = {name for _, name in kept(look)} | session_names(look)
    people = {word for name in names for word in words_of(name)} & PEOPLE
    return frozenset(people & EVERYBODY) if len(people) == 1 else frozenset()


MANY = 12


@once
def known_as(look: Look) -> frozenset[str]:
    """The words by which a project keeps who is signed in, in whatever language: ``kunde`` of
    ``session["kunde_id"]``."""
    names = {name for _, name in kept(look)} | session_names(look)
    if len(names) > MANY:  # sessions hold more than who is signed in: which of it, only known words tell
        names = {name for name in names if PEOPLE & set(words_of(name))}
    words = {word for name in names for word in words_of(name)[-2:]}
    return frozenset(each for each in words if len(each) > 2) - PLAIN


@once
def session_names(look: Look) -> frozenset[str]:
    """What sessions hold of who is signed in."""
    names: set[str] = set()
    for inner in look.everywhere("session"):
        for node in inner.module.nodes_of(ast.Subscript, ast.Call):
            if reads_who(node):
                at = SESSION.match(unparsed(node))
                if at is not None and about_who(at[1]):
                    names.add(at[1])
    return frozenset(names)
