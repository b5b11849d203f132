"""What to do in a drill, as frozen types with the names that `drill.toml` uses.

Theory of operation: the tables and keys of the file are the structs and fields here, one to one: `read` makes
them from text, `schema` describes them to editors. Whatever cannot work is refused when the struct is made,
with the field's name and the mend.

Durations are numbers of seconds or texts such as "50ms", "2s", "5m", "1h"; `*_s` properties give seconds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Final, Literal, TypeAlias

import msgspec

from rescind.drill.errors import PlanError
from rescind.drill.pointer import is_pointer


def says(text: str, **rule: object) -> msgspec.Meta:
    """The meaning of a field, and a JSON Schema rule that restates for editors what the struct refuses."""
    return msgspec.Meta(description=text, extra_json_schema=rule)


PATH = r"^/"
DURATION = r"^\s*[0-9]+(\.[0-9]+)?(us|ms|s|m|h)\s*$"
Duration: TypeAlias = (
    Annotated[str, msgspec.Meta(extra_json_schema={"pattern": DURATION})]
    | Annotated[float, msgspec.Meta(extra_json_schema={"minimum": 0})]
    | Annotated[int, msgspec.Meta(extra_json_schema={"minimum": 0})]
)
Statuses: TypeAlias = int | Annotated[tuple[int, ...], msgspec.Meta(extra_json_schema={"minItems": 1})]
JsonValue: TypeAlias = Annotated[object, msgspec.Meta(extra_json_schema={"title": "any JSON value"})]

METHODS = ("get", "post", "put", "patch", "delete")
CAPTURES = ("cookie", "json", "header", "regex")
IMMEDIATE: Final = "immediate"
_UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}


def seconds(value: Duration, field: str) -> float:
    """`value` in seconds. Raises PlanError, naming `field`, unless it is a duration of zero or more."""
    at = field.split(" ", maxsplit=1)[0].rpartition(".")[2]
    if isinstance(value, str):
        parts = re.fullmatch(r"(\d+(?:\.\d+)?)(us|ms|s|m|h)", value.strip(), re.ASCII)
        if parts is None:
            mend = 'write for example "50ms", "2s" or "5m"'
            raise PlanError(f"{field} = {value!r} is not a duration: {mend}", at=at)
        return float(parts[1]) * _UNITS[parts[2]]
    if not 0 <= value < float("inf"):
        raise PlanError(f"{field} = {value!r}: a duration is zero or more seconds", at=at)
    return float(value)


def statuses(value: Statuses) -> tuple[int, ...]:
    """One status or several, always as a tuple."""
    return (value,) if isinstance(value, int) else value


class Env(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A value taken from the environment variable `env` when the drill starts; masked in every message."""

    env: Annotated[str, says("name of an environment variable")]


Var: TypeAlias = str | int | Env


