"""Where a row of what lets in is looked up by the secret that opens it: a token, a code, an id."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from rescind.reading import Function, last_name, walk
from rescind.review.credentials.kept import Table, collection, is_secret, tables
from rescind.review.flow.names import bindings_at
from rescind.review.look import Look
from rescind.review.naming.called import called, called_function
from rescind.review.naming.words import words_of
from rescind.review.once import once, once_here

# Of ORMs: what takes conditions, what runs a query, what takes rows out.
CONDITIONS = frozenset(
    ["afirst", "aget", "exclude", "filter", "filter_by", "find_one", "first_or_none", "first_or_404", "get",
     "get_or_404", "get_or_none", "get_object_or_404", "aget_object_or_404", "one_or_404", "where", "having",
     "find", "select_one", "get_by", "objects"]
)  # fmt: skip
RUNS = frozenset(
    ["all", "exec", "execute", "first", "get_object_or_404", "get_or_404", "list", "next", "one", "scalar",
     "scalar_one_or_none", "scalars", "one_or_none", "fetch_one", "fetchone", "first_or_404"]
)  # fmt: skip
CHAIN = CONDITIONS | RUNS | frozenset(
    ["annotate", "as_manager", "delete", "exists", "count", "join", "limit", "objects", "only", "options",
     "order_by", "prefetch_related", "query", "returning", "select", "select_for_update", "select_related",
     "unique", "update", "using", "values", "values_list", "with_for_update", "with_entities", "scalar_one",
     "mappings", "last", "latest", "execution_options", "outerjoin", "select_from", "dicts", "switch",
     "sort", "prefetch", "load_only", "defer", "add_columns", "get_one", "returning_star"]
)  # fmt: skip
BY_ID = frozenset(["get", "get_or_none", "get_or_404"])
MONGO = frozenset(["find_one", "find_one_and_delete", "find_one_and_update", "find_one_and_replace"])
RUNS_SQL = frozenset(
    ["execute", "exec", "fetchrow", "fetchval", "fetch", "fetch_one", "fetchone", "fetch_val", "query",
     "query_one", "one", "run", "select", "get", "row", "scalar", "get_row", "q", "ejecutar", "una",
     "queryone", "execute_fetchall", "fetch_all"]
)  # fmt: skip
SELECT = re.compile(r"(?is)^\s*(?:with\b.*?)?(select|delete|update)\b")
FROM = re.compile(r"(?i)\b(?:from|join|update|into)\s+[\"`\[]?(\w+)")
EQUAL = re.compile(
    r"(?i)(\w+)[\"`\]]?\s*=\s*(?:\?|%s|\$\d+|:\w+|%\(\w+\)s|\{|digest\(|encode\(|sha256\(|x\b)"
)
# These keep the books of what lets in, and let nobody in by it.
KEEPS = frozenset(
    ["issue", "create", "make", "new", "begin", "generate", "send", "revoke", "delete", "remove", "forget",
     "logout", "signout", "purge", "cleanup", "clean", "prune", "drop", "cancel", "destroy", "invalidate",
     "expire", "end", "store", "save", "insert", "add", "unsubscribe", "list", "count", "beenden",
     "loeschen", "abmelden", "salir", "cerrar", "discard", "kill", "terminate", "uitloggen", "wyloguj",
     "touch", "extend", "unique", "evict", "close", "deconnexion", "disconnect", "clear", "wipe"]
)  # fmt: skip


class Opening(NamedTuple):
    """One look-up.

    Attributes:
        asked: the columns that it asks for.
        text: of a statement, all of it in small letters.
        more: methods of the query that are the project's own: ``.open()``.
        gone: whether the row is taken out in the same step.
        by_jti: whether it is looked up by the id of a signed token.
    """

    node: ast.expr
    table: Table
    asked: frozenset[str]
    text: str = ""
    more: frozenset[str] = frozenset()
    gone: bool = False
    by_jti: bool = False


@once
def openings(look: Look, function: Function) -> list[Opening]:
    """The look-ups in a function that lets in by them, or tells those who call it."""
    return list(opened(look, function))


def opened(look: Look, function: Function) -> Iterator[Opening]:
    known = tables(look)
    if not known or keeps_books(function):
        return
    here = names_one(look)
    seen: set[ast.AST] = set()
    for node in function.nodes_of(ast.Call, ast.Subscript):
        found = None
        if isinstance(node, ast.Call) and not of_http(node):
            found = of_statement(look, known, node)
            if found is None and here:
                found = (
                    of_document(look, known, node)
                    or of_model(look, known, node)
                    or of_memory(look, known, node)
                )
        elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load) and here:
            found = of_memory(look, known, node)
        if found is not None and found.node not in seen:
            seen.add(found.node)
            yield found


def of_http(node: ast.Call) -> bool:
    """``self.http.get(links.keys)``: asks another server, and no table."""
    held = node.func.value if isinstance(node.func, ast.Attribute) else node.func
    return not {"http", "https", "httpx", "requests"}.isdisjoint(words_of(called(held)))


@once_here
def names_one(look: Look) -> bool:
    """Whether a module names any table at all: most do not, and need no closer look."""
    return look.speaks_of(name.lower() for name in tables(look))


def keeps_books(function: Function) -> bool:
    names = [function.name, *(function.cls.name for _ in (1,) if function.cls is not None)]
    words = [words_of(each) for each in names]
    if {"out", "logout"} & set(words[0]) or KEEPS & set(words[0][:1]):
        return True
    last = words[1] if len(words) > 1 else ()
    handler = function.name in {"get", "post", "put", "delete", "dispatch", "form_valid", "handle"}
    return (handler or function.name.startswith("on_")) and bool(
        set(last) & {"logout", "signout", "abmelden", "abmeldung", "out"}
    )


def of_model(look: Look, known: dict[str, Table], node: ast.Call) -> Opening | None:
    if called_function(node) not in CONDITIONS or not (node.args or node.keywords):
        return None
    top = top_of(look, node)
    if isinstance(look.module.parent_of(top), ast.Expr):
        return None
    every = list(walk(top))
    table = next(
        (known[name] for each in every if (name := last_name(each)) in known and known[name].way == "model"),
        None,
    )
    if table is None:
        return None
    asked: set[str] = set()
    opens = jti = False
    for name, value in conditions_of(look, every, table):
        asked.add(name)
        jti = (
            jti
            or is_jti(name)
            or (value is not None and name in {"pk", "id", table.name} and says_jti(value))
        )
        key = name in {"pk", "id", "_id", table.name} and value is not None and is_secret_value(look, value)
        if (is_secret(name) and name in {*table.columns, "key"} and is_given(look, value)) or key:
            opens = True
    if not opens and not jti and not (table.lets_in and held_against(look, node, table)):
        return None
    calls = {called_function(each) for each in every if isinstance(each, ast.Call)}
    chain = {each.attr for each in every if isinstance(each, ast.Attribute) and is_in_chain(look, each)}
    if {"update"} & calls and not {"returning"} & calls:
        return None
    return Opening(
        top, table, frozenset(asked), more=frozenset(chain - CHAIN), gone="delete" in calls, by_jti=jti
    )


def held_against(look: Look, node: ast.AST, table: Table) -> bool:
    """Whether a function holds the secret of a row against something: ``check(sent, row.digest)``, of rows
    that were found by a prefix or an address."""
    function = look.function(node)
    columns = {each for each in table.columns if is_secret(each)}
    if function is None or not columns:
        return False
    for each in function.walk():
        if isinstance(each, ast.Attribute) and each.attr in columns and isinstance(each.ctx, ast.Load):
            above = look.module.parent_of(each)
            compared = isinstance(above, ast.Compare) or (
                isinstance(above, ast.Call)
                and above.func is not each
                and len([*above.args, *above.keywords]) > 1
            )
            if compared and isinstance(each.value, ast.Name) and not is_model(each.value, table):
                return True
    return False


def is_in_chain(look: Look, node: ast.Attribute) -> bool:
    above = look.module.parent_of(node)
    return isinstance(above, ast.Attribute) or (isinstance(above, ast.Call) and above.func is node)


def top_of(look: Look, node: ast.expr) -> ast.expr:
    """All of the query that a call is a part of."""
    while True:
        above = look.module.parent_of(node)
        if isinstance(above, ast.Attribute | ast.Await) or (
            isinstance(above, ast.Call) and (above.func is node or called_function(above) in RUNS)
        ):
            if isinstance(above, ast.Attribute) and not isinstance(look.module.parent_of(above), ast.Call):
                return node  # row.user
            node = above
        else:
            return node


def conditions_of(look: Look, every: list[ast.AST], table: Table) -> Iterator[tuple[str, ast.expr | None]]:
    """Each column that a query asks for, with what it is held against."""
    for each in every:
        if isinstance(each, ast.Call) and called_function(each) in CONDITIONS | {"Q"}:
            yield from (((one.arg or "").split("__")[0], one.value) for one in each.keywords)
            name, args = called_function(each), each.args
            if name == "get" and len(args) == 2:  # session.get(Model, token)
                yield table.name, args[1]
            elif name in BY_ID and len(args) == 1 and not isinstance(args[0], ast.Compare):
                yield table.name, args[0]
        elif isinstance(each, ast.Compare):
            sides = (each.left, each.comparators[0])
            for left, right in (sides, sides[::-1]):
                if isinstance(left, ast.Attribute) and is_column(left, table):
                    yield left.attr, right
        elif isinstance(each, ast.Attribute) and is_column(each, table):
            yield each.attr, None


def is_column(node: ast.Attribute, table: Table) -> bool:
    return node.attr in table.columns and is_model(node.value, table)


def is_model(node: ast.expr, table: Table) -> bool:
    return isinstance(node, ast.Name | ast.Attribute) and last_name(node) in {table.name, "cls", "c", "model"}


def is_given(look: Look, value: ast.expr | None) -> bool:
    """Whether it is held against what somebody brought, and not a fixed text or nothing."""
    return value is not None and not isinstance(value, ast.Constant)


def is_jti(name: str) -> bool:
    return "jti" in words_of(name)


def says_jti(node: ast.expr) -> bool:
    """``claims["jti"]``"""
    return any(
        (isinstance(each, ast.Constant) and each.value == "jti")
        or (isinstance(each, ast.Name | ast.Attribute) and is_jti(last_name(each)))
        for each in walk(node)
    )


def is_secret_value(look: Look, node: ast.expr) -> bool:
    for each in walk(node):
        if isinstance(each, ast.Name | ast.Attribute) and (
            is_secret(last_name(each)) or last_name(each) in {"cookies", "authorization"}
        ):
            return True
    return is_secret(called(node))


def of_statement(look: Look, known: dict[str, Table], node: ast.Call) -> Opening | None:
    if called_function(node) not in RUNS_SQL or not node.args:
        return None
    first = node.args[0]
    first = first.args[0] if isinstance(first, ast.Call) and first.args else first
    texts = look.values(first).texts
    if not texts and isinstance(first, ast.JoinedStr):
        texts = ["".join(str(each.value) if isinstance(each, ast.Constant) else "x" for each in first.values)]
    for written in texts:
        text = " ".join(written.lower().split())
        found = SELECT.match(text)
        if found is None or " where " not in text:
            continue
        if found[1] != "select" and "returning" not in text:
            continue
        named = [each for each in FROM.findall(text) if each in known]
        asked = EQUAL.findall(text.split(" where ", 1)[1])
        for name in named:
            opens = [
                each
                for each in asked
                if each in known[name].columns
                and (
                    is_secret(each)
                    or (each == "id" and any(is_secret_value(look, one) for one in node.args[1:]))
                )
            ]
            if opens and known[name].way == "sql":
                return Opening(node, known[name], frozenset(asked), text, gone=found[1] == "delete")
    return None


def of_document(look: Look, known: dict[str, Table], node: ast.Call) -> Opening | None:
    if called_function(node) not in MONGO or not isinstance(node.func, ast.Attribute) or not node.args:
        return None
    table = known.get(collection(look, node.func.value))
    wanted = node.args[0]
    if table is None or table.way != "document" or not isinstance(wanted, ast.Dict):
        return None
    asked = {each.value: value for each, value in zip(wanted.keys, wanted.values, strict=True)
             if isinstance(each, ast.Constant)}  # fmt: skip
    names = frozenset(str(each) for each in asked)
    secret = any(
        is_secret(str(each)) or (each == "_id" and is_secret_value(look, value))
        for each, value in asked.items()
    )
    if not secret and not compared_later(look, node, table):
        return None
    return Opening(node, table, names, gone=called_function(node) == "find_one_and_delete")


def compared_later(look: Look, node: ast.Call, table: Table) -> bool:
    """``found["code"] != sent["code"]`` of a row that was found by its address."""
    function = look.function(node)
    codes = {each for each in table.columns if is_secret(each)}
    return function is not None and any(
        isinstance(each, ast.Subscript) and isinstance(each.slice, ast.Constant) and each.slice.value in codes
        and isinstance(each.value, ast.Name)
        and any(one.value is node or getattr(one.value, "value", None) is node
                for one in bindings_at(each.value, look.scope(each.value)))
        for each in function.walk()
    )  # fmt: skip


def of_memory(look: Look, known: dict[str, Table], node: ast.Call | ast.Subscript) -> Opening | None:
    gone = False
    if isinstance(node, ast.Call):
        if (
            called_function(node) not in {"get", "pop"}
            or not isinstance(node.func, ast.Attribute)
            or not node.args
        ):
            return None
        base, key = node.func.value, node.args[0]
        gone = called_function(node) == "pop"
        if isinstance(look.module.parent_of(node), ast.Expr):
            return None
    else:
        base, key = node.value, node.slice
    table = known.get(called(base))
    if table is None or table.way != "memory" or not isinstance(base, ast.Name | ast.Attribute):
        return None
    if isinstance(key, ast.Constant) or not is_secret_value(look, key):
        return None
    return Opening(node, table, frozenset(), gone=gone)
