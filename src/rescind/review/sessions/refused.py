"""By which columns of an account a sign-in refuses somebody who has the right password."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from rescind.reading import Function, unparsed, walk
from rescind.review.flow.conditions import ends
from rescind.review.flow.names import bindings_at
from rescind.review.look import Look
from rescind.review.naming.called import called, called_function
from rescind.review.naming.words import secret_kind, words_of
from rescind.review.once import once
from rescind.review.sessions.signing_in import signs_in

SET = "set"
UNSET = "unset"
# What is asked of somebody who goes on having an account, and what else is looked up there.
NO_END = frozenset(
    ["attempts", "code", "company", "confirmed", "email", "expires", "factor", "failed", "failures", "kind",
     "lock", "locked", "mail", "mfa", "must", "name", "otp", "password", "phone", "pin", "role", "roles",
     "salt", "secret", "tenant", "totp", "tries", "type", "until", "used", "verified", "version", "admin",
     "staff", "superuser", "id", "hash", "now", "token", "count", "change", "expired", "method", "pk",
     "uid", "sub", "data", "value", "values", "error", "errors", "result", "response"]
)  # fmt: skip
STATES = frozenset(
    ["estado", "etat", "stan", "standing", "state", "stato", "status", "statut", "toestand", "zustand"]
)
ASIDE = frozenset(
    [
        "request",
        "req",
        "form",
        "self",
        "settings",
        "config",
        "data",
        "body",
        "payload",
        "session",
        "cls",
        "app",
        "g",
    ]
)
QUERIES = frozenset(
    ["filter", "filter_by", "get", "get_or_none", "find_one", "where", "first", "get_object_or_404",
     "exclude", "and_", "find", "aget"]
)  # fmt: skip
REFUSES = re.compile(
    r"(?i)\b4\d\d\b|error|invalid|denied|refus|forbid|wrong|false|none|render|redirect|abort"
)
NOTHING = re.compile(r"(?i)(?:and|where)\s+\(?\s*(?:\w+\.)?(\w+)\s+is\s+null")
NEGATED = re.compile(r"(?i)(?:and|where)\s+\(?\s*not\s+(?:\w+\.)?(\w+)\b(?!\s*[=(<>])")
EQUAL = re.compile(r"(?i)(?:and|where)\s+\(?\s*(?:\w+\.)?(\w+)\s*=\s*('\w+'|true|false|0|1)\b")
PLAIN = re.compile(r"(?i)(?:and|where)\s+\(?\s*(?:\w+\.)?(\w+)\s*(?=and\b|or\b|$|\)|limit|for\b|returning)")
TABLE = re.compile(r"(?i)\bfrom\s+[\"`]?(\w+)")


class Refusal(NamedTuple):
    """One column: what it says where somebody is refused, ``SET``, ``UNSET``, or a value; whose it is."""

    column: str
    says: object
    owners: frozenset[str]


@once
def refusals(look: Look) -> dict[str, list[Refusal]]:
    """All of a project, by the names of the columns."""
    found: dict[str, list[Refusal]] = {}
    for home in look.everywhere():
        for function in home.module.functions:
            told = [each for each in of_function(home, function) if is_telling(each)]
            if told and signs_in(home, function):
                for each in told:
                    found.setdefault(each.column, []).append(each)
    return found


def is_telling(found: Refusal) -> bool:
    words = set(words_of(found.column))
    return bool(words) and not words & NO_END and not secret_kind(found.column)


def of_function(look: Look, function: Function) -> Iterator[Refusal]:
    for node in function.nodes_of(ast.If, ast.IfExp, ast.Return, ast.Call, ast.Constant):
        if isinstance(node, ast.If):
            if refuses(node.body):
                yield from of_test(look, node.test, refused=True)
            elif ends(node.body):
                yield from of_test(look, node.test, refused=False)
        elif isinstance(node, ast.IfExp) and isinstance(node.orelse, ast.Constant) and not node.orelse.value:
            yield from of_test(look, node.test, refused=False)
        elif isinstance(node, ast.Return) and isinstance(node.value, ast.BoolOp):
            yield from of_test(look, node.value, refused=False)
        elif isinstance(node, ast.Call) and called_function(node) in QUERIES:
            yield from of_query(node)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) < 1_000:
            yield from of_text(" ".join(node.value.split()))


def refuses(body: list[ast.stmt]) -> bool:
    """Whether a branch ends in an error, or in nothing."""
    last = body[-1]
    if isinstance(last, ast.Raise | ast.Continue):
        return True
    if isinstance(last, ast.Return):
        return last.value is None or REFUSES.search(unparsed(last.value)) is not None
    return isinstance(last, ast.Expr) and "abort" in unparsed(last)


def of_test(look: Look, test: ast.expr, *, refused: bool, depth: int = 2) -> Iterator[Refusal]:
    """What a test says by itself of who is refused. ``refused``: whether they are where it is true."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        yield from of_test(look, test.operand, refused=not refused, depth=depth)
    elif isinstance(test, ast.BoolOp):
        own = isinstance(test.op, ast.Or) is refused
        # ``member and member.left``: the first asks only whether there is anybody
        parts = test.values if own else test.values[1:] if isinstance(test.values[0], ast.Name) else []
        if own or len(parts) == 1:
            for each in parts:
                yield from of_test(look, each, refused=refused, depth=depth)
    elif isinstance(test, ast.Compare) and len(test.ops) == 1:
        yield from of_comparison(test, test.ops[0], test.comparators[0], refused=refused)
    elif isinstance(test, ast.Attribute | ast.Subscript | ast.Call) and is_column(test):
        yield Refusal(column_of(test), SET if refused else UNSET, owners_of(look, test))
        yield from of_method(look, column_of(test), refused=refused, depth=depth) if depth else ()


