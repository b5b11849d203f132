"""RSC646: links and tokens that are there for one use, and are good again."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import ClassVar

from rescind.reading import Function, walk
from rescind.review.called import called, called_function
from rescind.review.ending import STATEMENT, TAKES, callees
from rescind.review.finding import Class, Finding, Severity
from rescind.review.flow.names import bindings_at
from rescind.review.look import Look
from rescind.review.rule import Rule
from rescind.review.words import words_of

# What is for one use, by the name of what keeps it, and by that of who takes it.
LINKS = re.compile(r"(?i)reset|magic|recover|invit|einlad|convit|restab|forgot|einmal|login_?link|one_?time")
TEXT = ("reset", "magic", "recover", "invit", "einlad", "convit", "restab", "forgot", "einmal", "link",
        "onetime", "one_time", "passw", "clave", "senha")  # fmt: skip
OF_LINK = frozenset(["code", "digest", "hash", "key", "token", "t", "tok", "codigo", "secret", "jti"])
READS = frozenset(["get", "find_one", "first", "one_or_none", "scalar_one_or_none", "get_or_none",
                   "fetchone", "one",
                   "fetchrow", "scalar", "get_object_or_404", "first_or_404", "afirst", "aget"])  # fmt: skip
USES = re.compile(
    r"(?i)set_password|password|passwd|passwort|clave|senha|log_?in|sign_?in|start_session|create_session"
    r"|open_session|issue|create_access_token"
)
USED = frozenset(
    ["accepted", "accept", "consume", "consumed", "done", "redeem", "redeemed", "spent", "status", "used",
     "use", "burn",
     "burned", "claimed", "closed", "state", "verwendet", "eingeloest", "usado", "usada", "getdel",
     "invalidate", "expire",
     "mark", "uses", "remaining", "revoked", "revoke", "active", "valid", "version"]
)  # fmt: skip
MARKS = USED - {"status", "state", "active", "valid", "version"}
FIX = "take the entry out, or mark it as used, in the same transaction and before it has an effect"


class RSC646(Rule):
    """A link for one use is good again and again.

    What it checks:
        Functions that set a password, sign somebody in or take somebody in, for a token of a reset, a magic
        link or an invitation that is looked up in a store or a table.

    Why it matters:
        Whoever finds the link later, in a mailbox, a log or a history, gets in with it once more.

    How it is decided:
        By what is looked up: under a token, in something called as resets, links or invitations. Neither the
        function nor what it calls takes the entry out, marks it as used or writes another token. Signed
        tokens, which stand in no store, are not judged.

    Fix:
        Take the entry out, or mark it as used, in the same transaction and before it has an effect.

    References:
        ASVS 6.5.1, CWE-613

    Since:
        0.1
    """

    kind: ClassVar[Class] = "long_lived"
    severity: ClassVar[Severity] = "medium"

    def check(self, look: Look) -> Iterator[Finding]:
        if look.is_test or not look.speaks_of(TEXT):
            return
        for function in look.module.functions:
            if not has_effect(function):
                continue
            said_so = LINKS.search(function.name) is not None
            found = next((each for each in function.walk() if opens(look, each, said_so=said_so)), None)
            if found is not None and not is_used_up(look, function):
                said = "a link for one use is looked up, has its effect, and stays"
                yield self.finding(look, found, said, confidence="medium", fix=FIX)


def opens(look: Look, node: ast.AST, *, said_so: bool) -> bool:
    """``RESETS[token]``, ``cache.get("reset:" + token)``, ``Invite.objects.get(code=code)``, a SELECT.

    Args:
        said_so: whether the function is called as one of links for one use.
    """
    if isinstance(node, ast.Subscript):
        load = isinstance(node.ctx, ast.Load) and is_token(look, node.slice)
        return load and (said_so or LINKS.search(called(node.value)) is not None)
    if not isinstance(node, ast.Call) or called_function(node) not in READS:
        return False
    every = [each for each in walk(node) if isinstance(each, ast.expr)]
    texts = [each.value for each in every if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    texts += [
        text for each in node.args[:1] if isinstance(each, ast.Name) for text in look.values(each).texts
    ]
    names = [
        called(each)
        for each in every
        if isinstance(each, ast.Name | ast.Attribute) and not is_token(look, each)
    ]
    if not said_so and not any(LINKS.search(each) for each in (*names, *texts)):
        return False
    return any(is_token(look, each) for each in every)


def is_token(look: Look, node: ast.expr) -> bool:
    """A variable that is called as a token, and comes from outside: a parameter, or what a request says."""
    if not isinstance(node, ast.Name) or OF_LINK.isdisjoint(words_of(node.id)):
        return False
    return any(each.kind in {"parameter", "assign"} for each in bindings_at(node, look.scope(node)))


def has_effect(function: Function) -> bool:
    """Whether a password is set, somebody is signed in or taken in."""
    if not any(word in function.name.lower() for word in TEXT):
        return False
    for node in function.walk():
        if isinstance(node, ast.Call) and USES.search(called_function(node)) and not is_check(node):
            return True
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and USES.search(node.attr):
            return True
        if isinstance(node, ast.Call) and called_function(node) == "add" and "invit" in function.name.lower():
            return True
    return False


def is_check(node: ast.Call) -> bool:
    return not {
        "verify",
        "check",
        "validate",
        "required",
        "login_required",
        "form",
        "hash",
        "get",
        "is",
    }.isdisjoint(words_of(called_function(node)))


def is_used_up(look: Look, function: Function, depth: int = 2) -> bool:
    """Whether something is taken out, or marked as used, by a function or by what it calls."""
    for node in function.walk():
        if isinstance(node, ast.Delete):
            return True
        if isinstance(node, ast.Call):
            words = set(words_of(called_function(node)))
            if words & (TAKES - {"reset", "close", "end", "rotate", "change"}) or words & USED:
                return True
            texts = [text for each in node.args[:1] for text in look.values(each).texts]
            inner = node.args[0] if node.args else None
            if isinstance(inner, ast.Call) and inner.args:
                texts += look.values(inner.args[0]).texts
            if any((found := STATEMENT.match(text)) and is_of_link(found[0], text) for text in texts):
                return True
            if any(not MARKS.isdisjoint(words_of(each.arg or "")) for each in node.keywords):
                return True
        if isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store):
            words = set(words_of(called(node)))
            if words & (USED | OF_LINK) and not words & {"password", "passwort", "pw", "clave", "senha"}:
                return True
    return bool(depth) and any(
        is_used_up(look.beside(each.module), each, depth - 1) for each in callees(look, function)
    )


def is_of_link(head: str, text: str) -> bool:
    return (
        head.strip().lower().startswith("delete")
        or not USED.isdisjoint(words_of(text))
        or "token" in text.lower()
    )
