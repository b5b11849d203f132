"""What to do in a drill, as frozen types with the names that `drill.toml` uses.

Theory of operation: the tables and keys of the file are the structs and fields here, one to one, so a reader
of the file is `msgspec.convert(tomllib.load(...), Plan)`. Whatever cannot work is refused when the struct is
made, with the field's name and the mend.

Durations are numbers of seconds or texts such as "50ms", "2s", "5m", "1h"; `*_s` properties give seconds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeAlias

import msgspec

from rescind.drill.errors import PlanError

Duration: TypeAlias = str | float | int
Statuses: TypeAlias = int | tuple[int, ...]

METHODS = ("get", "post", "put", "patch", "delete")
IMMEDIATE = "immediate"
_UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}


def seconds(value: Duration, field: str) -> float:
    """`value` in seconds. Raises PlanError, naming `field`, unless it is a duration of zero or more."""
    if isinstance(value, str):
        parts = re.fullmatch(r"(\d+(?:\.\d+)?)(us|ms|s|m|h)", value.strip())
        if parts is None:
            raise PlanError(f'{field} = {value!r} is not a duration: write for example "50ms", "2s" or "5m"')
        return float(parts[1]) * _UNITS[parts[2]]
    if not 0 <= value < float("inf"):
        raise PlanError(f"{field} = {value!r}: a duration is zero or more seconds")
    return float(value)


def statuses(value: Statuses) -> tuple[int, ...]:
    """One status or several, always as a tuple."""
    return (value,) if isinstance(value, int) else value


class Env(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A value taken from the environment variable `env` when the drill starts; masked in every message."""

    env: str


Var: TypeAlias = str | int | Env


