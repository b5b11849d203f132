"""The tables in which it stands who is signed in, and who asks what wherever one of their rows is taken."""

from __future__ import annotations

import ast
from typing import NamedTuple

from rescind.reading import Function, last_name, unparsed, walk
from rescind.review.accounts.verifying import Verifying
from rescind.review.credentials.kept import Table, is_secret, tables
from rescind.review.credentials.opening import Opening, openings
from rescind.review.credentials.unasked import (
    ENDS,
    STRICT,
    is_asked,
    opens_the_door,
    reads,
    words_with_underscores,
)  # fmt: skip
from rescind.review.look import Look
from rescind.review.naming.called import called, called_function
from rescind.review.naming.words import words_of
from rescind.review.once import once

# What lasts beyond the password of a person: programs use it, or it is there to get a password.
NOT_OF_A_PERSON = frozenset(
    ["api", "apikey", "apikeys", "partner", "key", "keys", "personal", "agency", "service", "bot", "webhook",
     "client", "download", "downloads", "code", "codes", "verification", "magic", "link", "links", "recovery",
     "pairing", "otp", "reset", "resets", "grant", "feed", "push", "unsubscribe", "share"]
)  # fmt: skip


OF_SIGN_INS = frozenset(
    ["access", "anmeldung", "anmeldungen", "login", "logins", "refresh", "remember", "remembered",
     "sesion", "sesiones",
     "sess", "sessao", "session", "sessions", "sessoes", "signin", "signins", "sitzung", "sitzungen", "visit",
     "visits", "sessie", "sessies", "sesja", "sesje", "sessione", "sessioni", "auth"]
)  # fmt: skip


class Taken(NamedTuple):
    """One place where a row of a table is taken for who is signed in."""

    look: Look
    function: Function
    found: Opening


@once
def taken(look: Look) -> list[Taken]:
    """All places of the project where somebody is let in by a row."""
    return [
        Taken(beside, function, found)
        for beside in (look.everywhere() if tables(look) else ())
        for function in beside.module.functions
        for found in openings(beside, function)
        if says_who(beside, found)
    ]


def says_who(look: Look, found: Opening) -> bool:
    table = found.table
    if found.asked & {"user", "user_id", "owner", "owner_id", "account", "account_id"}:
        return False  # somebody is signed in already
    if table.once and not table.words & {"refresh"}:
        return False
    if table.lets_in and not table.words & NOT_OF_A_PERSON and gives_person(look, found):
        return True
    if table.words & OF_SIGN_INS and not table.words & NOT_OF_A_PERSON:
        return opens_the_door(look, found)
    if table.words & NOT_OF_A_PERSON:
        return False
    return by_cookie(look, found)


def gives_person(look: Look, found: Opening) -> bool:
    """Whether a framework asks there who somebody is, and is told whose the row is."""
    function = look.function(found.node)
    return (
        function is not None
        and function.name in AUTHENTICATES
        and any(
            isinstance(each, ast.Attribute)
            and isinstance(each.value, ast.Name)
            and each.attr in found.table.columns
            for value in function.returns
            for each in walk(value)
        )
    )


AUTHENTICATES = frozenset(
    ["authenticate", "authenticate_credentials", "authenticate_request", "get_current_user", "current_user",
     "get_user", "load_user", "load_user_from_request", "request_loader", "user_loader", "retrieve_user"]
)  # fmt: skip


def by_cookie(look: Look, found: Opening) -> bool:
    return any(
        each.kind == "request" and each.part == "cookie"
        for node in walk(found.node)
        if isinstance(node, ast.Name | ast.Call | ast.Subscript) and node is not found.node
        for each in look.origins(node)
    )


@once
def columns_that_open(look: Look) -> frozenset[str]:
    """The columns by which the project looks up what lets in, whatever they are called: ``marke``."""
    names = {
        name
        for table in tables(look).values()
        if any(not ENDS.isdisjoint(words_of(each)) for each in table.columns)
        for name in table.columns
        if not STRICT.isdisjoint(words_of(name))
    }
    for beside in look.everywhere() if tables(look) else ():
        for function in beside.module.functions:
            for found in openings(beside, function):
                if opens_the_door(beside, found):
                    names |= {each for each in found.asked if is_secret(each)}
    return frozenset(names - {"hash", "digest", "session"})


