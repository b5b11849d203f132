"""One credential as the guards of a route treat it: its share of the facts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

from rescind.paths.following import Check, Decode, Facts, Lookup, Origin
from rescind.paths.following.facts import At, Origins

T = TypeVar("T")


@dataclass
class Story:
    """What happens to the credential that comes from ``source``.

    Attributes:
        rows: numbers of the look-ups that it leads to, by itself or through another.
    """

    source: str
    at: At
    facts: Facts
    rows: tuple[int, ...]
    decodes: tuple[Decode, ...]
    checks: tuple[Check, ...]
    optional: bool

    @property
    def lookups(self) -> list[tuple[int, Lookup]]:
        return [(number, self.facts.lookups[number]) for number in self.rows]

    def checks_of(self, row: int, *kinds: str) -> list[Check]:
        found = [each for each in self.checks if each.row == row and each.kind in kinds]
        return [*found, *self.asked(row)] if "attribute" in kinds else found

    def asked(self, row: int) -> Iterator[Check]:
        """Flags that the look-up itself asks for: turned, the row is not found."""
        lookup = self.facts.lookups[row]
        for check in (each for each in self.checks if each.row == row):
            if check.kind == "missing":
                for each in lookup.wheres:
                    at = lookup.at if each.node is None else At(each.node, lookup.at.module)
                    yield Check("attribute", row, each.name, check.other, not each.truth, at)
            elif check.kind == "present" and len(lookup.wheres) == 1 and lookup.wheres[0].truth is not None:
                flag = lookup.wheres[0]
                yield Check("attribute", row, flag.name, check.other, flag.truth is True, lookup.at)

    @property
    def decides(self) -> bool:
        """Whether anything about it can lead to a refusal."""
        return bool(self.decodes or self.checks)

    @property
    def roles(self) -> list[Origin]:
        """Where the role that is asked for comes from."""
        return [each for each in self.facts.roles if each.source == self.source or each.row in self.rows]

    @property
    def opaque(self) -> list[tuple[str, At]]:
        """Calls that it is given to and that could not be read."""
        return [(name, at) for name, given, at in self.facts.opaque if self.is_its(given)]

    def is_its(self, found: Origins) -> bool:
        return any(each.source == self.source or each.row in self.rows for each in found)


def stories(facts: Facts) -> Iterator[Story]:
    """One for each credential, in the order in which they are read."""
    for source, at in facts.sources.items():
        rows: list[int] = []
        for number, lookup in enumerate(facts.lookups):
            if any(is_of(each, source, rows) for each in lookup.keys):
                rows.append(number)
        checks = tuple(
            each for each in facts.checks if each.row in rows or (each.row < 0 and each.source == source)
        )
        decodes = tuple(each for each in facts.decodes if each.source == source)
        asked = any(each.kind in {"content", "missing"} for each in checks)
        optional = source in facts.left_out or (source in facts.optional and not asked)
        yield Story(source, at, facts, tuple(rows), decodes, checks, optional)


def is_of(origin: Origin, source: str, rows: Iterable[int]) -> bool:
    return origin.row in rows if origin.kind == "row" else origin.source == source and origin.kind != "store"


def merged(parts: Iterable[Facts]) -> Facts:
    """Facts of several functions as those of one; rows are counted on."""
    whole = Facts()
    for part in parts:
        add = len(whole.lookups)
        for source, at in part.sources.items():
            whole.sources.setdefault(source, at)
        counted = renumbered(part, add) if add else part
        whole.lookups += counted.lookups
        whole.decodes += counted.decodes
        whole.checks += counted.checks
        whole.writes += counted.writes
        whole.encodes += part.encodes
        whole.opaque += [(name, moved(given, add), at) for name, given, at in part.opaque]
        whole.refusals += part.refusals
        whole.optional |= part.optional
        whole.left_out |= part.left_out
        whole.exempt |= part.exempt
        whole.roles |= moved(part.roles, add)
    return whole


def renumbered(part: Facts, add: int) -> Facts:
    """What of facts is about rows, with their numbers counted on."""
    return Facts(
        lookups=[replace(each, keys=moved(each.keys, add)) for each in part.lookups],
        decodes=[replace(each, keys=moved(each.keys, add)) for each in part.decodes],
        checks=[
            replace(each, row=each.row + add if each.row >= 0 else -1, other=moved(each.other, add))
            for each in part.checks
        ],
        writes=[replace(each, keys=moved(each.keys, add)) for each in part.writes],
    )


def moved(origins: Iterable[Origin], add: int) -> Origins:
    return frozenset(each._replace(row=each.row + add) if each.row >= 0 else each for each in origins)