class WorkerName(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The answer's header that names the worker process which gave it."""

    header: str


class Target(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the application is and how hard it may be asked."""

    bases: tuple[str, ...]
    rate: float = 200.0  # probes per second in total, open loop
    connections: int = 8  # of each trial; half of them reconnect for every probe
    timeout: Duration = "2s"  # of one request, connecting included
    worker: WorkerName | None = None

    def __post_init__(self) -> None:
        if not self.bases:
            raise PlanError('target.bases is empty: name at least one, as in ["http://127.0.0.1:8000"]')
        if not 0 < self.rate < float("inf"):
            raise PlanError(f"target.rate = {self.rate}: give probes per second, more than zero")
        if self.connections < 2:
            raise PlanError("target.connections must be 2 or more: one is kept open and one reconnects")
        if self.timeout_s == 0:
            raise PlanError("target.timeout must be longer than zero")

    @property
    def timeout_s(self) -> float:
        """Seconds."""
        return seconds(self.timeout, "target.timeout")


class Capture(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Takes one value out of an answer: from a cookie, a JSON pointer (RFC 6901), a header or a regex."""

    cookie: str | None = None
    json: str | None = None
    header: str | None = None
    regex: str | None = None

    def __post_init__(self) -> None:
        given = [name for name in ("cookie", "json", "header", "regex") if getattr(self, name) is not None]
        if len(given) != 1:
            raise PlanError(f"a capture is exactly one of cookie, json, header, regex; got {given or 'none'}")


class Step(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One request: a path under one of the five methods, and what it carries. Redirects are not followed."""

    get: str | None = None
    post: str | None = None
    put: str | None = None
    patch: str | None = None
    delete: str | None = None
    form: Mapping[str, str] | None = None
    json: object = msgspec.UNSET
    headers: Mapping[str, str] = {}
    capture: Mapping[str, Capture] = {}
    expect: Statuses | None = None  # without it any status below 400 will do

    def __post_init__(self) -> None:
        given = [name for name in METHODS if getattr(self, name) is not None]
        if len(given) != 1:
            raise PlanError(f"a step is exactly one of {', '.join(METHODS)}; got {given or 'none'}")
        if not self.path.startswith("/"):
            raise PlanError(f"{given[0]} = {self.path!r}: a path starts with /; hosts belong to target.bases")
        if self.form is not None and self.json is not msgspec.UNSET:
            raise PlanError(f"{given[0]} {self.path}: a step carries form or json, not both")

    @property
    def method(self) -> str:
        """Upper-case HTTP method."""
        return next(name for name in METHODS if getattr(self, name) is not None).upper()

    @property
    def path(self) -> str:
        """The request target, as written."""
        return next(str(getattr(self, name)) for name in METHODS if getattr(self, name) is not None)


class Copy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the thief takes: named cookies, or one header made of captured values."""

    cookies: tuple[str, ...] = ()
    header: str | None = None
    value: str | None = None

    def __post_init__(self) -> None:
        if bool(self.cookies) == (self.header is not None):
            raise PlanError('sign_in.copy is { cookies = ["..."] } or { header = "...", value = "..." }')
        if (self.header is None) != (self.value is None):
            raise PlanError("sign_in.copy: header and value belong together")


class SignIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a session is made, from an empty cookie jar in every trial."""

    steps: tuple[Step, ...]
    copy: Copy

    def __post_init__(self) -> None:
        if not self.steps:
            raise PlanError("sign_in.steps is empty: without a session there is nothing to end")


class Match(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an answer looks like; every part that is given must fit."""

    status: Statuses
    body: str | None = None  # a text inside the body
    json: Mapping[str, object] | None = None  # JSON pointer -> value
    location: str | None = None  # how the path of the Location header begins

    def __post_init__(self) -> None:
        if not statuses(self.status):
            raise PlanError("status is an empty list: it fits no answer at all")


class Probe(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The request that is sent with the copy and nothing else, and how its answer is read."""

    get: str
    accepted: Match
    refused: tuple[Match, ...]

    def __post_init__(self) -> None:
        if not self.get.startswith("/"):
            raise PlanError(f"probe.get = {self.get!r}: a path starts with /")
        if not self.accepted.body and not self.accepted.json:
            raise PlanError(
                "probe.accepted needs a body text or a JSON value that proves who is signed in:"
                " a login page is answered with 200 too"
            )
        if not self.refused:
            raise PlanError("probe.refused is empty: say what a refusal looks like, as in [{ status = 401 }]")
        for match in self.refused:
            if any(status == 429 or status >= 500 for status in statuses(match.status)):
                raise PlanError("probe.refused: 429 and 5xx say that nobody decided, never refused")


class End(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One way to end access. The answer to its last step is the moment from which the lag counts."""

    name: str
    steps: tuple[Step, ...]
    actor: str | None = None  # who does it; without one, the person whose session was copied
    undo: tuple[Step, ...] = ()
    bound: Duration = IMMEDIATE

    def __post_init__(self) -> None:
        if not self.steps:
            raise PlanError(f"end {self.name!r} has no steps")
        seconds(0 if self.bound == IMMEDIATE else self.bound, f"bound of end {self.name!r}")

    @property
    def bound_s(self) -> float:
        """Seconds; "immediate" is 0: no request that starts after the answer may be accepted."""
        return 0.0 if self.bound == IMMEDIATE else seconds(self.bound, f"bound of end {self.name!r}")


class Actor(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody else who signs in by the same steps with other values."""

    vars: Mapping[str, Var]


class Run(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How often, and how long each copy is tried."""

    trials: int = 100  # per end
    watch: Duration = "5s"  # tried after the last acceptance; also the longest wait for the first refusal

    def __post_init__(self) -> None:
        if self.trials < 1:
            raise PlanError("run.trials must be 1 or more")
        if self.watch_s == 0:
            raise PlanError("run.watch must be longer than zero: the copy has to be tried after the answer")

    @property
    def watch_s(self) -> float:
        """Seconds."""
        return seconds(self.watch, "run.watch")


class Plan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole drill: `drill.toml` as one value."""

    target: Target
    sign_in: SignIn
    probe: Probe
    end: tuple[End, ...]
    vars: Mapping[str, Var] = {}
    actors: Mapping[str, Actor] = {}
    run: Run = Run()

    def __post_init__(self) -> None:
        if not self.end:
            raise PlanError("no [[end]]: a drill needs at least one way to end access")
        names = [end.name for end in self.end]
        if len(set(names)) != len(names):
            raise PlanError(f"two ends have the same name: {', '.join(names)}")
        for end in self.end:
            if end.actor is not None and end.actor not in self.actors:
                known = ", ".join(sorted(self.actors)) or "none"
                raise PlanError(f"end {end.name!r}: no [actors.{end.actor}]; known actors: {known}")