def of_people(look: Look) -> dict[str, Table]:
    """The tables of sign-ins, sessions and tokens that people have, by name."""
    return {each.found.table.name: each.found.table for each in taken(look)}


@once
def words_of_tables(look: Look) -> frozenset[str]:
    """What these tables are called: ``visits``, ``Refresh``."""
    names = {word for each in of_people(look) for word in words_of(each)}
    return frozenset(names | {f"{each}s" for each in names if not each.endswith("s")})


def someone_does_not_ask(look: Look, column: str, framework: str = "") -> bool | None:
    """Whether at one of these places nobody asks for a column of the account; nothing: there is no place.

    Args:
        framework: the one whose accounts they are; others are not asked.
    """
    every = [each for each in taken(look) if framework in each.look.module.text]
    if not every:
        return None
    return any(not is_asked_there(each, column) for each in every)


def is_asked_there(each: Taken, column: str) -> bool:
    """Whether a column of the account is asked for wherever such a row is taken. Where what runs before each
    request takes it, what others do who call the same is no matter."""
    doors = doors_of(each)
    if not doors:
        return is_asked(each.look, each.function, each.found, [column])
    beside = each.look.beside
    around = [
        one
        for door in doors
        for call in door.calls
        for one in each.look.shared.flow.calls.callees(call.node, beside(door.module).scope(call.node))
    ]
    carried = {name for door in doors for name in carries(beside(door.module), door)}
    around += [
        function
        for module in each.look.project.modules
        if column in module.text
        for function in module.functions
        if is_guard(beside(module), function) and any(name in unparsed(function.node) for name in carried)
    ]
    return any(asks_for(beside(one.module), one, column) for one in (each.function, *doors, *around))


def doors_of(each: Taken) -> list[Function]:
    """Those who keep what is taken for the time of a request: ``request.ctx.visit = await find(number)``"""
    calls = [
        (call.node, call.module) for call in list(each.look.shared.flow.calls.callers(each.function))[:8]
    ]
    calls += [
        (node, module)
        for values in each.look.shared.set_on_attributes.values()
        for module, value in values
        for node in (value.value if isinstance(value, ast.Await) else value,)
        if isinstance(node, ast.Call) and is_named_so(node, each.function)
    ]
    found: list[Function] = []
    for node, module in calls:
        statement, above = module.statement_of(node), module.function_of(node)
        if (
            above is not None
            and isinstance(statement, ast.Assign)
            and any(map(is_carried, statement.targets))
        ):
            found.append(above)
    return found


def is_named_so(node: ast.Call, function: Function) -> bool:
    """``request.app.ctx.visits.find(number)``, by its name, of ``Visits.find``."""
    if (
        called_function(node) != function.name
        or not isinstance(node.func, ast.Attribute)
        or function.cls is None
    ):
        return False
    return bool(set(words_of(called(node.func.value))) & set(words_of(function.cls.name)))


def carries(look: Look, function: Function) -> set[str]:
    targets = (one for each in function.walk() if isinstance(each, ast.Assign) for one in each.targets)
    return {unparsed(each).rpartition(".")[2] for each in targets if is_carried(each)}


def is_carried(node: ast.expr) -> bool:
    """``request.ctx.visit``, ``g.visit``, ``request["visit"]``"""
    if not isinstance(node, ast.Attribute | ast.Subscript):
        return False
    return last_name(node.value) in {"g", "request", "req", "ctx", "context", "state", "scope", "environ"}


def is_guard(look: Look, function: Function) -> bool:
    """A wrapper of a decorator, or what a framework asks before a handler."""
    if Verifying(look).calls(function):
        return False
    inside = any(isinstance(each, ast.FunctionDef) for each in list(look.module.above(function.node))[:2])
    served = look.shared.flow.entries.is_handler(function) or look.shared.flow.entries.routes(function)
    return inside or not served


def asks_for(look: Look, function: Function, column: str) -> bool:
    read = reads(look, function)
    return any(name == column for name, _ in read.columns) or any(
        column in words_with_underscores(text) for text in read.statements if "select " in text
    )
