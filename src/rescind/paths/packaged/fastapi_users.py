"""fastapi-users: a strategy makes tokens and asks for them, a transport carries them.

What a strategy is made with stands in the function that the application gives for it. Tokens of a database
and accounts are read by adapters: those of the packages of fastapi-users are known, any other is not gone
through.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import inf
from typing import TYPE_CHECKING

from rescind.paths.behaviours import lasting
from rescind.paths.following.known import DEPENDS, SIGN_OUT
from rescind.paths.following.parameters import markers
from rescind.paths.libraries import Known, Must
from rescind.paths.lifetimes import Life, Lifetimes
from rescind.paths.model import Behaviour, Credential, Evidence, Mechanism
from rescind.paths.packaged.package import Row
from rescind.reading import Call, Function

if TYPE_CHECKING:
    from rescind.paths.guards import Guards

GUARDS = ("Authenticator.current_user.current_user_dependency",
          "Authenticator.current_user_token.current_user_token_dependency")  # fmt: skip
LOGOUT = "fastapi_users.router.auth.get_auth_router.logout"
STRATEGIES = {"JWTStrategy": "jwt", "DatabaseStrategy": "database", "RedisStrategy": "redis"}
ADAPTERS = ("fastapi_users_db_sqlalchemy.", "fastapi_users_db_beanie.")
DEEPEST = 4


@dataclass(frozen=True)
class Strategy:
    """One strategy as it is made: ``kind`` empty where that could not be read."""

    kind: str
    life: Life
    call: Call | None = None


def made(row: Row) -> bool:
    """Whether it is what ``current_user()`` gives."""
    name = str(row.get("name", ""))
    return name.startswith("fastapi_users.") and name.endswith(GUARDS)


def known(guards: Guards, row: Row) -> Iterator[Known]:
    """A credential for each backend: what stands before it are the manager, then a scheme and a strategy of
    each."""
    if not made(row):
        return
    flags = row.get("options", {})
    must: Must = "conditional" if flags.get("optional", True) is not False else True
    roles = ("is_superuser",) if flags.get("superuser") is True else ()
    manager, *pairs = row["below"]
    account = accounts(guards, manager)
    for scheme, strategy in zip(pairs[::2], pairs[1::2], strict=False):
        for source in guards.scheme(guards.rows[scheme]).sources:
            found = strategy_of(guards, strategy)
            given = credential(guards, source, strategy, found)
            if found.kind and flags.get("active") is True:
                given = replace(given, on_account_disable=account)
            if found.kind and roles:
                given = replace(given, on_privilege_change=account)
            yield Known(given, must, roles)


def strategy_of(guards: Guards, number: int) -> Strategy:
    function = guards.function(number)
    calls = [] if function is None else [each for each in function.calls if kind_of(each)]
    if function is None or len(calls) != 1:
        return Strategy("", Life(None))
    (call,) = calls
    given = call.argument("lifetime_seconds", 1)
    if given is None or (isinstance(given, ast.Constant) and given.value is None):
        # A JWT has to be told its life; what is kept in a store has none without.
        return Strategy(kind_of(call), Life(None if kind_of(call) == "jwt" and given is None else inf), call)
    seconds = max(Lifetimes(guards.project).durations(given, function.scope), default=None)
    return Strategy(kind_of(call), Life(seconds), call)


def kind_of(call: Call) -> str:
    """Of the package's own strategies alone: one that is derived from them may do anything."""
    return STRATEGIES.get(call.name.rpartition(".")[2], "") if call.name.startswith("fastapi_users.") else ""


