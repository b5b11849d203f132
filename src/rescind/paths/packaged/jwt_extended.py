"""Flask-JWT-Extended: signed tokens, a function that says whether one is revoked, one that loads the account.

What is answered by the first refuses where it is true, by the second where it is ``None``.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import replace
from math import inf
from typing import TYPE_CHECKING, Any

from rescind.paths.following import Check, Decode, Facts, Origin
from rescind.paths.following.facts import NOTHING, At
from rescind.paths.following.known import ACCESS, REFRESH
from rescind.paths.lifetimes import Life, Lifetimes
from rescind.paths.packaged.package import Package, Row, asked, place
from rescind.paths.story import merged
from rescind.reading import Call, Project
from rescind.reading.frameworks.facts import calls_of

if TYPE_CHECKING:
    from rescind.paths.guards import Guards
    from rescind.paths.proving import Case, Role

NAME = "flask_jwt_extended"
ISSUERS = {
    ACCESS: ("create_access_token", "JWT_ACCESS_TOKEN_EXPIRES", 900.0),
    REFRESH: ("create_refresh_token", "JWT_REFRESH_TOKEN_EXPIRES", 30 * 86_400.0),
}
"""Of each kind of token: what makes it, the setting of its life, and the life that it has without."""


def sources_of(row: Row) -> list[str]:
    """The kinds of token that a decorator accepts."""
    options = row.get("options", {})
    if options.get("verify_type") is False:
        return [ACCESS, REFRESH]
    return [REFRESH if options.get("refresh") is True else ACCESS]


def facts(guards: Guards, row: Row) -> Facts:
    at, sources = place(guards, row), sources_of(row)
    if at is None:
        return Facts()
    mine = Facts(sources=dict.fromkeys(sources, at), refusals=[at])
    mine.decodes += [Decode(each, NAME, True, True, NOTHING, at, carried(guards)) for each in sources]
    if row.get("options", {}).get("optional") is True:
        mine.left_out |= set(sources)
    return merged([mine, *of_functions(guards, row, sources)])


def carried(guards: Guards) -> str:
    return "cookie" if guards.settings.get("JWT_TOKEN_LOCATION") in (["cookies"], "cookies") else ""


def of_functions(guards: Guards, row: Row, sources: list[str]) -> Iterator[Facts]:
    """What the two functions of the application do with the claims."""
    claims = frozenset(Origin("claim", each) for each in sources)
    revoked, loads = (guards.hook(name) for name in ("token_in_blocklist", "user_lookup"))
    if revoked is not None and not skips(row):
        found = asked(guards, revoked, NOTHING, claims)
        found.checks = [each for number in range(len(found.lookups)) for each in either(found, number)]
        yield found
    if loads is not None:
        found = asked(guards, loads, NOTHING, claims)
        rows = {each.row for each in found.returned if each.kind == "row"}
        found.checks += [Check("missing", row, "", NOTHING, False, found.lookups[row].at) for row in rows]
        yield found


def either(found: Facts, number: int) -> Iterator[Check]:
    """A look-up may refuse by what is there or by what is not: which of them, the proof says."""
    at = found.lookups[number].at
    yield Check("present", number, "", NOTHING, True, at)
    yield Check("missing", number, "", NOTHING, False, at)
    for each in found.returned:
        if each.kind == "row" and each.row == number and each.name:
            yield Check("attribute", number, each.name, NOTHING, not each.negated, at)


def skips(row: Row) -> bool:
    return row.get("options", {}).get("skip_revocation_check") is True


def shut(guards: Guards, row: Row, case: Case) -> bool:
    revoked, loads = (guards.hook(name) for name in ("token_in_blocklist", "user_lookup"))
    if revoked is not None and not skips(row) and guards.proofs.shuts(case, revoked, "revoked", None):
        return True
    return loads is not None and guards.proofs.shuts(case, loads, "loads", None)


def in_body(guards: Guards, found: Facts) -> Iterator[Facts]:
    """The same of ``verify_jwt_in_request()`` in a function of the application."""
    mine = [each for each in found.decodes if each.name == NAME]
    if mine:
        found.decodes = [
            replace(each, carried=carried(guards)) if each in mine else each for each in found.decodes
        ]
        yield from of_functions(guards, {}, list(dict.fromkeys(each.source for each in mine)))


def refusing(guards: Guards, case: Case) -> tuple[str, ...]:
    """Which of the two functions lets nobody by in a case; both are asked wherever a token is verified."""
    if case.source not in ISSUERS:
        return ()
    roles: dict[str, Role] = {"token_in_blocklist": "revoked", "user_lookup": "loads"}
    asks = [(name, guards.hook(name), role) for name, role in roles.items()]
    return tuple(
        name for name, made, role in asks if made is not None and guards.proofs.shuts(case, made, role, None)
    )


def lives(project: Project, settings: Mapping[str, Any]) -> dict[str, Life]:
    """How long each kind of token is good for: as the setting says, or as it is issued."""
    read, found = Lifetimes(project), {}
    for source, (maker, setting, usual) in ISSUERS.items():
        given = settings.get(setting, usual)
        of_setting = Life(inf if given is False else float(given) if isinstance(given, int | float) else None)
        issued = [
            each
            for call in calls_of(project, maker)
            if call.name.startswith(NAME)
            for each in of_call(
                read, call, call.argument("expires_delta", 2 if source == ACCESS else 1), of_setting
            )
        ]
        found[source] = max(
            issued or [of_setting], key=lambda each: inf if each.seconds is None else each.seconds
        )
    return found


def of_call(read: Lifetimes, call: Call, given: ast.expr | None, usual: Life) -> list[Life]:
    at = At(call.node, call.module)
    if given is None or (isinstance(given, ast.Constant) and given.value is None):
        return [usual]
    if isinstance(given, ast.Constant) and given.value is False:
        return [Life(inf, at)]
    return [Life(each, at) for each in read.durations(given, call.module.scope_of(call.node))] or [
        Life(None, at)
    ]


PACKAGE = Package("/flask_jwt_extended/", facts, shut)
