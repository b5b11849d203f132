"""Who somebody is, written into a store of sessions under a key that the request brought."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from rescind.reading import Function, unparsed, walk
from rescind.review.accounts.serving import is_tried
from rescind.review.accounts.verifying import Verifying
from rescind.review.credentials.people import is_number_of_person
from rescind.review.flow import Policy
from rescind.review.flow.names import bindings_at
from rescind.review.look import Look
from rescind.review.naming.called import arguments, called, called_function
from rescind.review.naming.words import words_of
from rescind.review.once import once
from rescind.review.sessions.sessions import CLIENT, SESSION, is_identity, speaks
from rescind.review.sessions.signing_in import NO_SESSION

STATEMENT = re.compile(
    r"(?is)^\s*(?:insert|replace|update|merge)\b.{0,40}?\b(\w*(?:sess|sitzung|sesion)\w*)\b(.*)"
)
WRITES = frozenset(
    ["set", "setex", "hset", "hmset", "put", "save", "write", "store", "psetex", "update_session",
     "update", "patch",
     "assign", "bind", "attach", "guarda", "guardar", "salvar", "schreibe", "speichere", "merge"]
)  # fmt: skip
# Whoever brings an id brings its digest.
KEY = Policy("key", frozenset(), (), frozenset(), numbers=False)
OF_ID = frozenset(["cookie", "id", "key", "kennung", "number", "sid", "ticket", "token"])
OF_QUERY = frozenset(["filter", "filter_by", "where", "get", "find_by"])


def keyed_by_client(look: Look, function: Function) -> Iterator[ast.AST]:
    """Where who somebody is goes into a store of sessions under a key that the request brought."""
    for node in function.nodes_of(ast.Assign, ast.Call):
        key: ast.expr | None = None
        held: list[ast.AST] = []
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
            target = node.targets[0]
            if speaks(target.value) and not isinstance(target.slice, ast.Constant):
                key, held = target.slice, [node.value]
        elif isinstance(node, ast.Call):
            key, held = of_call(look, node)
        if key is not None and brought(look, key) and any(holds_who(look, each) for each in held):
            yield from [] if gives_id(look, node) else [node]


def gives_id(look: Look, node: ast.AST) -> bool:
    """``sid = store.attach(request.cookies["sid"], user)``: from then on the id is what it gives back."""
    statement = look.module.statement_of(node)
    if not isinstance(statement, ast.Assign) or not isinstance(statement.targets[0], ast.Name):
        return False
    value = statement.value.value if isinstance(statement.value, ast.Await) else statement.value
    return value is node and not OF_ID.isdisjoint(words_of(statement.targets[0].id))


def of_call(look: Look, node: ast.Call) -> tuple[ast.expr | None, list[ast.AST]]:
    """The key and the contents of ``redis.set(f"session:{sid}", data)``, ``store.save(sid, data)``,
    ``sessions.update_one({"_id": sid}, {"$set": data})``, ``Visit.objects.filter(key=sid).update(user=u)``,
    and of a statement that writes into a table of sessions."""
    name, args = called_function(node), node.args
    if name in {"execute", "fetchrow", "fetchval", "query", "run"} and len(args) >= 2:
        return of_statement(look, args)
    func = node.func
    if not isinstance(func, ast.Attribute):
        return None, []
    rest: list[ast.AST] = [*args[1:], *node.keywords]
    if name in {"values", "where"} and not isinstance(func.value, ast.Name):
        return of_chain(look, node)
    if name in {"update_item", "put_item"}:
        return of_item(node, func.value)
    if name == "update" and isinstance(func.value, ast.Call) and called_function(func.value) in OF_QUERY:
        given = arguments(func.value)
        key = next((each for each in given if by_cookie(look, each)), None)
        return (
            (key, [*args, *node.keywords]) if NO_SESSION.isdisjoint(words_of(unparsed(func))) else (None, [])
        )
    if (
        name in {"update_one", "find_one_and_update", "replace_one"}
        and len(args) >= 2
        and isinstance(args[0], ast.Dict)
    ):
        return (next(iter(args[0].values), None), rest) if speaks(func.value) else (None, [])
    if WRITES.isdisjoint({name, *words_of(name)[:1]}) or not args or not rest:
        return None, []
    said = {
        word
        for part in (args[0], *held_by(look, args[0]))
        for each in walk(part)
        for word in words_of(text_of(each))
    }
    if SESSION.isdisjoint(said) and not speaks(func.value) and not by_cookie(look, args[0]):
        return None, []
    return (args[0], rest) if NO_SESSION.isdisjoint(said) else (None, [])


def of_chain(look: Look, node: ast.Call) -> tuple[ast.expr | None, list[ast.AST]]:
    """``visits.update().where(visits.c.sid == sid).values(user=user)``,
    ``Visit.update(user=user).where(Visit.sid == sid)``"""
    every = [each for each in walk(node) if isinstance(each, ast.Call)]
    called_there = {called_function(each) for each in every}
    if "update" not in called_there or not NO_SESSION.isdisjoint(words_of(unparsed(node.func))):
        return None, []
    asked = [
        side
        for each in every
        if called_function(each) in {"where", "filter", "filter_by"}
        for one in arguments(each)
        for side in ((one.left, *one.comparators) if isinstance(one, ast.Compare) else (one,))
    ]
    named = any(speaks(each) for each in walk(node) if isinstance(each, ast.Name | ast.Attribute))
    key = next((each for each in asked if brought(look, each) and (named or by_cookie(look, each))), None)
    written: list[ast.AST] = [
        one
        for each in every
        if called_function(each) in {"update", "values"}
        for one in (*each.args, *each.keywords)
    ]
    return key, written


def of_item(node: ast.Call, table: ast.expr) -> tuple[ast.expr | None, list[ast.AST]]:
    """``sessions.update_item(Key={"sid": sid}, ExpressionAttributeValues={":u": user["id"]})``"""
    given = {each.arg: each.value for each in node.keywords}
    key = given.get("Key") or given.get("Item")
    if not isinstance(key, ast.Dict) or not key.values:
        return None, []
    return key.values[0], [each for each in node.keywords if each.value is not key or "Item" in given]


def held_by(look: Look, node: ast.expr) -> list[ast.expr]:
    """What a variable of the function holds."""
    if not isinstance(node, ast.Name):
        return []
    return [one.value for one in bindings_at(node, look.scope(node)) if one.value is not None]


def of_statement(look: Look, args: list[ast.expr]) -> tuple[ast.expr | None, list[ast.AST]]:
    """Of a statement about sessions, or one that finds its row by a cookie, the key and who is written."""
    texts = look.values(args[0]).texts
    parts = args[1].elts if isinstance(args[1], ast.Tuple | ast.List) else args[1:]
    parts = args[1].values if isinstance(args[1], ast.Dict) else parts
    for text in texts:
        found, row = STATEMENT.match(text), UPDATE.match(text)
        said = (
            [each for each in parts if holds_who(look, each)] if found is not None and row is not None else []
        )
        if said:
            others = (each for each in parts if each not in said)
            return next((each for each in others if by_cookie(look, each)), None), list(said)
        if found is not None and any(
            is_identity(word) or is_number_of_person(look, word) for word in re.findall(r"\w+", found[2])
        ):
            named = [each for each in parts if not SESSION.isdisjoint(words_of(called(each)))]
            key = next(iter(named or [each for each in parts if by_cookie(look, each)]), None)
            return key, [ast.Name("user", ast.Load()), *(each for each in parts if each is not key)]
        columns = re.findall(r"\w+", row[2]) if row is not None else []
        if row is not None and (any(is_identity(word) for word in columns) or is_of_person(look, text)):
            key = next((each for each in parts if by_cookie(look, each)), None)
            if key is None and is_of_person(look, text):
                key = next(
                    (each for each in parts if isinstance(each, ast.Name) and brought(look, each)), None
                )
            if key is not None and NO_SESSION.isdisjoint(words_of(row[1])):
                return key, [ast.Name("user", ast.Load())]
    return None, []


@once
def person_columns(look: Look) -> frozenset[str]:
    """The columns that are set to the id of a row whose password was tried: ``visits.lener``."""
    found: set[str] = set()
    for home in look.everywhere("update"):
        for function in home.module.functions:
            found |= set(columns_of(home, function))
    return frozenset(found)


def is_of_person(look: Look, text: str) -> bool:
    row = UPDATE.match(text)
    return row is not None and any(
        f"{row[1]}.{word}".lower() in person_columns(look) for word in re.findall(r"\w+", row[2])
    )


def says_person(look: Look, node: ast.AST) -> bool:
    """Whether a statement sets such a column: who does that signs somebody in, whatever it is called."""
    given = node.args[:1] if isinstance(node, ast.Call) else []
    texts = [text for each in given for text in look.values(each).texts]
    rows = [found for text in texts if (found := STATEMENT.match(text)) and UPDATE.match(text)]
    return any(is_of_person(look, text) for text in texts) or any(
        is_number_of_person(look, word) for row in rows for word in re.findall(r"(\w+)\s*=", row[2])
    )


def columns_of(look: Look, function: Function) -> Iterator[str]:
    for call in function.calls:
        args = call.node.args
        texts = look.values(args[0]).texts if len(args) > 1 else ()
        rows = [found for text in texts if (found := UPDATE.match(text))]
        if not rows or not Verifying(look).calls(function):
            continue
        given = args[1].elts if isinstance(args[1], ast.Tuple | ast.List) else args[1:]
        for row in rows:
            columns = re.findall(r"(\w+)\s*=\s*(?:\?|%s|\$\d|:\w|%\()", row[2])
            for column, value in zip(columns, given, strict=False):
                if is_id_of_tried(look, function, value):
                    yield f"{row[1]}.{column}".lower()


def is_id_of_tried(look: Look, function: Function, value: ast.expr) -> bool:
    if not isinstance(value, ast.Attribute | ast.Subscript) or not isinstance(value.value, ast.Name):
        return False
    return called(value) in IDS and is_tried(look, function, value.value.id)


IDS = frozenset(["id", "pk", "uuid", "nr", "nummer", "number", "email", "name"])
UPDATE = re.compile(r"(?is)^\s*update\s+\W?(\w+)\W?\s+set\b(.*)\bwhere\b")


def by_cookie(look: Look, node: ast.expr) -> bool:
    return any(each.kind == "request" and each.part == "cookie" for each in look.origins(node, KEY))


def text_of(node: ast.AST) -> str:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    return called(node)


def brought(look: Look, node: ast.expr) -> bool:
    return any(
        (each.kind == "request" and each.part in CLIENT)
        or (each.kind == "parameter" and not COOKIES.isdisjoint(words_of(each.name)))
        for each in look.origins(node, KEY)
    )


COOKIES = frozenset(["cookie", "cookies"])


def holds_who(look: Look, node: ast.AST, depth: int = 2) -> bool:
    """Whether contents say who somebody is: a key of a dictionary, or what they are called."""
    if any(is_identity(name) for each in walk(node) for name in names_in(each)):
        return True
    for name in walk(node) if depth else ():
        if isinstance(name, ast.Name):
            values = [
                one.value for one in look.scope(name).lookup(name.id) if one.scope.module is look.module
            ]
            if any(
                each is not None and each is not node and holds_who(look, each, depth - 1) for each in values
            ):
                return True
            if gets_who(look, name):
                return True
    return False


def gets_who(look: Look, node: ast.Name) -> bool:
    """``data["account_id"] = account.id``, ``data.update(user=account.id)`` on the way."""
    function = look.function(node)
    return function is not None and any(puts_who(each, node.id) for each in function.walk())


def puts_who(node: ast.AST, name: str) -> bool:
    if isinstance(node, ast.Subscript):
        stored = isinstance(node.ctx, ast.Store) and getattr(node.value, "id", "") == name
        return stored and is_identity(called(node))
    if not isinstance(node, ast.Call) or called_function(node) != "update":
        return False
    own = isinstance(node.func, ast.Attribute) and getattr(node.func.value, "id", "") == name
    return own and any(is_identity(each.arg or "") for each in node.keywords)


def names_in(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value  # the keys of dictionaries too
    elif isinstance(node, ast.keyword):
        yield node.arg or ""
    elif isinstance(node, ast.Name | ast.Attribute):
        yield owner_of(node)


def owner_of(node: ast.Name | ast.Attribute) -> str:
    """``user`` of ``user.id`` and of ``user``."""
    if isinstance(node, ast.Attribute) and node.attr in {"id", "pk", "email", "name"}:
        return called(node.value)
    return called(node)
