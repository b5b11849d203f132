"""What is better and what is worse from one map to another of the same application.

Routes are known by method and path, credentials by name and what they are: lines may move, and endpoints may
be renamed. Several routes of the same method and path are told apart by their endpoints.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from math import inf
from typing import Any, Generic, Literal, NamedTuple, TypeVar

from rescind.paths.model import ENDS, Behaviour, Credential, Map, Route
from rescind.paths.words import PROTECTED, duration, spoken

Direction = Literal["worse", "better", "other"]
SAFEST_FIRST: tuple[bool | str | None, ...] = (True, "conditional", None, False)
T = TypeVar("T", Route, Credential)


class Change(NamedTuple):
    """One thing that is not as it was. ``what``: ``protected``, an end, ``accepts``, ``audience`` ..."""

    direction: Direction
    what: str
    before: str
    after: str
    why: str = ""

    def to_dict(self) -> dict[str, Any]:
        return self._asdict()


@dataclass(frozen=True)
class Changed(Generic[T]):
    """A route or a credential; ``before`` None: it is new, ``after`` None: it is gone."""

    before: T | None
    after: T | None
    changes: tuple[Change, ...] = ()

    @property
    def here(self) -> T:
        """As it is, or as it was."""
        found = self.after if self.after is not None else self.before
        if found is None:
            raise ValueError("neither before nor after")
        return found

    @property
    def sort(self) -> Literal["added", "removed", "changed"]:
        return "added" if self.before is None else "removed" if self.after is None else "changed"

    @property
    def worse(self) -> tuple[Change, ...]:
        return tuple(each for each in self.changes if each.direction == "worse")


@dataclass(frozen=True)
class Difference:
    """Everything that changed."""

    routes: tuple[Changed[Route], ...]
    credentials: tuple[Changed[Credential], ...]

    @property
    def worse(self) -> bool:
        return any(each.worse for each in self.routes) or any(each.worse for each in self.credentials)

    def to_dict(self) -> dict[str, Any]:
        """As ``--json`` has it."""
        routes = [
            {
                "method": each.here.method,
                "path": each.here.path,
                "file": each.here.file,
                "line": each.here.line,
            }
            | told(each)
            for each in self.routes
        ]
        credentials = [{"name": each.here.name} | told(each) for each in self.credentials]
        return {"worse": self.worse, "routes": routes, "credentials": credentials}


def told(each: Changed[Any]) -> dict[str, Any]:
    return {"sort": each.sort, "changes": [change.to_dict() for change in each.changes]}


def compare(before: Map, after: Map) -> Difference:
    """What changed, in the order of the new map; what is gone comes last."""
    routes = []
    for old, new in pairs(before.routes, after.routes, lambda e: (e.method, e.path), lambda e: e.endpoint):
        changes = () if old is None or new is None else tuple(of_route(before, old, after, new))
        if changes or old is None or new is None:
            routes.append(Changed(old, new, changes))
    credentials = []
    olds, news = before.credentials.values(), after.credentials.values()
    for was, now in pairs(olds, news, lambda e: base(e.name), content):
        differences = () if was is None or now is None else tuple(of_credential(was, now))
        if differences or was is None or now is None:
            credentials.append(Changed(was, now, differences))
    return Difference(tuple(routes), tuple(credentials))


def pairs(
    before: Iterable[T], after: Iterable[T], key: Callable[[T], Hashable], same: Callable[[T], Hashable]
) -> Iterator[tuple[T | None, T | None]]:
    """By ``key``; of several with the same key those that are the ``same``, the rest in their order."""
    left: dict[Hashable, list[T]] = {}
    for each in before:
        left.setdefault(key(each), []).append(each)
    rows = list(after)
    found: dict[int, T] = {}
    for exactly in (True, False):
        for number, each in enumerate(rows):
            some = left.get(key(each), [])
            old = next((one for one in some if not exactly or same(one) == same(each)), None)
            if number not in found and old is not None:
                found[number] = old
                some.remove(old)
    for number, each in enumerate(rows):
        yield found.get(number), each
    for some in left.values():
        for old in some:
            yield old, None


def of_route(before: Map, old: Route, after: Map, new: Route) -> Iterator[Change]:
    if old.protected != new.protected:
        worse = SAFEST_FIRST.index(new.protected) > SAFEST_FIRST.index(old.protected)
        why = new.worst_revocation.why if new.protected is None else ""
        words = PROTECTED[old.protected], PROTECTED[new.protected]
        yield Change("worse" if worse else "better", "protected", *words, why)
    if old.accepts and new.accepts:
        for end in ENDS:
            yield from of_behaviour(end, before.worst(old, end), after.worst(new, end))
    elif old.protected == new.protected:
        yield from of_behaviour("on_revoke", old.worst_revocation, new.worst_revocation)
    if (was := kinds(before, old)) != (now := kinds(after, new)):
        yield Change("other", "accepts", ", ".join(was) or "nothing", ", ".join(now) or "nothing")
    if old.audience != new.audience:
        yield Change("other", "audience", old.audience, new.audience)


def of_behaviour(end: str, old: Behaviour, new: Behaviour) -> Iterator[Change]:
    if old.rank != new.rank:
        direction: Direction = "worse" if new.rank > old.rank else "better"
        yield Change(direction, end, spoken(old), spoken(new), new.why)


def of_credential(old: Credential, new: Credential) -> Iterator[Change]:
    if old.mechanism != new.mechanism:
        yield Change("other", "mechanism", old.mechanism, new.mechanism)
    for end in ENDS:
        yield from of_behaviour(end, getattr(old, end), getattr(new, end))
    was, now = old.max_lifetime_s, new.max_lifetime_s
    if was != now:
        worse = (inf if now is None else now) > (inf if was is None else was)
        words = [("no end known" if each is None else duration(each)) for each in (was, now)]
        yield Change("worse" if worse else "better", "lifetime", *words)


def kinds(drawn: Map, route: Route) -> tuple[str, ...]:
    """What it accepts, without the numbers that tell several of a name apart."""
    named = (f"{base(name)} ({drawn.credentials[name].mechanism})" for name in route.accepts)
    return tuple(dict.fromkeys(named))


def base(name: str) -> str:
    """``bearer 2`` is a ``bearer``: the numbers go by the order of the routes."""
    return re.sub(r" \d+$", "", name)


def content(each: Credential) -> Hashable:
    return each.mechanism, each.max_lifetime_s, *(getattr(each, end).rank for end in ENDS)
