"""Where a guard of the project puts who is signed in, for the handlers behind it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from rescind.reading import Function, unparsed, walk
from rescind.review.access.asked_rights import missing, parts
from rescind.review.access.who import (
    OF_MACHINES,
    TURNED_AWAY,
    about_who,
    called_here,
    finds_out,
    may_read,
    reads_authorization,
    reads_who,
    takes_request,
    turns_away,
)
from rescind.review.look import Look, parts_of
from rescind.review.naming.called import called, variables
from rescind.review.naming.words import words_of
from rescind.review.once import in_circles, once

KEEPERS = frozenset(["g", "state", "ctx", "request", "context", "req", "self"])


def kept_as_person(look: Look, node: ast.expr) -> bool:
    """``g.kunde``, ``request["user"]``: what a guard of the project has put there."""
    if not isinstance(node, ast.Attribute | ast.Subscript):
        return False
    value = node.value
    holder = value.attr if isinstance(value, ast.Attribute) else getattr(value, "id", "")
    return holder in KEEPERS and (holder, called(node)) in kept(look)


@once
@in_circles(set)
def kept(look: Look) -> set[tuple[str, str]]:
    """Of the whole project: under which names functions that find out who it is keep that."""
    known: set[tuple[str, str]] = set()
    for inner in look.everywhere():
        for function in inner.module.functions:
            if any(keeps(node) for node in function.nodes_of(ast.Assign)):
                known |= set(kept_by(inner, function))
        known |= set(refused_elsewhere(inner))
    return known


def refused_elsewhere(look: Look) -> Iterator[tuple[str, str]]:
    """``if req.context.account is None: raise Unauthorized`` of a hook: what a middleware has put there."""
    for node in look.module.nodes_of(ast.If) if TURNED_AWAY.search(look.module.text) is not None else ():
        if isinstance(node, ast.If) and any(map(turns_away, node.body)):
            for part in parts(node.test):
                holder, _, name = missing(part).rpartition(".")
                holder = holder.rpartition(".")[2]
                known = name.isidentifier() and holder in KEEPERS - {"self"} and about_who(name)
                if known and not SENT & set(words_of(name)):
                    yield holder, name


# What a request has of itself.
SENT = frozenset(
    ["json", "form", "data", "files", "args", "body", "headers", "content", "method", "params", "query",
     "media", "post", "meta", "auth", "cookies", "secure", "host", "url", "path", "client", "scheme",
     "referrer", "origin", "token", "key", "signature", "is"]
)  # fmt: skip


def keeps(node: ast.Assign) -> bool:
    """``g.user = ...``, ``request["user"] = ...``"""
    return any(
        isinstance(each, ast.Attribute | ast.Subscript) and unparsed(each.value).rpartition(".")[2] in KEEPERS
        for each in parts_of(node.targets)
    )


# What handlers begin with.
FIRST = frozenset(["prepare", "dispatch", "initial", "setup", "initialize"])


def kept_by(look: Look, function: Function) -> list[tuple[str, str]]:
    kept: list[tuple[str, str]] = []
    held: set[str] = set()
    asked = refused_without(look, function)
    for node in function.nodes_of(ast.Assign):
        names = variables(node.value)
        who = names & held or any(reads_who(each) for each in walk(node.value))
        who = who or reads_authorization(node.value) or any(
            called_here(look, each) or takes_request(each)
            for each in walk(node.value)
            if isinstance(each, ast.Call)
        )  # fmt: skip
        for target in parts_of(node.targets):
            if unparsed(target) not in asked and not who:
                continue
            if isinstance(target, ast.Name):
                held.add(target.id)
            elif isinstance(target, ast.Attribute | ast.Subscript) and about_who(called(target)):
                holder = unparsed(target.value).rpartition(".")[2]
                if holder in KEEPERS - {"self"} or (holder == "self" and function.name in FIRST):
                    kept.append((holder, called(target)))
    return kept


def refused_without(look: Look, function: Function) -> set[str]:
    """``request.person`` of ``request.person = row_of(cookie)``, where 401 is said if that is nothing."""
    tests = [each.test for each in function.nodes_of(ast.If) if any(map(turns_away, each.body))]
    if not tests or any(word in look.module.source_of(function.node).lower() for word in OF_MACHINES):
        return set()
    return {text for test in tests for part in parts(test) if (text := missing(part))}


@once
def finders(look: Look) -> frozenset[str]:
    """The functions that find out who is signed in, and refuse others: ``member()``."""
    return frozenset(
        function.name
        for inner in look.everywhere()
        for function in inner.module.functions
        if not function.name.startswith("__") and may_read(inner.module.source_of(function.node))
        if {"user", "refuses"} <= finds_out(inner, function)
    )
