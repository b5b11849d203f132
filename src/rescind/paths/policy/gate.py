"""Holds a map against a policy: what fails, what is excused, and what in the policy says nothing any more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, get_args

from rescind.paths.comparing import Difference, compare
from rescind.paths.model import Behaviour, Map, Route
from rescind.paths.policy.configuration import END_WORDS, Declared, Kind, Policy, Rule
from rescind.paths.policy.mends import mend
from rescind.paths.words import ENDED, PROTECTED, place, spoken

KINDS: tuple[Kind, ...] = get_args(Kind)
WORDS = {end: word for word, end in END_WORDS.items()}


@dataclass(frozen=True)
class Failure:
    """One thing that the policy demands of a route and that it does not hold.

    Attributes:
        end: of `rescind.paths.model.ENDS`, or empty.
        wanted, found: in words, of one line.
        why: why it is so, as the map says.
        mend: what to do.
        reason: why it is borne, where it is excused.
        until: the last day on which it is, or was, borne.
    """

    kind: Kind
    route: Route
    end: str
    wanted: str
    found: str
    why: str
    mend: str
    reason: str | None = None
    until: date | None = None

    def to_dict(self) -> dict[str, Any]:
        """As ``--json`` has it."""
        route = self.route
        return {
            "rule": self.kind, "method": route.method, "path": route.path, "endpoint": route.endpoint, "file":
            route.file, "line": route.line, "end": self.end or None, "wanted": self.wanted, "found":
            self.found, "why": self.why, "mend": self.mend, "reason": self.reason,
            "until": None if self.until is None else self.until.isoformat(),
        }  # fmt: skip

    @property
    def where(self) -> str:
        return place(self.route)


@dataclass(frozen=True)
class Verdict:
    """What a policy says of a map. ``remarks``: what in it fits no route."""

    policy: Policy
    failures: tuple[Failure, ...]
    excused: tuple[Failure, ...]
    remarks: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        return {
            "policy": self.policy.file, "passed": not self.failures,
            "failures": [each.to_dict() for each in self.failures],
            "excused": [each.to_dict() for each in self.excused], "remarks": list(self.remarks),
        }  # fmt: skip


def judge(drawn: Map, policy: Policy, baseline: Map | None = None, today: date | None = None) -> Verdict:
    """The verdict.

    Args:
        drawn: with the audiences of the policy.
        baseline: what the routes were; none: nothing is compared.
        today: the day, in UTC; none: no excuse has come to its end.
    """
    return Gate(drawn, policy, baseline, today or date.min).verdict()


class Gate:
    """One judgement in the making."""

    def __init__(self, drawn: Map, policy: Policy, baseline: Map | None, today: date) -> None:
        self.drawn = drawn
        self.policy = policy
        self.baseline = baseline
        self.today = today
        self.used: set[int] = set()

    def verdict(self) -> Verdict:
        found: dict[tuple[Any, ...], Failure] = {}
        for number, route in enumerate(self.drawn.routes):
            for each in self.of_route(route):
                # A rule that says more about the same comes before the general one.
                found.setdefault((number, each.kind, each.end), each)
        for each in self.worse():
            found[each.kind, each.route.method, each.route.path, each.end, each.wanted] = each
        told = [self.excused(each) for each in found.values()]
        return Verdict(
            self.policy,
            tuple(each for each in told if each.reason is None),
            tuple(each for each in told if each.reason is not None),
            tuple(self.remarks()),
        )

    def of_route(self, route: Route) -> Iterator[Failure]:
        rules = [each for each in self.policy.rules if each.selector.touches(route)]
        self.used |= {id(each) for each in rules}
        yield from self.open(route, rules)
        for rule in rules:
            for end, limit in rule.limits:
                behaviour = self.drawn.worst(route, end)
                if not limit.holds(behaviour):
                    wanted = f"{WORDS[end]}: {limit.text} ({said(rule)})"
                    yield self.slow(route, end, behaviour, wanted)
        asks = route.accepts or route.protected is True
        if asks and route.worst_revocation.kind == "unknown" and self.policy.unknown == "refused":
            yield self.slow(route, "on_revoke", route.worst_revocation, "that it is known")

    def open(self, route: Route, rules: list[Rule]) -> Iterator[Failure]:
        """Whoever asks may be let in, or nobody can say; what is declared public may be either."""
        if route.protected is True:
            return
        must = next((each for each in rules if each.protected), None)
        if must is None and self.first(self.policy.public, route) is not None:
            return
        treated = self.policy.unknown if route.protected is None else self.policy.unprotected
        if must is None and treated == "allowed":
            return
        kind: Kind = "unknown" if route.protected is None else "unprotected"
        wanted = f"protected ({said(must)})" if must else "protected, or declared public with a reason"
        yield Failure(kind, route, "", wanted, PROTECTED[route.protected], whose(route), mend(kind, route))

    def slow(self, route: Route, end: str, behaviour: Behaviour, wanted: str) -> Failure:
        kind: Kind = "unknown" if behaviour.kind == "unknown" else "too-slow"
        found = f"{ENDED[end]}: {spoken(behaviour)}"
        return Failure(kind, route, end, wanted, found, behaviour.why, mend(kind, route, behaviour))

    def worse(self) -> Iterator[Failure]:
        if self.baseline is not None:
            yield from got_worse(compare(self.baseline, self.drawn), "in the baseline")

    def excused(self, found: Failure) -> Failure:
        """By the first that has not come to its end; of one that has, that is said."""
        these = [each for each in self.policy.excuses if each.kind == found.kind]
        open_ = [each for each in these if not self.has_ended(each)]
        excuse, ended = self.first(open_, found.route), self.first(these, found.route)
        if excuse is not None:
            return replace(found, reason=excuse.reason, until=excuse.until)
        if ended is None:
            return found
        why = f"it was excused until {ended.until} ({ended.reason}); {found.why}"
        return replace(found, why=why, until=ended.until)

    def has_ended(self, excuse: Declared) -> bool:
        return excuse.until is not None and excuse.until < self.today

    def first(self, declared: list[Declared] | tuple[Declared, ...], route: Route) -> Declared | None:
        fitting = [each for each in declared if each.selector.covers(route)]
        self.used |= {id(each) for each in fitting}
        return fitting[0] if fitting else None

    def remarks(self) -> Iterator[str]:
        """Only said: a policy may be written before the routes are."""
        told: list[tuple[str, tuple[Any, ...], Callable[[Any], str]]] = [
            ("public", self.policy.public, lambda each: "no open route is"),
            ("excuse", self.policy.excuses, lambda each: f"nothing that is {each.kind} is"),
            ("rule", self.policy.rules, lambda each: "no route is"),
        ]
        for key, rows, what in told:
            for number, row in enumerate(rows, 1):
                if id(row) not in self.used:
                    yield f"{key} {number} says nothing: {what(row)} {row.selector}"


def whose(route: Route) -> str:
    """Why a route is not certainly protected."""
    if route.protected is None:
        return "; ".join(route.notes) or route.worst_revocation.why
    if route.protected == "conditional":
        return f"{', '.join(route.accepts)} may be left out"
    return "nothing that asks for a credential stands before it"


def said(rule: Rule) -> str:
    return f"rule {rule.number}: {rule.selector}"


def got_worse(difference: Difference, where: str) -> Iterator[Failure]:
    """Each way in which a route is worse than it was ``where``."""
    for each in difference.routes:
        for change in each.worse:
            end = change.what if change.what in ENDED else ""
            name = ENDED.get(change.what, change.what)
            wanted = f"{name}: {change.before}, as {where}"
            found = f"{name}: {change.after}"
            yield Failure("worse", each.here, end, wanted, found, change.why, mend("worse", each.here))
