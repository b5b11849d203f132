"""Names of contents: the birth that their sessions bear.

``.NUMBER.BIRTH``: of the log, and the number of the entry that ended the contents before (0: none were). So
sessions of lost contents, and those of a log that is no more, are refused by the same rule.
"""

from __future__ import annotations

from dataclasses import replace

from rescind.model.revocation import Head
from rescind.stores.sqlalchemy.contents import BIRTH_BEGINS


def birth_of_contents(birth: str, number: int) -> str:
    """The birth of the sessions in the contents of that number, under a log of that birth."""
    return f"{BIRTH_BEGINS}{number}{BIRTH_BEGINS}{birth}"


def birth_of_log(birth: str) -> str:
    """The birth of the log that contents belong to."""
    return birth.rpartition(BIRTH_BEGINS)[2]


def with_contents(head: Head, number: int) -> Head:
    """The head of the log as the engine sees it."""
    return replace(head, birth=birth_of_contents(head.birth, number))
