"""RSC801: the time of an answer says whether an account exists."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import ClassVar

from rescind.reading import Function
from rescind.review.accounts.verifying import Verifying
from rescind.review.enumeration.asking import asking
from rescind.review.enumeration.lookups import Lookup, lookups
from rescind.review.enumeration.presence import Presence
from rescind.review.finding import Class, Finding, Severity
from rescind.review.flow.calls import bind
from rescind.review.look import Look
from rescind.review.rule import Rule


class RSC801(Rule):
    """The time of an answer says whether an account exists.

    What it checks:
        Functions that look an account up by an address or name that somebody typed, and hold a password
        against its hash.

    Why it matters:
        A hash takes a tenth of a second, and an answer without one none: who measures has a list of who has
        an account. Passwords of other breaches are tried on those alone, and the users of a clinic or a
        dating site are known by name.

    How it is decided:
        The hash has to be worked out for unknown names, too. A check that is only reached where there
        is an account counts, however that is asked: ``if not user``, ``user and check()``, ``except
        DoesNotExist``, ``name in USERS``, a loop, a function that raises; and wherever the hash is
        worked out: in a thread, by a directory, behind a wrapper. What a password is held against is
        an account, whatever it is called. It does not count where the other branch works a hash out
        as well, or whoever calls does. Registration and pages for those who are signed in are left
        out; what the framework's own ``authenticate`` does is fine.

    Fix:
        Check the password against a fixed hash where there is no account, and give one answer.

    References:
        ASVS 6.3.8, CWE-208

    Since:
        0.1
    """

    kind: ClassVar[Class] = "enumeration"
    severity: ClassVar[Severity] = "medium"

    def check(self, look: Look) -> Iterator[Finding]:
        verifying = Verifying(look)
        for function in asking(look):
            if not verifying.calls(function):
                continue
            for lookup in lookups(look, function):
                if timed(look, function, lookup, verifying) and not evened_out(look, function, verifying):
                    yield self.finding(
                        look,
                        lookup.node,
                        "no hash is worked out where there is no account: the time of the answer says so",
                        fix="check a fixed hash where there is no account",
                    )
                    break


def timed(look: Look, function: Function, lookup: Lookup, verifying: Verifying) -> bool:
    line = getattr(lookup.node, "lineno", 0)
    checks = [each for each in verifying.calls(function) if each.lineno >= line]
    hashes = [
        each for each in verifying.calls(function, only_checks=False) if each.lineno >= line or each in checks
    ]
    presence = Presence(look, function, lookup, checks)
    return bool(checks) and all(
        presence.of(each).there or only_inside(look, each, lookup, verifying) for each in hashes
    )


def evened_out(look: Look, function: Function, verifying: Verifying, depth: int = 2) -> bool:
    """Whether all who call it work a hash out behind it that is held against nothing: for nobody."""
    calls = list(look.shared.flow.calls.callers(function))
    callers = [call.module.function_of(call.node) for call in calls]
    return bool(calls) and all(
        caller is not None
        and (
            hashes_behind(caller, call.node, verifying)
            or (depth > 1 and caller is not function and evened_out(look, caller, verifying, depth - 1))
        )
        for caller, call in zip(callers, calls, strict=True)
    )


def hashes_behind(function: Function, call: ast.Call, verifying: Verifying) -> bool:
    checks = verifying.calls(function)
    return any(
        each not in checks and each.lineno > call.lineno
        for each in verifying.calls(function, only_checks=False)
    )


def only_inside(look: Look, call: ast.Call, lookup: Lookup, verifying: Verifying) -> bool:
    """``verify(user, password)``, which works nothing out where it is given no user."""
    scope = look.scope(call)
    for function in look.shared.flow.calls.callees(call, scope):
        for name, (value, _) in bind(function, call, scope).items():
            if not lookup.name or getattr(value, "id", "") != lookup.name:
                continue
            inner = look.beside(function.module)
            hashes = verifying.calls(function, only_checks=False)
            given = Presence(inner, function, Lookup(name, function.node, ast.Name(name)), hashes)
            if hashes and all(given.of(each).there for each in hashes):
                return True
    return False
