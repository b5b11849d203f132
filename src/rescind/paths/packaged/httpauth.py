"""Flask-HTTPAuth: a function of the application says who a token, or a name with a password, belongs to.

``None`` and ``False`` refuse, and nothing else does.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from rescind.paths.following import Check, Facts, Origin
from rescind.paths.following.facts import NOTHING, At
from rescind.paths.packaged.package import Package, Row, asked, place
from rescind.paths.story import merged
from rescind.reading import Function

if TYPE_CHECKING:
    from rescind.paths.guards import Guards
    from rescind.paths.proving import Case

UNREAD = "flask_httpauth"


def facts(guards: Guards, row: Row) -> Facts:
    at = place(guards, row)
    if at is None:
        return Facts()
    parts = [of_scheme(guards, each, at) for each in row.get("asks", ())]
    optional = row.get("options", {}).get("optional") is True
    for each in parts:
        each.left_out |= set(each.sources) if optional else set()
    return merged(parts)


def of_scheme(guards: Guards, asks: Any, at: At) -> Facts:
    source = source_of(asks)
    mine = Facts(sources={source: at}, refusals=[at])
    given = frozenset({Origin("raw", source)})
    functions = list(functions_of(guards, asks))
    if not functions:
        mine.opaque.append((UNREAD, given, at))
    found = [asked(guards, each, *([given] if source != "basic" else [given, given])) for each in functions]
    for each in found:
        each.checks += [
            Check("missing", origin.row, "", NOTHING, False, each.lookups[origin.row].at)
            for origin in each.returned
            if origin.kind == "row" and not origin.name
        ]
    return merged([mine, *found])


def source_of(asks: Any) -> str:
    """The credential: what it is called in a header of its own, else by its scheme."""
    if asks.get("header"):
        return f"header:{asks['header'].lower()}"
    return "basic" if asks["kind"] in {"basic", "digest"} else "bearer"


def functions_of(guards: Guards, asks: Any) -> Iterator[Function]:
    """The function that verifies; without one the passwords themselves are asked for, which is not read."""
    for number in asks.get("functions", ()):
        made = guards.function(number)
        if made is not None:
            yield made


def shut(guards: Guards, row: Row, case: Case) -> bool:
    mine = [each for each in row.get("asks", ()) if source_of(each) == case.source]
    found = [function for each in mine for function in functions_of(guards, each)]
    return bool(found) and all(guards.proofs.shuts(case, each, "verifies", None) for each in found)


PACKAGE = Package("/flask_httpauth.py", facts, shut)
