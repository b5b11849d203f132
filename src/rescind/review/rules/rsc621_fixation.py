"""RSC621: signing in under the id that the visitor brought."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import ClassVar

from rescind.reading import Function
from rescind.review.finding import Class, Confidence, Finding, Severity
from rescind.review.look import Look
from rescind.review.rule import Rule
from rescind.review.sessions import begins_another, on_server, sign_ins
from rescind.review.signing_in import is_sign_in, keyed_by_client, only_for_signed_in
from rescind.review.words import words_of

LAID_ASIDE = frozenset(["stash", "stashed", "pending", "unfinished"])  # who is not yet signed in


class RSC621(Rule):
    """Somebody is signed in under the id of session that the visitor brought.

    What it checks:
        Functions that write who somebody is into a session which the server keeps: of Django, CherryPy,
        Flask-Session, aiohttp-session and other frameworks, and of the project's own stores, in memory, in
        Redis or in a table.

    Why it matters:
        Who planted the id, by a link or from a neighbouring host, is signed in along with the visitor.

    How it is decided:
        By the key that is written and by whether the function, or what it calls, begins another session:
        ``cycle_key``, ``clear``, ``new_session``, a new id, a framework's own sign-in. Of the project's own
        stores it counts where the key is followed back to a cookie, a header or a parameter of the request.
        Sessions whose contents are the cookie have no id that could be planted.

    Fix:
        Rotate first: ``request.session.cycle_key()``, or sign in by the framework's own function. Of an own
        store: remove the old entry, make a new id, and set the cookie anew.

    References:
        ASVS 7.2.4, CWE-384

    Since:
        0.1
    """

    kind: ClassVar[Class] = "fixation"
    severity: ClassVar[Severity] = "high"

    def check(self, look: Look) -> Iterator[Finding]:
        if look.is_test or "sess" not in look.module.text.lower():
            return
        for function in look.module.functions:
            found = written(look, function)
            if found is not None and not renewed(look, function):
                yield self.finding(
                    look,
                    found[0],
                    "signed in under the id of session that the visitor brought",
                    confidence=found[1],
                    fix="begin another session first: cycle_key(), clear(), or a new id and a new entry",
                )


def written(look: Look, function: Function) -> tuple[ast.AST, Confidence] | None:
    """Where a function writes who somebody is, into a session that goes on."""
    if not LAID_ASIDE.isdisjoint(words_of(function.name)):
        return None
    for each in sign_ins(look, function):
        if only_for_signed_in(look, function, each.node, each.key):
            continue
        kept = on_server(look, each.session)
        if kept == "framework" or (kept == "own" and is_sign_in(look, function)):
            return each.node, "high" if kept == "framework" else "medium"
    for node in keyed_by_client(look, function):
        if is_sign_in(look, function):
            return node, "medium"
    return None


def renewed(look: Look, function: Function) -> bool:
    """Whether the function begins another session, or everybody who calls it does."""
    if begins_another(look, function):
        return True
    above = {
        caller
        for call in look.shared.flow.calls.callers(function)
        if (caller := call.module.function_of(call.node)) is not None and caller is not function
    }
    return bool(above) and all(begins_another(look.beside(each.module), each) for each in above)
