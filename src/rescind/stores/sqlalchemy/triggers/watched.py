"""Which tables and columns are watched, and under which names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from rescind.errors import ConfigurationError
from rescind.stores.sqlalchemy.triggers.text import fill

REALM = re.compile(r"[\w.:@/+ -]+")
STEM = "rescind_watch"
_Writer = Any
"""Of the database: ``sqlite.Text`` or ``postgresql.Text``."""
_Part = Callable[..., Iterable[Any]]


@dataclass(frozen=True, slots=True)
class Fact:
    """Something about a user that columns of the row say.

    Attributes:
        columns: their names.
        text: what makes the fact of them, with ``{row}`` where the row stands, which is ``OLD`` or ``NEW``.
    """

    columns: tuple[str, ...]
    text: str

    def of(self, row: str) -> str:
        """The fact as ``row`` has it."""
        return fill(self.text, row=row)


@dataclass(frozen=True, slots=True)
class UserTable:
    """A table with columns of the user; with multi-table inheritance there are several.

    Attributes:
        key: the column with the user's key.
        active: a truth, ``None`` where it is elsewhere or nowhere.
        password: the column, as ``active``.
        further: columns that say what a user may do, and nothing that a standing has.
        is_user: a row of it is a user: it appears and goes with them.
        whole: the row says the whole standing, of whoever never came, too.
        roles: the text of a JSON list, and ``tenant``: where it is whole.
    """

    table: str
    key: str
    active: Fact | None
    password: str | None
    further: tuple[str, ...]
    is_user: bool
    schema: str | None = None
    whole: bool = False
    roles: Fact | None = None
    tenant: Fact | None = None

    @property
    def standing(self) -> dict[str, Fact]:
        """The facts of a whole standing that the row says, by the names of its columns."""
        named = {"active": self.active, "roles": self.roles, "tenant": self.tenant}
        return {name: fact for name, fact in named.items() if fact is not None}


@dataclass(frozen=True, slots=True)
class Groups:
    """Attributes:
    links, user, group: the table that says who is in which group, and its columns.
    table, key, name: the table of groups.
    permissions: the table that says what a group may do.
    """

    links: str
    user: str
    group: str
    table: str
    key: str
    name: str
    permissions: str


@dataclass(frozen=True, slots=True)
class Watched:
    """Attributes:
    realm: whose log is written to.
    kind: how a key becomes the id of a principal.
    permissions: table and column of the user that say what a user may do by themselves.
    stem: what the names of all objects begin with.
    """

    realm: str
    kind: Literal["int", "str", "uuid"]
    users: tuple[UserTable, ...]
    groups: Groups | None = None
    permissions: tuple[str, str] | None = None
    stem: str = STEM

    def in_parts(self, text: _Writer, users: _Part, groups: _Part, permissions: _Part) -> Iterator[Any]:
        """What is written about each part, by who writes it, in the order of making."""
        for number, one in enumerate(self.users):
            yield from users(text, one, number)
        if self.groups is not None:
            yield from groups(text, self.groups)
        if self.permissions is not None:
            yield from permissions(text, *self.permissions)

    def at_start(self, text: _Writer, whole: _Part, news: Callable[[], Iterable[str]]) -> Iterator[str]:
        """What is run once, after everything is there: ``whole`` for each table that says the whole standing;
        ``news`` where none does, for what was changed while there were no triggers nobody knows, so who has
        judged a row judges it again."""
        begun = [users for users in self.users if users.whole]
        for users in begun:
            yield from whole(text, users)
        if not begun:
            yield from news()

    def __post_init__(self) -> None:
        """Raises:
        ConfigurationError: a realm that cannot stand in a trigger.
        """
        if not REALM.fullmatch(self.realm):
            raise ConfigurationError(
                f"realm={self.realm!r}: triggers need one of letters, digits and .:@/+-_ alone"
            )
