"""What is stored about a row that lets in, and whether anybody who opens it asks for that."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from rescind.reading import Class, Function, last_name, walk
from rescind.review.credentials.kept import OTHER, Table, collection, tables
from rescind.review.credentials.opening import CONDITIONS, Opening, openings
from rescind.review.look import Look
from rescind.review.naming.called import called_function
from rescind.review.naming.words import secret_kind, words_of
from rescind.review.once import once

ENDS = frozenset(
    ["ablauf", "bis", "caduca", "caducidad", "deadline", "end", "ends", "exp", "expira", "expiration",
     "expire", "expires", "expiry", "fin", "frist", "gueltig", "hasta", "lapses", "prazo", "scade",
     "scadenza",
     "until", "vence", "vencimiento", "verfaellt", "verloopt", "vervalt", "wygasa", "termine", "valable",
     "validade", "valido", "geldig", "wazny"]
)  # fmt: skip
BORN = frozenset(
    ["angelegt", "asked", "born", "created", "creado", "erstellt", "gesendet", "issued", "made", "opened",
     "requested", "sent", "since", "started", "seit", "verschickt", "enviado", "inviato", "envoye"]
)  # fmt: skip
USED = frozenset(
    ["accepted", "benutzt", "burned", "burnt", "claimed", "consumed", "eingeloest", "redeemed", "spent",
     "usada", "usado", "usata", "usato", "used", "utilise", "verbraucht", "verwendet", "gebruikt", "uzyty",
     "exchanged", "rotated"]
)  # fmt: skip
REFUSED = frozenset(
    ["anulado", "blocked", "cancelled", "disabled", "gesperrt", "invalidated", "revocado", "revogado",
     "revoked", "terminated", "widerrufen", "withdrawn", "revoque", "revocato", "ingetrokken",
     "uniewazniony", "barred"]
)  # fmt: skip
NOT_AN_END = frozenset(["last", "count", "date_format", "by", "reason", "user", "starts"])
PAIRS = {("not", "after"), ("valid", "to"), ("valid", "thru"), ("good", "for")}
MANY = 8


STRICT = frozenset(
    ["bearer", "digest", "ficha", "fingerprint", "jeton", "marke", "secret", "selector", "sid", "token",
     "verifier"]
)  # fmt: skip


class Read(NamedTuple):
    """What a function reads: columns, with the model that they were said to be of, and statements."""

    columns: frozenset[tuple[str, str]]
    statements: tuple[str, ...]
    names: frozenset[str]


def opens_the_door(look: Look, found: Opening) -> bool:
    """Whether a row lets somebody in: by what its table is called, or by its columns in code about that."""
    if found.table.name in {"session", "cookies", "environ"} and found.table.way == "memory":
        return False  # of a framework
    if found.table.lets_in:
        return True
    words = {word for each in found.asked for word in words_of(each)}
    if found.table.words & OTHER or not words & STRICT:
        return False
    once = bool(columns_of(found, ENDS) and columns_of(found, USED))
    function = look.function(found.node)
    password = function is not None and secret_kind(function.name) == "password"
    return once or password or bool(words & {"bearer", "sid", "token"}) or look.near_auth(found.node)


@once
def is_taken_away(look: Look, table: Table) -> bool:
    """Whether any part of the project takes rows of a table out, by a statement, a query or an admin page."""
    return any(
        takes_out(home, each, table)
        for home in look.everywhere(table.name.lower())
        for each in home.module.nodes_of(ast.Call, ast.Constant)
    )


def takes_out(look: Look, node: ast.AST, table: Table) -> bool:
    if isinstance(node, ast.Call):
        words = set(words_of(called_function(node)))
        if words & {"delete", "remove", "destroy", "register", "purge", "expunge"}:
            named = {last_name(each) for each in walk(node)}
            base = node.func.value if isinstance(node.func, ast.Attribute) else node.func
            if table.way == "document" and collection(look, base) == table.name:
                return True
            return table.name in named or any(plural(each) == plural(table.name) for each in named)
        return False
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) < 2_000:
        text = " ".join(node.value.lower().split())
        return text.startswith("delete ") and table.name.lower() in text
    return False


def plural(name: str) -> str:
    return "_".join(words_of(name)).removesuffix("s")


def columns_of(found: Opening, meant: frozenset[str]) -> set[str]:
    """The columns of a table that say so."""
    return {
        each
        for each in found.table.columns
        if (not meant.isdisjoint(words_of(each)) and NOT_AN_END.isdisjoint(words_of(each)))
        or (meant is ENDS and tuple(words_of(each)) in PAIRS)
    }


def is_asked(look: Look, function: Function, found: Opening, columns: Iterable[str]) -> bool:
    """Whether one of some columns is asked for: by the look-up, or near it."""
    wanted = set(columns)
    if any(":" in each for each in wanted):
        return is_unpacked(look, function, found, wanted)
    if wanted & found.asked:
        return True
    if found.text and any(each in found.text for each in wanted):
        return True  # selected, or in a condition
    if found.text and "*" not in found.text.split(" from ")[0]:
        return by_statement(look, function, found, wanted)
    around = near(look, function, found)
    if function.cls is not None and function.cls is not found.table.cls:
        around += [
            each for each in function.cls.methods if each not in around and opens_too(look, each, found)
        ]
    for each in around:
        read = reads(look.beside(each.module), each)
        if any(name in wanted and owner in {"", found.table.name} for name, owner in read.columns):
            return True
        if any(says(text, found, wanted) for text in read.statements):
            return True
    return any(
        not HELPED.isdisjoint(words_of(name)) and not is_own(look, name)
        for each in around[:3]
        for name in reads(look.beside(each.module), each).names
    )


def is_unpacked(look: Look, function: Function, found: Opening, wanted: set[str]) -> bool:
    """Whether that part of an entry is read: ``person, until = RESETS.pop(code)`` and ``until`` later."""
    numbers = {int(each.partition(":")[2]) for each in wanted}
    statement = look.module.statement_of(found.node)
    target = statement.targets[0] if isinstance(statement, ast.Assign) else None
    if not isinstance(target, ast.Tuple) or any(isinstance(each, ast.Starred) for each in target.elts):
        held = [each for one in near(look, function, found) for each in one.walk()]
        return isinstance(statement, ast.Return) or any(
            (isinstance(each, ast.Subscript) and is_number(each.slice, numbers))
            or (isinstance(each, ast.Assign) and isinstance(each.targets[0], ast.Tuple))
            for each in held
        )  # fmt: skip
    names = {last_name(target.elts[each]) for each in numbers if each < len(target.elts)}
    return any(
        isinstance(each, ast.Name) and each.id in names and isinstance(each.ctx, ast.Load)
        for each in function.walk()
    )


def is_number(node: ast.expr, numbers: set[int]) -> bool:
    return isinstance(node, ast.UnaryOp) or (isinstance(node, ast.Constant) and node.value in numbers)


def opens_too(look: Look, function: Function, found: Opening) -> bool:
    """Whether another method of what keeps the rows looks them up: what is asked there is the protocol's."""
    return any(each.table is found.table for each in openings(look.beside(function.module), function))