class WorkerName(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The answer's header that names the worker process which gave it."""

    header: Annotated[str, says("name of a header of the probe's answer", minLength=1)]


class Target(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the application is and how hard it may be asked."""

    bases: Annotated[
        tuple[str, ...],
        says('every host or worker port, such as "http://127.0.0.1:8000"; one is enough', minItems=1),
    ]
    rate: Annotated[float, says("probes per second in total, open loop", exclusiveMinimum=0)] = 200.0
    connections: Annotated[int, says("of each trial; half reconnect for every probe", minimum=2)] = 8
    timeout: Annotated[Duration, says('of one request, connecting included, as in "2s"')] = "2s"
    worker: Annotated[WorkerName | None, says("how an answer names the worker that gave it")] = None

    def __post_init__(self) -> None:
        if not self.bases:
            raise PlanError(
                'target.bases is empty: name at least one, as in ["http://127.0.0.1:8000"]', at="bases"
            )
        if not 0 < self.rate < float("inf"):
            raise PlanError(f"target.rate = {self.rate}: give probes per second, more than zero", at="rate")
        if self.connections < 2:
            raise PlanError(
                "target.connections must be 2 or more: one is kept open and one reconnects", at="connections"
            )
        if self.timeout_s == 0:
            raise PlanError("target.timeout must be longer than zero", at="timeout")

    @property
    def timeout_s(self) -> float:
        """Seconds."""
        return seconds(self.timeout, "target.timeout")


class Capture(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Takes one value out of an answer: from a cookie, a JSON pointer (RFC 6901), a header or a regex."""

    cookie: Annotated[str | None, says("name of a cookie in the jar")] = None
    json: Annotated[str | None, says('JSON pointer into the body, as in "/data/token"')] = None
    header: Annotated[str | None, says("name of a header")] = None
    regex: Annotated[str | None, says("regular expression; its first group, or all it matched")] = None

    def __post_init__(self) -> None:
        given = [name for name in CAPTURES if getattr(self, name) is not None]
        if len(given) != 1:
            raise PlanError(f"a capture is exactly one of {', '.join(CAPTURES)}; got {given or 'none'}")
        if self.json is not None and not is_pointer(self.json):
            raise PlanError(f'json = {self.json!r} is not a JSON pointer, such as "/data/token"', at="json")
        try:
            re.compile(self.regex or "")
        except re.error as error:
            raise PlanError(f"regex = {self.regex!r} is no regular expression: {error}", at="regex") from None


class Step(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One request: a path under one of the five methods, and what it carries. Redirects are not followed."""

    get: Annotated[str | None, says("path of a GET", pattern=PATH)] = None
    post: Annotated[str | None, says("path of a POST", pattern=PATH)] = None
    put: Annotated[str | None, says("path of a PUT", pattern=PATH)] = None
    patch: Annotated[str | None, says("path of a PATCH", pattern=PATH)] = None
    delete: Annotated[str | None, says("path of a DELETE", pattern=PATH)] = None
    form: Annotated[Mapping[str, str] | None, says("fields, sent as a form")] = None
    json: Annotated[JsonValue, says("value, sent as JSON")] = msgspec.UNSET
    headers: Annotated[Mapping[str, str], says("sent in place of the drill's own of that name")] = {}
    capture: Annotated[Mapping[str, Capture], says("name = where in the answer; later used as {name}")] = {}
    expect: Annotated[Statuses | None, says("status or list; without it any below 400 will do")] = None

    def __post_init__(self) -> None:
        given = [name for name in METHODS if getattr(self, name) is not None]
        if len(given) != 1:
            raise PlanError(f"a step is exactly one of {', '.join(METHODS)}; got {given or 'none'}")
        if not self.path.startswith("/"):
            why = f"{given[0]} = {self.path!r}: a path starts with /; hosts belong to target.bases"
            raise PlanError(why, at=given[0])
        if self.expect is not None and not statuses(self.expect):
            raise PlanError(f"{given[0]} {self.path}: expect is an empty list: no answer fits", at="expect")
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

    cookies: Annotated[tuple[str, ...], says("names of cookies in the jar after sign-in")] = ()
    header: Annotated[str | None, says("name of one header, as in Authorization")] = None
    value: Annotated[str | None, says('its value, as in "Bearer {token}"')] = None

    def __post_init__(self) -> None:
        if bool(self.cookies) == (self.header is not None):
            raise PlanError('sign_in.copy is { cookies = ["..."] } or { header = "...", value = "..." }')
        if (self.header is None) != (self.value is None):
            raise PlanError("sign_in.copy: header and value belong together")


class SignIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a session is made, from an empty cookie jar in every trial."""

    steps: Annotated[tuple[Step, ...], says("one request after the other", minItems=1)]
    copy: Annotated[Copy, says("what the thief takes")]

    def __post_init__(self) -> None:
        if not self.steps:
            raise PlanError("sign_in.steps is empty: without a session there is nothing to end", at="steps")


class Match(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an answer looks like; every part that is given must fit."""

    status: Annotated[Statuses, says("status or list")]
    body: Annotated[str | None, says("a text inside the body")] = None
    json: Annotated[Mapping[str, JsonValue] | None, says('JSON pointer = value, as in "/email" = "a"')] = None
    location: Annotated[str | None, says("how the path of the Location header begins")] = None

    def __post_init__(self) -> None:
        if not statuses(self.status):
            raise PlanError("status is an empty list: it fits no answer at all", at="status")
        wrong = [pointer for pointer in self.json or {} if not is_pointer(pointer)]
        if wrong:
            raise PlanError(f'{wrong[0]!r} is not a JSON pointer, such as "/email"', at="json")


class Probe(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The request that is sent with the copy and nothing else, and how its answer is read."""

    get: Annotated[str, says("path of a page that only somebody signed in gets", pattern=PATH)]
    accepted: Annotated[Match, says("what proves that the copy got in: a body text or a JSON value")]
    refused: Annotated[tuple[Match, ...], says("what a refusal looks like", minItems=1)]

    def __post_init__(self) -> None:
        if not self.get.startswith("/"):
            raise PlanError(f"probe.get = {self.get!r}: a path starts with /", at="get")
        if not self.accepted.body and not self.accepted.json:
            raise PlanError(
                "probe.accepted needs a body text or a JSON value that proves who is signed in:"
                " a login page is answered with 200 too",
                at="accepted",
            )
        if not self.refused:
            mend = "say what a refusal looks like, as in [{ status = 401 }]"
            raise PlanError(f"probe.refused is empty: {mend}", at="refused")
        for match in self.refused:
            if any(status == 429 or status >= 500 for status in statuses(match.status)):
                why = "probe.refused: 429 and 5xx say that nobody decided, never refused"
                raise PlanError(why, at="refused")


class End(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One way to end access. The answer to its last step is the moment from which the lag counts."""

    name: Annotated[str, says("shown in the report", minLength=1)]
    steps: Annotated[
        tuple[Step, ...], says("the answer to the last one is the moment that counts", minItems=1)
    ]
    actor: Annotated[str | None, says("who does it; without one, the person whose session was copied")] = None
    undo: Annotated[tuple[Step, ...], says("sent by the same one after each trial, however it went")] = ()
    bound: Annotated[Duration | Literal["immediate"], says('longest lag that is accepted, as in "50ms"')] = (
        IMMEDIATE
    )

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise PlanError("an end needs a name: the report shows it", at="name")
        if not self.steps:
            raise PlanError(f"end {self.name!r} has no steps", at="steps")
        seconds(0 if self.bound == IMMEDIATE else self.bound, f"bound of end {self.name!r}")

    @property
    def bound_s(self) -> float:
        """Seconds; "immediate" is 0: no request that starts after the answer may be accepted."""
        return 0.0 if self.bound == IMMEDIATE else seconds(self.bound, f"bound of end {self.name!r}")


class Actor(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody else who signs in by the same steps with other values."""

    vars: Annotated[Mapping[str, Var], says("take the place of [vars] of the same name")]


class Run(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How often, and how long each copy is tried."""

    trials: Annotated[int, says("per end", minimum=1)] = 100
    watch: Annotated[
        Duration, says("tried so long after the last acceptance; also the longest wait for the first refusal")
    ] = "5s"

    def __post_init__(self) -> None:
        if self.trials < 1:
            raise PlanError("run.trials must be 1 or more", at="trials")
        if self.watch_s == 0:
            why = "run.watch must be longer than zero: the copy has to be tried after the answer"
            raise PlanError(why, at="watch")

    @property
    def watch_s(self) -> float:
        """Seconds."""
        return seconds(self.watch, "run.watch")


class Plan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole drill: `drill.toml` as one value."""

    target: Annotated[Target, says("where the application is and how hard it may be asked")]
    sign_in: Annotated[SignIn, says("how a session is made, from an empty cookie jar in every trial")]
    probe: Annotated[Probe, says("what is asked with the copy, and how its answer is read")]
    end: Annotated[tuple[End, ...], says("ways to end access", minItems=1)]
    vars: Annotated[Mapping[str, Var], says("usable as {name}; secrets as { env = ... } only")] = {}
    actors: Annotated[Mapping[str, Actor], says("others who end access, by name")] = {}
    run: Annotated[Run, says("how often, and how long each copy is tried")] = Run()

    def __post_init__(self) -> None:
        if not self.end:
            raise PlanError("no [[end]]: a drill needs at least one way to end access", at="end")
        if "trial" in self.vars:
            raise PlanError("vars.trial: {trial} is the number of the trial; take another name", at="vars")
        names = [end.name for end in self.end]
        if len(set(names)) != len(names):
            raise PlanError(f"two ends have the same name: {', '.join(names)}", at="end")
        for end in self.end:
            if end.actor is not None and end.actor not in self.actors:
                known = ", ".join(sorted(self.actors)) or "none"
                why = f"end {end.name!r}: no [actors.{end.actor}]; known actors: {known}"
                raise PlanError(why, at="end")