def credential(guards: Guards, source: str, number: int, found: Strategy) -> Credential:
    function = guards.function(number)
    place = function.place if function is not None else None
    seen = (
        () if place is None else (Evidence(place.file, place.line, f"strategy: {found.kind or 'not known'}"),)
    )
    mechanism: Mechanism = "unknown"
    if found.kind == "jwt":
        mechanism = "jwt_cookie" if source.startswith("cookie") else "jwt"
    elif found.kind:
        mechanism = "session_db" if found.kind == "database" else "session_cache"
        mechanism = mechanism if source.startswith("cookie") else "oauth_bearer"
    if not found.kind:
        unread = Behaviour(
            "unknown", f"what {guards.rows[number]['name']} makes is no strategy that is known"
        )
        return Credential(source, mechanism, None, unread, unread, unread, unread, seen)
    natural = lasting(found.life, "it is good for")
    ends = signed_out(guards, number, found, natural)
    disabled = Behaviour(natural.kind, f"is_active is not asked for; {natural.why}", natural.seconds)
    life = natural.seconds
    none = Behaviour("n/a", "no role was found that is asked for")
    kept = Behaviour(natural.kind, f"a new password ends no token; {natural.why}", natural.seconds)
    return Credential(source, mechanism, life, ends, disabled, kept, none, seen)


def signed_out(guards: Guards, number: int, found: Strategy, natural: Behaviour) -> Behaviour:
    """Only the package's own route destroys a token; what others of such a name do is not known."""
    if found.kind == "jwt":
        return Behaviour(natural.kind, f"this strategy destroys nothing; {natural.why}", natural.seconds)
    routes = [each for each in guards.routes if each["endpoint"] is not None]
    own = [
        each
        for each in routes
        if guards.rows[each["endpoint"]]["name"] == LOGOUT and number in each["guards"]
    ]
    other = [each["path"] for each in routes if each not in own and SIGN_OUT.search(each["path"])]
    if not own or other:
        why = f"what {other[0]} does is not known here" if other else "no route destroys it"
        return Behaviour(natural.kind, f"{why}; {natural.why}", natural.seconds)
    if found.kind == "database":
        adapter = adapter_of(guards, found.call)
        if not adapter.startswith(ADAPTERS):
            return Behaviour(
                "unknown", f"tokens are kept by {adapter or 'something'}, which is not gone through"
            )
    return Behaviour("immediate", f"{own[0]['path']} deletes it, and it is looked up on each request")


def adapter_of(guards: Guards, call: Call | None) -> str:
    """The name in full of the class that a strategy is given an object of."""
    given = None if call is None else call.argument("database", 0)
    function = None if call is None else call.module.function_of(call.node)
    return "" if given is None or function is None else class_of(guards, given, function)


def accounts(guards: Guards, manager: int) -> Behaviour:
    """What disabling an account does where it is asked for."""
    function = guards.function(manager)
    given = [each for each in (function.calls if function is not None else ()) if each.node.args]
    names = [class_of(guards, each.node.args[0], function) for each in given if function is not None]
    if len(names) == 1 and names[0].startswith(ADAPTERS):
        return Behaviour("immediate", "the account is read on each request")
    what = names[0] if names and names[0] else "an adapter"
    return Behaviour("unknown", f"accounts are read by {what}, which is not gone through")


def class_of(guards: Guards, node: ast.expr, function: Function, left: int = DEEPEST) -> str:
    """Of ``Adapter(session)``, or of a parameter that a dependency gives."""
    if isinstance(node, ast.Call):
        found = guards.project.callee(node, function.scope)
        return found[0].name if found else ""
    for parameter in function.parameters:
        if not isinstance(node, ast.Name) or parameter.name != node.id or not left:
            continue
        for call, scope in markers(guards.project, parameter, function):
            if guards.project.name_of(call.func, scope) in DEPENDS and call.args:
                for named in guards.project.resolve(call.args[0], scope):
                    if isinstance(named.definition, Function):
                        return of_dependency(guards, named.definition, left - 1)
    return ""


def of_dependency(guards: Guards, function: Function, left: int) -> str:
    """What a dependency returns or yields, if it is one thing."""
    given = [
        each.value for each in function.walk()
        if isinstance(each, ast.Return | ast.Yield) and each.value is not None
    ]  # fmt: skip
    return class_of(guards, given[0], function, left) if len(given) == 1 else ""