def of_method(look: Look, name: str, *, refused: bool, depth: int) -> Iterator[Refusal]:
    """Of a property or a method, what it gives: ``return self.left_at is not None``."""
    for made in look.shared.flow.calls.by_name(name):
        if made.cls is not None and len(made.returns) == 1:
            owner = frozenset(words_of(made.cls.name))
            home = look.beside(made.module)
            for each in of_test(home, made.returns[0], refused=refused, depth=depth - 1):
                yield each._replace(owners=each.owners | owner)


def of_comparison(test: ast.Compare, op: ast.cmpop, right: ast.expr, *, refused: bool) -> Iterator[Refusal]:
    left = test.left
    if not isinstance(left, ast.Attribute | ast.Subscript | ast.Call) or not is_column(left, own=True):
        return
    owners = frozenset(words_of(called(base_of(left))))
    same = isinstance(op, ast.Is | ast.Eq)
    if isinstance(right, ast.Constant) and isinstance(op, ast.Is | ast.IsNot | ast.Eq | ast.NotEq):
        if right.value is None or isinstance(right.value, bool):
            says = (SET if right.value else UNSET) if same is refused else (UNSET if right.value else SET)
            yield Refusal(column_of(left), says, owners)
        elif isinstance(right.value, str):
            yield Refusal(column_of(left), right.value if same is refused else f"!{right.value}", owners)
    elif (
        isinstance(right, ast.Attribute)
        and right.attr.isupper()
        and isinstance(op, ast.Is | ast.Eq | ast.NotEq | ast.IsNot)
    ):
        yield Refusal(column_of(left), right.attr if same is refused else f"!{right.attr}", owners)


def base_of(node: ast.expr) -> ast.expr:
    if isinstance(node, ast.Call):
        node = node.func if isinstance(node.func, ast.Attribute) else node
    return node.value if isinstance(node, ast.Attribute | ast.Subscript) else node


def column_of(node: ast.expr) -> str:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and not node.args:
        return node.func.attr
    return called(node)


def is_column(node: ast.expr, *, own: bool = False) -> bool:
    """``member.left``, ``row["left"]``, ``row.get("left")``, ``member.is_gone()``"""
    if isinstance(node, ast.Call) and node.args and called_function(node) != "get":
        return False
    base = base_of(node)
    fine = isinstance(base, ast.Name) and (not ASIDE & set(words_of(base.id)) or base.id == "self")
    return fine and column_of(node).isidentifier()


def owners_of(look: Look, node: ast.expr) -> frozenset[str]:
    """What who is asked about is called, and what they were looked up in."""
    base = base_of(node)
    words = set(words_of(called(base)))
    if isinstance(base, ast.Name):
        for one in bindings_at(base, look.scope(base)):
            if one.kind == "assign" and one.value is not None:
                words |= words_in(one.value)
    return frozenset(words)


def words_in(node: ast.AST) -> set[str]:
    """The tables, collections and models that a look-up names."""
    found: set[str] = set()
    for each in walk(node):
        if isinstance(each, ast.Name | ast.Attribute):
            found |= set(words_of(called(each)))
        elif isinstance(each, ast.Constant) and isinstance(each.value, str):
            found |= {word for name in TABLE.findall(each.value) for word in words_of(name)}
    return found


def of_query(node: ast.Call) -> Iterator[Refusal]:
    """``filter_by(email=x, active=True)``, ``where(Member.left.is_(None))``, ``find_one({"left": None})``"""
    owners = frozenset(words_in(node))
    wanted = called_function(node) != "exclude"
    for each in node.keywords:
        name, _, how = (each.arg or "").partition("__")
        if isinstance(each.value, ast.Constant):
            yield from of_value(name, how, each.value.value, owners, wanted=wanted)
    for arg in node.args:
        for part in walk(arg):
            yield from of_condition(part, owners)
        if isinstance(arg, ast.Attribute) and isinstance(arg.value, ast.Name) and arg.value.id[:1].isupper():
            yield Refusal(arg.attr, UNSET, owners)


