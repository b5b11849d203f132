"""The map as frozen values, with the names of its JSON.

``Behaviour`` answers one question: what can a *copy* of the credential still do after something ended it?
``immediate``: no request that starts after the end was answered is accepted. ``bounded``: for so many
seconds. ``expiry``: until it would have run out anyway. ``never``: without end. ``n/a``: there is nothing to
end. ``unknown``: nobody can say from here, and ``why`` says where to look.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf
from typing import Any, Literal, NamedTuple

Class = Literal["immediate", "bounded", "expiry", "never", "n/a", "unknown"]
Mechanism = Literal[
    "session_db", "session_cache", "session_file", "session_signed_cookie", "remember_cookie", "jwt",
    "jwt_cookie", "api_key", "static_key", "basic", "oauth_bearer", "signed_url", "capability_url", "rescind",
    "custom", "unknown",
]  # fmt: skip
Audience = Literal["admin", "user", "api", "machine", "public"]
Guard = Literal["credential", "capability", "none"]
# From the best to the worst where times are the same; what is not known may be anything, so it is the worst
# of all.
ORDER: tuple[Class, ...] = ("n/a", "immediate", "bounded", "expiry", "never", "unknown")
ENDS = ("on_revoke", "on_account_disable", "on_password_change", "on_privilege_change")


class Pace(NamedTuple):
    """How long a copy lives on, to compare: larger is worse.

    The time goes first: an hour that is ``bounded`` is worse than a minute until ``expiry``. Of the same time
    the class decides, so ``immediate`` < ``bounded`` < ``expiry`` < ``never`` < ``unknown``. A time that
    nobody knows is longer than any that is known.

    Attributes:
        longest: in seconds.
        step: of the class in `ORDER`.
    """

    longest: float
    step: int

    @classmethod
    def of(cls, kind: Class, seconds: float | None = None) -> Pace:
        """Of a class; ``seconds`` counts for ``bounded`` and ``expiry`` alone."""
        if kind in {"n/a", "immediate"}:
            longest = 0.0
        elif kind in {"bounded", "expiry"} and seconds is not None and seconds >= 0:
            longest = seconds
        else:
            longest = inf
        return cls(longest, ORDER.index(kind))


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What a copy can still do. ``seconds`` where that is a time: of ``bounded`` and ``expiry``."""

    kind: Class
    why: str
    seconds: float | None = None

    @property
    def rank(self) -> Pace:
        """To compare: larger is worse."""
        return Pace.of(self.kind, self.seconds)

    def to_dict(self) -> dict[str, Any]:
        return {"class": self.kind, "seconds": self.seconds, "why": self.why}


@dataclass(frozen=True, slots=True, order=True)
class Evidence:
    """Where a fact stands. Line 0: a setting, or the framework itself."""

    file: str
    line: int
    note: str

    def to_dict(self) -> dict[str, Any]:
        return {"file": self.file, "line": self.line, "note": self.note}


@dataclass(frozen=True)
class Credential:
    """One kind of credential, with what ends it. ``max_lifetime_s`` is None where it has no end or none is
    known."""

    name: str
    mechanism: Mechanism
    max_lifetime_s: float | None
    on_revoke: Behaviour
    on_account_disable: Behaviour
    on_password_change: Behaviour
    on_privilege_change: Behaviour
    evidence: tuple[Evidence, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        ends = {end: getattr(self, end).to_dict() for end in ENDS}
        evidence = [each.to_dict() for each in self.evidence]
        return {
            "mechanism": self.mechanism,
            "max_lifetime_s": self.max_lifetime_s,
            **ends,
            "evidence": evidence,
        }


@dataclass(frozen=True)
class Route:
    """One method of one path.

    Attributes:
        accepts: names of credentials, in the order in which the application tries them.
        revocation: what the first of them does when its owner signs out; ``worst_revocation``: the worst of
            all.
    """

    method: str
    path: str
    endpoint: str
    file: str
    line: int
    protected: bool | Literal["conditional"] | None
    guard: Guard
    accepts: tuple[str, ...]
    mechanisms: tuple[Mechanism, ...]
    audience: str
    revocation: Behaviour
    worst_revocation: Behaviour
    evidence: tuple[Evidence, ...] = ()
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        return {
            "method": self.method, "path": self.path, "endpoint": self.endpoint, "file": self.file, "line":
            self.line, "protected": self.protected, "guard": self.guard, "accepts": list(self.accepts),
            "mechanisms": list(self.mechanisms), "audience": self.audience,
            "revocation": self.revocation.to_dict(), "worst_revocation": self.worst_revocation.to_dict(),
            "evidence": [each.to_dict() for each in self.evidence], "notes": list(self.notes),
        }  # fmt: skip


@dataclass(frozen=True)
class Map:
    """The whole answer."""

    target: str
    framework: str
    credentials: dict[str, Credential]
    routes: tuple[Route, ...]
    notes: tuple[str, ...] = ()
    unread: tuple[dict[str, Any], ...] = field(default=())

    def worst(self, route: Route, end: str) -> Behaviour:
        """Of all credentials that a route accepts, what the slowest does when one of `ENDS` comes."""
        if end == "on_revoke" or not route.accepts:
            return route.worst_revocation
        found: list[Behaviour] = [getattr(self.credentials[name], end) for name in route.accepts]
        return max(found, key=lambda each: each.rank)

    def to_dict(self, version: str) -> dict[str, Any]:
        """The object of ``--json``."""
        return {
            "tool": "rescind paths", "version": version, "target": self.target, "framework": self.framework,
            "credentials": {name: each.to_dict() for name, each in self.credentials.items()},
            "routes": [route.to_dict() for route in self.routes],
            "summary": self.summary(),
        }  # fmt: skip

    def summary(self) -> dict[str, Any]:
        """Counts, what was said on the way, and what could not be read."""
        by_class = dict.fromkeys(ORDER, 0)
        by_audience: dict[str, int] = {}
        protected = {"true": 0, "false": 0, "conditional": 0, "null": 0}
        for route in self.routes:
            by_class[route.worst_revocation.kind] += 1
            by_audience[route.audience] = by_audience.get(route.audience, 0) + 1
            word = "null" if route.protected is None else str(route.protected).lower()
            protected[word] += 1
        return {
            "routes": len(self.routes), "credentials": len(self.credentials), "worst_revocation": by_class,
            "audience": by_audience, "protected": protected, "notes": list(self.notes), "unread":
            list(self.unread),
        }  # fmt: skip
