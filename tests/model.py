"""What sessions ought to be: the plainest model of starting, ending, changing and time.

Two things it cannot know to the second: when a batch of activity was written, and how late a worker's clock
was before the wall was set back. So each session has two bounds, and between them either answer is right.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

SCOPES = ("principal", "credential", "client", "tenant", "everything")


@dataclass
class Live:
    """A session as the model sees it. Times are microseconds.

    Attributes:
        issued: how many ends there had been when its evidence was read.
        ended: it must be refused by everybody, for ever.
        unsure: something may have ended it; either answer is right.
        seen_from, seen_to: its last activity is between these.
        parent: the session that was rotated to this one.
    """

    token: str
    session: Any
    principal: str
    credential: str
    client: str
    issued: int
    expires: int
    seen_from: int
    seen_to: int
    ended: bool = False
    unsure: bool = False
    parent: Live | None = None


@dataclass
class Person:
    active: bool = True
    roles: tuple[str, ...] = ()
    tenant: str | None = None


@dataclass
class Model:
    """The reference.

    Attributes:
        ends: (scope, target) to the count at which it was last ended, and the one that was kept then.
        count: ends so far.
    """

    idle: int
    interval: int
    people: dict[str, Person] = field(default_factory=dict)
    sessions: list[Live] = field(default_factory=list)
    ends: dict[tuple[str, str], int] = field(default_factory=dict)
    count: int = 0
    births: int = 0

    def person(self, name: str) -> Person:
        return self.people.setdefault(name, Person())

    def targets(self, principal: str, credential: str, client: str) -> dict[str, str | None]:
        tenant = self.person(principal).tenant
        return {
            "principal": principal,
            "credential": credential,
            "client": client,
            "tenant": tenant,
            "everything": "",
        }

    def shut_out(self, issued: int, principal: str, credential: str, client: str) -> bool:
        """Whether somebody verified when there had been ``issued`` ends has been ended meanwhile."""
        named = self.targets(principal, credential, client)
        return any(self.ends.get((scope, target or "-"), 0) > issued for scope, target in named.items())

    def end(self, scope: str, target: str, *, keep: str | None = None) -> None:
        self.count += 1
        self.ends[scope, target or "-"] = self.count
        for one in self.sessions:
            named = self.targets(one.principal, one.credential, one.client)
            if named[scope] == target and one.session.id != keep:
                one.ended = True

    def end_one(self, one: Live) -> None:
        self.count += 1
        one.ended = True

    def move(self, name: str, tenant: str | None) -> None:
        """Whoever comes into a tenant may meet an end that is older than the move."""
        self.person(name).tenant = tenant
        for one in self.sessions:
            if one.principal == name and self.ends.get(("tenant", tenant or ""), 0) > one.issued:
                one.unsure = True

    def new_birth(self) -> None:
        self.births += 1
        self.count += 1
        for one in self.sessions:
            one.ended = True

    def must_refuse(self, one: Live, wall: int) -> bool:
        """Whatever clock within its bounds a worker has. ``wall``: the earliest that it can be."""
        return (
            one.ended
            or not self.person(one.principal).active
            or wall >= one.expires
            or wall >= one.seen_to + self.idle
        )

    def must_accept(self, one: Live, latest: int) -> bool:
        """``latest``: the latest that the worker's clock can be."""
        return (
            not one.ended
            and not one.unsure
            and self.person(one.principal).active
            and latest < one.expires
            and latest < one.seen_from + self.idle
        )
