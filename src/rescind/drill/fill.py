"""Fills `{name}` in the texts of a plan, and keeps the values that no message may show."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping
from html import escape
from urllib.parse import quote, quote_plus

from rescind.drill.errors import PlanError
from rescind.drill.plan import Env, Match, Var

_NAME = re.compile(r"\{\{|\}\}|\{((?:owner\.)?\w+)\}")
_SHORTEST_SECRET = 4  # what is shorter stands inside ordinary words
_HIDDEN = "***"


def names_in(text: str) -> list[str]:
    """The names that `fill` would look up in `text`."""
    return [found[1] for found in _NAME.finditer(text) if found[1] is not None]


def fill(text: str, values: Mapping[str, str]) -> str:
    """`text` with every `{name}` replaced; `{{` and `}}` stand for braces.

    Raises PlanError for a name without a value, listing the known names (never their values).
    """

    def one(found: re.Match[str]) -> str:
        if found[0] in ("{{", "}}"):
            return found[0][0]
        if found[1] not in values:
            raise PlanError(f"{{{found[1]}}} in {text!r} has no value; known: {', '.join(sorted(values))}")
        return values[found[1]]

    return _NAME.sub(one, text)


def fill_json(value: object, values: Mapping[str, str]) -> object:
    """The same for every text inside a JSON value; keys stay as they are."""
    if isinstance(value, str):
        return fill(value, values)
    if isinstance(value, list):
        return [fill_json(item, values) for item in value]
    if isinstance(value, dict):
        return {key: fill_json(item, values) for key, item in value.items()}
    return value


def fill_match(match: Match, values: Mapping[str, str]) -> Match:
    """A description of an answer, made concrete for one trial."""
    return Match(
        status=match.status,
        body=None if match.body is None else fill(match.body, values),
        json=None if match.json is None else {at: fill_json(item, values) for at, item in match.json.items()},
        location=None if match.location is None else fill(match.location, values),
    )


def resolve(given: Mapping[str, Var], environ: Mapping[str, str]) -> tuple[dict[str, str], frozenset[str]]:
    """The values of `[vars]`, and which of them are secrets because they came from the environment.

    Raises PlanError naming an environment variable that is not set or empty.
    """
    values: dict[str, str] = {}
    secrets: set[str] = set()
    for name, value in given.items():
        if not isinstance(value, Env):
            values[name] = str(value)
            continue
        if not environ.get(value.env):
            raise PlanError(f"vars.{name}: the environment variable {value.env} is not set")
        values[name] = environ[value.env]
        secrets.add(values[name])
    return values, frozenset(secrets)


def for_trial(values: Mapping[str, str], number: int, fixed: Collection[str] = ()) -> dict[str, str]:
    """The values of one trial: `{trial}` is its number; values may contain it, unless they are `fixed`."""
    own = {
        name: value if value in fixed else value.replace("{trial}", str(number))
        for name, value in values.items()
    }
    return own | {"trial": str(number)}


def of_owner(values: Mapping[str, str]) -> dict[str, str]:
    """The same values under `owner.` too: an actor's own captures hide those of the same name."""
    return {**values, **{f"owner.{name}": value for name, value in values.items()}}


def mask(text: str, secrets: Iterable[str]) -> str:
    """`text` without any of the secrets, as they are or as forms, HTML and JSON write them.

    A text that holds a secret too short to be cut out is not shown at all.
    """
    written = {way for secret in secrets if secret for way in _ways(secret)}
    if any(way in text for way in written if len(way) < _SHORTEST_SECRET):
        return _HIDDEN
    for way in sorted(written, key=len, reverse=True):
        text = text.replace(way, _HIDDEN)
    return text


def _ways(secret: str) -> set[str]:
    return {
        secret,
        escape(secret),
        escape(secret, quote=False),
        quote(secret),
        quote_plus(secret),
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        repr(secret)[1:-1],
    }