HELPED = frozenset(["expired", "unexpired", "lapsed", "fresh", "stale", "abgelaufen", "caducado", "expirado"])


def by_statement(look: Look, function: Function, found: Opening, wanted: set[str]) -> bool:
    return any(
        says(text, found, wanted)
        for each in near(look, function, found)
        for text in reads(look.beside(each.module), each).statements
    )


def is_own(look: Look, name: str) -> bool:
    return bool(look.shared.flow.calls.by_name(name))


def says(text: str, found: Opening, wanted: set[str]) -> bool:
    """Whether a statement about the table asks for a column."""
    if found.table.name.lower() not in text or " where " not in text or text.startswith(("insert", "create")):
        return False
    where = set(words_with_underscores(text.split(" where ", 1)[1]))
    return bool(where & wanted)


def words_with_underscores(text: str) -> list[str]:
    return "".join(each if each.isalnum() or each == "_" else " " for each in text).split()


def reads(look: Look, function: Function) -> Read:
    return made(look, function)


def made(look: Look, function: Function) -> Read:
    models = tables(look)
    columns: set[tuple[str, str]] = set()
    statements: list[str] = []
    names: set[str] = set()
    for each in function.walk():
        if isinstance(each, ast.Attribute):
            names.add(each.attr)
            if isinstance(each.ctx, ast.Load):
                base = last_name(each.value)
                columns.add((each.attr, base if base in models and models[base].cls else ""))
        elif isinstance(each, ast.Name):
            names.add(each.id)
        elif isinstance(each, ast.Subscript):
            if isinstance(each.ctx, ast.Load) and isinstance(each.slice, ast.Constant):
                columns.add((str(each.slice.value), ""))
        elif isinstance(each, ast.Call):
            columns.update(of_call(each, models))
        elif isinstance(each, ast.Constant) and isinstance(each.value, str) and " " in each.value:
            statements.append(" ".join(each.value.lower().split()))
    return Read(frozenset(columns), tuple(statements), frozenset(names))


