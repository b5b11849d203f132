"""Operations on plain values that stand in the source; texts that are known in part stay so."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import islice, product
from typing import Any

from rescind.reading.definitions import Named
from rescind.reading.values import MOST, Seconds, Text

LONGEST = 100_000
LARGEST = 2**32  # of what is raised to a power
BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.FloorDiv: operator.floordiv,
    ast.Div: operator.truediv, ast.Mod: operator.mod, ast.BitOr: operator.or_,
    ast.Pow: operator.pow, ast.LShift: operator.lshift,
}  # fmt: skip
UNKNOWN = object()


def apply(work: Callable[[Any, Any], Any] | None, a: Any, b: Any) -> Any:
    """The result of an operation on plain values; texts that are known in part stay so."""
    if (
        work is operator.add
        and (isinstance(a, Text) or isinstance(b, Text))
        and isinstance(a, str | Text)
        and isinstance(b, str | Text)
    ):
        return joined((a, b))
    if work is operator.mod and isinstance(a, str):
        return formatted(a, b)
    if work is None or isinstance(a, Text | Named) or isinstance(b, Text | Named):
        return UNKNOWN
    numbers = isinstance(a, int | float) and isinstance(b, int | float)
    if work is operator.mul and not numbers and size(a) * size(b) > LONGEST:
        return UNKNOWN
    if work in {operator.pow, operator.lshift} and not (numbers and 0 <= a <= LARGEST and 0 <= b <= 64):
        return UNKNOWN
    try:
        made = work(a, b)
    except Exception:  # noqa: BLE001 - of plain values, but they may be anything that the source says
        return UNKNOWN
    if isinstance(a, Seconds) or isinstance(b, Seconds):
        return Seconds(made)
    return made if size(made) <= LONGEST else UNKNOWN


def formatted(text: str, value: Any) -> Any:
    """``text % value``, where the values are plain; else as far as the text is certain."""
    plain = value if isinstance(value, tuple) else (value,)
    if value is not None and all(isinstance(each, str | int | float) for each in plain):
        try:
            return (
                text % value if len(text) < LONGEST and not re.search(r"%[^a-z%(]*\d{4}", text) else UNKNOWN
            )
        except (TypeError, ValueError, KeyError):
            return UNKNOWN
    return Text((text.partition("%")[0], None)) if "%" in text else text


def size(value: Any) -> int:
    if isinstance(value, bool) or value is None:
        return 1
    if isinstance(value, int):
        return max(1, abs(value)) if abs(value) < LONGEST else value.bit_length()
    return len(value) if hasattr(value, "__len__") else 1


def joined(parts: Iterable[Any]) -> str | Text:
    """One text; neighbours that are known are put together."""
    made: list[str | None] = []
    for each in parts:
        for part in (
            each.parts if isinstance(each, Text) else (str(each) if not isinstance(each, Named) else None,)
        ):
            if part is not None and made and made[-1] is not None:
                made[-1] += part
            elif not (part is None and made and made[-1] is None):
                made.append(part)
    if not made:
        return ""
    return made[0] if len(made) == 1 and made[0] is not None else Text(tuple(made))


def rows(parts: Iterable[Iterable[Any]]) -> Iterator[tuple[Any, ...]]:
    return islice(product(*parts), MOST)


def is_hashable(value: Any) -> bool:
    try:
        hash(value)
    except TypeError:
        return False
    return True


def hashable_set(values: list[Any]) -> set[Any]:
    return {each for each in values if is_hashable(each)}
