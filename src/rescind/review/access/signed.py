"""Whether a handler is for those who are signed in, by what stands before it."""

from __future__ import annotations

from rescind.reading import Function, unparsed
from rescind.review.access.guards import ASKS_WHO, NAMED_SO, injected, of_class
from rescind.review.access.who import reads_authorization
from rescind.review.look import Look
from rescind.review.naming.words import words_of


def signed_in(look: Look, function: Function) -> bool:
    """Whether only who is signed in, or an administrator or a machine, gets to a handler."""
    for each in function.decorators:
        words = set(words_of(each.name or "") or words_of(unparsed(each.node)))
        words |= set(words_of(unparsed(each.node).partition("(")[0]))
        if words & ASKED_FOR and words & {"required", "requires", "require", "needs", "need", "only", "has"}:
            return True
    if function.cls is not None and of_class(function.cls) & (ASKS_WHO | NAMED_SO):
        return True
    parameters = [*function.node.args.args, *function.node.args.kwonlyargs]
    if any(words_of(each.arg)[:1] == ("current",) for each in parameters):
        return True
    if any(reads_authorization(each) for call in function.calls for each in call.node.args):
        return True
    return bool(injected(look, function) & ASKED_FOR)


ASKED_FOR = frozenset(
    ["login", "logged", "authenticated", "jwt", "auth", "permission", "permissions", "scope", "scopes",
     "admin", "role", "roles", "staff", "superuser", "current", "token", "user", "principal", "machine"]
)  # fmt: skip