def of_call(node: ast.Call, models: dict[str, Table]) -> Iterator[tuple[str, str]]:
    """``filter(ends__gt=now)``, ``row.get("ends")``, ``find_one({"ends": ...})``, ``getattr(row, "ends")``"""
    name = called_function(node)
    if name in CONDITIONS | {"Q", "exclude"}:
        owner = next((one for each in walk(node.func) if (one := last_name(each)) in models), "")
        yield from (((each.arg or "").split("__")[0], owner) for each in node.keywords)
    if name in {"get", "pop", "getattr", "hget", "itemgetter"}:
        given = (each.value for each in node.args[:2] if isinstance(each, ast.Constant))
        yield from ((value, "") for value in given if isinstance(value, str))
    if name.startswith(("find", "delete", "update", "count", "aggregate")) and node.args:
        keys = (key for one in walk(node.args[0]) if isinstance(one, ast.Dict) for key in one.keys)
        yield from (
            (key.value, "") for key in keys if isinstance(key, ast.Constant) and isinstance(key.value, str)
        )


def near(look: Look, function: Function, found: Opening) -> list[Function]:
    """A function, those who call it, what they call, and the methods of the row that they name."""
    around = [function, *enclosing(look, function)]
    edge = [function]
    for _ in range(2):
        above = [
            caller
            for each in edge
            for call in list(look.shared.flow.calls.callers(each))[:MANY]
            if (caller := call.module.function_of(call.node)) is not None and caller not in around
        ]
        edge = list(dict.fromkeys(above))[:MANY]
        around += edge
    own = found.table.cls
    if function.cls is not None and function.cls is not own and keeps_on_self(function):
        around += [each for each in function.cls.methods if each not in around]
    for each in list(around):
        beside = look.beside(each.module)
        for call in each.calls:
            around += [
                one
                for one in look.shared.flow.calls.callees(call.node, beside.scope(call.node))
                if one not in around and one.name != "__init__" and (own is None or one.cls is not own)
            ][:MANY]
    around += named(look, around, found)
    return around


def named(look: Look, around: list[Function], found: Opening) -> list[Function]:
    """The methods of the row and of its queries that are named there, and what they name themselves."""
    names = {name for each in around for name in reads(look.beside(each.module), each).names} | found.more
    own = found.table.cls
    methods: list[Function] = []
    if own is not None:
        methods = [
            each for one in own.mro if isinstance(one.definition, Class) for each in one.definition.methods
        ]
        methods += managers(look, own)
    else:
        methods = [each for name in found.more for each in look.shared.flow.calls.by_name(name)]
    chosen: list[Function] = []
    for _ in range(3):
        for each in methods:
            if each not in chosen and (each.name in names or each.name == "get_queryset"):
                chosen.append(each)
                names |= reads(look.beside(each.module), each).names
    return chosen


def managers(look: Look, cls: Class) -> list[Function]:
    """The methods of what a model is asked through: ``objects = OpenInvitations.as_manager()``."""
    named_there = {
        last_name(each)
        for node in cls.node.body
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None
        for each in walk(node.value)
    }
    found: list[Function] = []
    for module in look.project.modules:
        for each in module.classes:
            if each.name in named_there:
                found += each.methods
                base = {last_name(one) for node in each.node.bases for one in walk(node)}
                found += [one for other in module.classes if other.name in base for one in other.methods]
    return found


def enclosing(look: Look, function: Function) -> list[Function]:
    home = look.beside(function.module)
    return [
        home.project.function(home.module, each)
        for each in home.module.above(function.node)
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def keeps_on_self(function: Function) -> bool:
    return any(
        isinstance(each, ast.Attribute)
        and isinstance(each.ctx, ast.Store)
        and isinstance(each.value, ast.Name)
        and each.value.id in {"self", "cls"}
        for each in function.walk()
    )