def of_condition(part: ast.AST, owners: frozenset[str]) -> Iterator[Refusal]:
    if isinstance(part, ast.Dict):
        for key, value in zip(part.keys, part.values, strict=True):
            name = key.value if isinstance(key, ast.Constant) else None
            if isinstance(name, str) and not name.startswith("$"):
                yield from of_key(name, value, owners)
    elif isinstance(part, ast.Call) and called_function(part) in {"is_", "is_null"}:
        base = part.func.value if isinstance(part.func, ast.Attribute) else part
        none = not part.args or getattr(part.args[0], "value", None) is not True
        none = none or called_function(part) == "is_null"
        yield Refusal(called(base), SET if none else UNSET, owners)
    elif isinstance(part, ast.UnaryOp) and isinstance(part.op, ast.Invert | ast.Not):
        yield Refusal(called(part.operand), SET, owners)
    elif isinstance(part, ast.Compare) and isinstance(part.ops[0], ast.Eq):
        right = part.comparators[0]
        if isinstance(right, ast.Constant):
            yield from of_value(called(part.left), "", right.value, owners, wanted=True)


def of_value(
    name: str, how: str, value: object, owners: frozenset[str], *, wanted: bool
) -> Iterator[Refusal]:
    if how == "isnull":
        value, how = (None if value else True), ""
    if how or not name:
        return
    if value is None or isinstance(value, bool):
        yield Refusal(name, UNSET if bool(value) is wanted else SET, owners)
    elif isinstance(value, str):
        yield Refusal(name, f"!{value}" if wanted else value, owners)


def of_key(name: str, value: ast.expr, owners: frozenset[str]) -> Iterator[Refusal]:
    if isinstance(value, ast.Constant):
        yield from of_value(name, "", value.value, owners, wanted=True)
    elif isinstance(value, ast.Dict):
        for key, inner in zip(value.keys, value.values, strict=True):
            how = key.value if isinstance(key, ast.Constant) else ""
            said = inner.value if isinstance(inner, ast.Constant) else "?"
            if how == "$exists" and isinstance(said, bool):
                yield Refusal(name, UNSET if said else SET, owners)
            elif how == "$ne" and (said is None or isinstance(said, bool)):
                yield Refusal(name, SET if said else UNSET, owners)


def of_text(text: str) -> Iterator[Refusal]:
    """``WHERE name = $1 AND NOT retired``, ``AND left_at IS NULL``, ``AND status = 'active'``"""
    lower = text.lower()
    if "select " not in lower or " where " not in lower:
        return
    owners = frozenset(word for name in TABLE.findall(text) for word in words_of(name))
    for name in (*NOTHING.findall(text), *NEGATED.findall(text)):
        yield Refusal(name, SET, owners)
    for name, value in EQUAL.findall(text):
        plain = value.strip("'").lower()
        known = {"true": UNSET, "1": UNSET, "false": SET, "0": SET}
        yield Refusal(name, known.get(plain, f"!{plain}"), owners)
    for name in PLAIN.findall(text):
        if name.lower() not in {"not", "null", "true", "false", "exists"} and not name.isdigit():
            yield Refusal(name, UNSET, owners)


def shuts_by(look: Look, name: str, value: ast.expr, said: set[str]) -> bool:
    """Whether a column is set to what a sign-in refuses.

    Args:
        said: the words of what it is written to.
    """
    for each in refusals(look).get(name, ()):
        own = {
            *each.owners,
            *(f"{one}s" for one in each.owners),
            *(one.removesuffix("s") for one in each.owners),
        }
        if not said & own:
            continue
        known = value.value if isinstance(value, ast.Constant) else None
        if each.says == SET:
            if (isinstance(value, ast.Constant) and known) or isinstance(value, ast.Call):
                return True
        elif each.says == UNSET:
            if isinstance(value, ast.Constant) and not known:
                return True
        elif STATES & set(words_of(name)) and is_other(each.says, value):
            return True
    return False


def is_other(says: object, value: ast.expr) -> bool:
    """Whether a state is the one that is refused, or none of the one that is let in."""
    text = (
        value.value
        if isinstance(value, ast.Constant)
        else value.attr
        if isinstance(value, ast.Attribute)
        else None
    )
    if not isinstance(text, str) or not isinstance(says, str):
        return False
    if says.startswith("!"):
        return text.lower() != says[1:].lower() and not {"pending", "new", "invited"} & set(words_of(text))
    return text.lower() == says.lower()
