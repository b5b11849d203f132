"""Reads `drill.toml`: text to `Plan`, or one error with the line, the place and the mend."""

from __future__ import annotations

import datetime as dt
import difflib
import math
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin

import msgspec

from rescind.drill.errors import PlanError
from rescind.drill.lines import Place, lines
from rescind.drill.names import check_names
from rescind.drill.plan import Plan

LARGEST = 1 << 20  # bytes; what is larger was not written by hand


def read_file(path: Path) -> Plan:
    """The plan in a file. Raises PlanError, also when it cannot be read or is not UTF-8."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
        text = data.decode("utf-8")
    except OSError as error:
        raise PlanError(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise PlanError(f"{path} is not UTF-8 (byte {error.start}): TOML is") from None
    if len(data) > LARGEST:
        raise PlanError(f"{path} is larger than {LARGEST:,} bytes: that is no drill")
    return read(text, path.name)


def read(text: str, name: str = "drill.toml") -> Plan:
    """The plan in a text; `name` is what messages call it. Raises PlanError."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PlanError(f"{name}: {error}") from None
    except RecursionError:
        raise PlanError(f"{name}: too many brackets inside each other") from None
    try:
        plan: Plan = _read(Plan, document, ())
    except _Wrong as wrong:
        raise PlanError(f"{name}, line {_line(text, wrong.place)}: {wrong}") from None
    try:
        check_names(plan)
    except PlanError as error:
        raise PlanError(f"{name}: {error}") from None
    return plan


class _Wrong(Exception):
    """Something is wrong at `place`."""

    def __init__(self, place: Place, message: str) -> None:
        super().__init__(message)
        self.place = place


def _line(text: str, place: Place) -> int:
    """The line of the place, or of the nearest one around it that is written down."""
    known = lines(text)
    while place not in known:
        place = place[:-1]
    return known[place]


def _read(kind: Any, value: object, place: Place) -> Any:
    """`value` as `kind`, one of the types that the fields of a plan have."""
    while hasattr(kind, "__metadata__"):
        kind = get_args(kind)[0]
    if kind is object:
        return _json(value, place)
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return _struct(kind, value, place)
    if get_origin(kind) in (Union, UnionType):
        return _read_one_of(get_args(kind), value, place)
    if get_origin(kind) is tuple:
        return tuple(
            _read(get_args(kind)[0], item, (*place, n)) for n, item in enumerate(_list(value, place))
        )
    if get_origin(kind) is Mapping:
        table = _table(value, place)
        return {key: _read(get_args(kind)[1], item, (*place, key)) for key, item in table.items()}
    return _plain(kind, value, place)


def _struct(kind: type[msgspec.Struct], value: object, place: Place) -> msgspec.Struct:
    table = _table(value, place)
    fields = {field.name: field for field in msgspec.structs.fields(kind)}
    for key in table:
        if key not in fields:
            raise _Wrong((*place, key), f"{_said((*place, key))} is not known: {_nearest(key, list(fields))}")
    for name, field in fields.items():
        if field.required and name not in table:
            raise _Wrong(place, f"{_said((*place, name))} is missing: {_meaning(field.type)}")
    given = {key: _read(fields[key].type, item, (*place, key)) for key, item in table.items()}
    try:
        return kind(**given)
    except PlanError as error:
        raise _Wrong(place if error.at is None else (*place, error.at), str(error)) from None


def _nearest(key: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(key.lower(), known, n=1, cutoff=0.5)
    return f"did you mean {close[0]}?" if close else f"known here: {', '.join(known)}"


def _meaning(kind: Any) -> str:
    """The description of a field."""
    return str(next(meta.description for meta in kind.__metadata__ if meta.description))


def _read_one_of(kinds: Sequence[Any], value: object, place: Place) -> Any:
    """A table or a list can be one of the kinds only; anything else is left to msgspec."""
    for kind in kinds:
        bare = get_args(kind)[0] if hasattr(kind, "__metadata__") else kind
        origin = get_origin(bare)
        is_struct = isinstance(bare, type) and issubclass(bare, msgspec.Struct)
        if isinstance(value, dict) and (is_struct or origin is Mapping):
            return _read(bare, value, place)
        if isinstance(value, list) and origin is tuple:
            return _read(bare, value, place)
    return _plain(Union[tuple(kinds)], value, place)  # noqa: UP007 - made of values, not written


def _plain(kind: Any, value: object, place: Place) -> Any:
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        why = str(error).partition(" - at ")[0].replace(" | null", "")  # TOML has no null
        raise _Wrong(place, f"{_said(place)}: {why.lower()}") from None


def _json(value: object, place: Place) -> object:
    """TOML has dates and infinities, JSON has not."""
    if isinstance(value, dt.date | dt.time):
        raise _Wrong(place, f"{_said(place)}: JSON has no dates: write it as text, in quotes")
    if isinstance(value, float) and not math.isfinite(value):
        raise _Wrong(place, f"{_said(place)}: JSON has no {value}")
    if isinstance(value, dict):
        return {key: _json(item, (*place, key)) for key, item in value.items()}
    if isinstance(value, list):
        return [_json(item, (*place, number)) for number, item in enumerate(value)]
    return value


def _table(value: object, place: Place) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _Wrong(place, f"{_said(place)}: expected a table, got {_called(value)}")
    return value


def _list(value: object, place: Place) -> list[Any]:
    if not isinstance(value, list):
        raise _Wrong(place, f"{_said(place)}: expected a list, got {_called(value)}")
    return value


def _called(value: object) -> str:
    names = {dict: "a table", list: "a list", str: "a text", bool: "true or false", int: "a number"}
    return names.get(type(value), type(value).__name__)


def _said(place: Place) -> str:
    """A place as people write it: end[0].steps[1].post."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place)
    return text.removeprefix(".")
