"""Says before the first request which `{name}` in a plan nothing gives a value to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from rescind.drill.errors import PlanError
from rescind.drill.fill import names_in
from rescind.drill.plan import Match, Plan, Step


def check_names(plan: Plan) -> None:
    """Raises PlanError for a name that is neither in [vars], captured by an earlier step, nor `trial`."""
    _check_given("vars", plan.vars)
    for name, actor in plan.actors.items():
        _check_given(f"actors.{name}.vars", actor.vars)
    known = set(plan.vars) | {"trial"}
    signed_in = known | _check_steps("sign_in", plan.sign_in.steps, known)
    if plan.sign_in.copy.value is not None:
        _check("sign_in.copy", [plan.sign_in.copy.value], signed_in)
    _check("probe.get", [plan.probe.get], signed_in)
    for where, matches in (("probe.accepted", [plan.probe.accepted]), ("probe.refused", plan.probe.refused)):
        _check(where, (text for match in matches for text in _match_texts(match)), signed_in)
    in_ends = signed_in | {f"owner.{name}" for name in signed_in}
    for end in plan.end:
        ended = _check_steps(f"end {end.name!r}", end.steps, in_ends)
        _check_steps(f"undo of end {end.name!r}", end.undo, in_ends | ended)


def _check_steps(where: str, steps: Sequence[Step], known: set[str]) -> set[str]:
    captured: set[str] = set()
    for step in steps:
        _check(f"{where}: {step.method} {step.path}", _step_texts(step), known | captured)
        _check_given(f"{where}: {step.method} {step.path}: capture", step.capture)
        captured |= set(step.capture)
    return captured


def _check_given(where: str, names: Iterable[str]) -> None:
    """Another name could not be written in braces, and would be sent as it stands."""
    for name in names:
        if not re.fullmatch(r"\w+", name):
            raise PlanError(f"{where}: {name!r} is no name: take letters, digits and _")


def _check(where: str, texts: Iterable[str], known: set[str]) -> None:
    for text in texts:
        for name in names_in(text):
            if name not in known:
                raise PlanError(
                    f"{where}: {{{name}}} has no value; known here: {', '.join(sorted(known))}."
                    f" Add it to [vars] or capture it in an earlier step"
                )


def _step_texts(step: Step) -> Iterator[str]:
    yield step.path
    yield from (step.form or {}).values()
    yield from step.headers.values()
    if step.json is not msgspec.UNSET:
        yield from _texts(step.json)


def _match_texts(match: Match) -> Iterator[str]:
    yield from (text for text in (match.body, match.location) if text is not None)
    yield from _texts(dict(match.json or {}))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
