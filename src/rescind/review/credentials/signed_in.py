"""The tables in which it stands who is signed in, and who asks what wherever one of their rows is taken."""

from __future__ import annotations

import ast
from typing import NamedTuple

from rescind.reading import Function, walk
from rescind.review.credentials.kept import Table, is_secret, tables
from rescind.review.credentials.opening import Opening, openings
from rescind.review.credentials.unasked import ENDS, STRICT, is_asked, opens_the_door
from rescind.review.look import Look
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
        for beside in map(look.beside, look.project.modules if tables(look) else ())
        if not beside.is_test
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
    if table.words & OF_SIGN_INS and not table.words & NOT_OF_A_PERSON:
        return opens_the_door(look, found)
    if table.words & NOT_OF_A_PERSON:
        return False
    return by_cookie(look, found)


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
    for module in look.project.modules if tables(look) else ():
        beside = look.beside(module)
        for function in () if beside.is_test else module.functions:
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
    return any(not is_asked(each.look, each.function, each.found, [column]) for each in every)
