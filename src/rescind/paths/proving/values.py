"""What is known of a value on one path: all of it, whether it is there, or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal[
    "constant", "unknown", "there", "refusal", "result", "part", "fresh", "later", "function", "several",
    "raised",
]  # fmt: skip


@dataclass(frozen=True)
class Value:
    """One value.

    Attributes:
        kind: ``there``: not None and true; ``refusal``: an answer that refuses; ``result``: an empty result
            that rows are taken from; ``part``: of the row that is asked about, `data` says which; ``fresh``:
            equal to nothing that was there before; ``later``: fresh, and more than what was there;
            ``raised``: none, but an exception of the name in `data`.
    """

    kind: Kind
    data: Any = None


UNKNOWN = Value("unknown")
THERE = Value("there")
REFUSAL = Value("refusal")
RESULT = Value("result")
FRESH = Value("fresh")
LATER = Value("later")
NONE = Value("constant", None)
EMPTY = Value("constant", ())
TRUE = Value("constant", True)
FALSE = Value("constant", False)


def constant(value: object) -> Value:
    """Of a plain value; of one that cannot be a key no more than whether it is empty."""
    if isinstance(value, list | dict | set | bytearray):
        return THERE if value else EMPTY
    try:
        hash(value)
    except TypeError:
        return UNKNOWN
    return Value("constant", value)


def raised(name: str) -> Value:
    return Value("raised", name)


def truth(value: Value) -> bool | None:
    """None: not known."""
    if value.kind == "constant":
        return bool(value.data)
    if value.kind in {"there", "refusal", "result", "later", "function"} or value == Value("part", ""):
        return True
    return bool(value.data) if value.kind == "several" else None


def is_none(value: Value) -> bool | None:
    if value.kind == "constant":
        return value.data is None
    known = {"there", "refusal", "result", "fresh", "later", "function", "several"}
    return False if value.kind in known or value == Value("part", "") else None


def of_truth(known: bool | None) -> Value:
    return UNKNOWN if known is None else TRUE if known else FALSE


def equal(one: Value, other: Value) -> bool | None:
    """Whether both are equal; None: not known."""
    if one.kind == other.kind == "constant":
        return bool(one.data == other.data)
    if {one.kind, other.kind} & {"fresh", "later"}:
        return False
    for mine, its in ((one, other), (other, one)):
        if mine == NONE:
            return is_none(its)
    return None


def ordered(less: Value, more: Value, *, strictly: bool) -> bool | None:
    """Whether the first is less than the second."""
    if less.kind == more.kind == "constant":
        try:
            return bool(less.data < more.data) if strictly else bool(less.data <= more.data)
        except TypeError:
            return None
    if more.kind == "later" and less.kind != "later":
        return True
    return False if less.kind == "later" and more.kind != "later" else None
