"""How long something lasts: moments that are years away, and numbers that are counted in the wrong unit."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from rescind.reading import Module, unparsed, walk
from rescind.reading.values import Seconds
from rescind.review.lifetimes.chosen import values_of
from rescind.review.look import Look
from rescind.review.naming.called import called, called_function
from rescind.review.naming.words import words_of
from rescind.review.once import once
from rescind.review.settings.defaults import inner

MOMENT = 1_200_000_000  # seconds; beyond it is a moment since 1970
LATE = 2_051_222_400  # of 2035
LATE_YEAR = 2035
UNITS = {
    "ms": 0.001, "millis": 0.001, "milliseconds": 0.001, "sec": 1.0, "secs": 1.0, "second": 1.0,
    "seconds": 1.0, "segundos": 1.0, "sekunden": 1.0, "min": 60.0, "mins": 60.0, "minute": 60.0,
    "minutes": 60.0,
    "minutos": 60.0, "minuten": 60.0, "hour": 3_600.0, "hours": 3_600.0, "horas": 3_600.0, "stunden": 3_600.0,
    "heures": 3_600.0, "day": 86_400.0, "days": 86_400.0, "dias": 86_400.0, "tage": 86_400.0,
    "jours": 86_400.0,
    "week": 604_800.0, "weeks": 604_800.0, "semanas": 604_800.0, "wochen": 604_800.0,
}  # fmt: skip
FACTORS = {60.0, 3_600.0, 86_400.0, 1_000.0}
CLOCK = re.compile(r"\btime\(\)|\btimestamp\(\)|\btime_ns\(\)")
DATE = re.compile(r"\b(20[3-9]\d|2[1-9]\d\d|[3-9]\d\d\d)\b")


def unit_of(node: ast.expr) -> float:
    """By its name what a number is counted in, in seconds; 0: the name does not say."""
    if isinstance(node, ast.Call) and called_function(node) in {"int", "float"} and node.args:
        return unit_of(node.args[0])
    words = words_of(called(node))
    return UNITS.get(words[-1], 0.0) if len(words) > 1 else 0.0


def wrong_unit(look: Look, node: ast.expr) -> str:
    """What is wrong with the units of a moment or a duration; empty: nothing that can be told.

    ``timedelta(hours=TTL_MINUTES)``, ``time() + TTL_MINUTES * 3600``, ``time() * 1000 + 900_000`` and
    ``time() + TTL_MS`` last longer than their names say.
    """
    for each in parts(look, node):
        if isinstance(each, ast.Call) and called_function(each) in {"timedelta", "relativedelta"}:
            for given in each.keywords:
                own, meant = unit_of(given.value), UNITS.get(given.arg or "", 0.0)
                if own and meant > own:
                    return f"{called(given.value) or unparsed(given.value)} is counted in {given.arg}"
        elif isinstance(each, ast.BinOp) and isinstance(each.op, ast.Mult):
            said = of_product(look, each)
            if said:
                return said
        elif isinstance(each, ast.BinOp) and isinstance(each.op, ast.Add):
            sides = (each.left, each.right)
            if any(CLOCK.search(unparsed(one)) for one in sides):
                for one in sides:
                    if 0 < unit_of(one) < 1:
                        return f"{called(one)} is added to seconds"
    return ""


def of_product(look: Look, node: ast.BinOp) -> str:
    sides = (node.left, node.right)
    for one, other in (sides, sides[::-1]):
        only = look.values(other).only
        factor = only.value if only is not None and isinstance(only.value, int | float) else 0
        if factor == 1000 and CLOCK.search(unparsed(one)):
            return "the end is in milliseconds, and is read in seconds"
        own = unit_of(one)
        if own >= 1 and factor in FACTORS and factor > own and (own > 1 or factor != 1_000):
            return f"{called(one)} is multiplied by {factor:,.0f}"
    return ""


def parts(look: Look, node: ast.expr) -> Iterator[ast.AST]:
    """An expression, and what the variables in it hold."""
    seen: set[ast.AST] = set()
    edge: list[ast.expr] = [node]
    for _ in range(3):
        more: list[ast.expr] = []
        for value in edge:
            for each in walk(value):
                if each not in seen:
                    seen.add(each)
                    yield each
                    if isinstance(each, ast.Name):
                        more += values_of(look, each)
        edge = more


def longest(look: Look, node: ast.expr, *, moment: bool = True, depth: int = 2) -> float:
    """The longest that an expression may say, in seconds; a moment that is years away is a century.

    Args:
        moment: whether a large number may be a moment, and is no duration.
    """
    found: list[float] = []
    for each in parts(look, node):
        if isinstance(each, ast.Call):
            found += of_call(look, each)
        elif is_setting(each) and depth:
            found += [
                longest(look.beside(module), value, moment=moment, depth=0)
                for module, value in settings_named(look).get(called(each), ())
            ]
        elif isinstance(each, ast.Attribute) and unparsed(each) in {
            "datetime.max",
            "date.max",
            "sys.maxsize",
        }:
            found.append(100 * 31_536_000.0)
        elif isinstance(each, ast.Constant) and isinstance(each.value, str) and 9 < len(each.value) < 40:
            found += (
                [100 * 31_536_000.0] if DATE.search(each.value) and each.value[-1:] in "TZ0123456789" else []
            )
    for each in (node, *values_of(look, node)):
        if depth and isinstance(each, ast.Call):
            for function in look.shared.flow.calls.callees(each, look.scope(each)):
                home = look.beside(function.module)
                found += [longest(home, one, moment=moment, depth=depth - 1) for one in function.returns]
    for value in (node, *values_of(look, node)):
        found += [
            one
            for option in look.values(value).options
            if (one := as_number(option.value)) is not None and (one < MOMENT or not moment)
        ]
        found += [100 * 31_536_000.0 for option in look.values(value).options if is_late(option.value)]
    for each in walk(node):
        if isinstance(each, ast.BinOp) and isinstance(each.op, ast.Add):
            values = [one.value for side in (each.left, each.right) for one in look.values(side).options]
            found += [one for value in values if (one := as_number(value)) is not None and one < MOMENT]
    return max(found, default=0.0)


def is_setting(node: ast.AST) -> bool:
    """``settings.LOGIN_FOR``, ``current_app.config["LOGIN_FOR"]``"""
    if not isinstance(node, ast.Attribute | ast.Subscript):
        return False
    return bool({"settings", "config", "conf", "cfg"} & set(words_of(called(node.value)))) and bool(
        called(node)
    )


@once
def settings_named(look: Look) -> dict[str, list[tuple[Module, ast.expr]]]:
    """What the settings of a project are set to, where it may be a number or a duration."""
    found: dict[str, list[tuple[Module, ast.expr]]] = {}
    for module in look.project.modules:
        home = look.beside(module)
        if home.is_test or not {"settings", "config", "conf"} & set(words_of(module.file.replace("/", "_"))):
            continue
        for each in home.settings:
            if isinstance(each.value, ast.Constant | ast.BinOp | ast.Call) and not isinstance(
                each.node, ast.arg
            ):
                found.setdefault(each.name, []).append((module, each.value))
    return found


def numbers_of(look: Look, node: ast.expr) -> list[float]:
    return [
        number
        for module, value in settings_named(look).get(called(node), ())
        for one in look.beside(module).values(value).options
        if (number := as_number(one.value)) is not None
    ]


def default_seconds(look: Look, node: ast.expr, unit: float) -> float:
    """How long something lasts where nobody says otherwise: of ``env.int("TTL", default=3600)``,
    ``timedelta(days=int(environ.get("DAYS", "30")))``, ``Field(3600, ge=60)``; 0: that is not said.

    Args:
        unit: what a plain number is counted in, in seconds.
    """
    node = behind(node)
    if isinstance(node, ast.Call) and called_function(node) == "timedelta":
        given = [(each.arg or "", each.value) for each in node.keywords]
        given += [("days", each) for each in node.args[:1]]
        return sum(default_seconds(look, value, UNITS.get(name, 0.0)) for name, value in given)
    only = look.values(node).only
    if only is None:
        return 0.0
    if isinstance(only.value, Seconds):
        return float(only.value)
    number = int(only.value) if isinstance(only.value, str) and only.value.isdigit() else only.value
    return (as_number(number) or 0.0) * unit


def behind(node: ast.expr) -> ast.expr:
    """What is taken without a setting, without conversions to numbers around it."""
    for _ in range(4):
        node = inner(node)
        if isinstance(node, ast.Call) and called_function(node) in {"int", "float"} and node.args:
            node = node.args[0]
    return node


def as_number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def is_late(value: object) -> bool:
    number = as_number(value)
    return number is not None and not isinstance(value, Seconds) and LATE < number < 400_000_000_000


def of_call(look: Look, node: ast.Call) -> Iterator[float]:
    """``timedelta(...)``, ``relativedelta(years=5)``, ``now.shift(years=5)``, ``datetime(2099, 1, 1)``."""
    name = called_function(node)
    if name == "timedelta":
        yield from (one.value for one in look.values(node).options if isinstance(one.value, int | float))
        for each in node.keywords:
            if is_setting(each.value):
                yield from (one * UNITS.get(each.arg or "", 0.0) for one in numbers_of(look, each.value))
    elif name == "datetime" and node.args:
        only = look.values(node.args[0]).only
        if only is not None and isinstance(only.value, int) and only.value >= LATE_YEAR:
            yield 100 * 31_536_000.0
    for each in node.keywords:
        known = [as_number(one.value) for one in look.values(each.value).options]
        if each.arg in {"years", "months"}:
            yield from (one * (31_536_000.0 if each.arg == "years" else 2_592_000.0) for one in known if one)
        elif each.arg == "year" and isinstance(each.value, ast.BinOp) and isinstance(each.value.op, ast.Add):
            added = look.values(each.value.right).only
            if added is not None and isinstance(added.value, int):
                yield added.value * 31_536_000.0
