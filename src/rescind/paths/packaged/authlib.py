"""Authlib as the server of a resource, on Flask: ``@require_oauth("profile")``.

A validator of the application finds the token; its class says whether it is over or revoked.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rescind.paths import login
from rescind.paths.following import Check, Decode, Facts, Origin
from rescind.paths.following.facts import NOTHING, At
from rescind.paths.following.known import VALIDATION
from rescind.paths.packaged.package import Package, Row, asked, place
from rescind.paths.proving.proof import is_shut
from rescind.paths.proving.values import Value, truth
from rescind.paths.story import merged
from rescind.reading import Class, Function
from rescind.reading.frameworks.facts import calls_of

if TYPE_CHECKING:
    from rescind.paths.guards import Guards
    from rescind.paths.proving import Case

NAME = "authlib"
SOURCE = "bearer"
ROW = Value("part", "")
JWT = "authlib.oauth2.rfc9068."
MIXIN = {"authlib.integrations.sqla_oauth2.OAuth2TokenMixin",
         "authlib.integrations.sqla_oauth2.tokens_mixins.OAuth2TokenMixin"}  # fmt: skip
OF_MIXIN = {"is_revoked": ("access_token_revoked_at", "refresh_token_revoked_at"),
            "is_expired": ("expires_in",)}  # fmt: skip
"""Of each question that a token is asked the columns that the class of the package looks at."""


def facts(guards: Guards, row: Row) -> Facts:
    at = place(guards, row)
    if at is None:
        return Facts()
    given = frozenset({Origin("raw", SOURCE)})
    mine = Facts(sources={SOURCE: at}, refusals=[at])
    mine.left_out |= {SOURCE} if row.get("options", {}).get("optional") not in {None, False} else set()
    if str(row.get("validates", "")).startswith(JWT):
        mine.decodes.append(Decode(SOURCE, NAME, True, True, NOTHING, at))
        return mine
    found = finding(guards, row)
    if found is None:
        mine.opaque.append((NAME, given, at))
        return mine
    part = asked(guards, found, given)
    part.checks += list(checked(guards, part))
    return merged([mine, part])


def finding(guards: Guards, row: Row) -> Function | None:
    """The function that finds a token, where the package does the rest."""
    number = row.get("finds")
    return guards.function(number) if number is not None and row.get("validates") == VALIDATION else None


def checked(guards: Guards, found: Facts) -> Iterator[Check]:
    """A token that is not found is refused, and one that says that it is over or revoked."""
    for origin in sorted(each for each in found.returned if each.kind == "row" and not each.name):
        at = found.lookups[origin.row].at
        yield Check("missing", origin.row, "", NOTHING, False, at)
        for cls in classes(guards, found.lookups[origin.row].store):
            for name, where in attributes(cls, "is_expired"):
                yield Check("expiry", origin.row, name, NOTHING, True, where)
            for name, where in attributes(cls, "is_revoked"):
                yield Check("attribute", origin.row, name, NOTHING, True, where)


def classes(guards: Guards, store: str) -> list[Class]:
    found = [each.definition for each in guards.project.find(store)]
    return [each for each in found if isinstance(each, Class)]


def attributes(cls: Class, word: str) -> Iterator[tuple[str, At]]:
    """What a class looks at for an answer: ``return self.revoked``, or as the class of the package does."""
    member = cls.member(word)
    if member is not None and isinstance(member.definition, Function):
        made = member.definition
        if word == "is_expired" or is_plain(made):
            yield from login.looked_at(cls, word)
    elif any(each.name in MIXIN for each in cls.mro) and (word != "is_expired" or is_told(cls)):
        yield from ((each, At(cls.node, cls.module)) for each in OF_MIXIN[word])


def is_told(cls: Class) -> bool:
    """Whether tokens are told their end wherever one is made: without it they have none."""
    calls = calls_of(cls.module.project, cls.name)
    made = [each.node for each in calls if each.name == cls.qualname]
    return all(any(given.arg in {None, "expires_in"} for given in node.keywords) for node in made)


def is_plain(function: Function) -> bool:
    """Whether it answers with one attribute, so that setting it decides: ``return bool(self.revoked)``"""
    body = [each for each in function.node.body if not isinstance(each, ast.Expr)]
    given = body[0].value if len(body) == 1 and isinstance(body[0], ast.Return) else None
    if isinstance(given, ast.Call) and getattr(given.func, "id", "") == "bool" and len(given.args) == 1:
        given = given.args[0]
    return isinstance(given, ast.Attribute)


def shut(guards: Guards, row: Row, case: Case) -> bool:
    found = finding(guards, row)
    if found is None or case.source != SOURCE:
        return False
    if guards.proofs.shuts(case, found, "loads", None):
        return True
    names = {name for cls in classes(guards, case.store) for name, _ in attributes(cls, "is_revoked")}
    if case.what != "attribute" or case.name not in names or truth(case.value) is not True:
        return False
    exits = guards.proofs.exits(case, found, None)  # it finds the row that is marked, or nothing
    return bool(exits) and all(is_shut(each, "loads") or each.value == ROW for each in exits or ())


PACKAGE = Package("/authlib/integrations/flask_oauth2/", facts, shut)
