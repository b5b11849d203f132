"""Flask-Security: a session, a token and HTTP Basic, each of an account that is read on each request.

A session and a token carry a number of the account; an account with another number, or without its flag, is
nobody. HTTP Basic has the password looked at.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from rescind.paths import login
from rescind.paths.following import Check, Decode, Facts, Lookup, Origin, Write
from rescind.paths.following.datastores import CHANGED, NUMBER, TOKEN_NUMBER, Datastore
from rescind.paths.following.facts import NOTHING, At, Origins
from rescind.paths.lifetimes import Life
from rescind.paths.packaged.package import Package, Row
from rescind.paths.proving.values import truth
from rescind.paths.reaching import imported
from rescind.reading import Function

if TYPE_CHECKING:
    from rescind.paths.guards import Guards
    from rescind.paths.proving import Case

NAME = "flask_security"
USUAL = ["session", "token"]  # as Flask-Login looks for them
ORDER = ("token", "session", "basic")
METHODS = {"auth_required": USUAL, "auth_token_required": ["token"], "http_auth_required": ["basic"]}
ROLES = {"roles_required", "roles_accepted", "permissions_required", "permissions_accepted"}
GUARDS = {*METHODS, *ROLES, "login_required"}
OPEN = {"login", "logout", "register", "forgot_password", "send_confirmation", "send_login", "token_login"}
"""Pages of the package at which nobody has to be signed in, nor to have a link."""
CHANGE = f"{NAME}.views.change_password"
HEADER, LIFE = "SECURITY_TOKEN_AUTHENTICATION_HEADER", "SECURITY_TOKEN_MAX_AGE"


def decorator_of(row: Row) -> str:
    """Which of its decorators made a callable."""
    made = str(row.get("made_by", "")).rpartition(".")[2]
    return "login_required" if login.guards(row) else made


def methods_of(guards: Guards, row: Row, view: Function | None) -> list[str]:
    """What is accepted, in the order in which it is tried: ``@auth_required("token")``"""
    made = decorator_of(row)
    if made in ROLES or made == "login_required":
        names = [each.name.rpartition(".")[2] for each in view.decorators] if view is not None else []
        return [] if made in ROLES and set(names) & {*METHODS, "login_required"} else list(USUAL)
    given = row.get("methods")
    if made != "auth_required" or not given:
        return [each for each in ORDER if each in METHODS.get(made, ())]
    if None not in given:
        return [each for each in ORDER if each in given]
    enabled = guards.settings.get("SECURITY_API_ENABLED_METHODS", USUAL)
    return [each for each in ORDER if not isinstance(enabled, list) or each in enabled]


def sources_of(guards: Guards, method: str) -> list[str]:
    """The credentials of a method."""
    if method == "token":
        return [header(guards.settings)]
    if method == "basic":
        return ["basic"]
    return ["session", *(["remember"] if remembers(guards) else [])]


def header(settings: Mapping[str, Any]) -> str:
    return f"header:{str(settings.get(HEADER) or 'Authentication-Token').lower()}"


def remembers(guards: Guards) -> bool:
    """Whether a cookie that remembers is ever given: at its own page whoever signs in says so."""
    own = any(guards.rows[each["endpoint"]]["name"] == f"{NAME}.views.login"
              for each in guards.routes if each["endpoint"] is not None)  # fmt: skip
    always = guards.settings.get("SECURITY_DEFAULT_REMEMBER_ME", False) is not False
    return own or always or login.remembers(guards.project, imported(guards.project, guards.modules()))


def view_of(guards: Guards, row: Row) -> Function | None:
    return None if row.get("wraps") is None else guards.view(row["wraps"])


def kept(guards: Guards) -> Datastore | None:
    """The store that accounts are found in; None: it, or who finds them, is not known."""
    loaders = [guards.hooks[each] for each in ("user_loader", "request_loader") if each in guards.hooks]
    own = all(str(guards.rows[each]["name"]).startswith(f"{NAME}.") for each in loaders)
    found = guards.store()
    return found if own and found is not None and found.is_plain else None


def facts(guards: Guards, row: Row) -> Facts:
    view, found = view_of(guards, row), kept(guards)
    if decorator_of(row) not in GUARDS:
        return Facts()
    module = next(iter(guards.project.modules))
    at = At(view.node, view.module) if view is not None else At(ast.Pass(lineno=1), module)
    mine = Facts(refusals=[at])
    for method in methods_of(guards, row, view):
        for source in sources_of(guards, method):
            mine.sources[source] = at
            if found is None:
                mine.opaque.append((NAME, frozenset({Origin("raw", source)}), at))
            else:
                asks(mine, found, method, source, at)
    mine.roles |= set(roles_of(mine, row))
    if row["name"] == CHANGE and found is not None:
        mine.writes += [Write(found.model_name, "set", each, NOTHING, None, found.at) for each in CHANGED]
    return mine


def roles_of(mine: Facts, row: Row) -> Iterator[Origin]:
    """Roles are those of the account that was read."""
    if decorator_of(row) in ROLES:
        for number, each in enumerate(mine.lookups):
            yield Origin("row", each.store, "roles", number)


def asks(mine: Facts, found: Datastore, method: str, source: str, at: At) -> None:
    """An account is found by what a credential holds, and refused without its flag."""
    kinds: dict[str, Origins] = {
        "session": frozenset({Origin("session", source, "_user_id")}),
        "token": frozenset({Origin("claim", source, "uid")}),
        "basic": frozenset({Origin("raw", source)}),
    }
    if method == "token":
        mine.decodes.append(Decode(source, NAME, True, True, NOTHING, at))
    elif method == "session":
        mine.checks.append(Check("content", -1, "_user_id", NOTHING, False, at, source))
    row = len(mine.lookups)
    mine.lookups.append(Lookup(found.model_name, "database", kinds[method], found.at))
    mine.checks.append(Check("missing", row, "", NOTHING, False, found.at))
    mine.checks += [
        Check("attribute", row, each, NOTHING, False, found.at) for each in looked_at(found, method)
    ]


def looked_at(found: Datastore, method: str) -> list[str]:
    """The attributes of an account that a credential of it hangs on."""
    if method == "basic":
        return ["active", "password"]
    own = method == "token" and found.has(TOKEN_NUMBER)
    return ["active", TOKEN_NUMBER if own else NUMBER]


def shut(guards: Guards, row: Row, case: Case) -> bool:
    found = kept(guards)
    if found is None or case.store != found.model_name or decorator_of(row) not in GUARDS:
        return False
    methods = methods_of(guards, row, view_of(guards, row))
    mine = [each for each in methods if case.source in sources_of(guards, each)]
    if not mine or case.what == "missing":
        return bool(mine)
    name = case.name.rpartition(".")[2]
    if case.what != "attribute" or name not in looked_at(found, mine[0]):
        return False
    return name != "active" or truth(case.value) is False


def is_open(row: Row) -> bool:
    """A page of the package that anybody may ask."""
    module, _, name = str(row["name"]).rpartition(".")
    return module == f"{NAME}.views" and name in OPEN


def lives(settings: Mapping[str, Any]) -> dict[str, Life]:
    """How long a token is good for; without the setting it is up to the version."""
    given = settings.get(LIFE)
    return {header(settings): Life(float(given) if isinstance(given, int | float) else None)}


PACKAGE = Package("/flask_security/", facts, shut)
