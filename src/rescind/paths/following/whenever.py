"""Whether a check is made on each request: what must hold for it, and what lets a request by before it.

A check inside of a branch counts only where the branch is taken whenever the credential is there to be
checked. One that is made of some requests, of some credentials, or only where an earlier answer is missing is
kept as ``content``: it says that the credential is looked at, and nothing of how fast it is ended.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from rescind.paths.following.facts import CREDENTIAL, Check, Lookup, Origin, Origins

ENDING = {"missing", "present", "attribute", "password", "expiry"}


class Atom(NamedTuple):
    """A part of a condition: where its values come from, its truth, and whether it holds them against others.

    Attributes:
        preflight: it is about ``OPTIONS``, which no credential is sent with.
    """

    origins: Origins
    truth: bool
    compares: bool
    preflight: bool = False


Part = tuple[Atom, ...]
"""One of several things that must hold together; any of its atoms is enough."""


def only_sometimes(check: Check) -> Check:
    return replace(check, kind="content") if check.row >= 0 and check.kind in ENDING else check


def unless_always(checks: list[Check], start: int, lookups: list[Lookup], parts: Iterable[Part]) -> None:
    """Of the checks from ``start`` on, those that are not made whenever the credential is there say less."""
    needed = list(parts)
    checks[start:] = [
        each if all(always(part, each, lookups) for part in needed) else only_sometimes(each)
        for each in checks[start:]
    ]


def always(part: Part, check: Check, lookups: list[Lookup]) -> bool:
    """Whether a part holds whenever there is something for the check to look at."""
    return check.row < 0 or any(holds(atom, check, lookups) for atom in part)


def holds(atom: Atom, check: Check, lookups: list[Lookup]) -> bool:
    sources = sources_of(check.row, lookups)
    if atom.compares and any(each.kind == "raw" and each.source in sources for each in atom.origins):
        return True  # it is how the row is found
    return all(origin_holds(each, atom, check, lookups) for each in atom.origins)


def origin_holds(origin: Origin, atom: Atom, check: Check, lookups: list[Lookup]) -> bool:
    there = atom.truth != origin.negated
    sources, rows = sources_of(check.row, lookups), ancestors(check.row, lookups)
    if origin.kind not in CREDENTIAL:
        return origin.kind != "now" and (origin.name != "method" or atom.preflight)
    if origin.kind == "row" and not origin.name:
        missing = not there and not sources_of(origin.row, lookups) & sources
        return origin.row in rows or missing
    if origin.kind == "raw":
        return there == (origin.source in sources) and not atom.compares
    if atom.compares or not there:
        return False
    if (origin.row, origin.name) == (check.row, check.name):
        return True  # nothing ended it as long as that is not set
    keys = {key._replace(negated=False) for each in rows for key in lookups[each].keys}
    return not origin.name or origin._replace(negated=False) in keys


def ancestors(row: int, lookups: list[Lookup]) -> set[int]:
    """A look-up, and those that gave it its key."""
    found: set[int] = set()
    waiting = [row]
    while waiting:
        number = waiting.pop()
        if number not in found:
            found.add(number)
            waiting += [each.row for each in lookups[number].keys if each.row >= 0]
    return found


def sources_of(row: int, lookups: list[Lookup]) -> set[str]:
    """The credentials that a look-up is made with, be it through others."""
    return {key.source for each in ancestors(row, lookups) for key in lookups[each].keys if key.kind != "row"}


def either(rows: Iterable[int], lookups: list[Lookup]) -> set[int]:
    """Of rows that are asked one instead of another: those where the same credential may be found in two
    places."""
    some = sorted(set(rows))
    return {
        each
        for each in some
        for other in some
        if lookups[each].store != lookups[other].store
        and not ancestors(each, lookups) & {other}
        and not ancestors(other, lookups) & {each}
        and sources_of(each, lookups) & sources_of(other, lookups)
    }
