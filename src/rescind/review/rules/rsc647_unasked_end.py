"""RSC647: an end that is stored, and that nobody asks for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from rescind.reading import Function
from rescind.review.credentials.kept import tables
from rescind.review.credentials.opening import Opening, openings
from rescind.review.credentials.signed_in import columns_that_open, taken
from rescind.review.credentials.unasked import (
    BORN,
    ENDS,
    REFUSED,
    columns_of,
    is_asked,
    is_taken_away,
    opens_the_door,
)
from rescind.review.finding import Class, Finding, Severity
from rescind.review.look import Look
from rescind.review.rule import Rule


class RSC647(Rule):
    """The end of a session, key or link is stored, and nobody asks for it.

    What it checks:
        Look-ups of sessions, keys, tokens and links by the secret that opens them, in models of ORMs,
        statements, collections and dictionaries, whose rows have a time at which they end, a mark that they
        are withdrawn, or, of links, only a time at which they were sent.

    Why it matters:
        The end stands in the table, and what leaked lets in years later; what was withdrawn goes on.

    How it is decided:
        By the columns that the project writes. It is asked for where the look-up has it in a condition, where
        the function, those who call it or what they call read it of the row, or where a method of the row or
        of its queries does that is used there. Rows that the store itself takes out at their end are fine.

    Fix:
        Ask for the end in the look-up itself, which no way in can forget.

    References:
        ASVS 7.3.2, ASVS 6.5.5, CWE-613

    Since:
        0.1
    """

    kind: ClassVar[Class] = "long_lived"
    severity: ClassVar[Severity] = "high"

    def prepare(self, look: Look) -> None:
        taken(look)
        columns_that_open(look)

    def check(self, look: Look) -> Iterator[Finding]:
        if look.is_test or not tables(look):
            return
        for function in look.module.functions:
            for found in openings(look, function):
                what = unasked(look, function, found)
                if what:
                    yield self.finding(
                        look,
                        found.node,
                        what,
                        confidence="medium",
                        fix="ask for it in the look-up: ends > now, revoked_at is None",
                    )


def unasked(look: Look, function: Function, found: Opening) -> str:
    """What is stored and not asked for; empty: nothing."""
    if not opens_the_door(look, found):
        return ""
    what = "" if found.by_jti else endless(look, function, found)  # a signed token says itself when it ends
    if what:
        return what
    refused = columns_of(found, REFUSED)
    if refused and not is_asked(look, function, found, refused) and not found.gone:
        return f"{min(refused)} of {found.table.name} is stored, and nobody asks for it here"
    return ""


def endless(look: Look, function: Function, found: Opening) -> str:
    """What is not asked of when a row ends, or of how old it is; empty: nothing."""
    ends, born = columns_of(found, ENDS), columns_of(found, BORN)
    if ends:
        if not is_asked(look, function, found, ends) and not ends_by_store(look, found):
            return f"{min(ends)} of {found.table.name} is stored, and nobody asks for it here"
    elif found.table.once and "refresh" not in found.table.words:
        if born and not is_asked(look, function, found, born) and not ends_by_store(look, found):
            return f"{found.table.name} has no end, and how old it is is not asked"
    elif is_endless(look, function, found):
        return f"{found.table.name} has no end, and nothing takes it away"
    return ""


def is_endless(look: Look, function: Function, found: Opening) -> bool:
    """Whether rows of what lets in have no end at all, and no part of the project takes one away."""
    table = found.table
    if found.gone or not table.lets_in or table.way == "memory" or table.words & {"key", "keys", "apikey"}:
        return False
    born = columns_of(found, BORN)
    if not born or columns_of(found, REFUSED | {"active", "enabled", "valid", "status", "state"}):
        return False
    if is_asked(look, function, found, born) or ends_by_store(look, found):
        return False
    return not is_taken_away(look, table)


def ends_by_store(look: Look, found: Opening) -> bool:
    """``create_index("ends", expireAfterSeconds=0)``"""
    if found.table.way not in {"document", "model"}:
        return False
    return any("expireAfterSeconds" in module.text or "expire_after_seconds" in module.text
               for module in look.project.modules)  # fmt: skip
