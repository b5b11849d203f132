"""Values of a request that are no plain ones, what was looked at of it, and what conditions make of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from rescind.paths.following.known import ROLES


@dataclass(frozen=True)
class Thing:
    """A value that is no plain one: ``request``, its ``user``, its ``session``; ``?`` may be anything."""

    name: str


REQUEST, USER, SELF, SESSION, UNKNOWN = (Thing(name) for name in ("request", "user", "self", "session", "?"))
COOKIES, HEADERS, QUERY, GROUPS = (Thing(name) for name in ("cookie", "header", "query", "groups"))
NO_ROWS = Thing("rows of nobody")
NOBODY: dict[str, Any] = {"request": REQUEST, "self": SELF, "view": SELF, "user": USER}


class Raised(Exception):
    """Something is not there, and the request ends in a failure unless somebody catches it."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


@dataclass
class Seen:
    """What was looked at.

    Attributes:
        user: attributes of the user of the request, dotted.
        sources: what else a credential may come from: ``header:x-key``, ``cookie:sid``, ``session:user_id``.
        roles: of staff, permissions, groups.
        path: whether the path of the request was asked and could not be decided.
    """

    user: set[str] = field(default_factory=set)
    sources: set[str] = field(default_factory=set)
    roles: set[str] = field(default_factory=set)
    path: bool = False
    count: int = 0

    def saw_user(self, name: str) -> None:
        self.user.add(name)
        self.count += 1
        if ROLES.search(name):
            self.roles.add(name)

    def saw(self, source: str) -> None:
        self.sources.add(source)
        self.count += 1


def truth(value: Any) -> bool | None:
    """As in a condition; None: may be either."""
    if value is UNKNOWN:
        return None
    if isinstance(value, Thing):
        return value in {REQUEST, USER, SELF}
    return bool(value)


def sent(value: Any) -> bool:
    """Whether it is a part of the request that holds values by name."""
    return any(value is each for each in (SESSION, COOKIES, HEADERS, QUERY))
