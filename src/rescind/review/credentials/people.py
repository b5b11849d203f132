"""The tables of those who sign in, by whatever name: those in which passwords are kept."""

from __future__ import annotations

import ast
import re

from rescind.review.accounts.verifying import Verifying
from rescind.review.credentials.kept import tables
from rescind.review.look import Look
from rescind.review.naming.words import secret_kind, words_of
from rescind.review.once import once

READ = re.compile(r"(?is)\bselect\b(?P<columns>.{1,400}?)\bfrom\s+\W?(?P<table>\w+)")
WRITTEN = re.compile(r"(?is)\bupdate\s+\W?(?P<table>\w+)\W?\s+set\b(?P<columns>.{1,400})")
NUMBERS = frozenset(["id", "pk", "uuid", "nr", "number", "no"])
PLURAL = 3  # letters by which it may be longer or shorter
SHORTEST = 4


@once
def tables_of_people(look: Look) -> frozenset[str]:
    """Their names in small letters: ``readers``, ``patient``."""
    found = {name.lower() for name, table in tables(look).items() if any(map(is_password, table.columns))}
    for each in tables(look).values():
        if each.cls is not None:
            home = look.beside(each.cls.module)
            if any(Verifying(home).calls(method, 0) for method in each.cls.methods):
                found.add(each.name.lower())
    for home in look.everywhere("select", "update"):
        for node in home.module.nodes_of(ast.Constant):
            if isinstance(node.value, str) and len(node.value) > SHORTEST:
                found |= {
                    match["table"].lower()
                    for match in (READ.search(node.value), WRITTEN.search(node.value))
                    if match is not None and any(map(is_password, re.findall(r"\w+", match["columns"])))
                }
    return frozenset(found)


def is_password(column: str) -> bool:
    return secret_kind(column) == "password"


@once
def is_number_of_person(look: Look, column: str) -> bool:
    """``reader_id``, of a table ``readers`` in which passwords are kept."""
    words = words_of(column)
    if len(words) < 2 or words[-1] not in NUMBERS:
        return False
    name = "".join(words[:-1])
    return len(name) >= SHORTEST and any(
        is_plural(name, each.replace("_", "")) for each in tables_of_people(look)
    )


def is_person_column(look: Look, column: str) -> bool:
    """``reader_id``, or ``reader`` of an ORM."""
    return is_number_of_person(look, column) or (
        len(column) >= SHORTEST and any(is_plural(column.lower(), each) for each in tables_of_people(look))
    )


def is_plural(one: str, many: str) -> bool:
    """``inwoner`` and ``inwoners``, ``osoba`` and ``osoby``, ``person`` and ``Person``."""
    return many.startswith(one[:-1]) and abs(len(many) - len(one)) < PLURAL
