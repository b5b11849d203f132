"""RSC646: links and tokens that are there for one use, and are good again."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import ClassVar

from rescind.reading import Function, unparsed, walk
from rescind.review.accounts.accounts import ACCOUNTS
from rescind.review.credentials.kept import is_secret
from rescind.review.credentials.opening import Opening, openings
from rescind.review.credentials.unasked import ENDS, columns_of, is_asked, near, opens_the_door
from rescind.review.credentials.unasked import USED as USED_COLUMNS
from rescind.review.finding import Class, Finding, Severity
from rescind.review.flow.names import bindings_at
from rescind.review.lifetimes.keyed import is_written_again, one_use_reads
from rescind.review.look import Look
from rescind.review.naming.called import called, called_function, variables
from rescind.review.naming.words import secret_kind, words_of
from rescind.review.rule import Rule
from rescind.review.sessions.ending import STATEMENT, TAKES, callees

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
        By what is looked up: under a token, in something called as resets, links or invitations, or in which
        it stands whether it was used. That has to be asked, too. Neither the
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
        if look.is_test:
            return
        about_links = look.speaks_of(TEXT)
        for function in look.module.functions:
            for opening in openings(look, function):
                what = used_again(look, function, opening)
                if what:
                    yield self.finding(look, opening.node, what, confidence="medium", fix=FIX)
                    break
            else:
                found = list(self.by_name(look, function)) if about_links else []
                found = found or list(self.by_meaning(look, function))
                yield from found or self.by_key(look, function)

    def by_name(self, look: Look, function: Function) -> Iterator[Finding]:
        """Of a function that is called as one of links, whatever it looks them up in."""
        if has_effect(function):
            said_so = LINKS.search(function.name) is not None
            found = next((each for each in function.walk() if opens(look, each, said_so=said_so)), None)
            if found is not None and not is_used_up(look, function):
                said = "a link for one use is looked up, has its effect, and stays"
                yield self.finding(look, found, said, confidence="medium", fix=FIX)

    def by_meaning(self, look: Look, function: Function) -> Iterator[Finding]:
        """Of a row that somebody named, that has an end, and through which a password is set."""
        for node, row in rows_of_links(look, function):
            if not is_used_up(look, function) and not writes_to(function, row):
                said = "what lets set a password is looked up, has its effect, and stays"
                yield self.finding(look, node, said, confidence="medium", fix=FIX)
                return

    def by_key(self, look: Look, function: Function) -> Iterator[Finding]:
        """Of a function that asks a store for what is for one use: ``redis.get(f"otp:{phone}")``."""
        for node, texts in one_use_reads(look, function):
            around = [function, *callees(look, function), *those_above(look, function)]
            if not any(acts(each) for each in (function, *those_above(look, function))):
                return
            if not any(is_written_again(look.beside(each.module), each, node, texts) for each in around):
                said = "what is for one use is asked for in a store, has its effect, and stays there"
                yield self.finding(look, node, said, confidence="medium", fix=FIX)
                return


def rows_of_links(look: Look, function: Function) -> Iterator[tuple[ast.AST, str]]:
    """``row = Recovery.query.filter_by(code=code).first()``, and ``row.person.password = ...`` later."""
    given = {each.name for each in function.parameters}
    for node in function.nodes_of(ast.Assign):
        if not isinstance(node.targets[0], ast.Name):
            continue
        row, value = node.targets[0].id, node.value
        asked = variables(value) & given
        reads = any(isinstance(each, ast.Call) and called_function(each) in READS for each in walk(value))
        if asked and reads and has_end(function, row) and sets_password_of(function, row):
            yield node, row


def has_end(function: Function, row: str) -> bool:
    return any(
        isinstance(each, ast.Attribute) and isinstance(each.ctx, ast.Load)
        and getattr(each.value, "id", "") == row and not ENDS.isdisjoint(words_of(each.attr))
        for each in function.walk()
    )  # fmt: skip


def sets_password_of(function: Function, row: str) -> bool:
    """``row.person.password = ...``, ``row.person.set_password(...)``: of somebody beside the row."""
    for each in function.walk():
        if isinstance(each, ast.Attribute) and secret_kind(each.attr.removeprefix("set_")) == "password":
            held = each.value
            if isinstance(held, ast.Attribute) and getattr(held.value, "id", "") == row:
                return True
    return False


def writes_to(function: Function, row: str) -> bool:
    """``row.used = True``"""
    return any(
        isinstance(each, ast.Attribute)
        and isinstance(each.ctx, ast.Store)
        and getattr(each.value, "id", "") == row
        for each in function.walk()
    )


def those_above(look: Look, function: Function) -> list[Function]:
    found = [call.module.function_of(call.node) for call in look.shared.flow.calls.callers(function)]
    return list(dict.fromkeys(each for each in found if each is not None and each is not function))


def used_again(look: Look, function: Function, opening: Opening) -> str:
    """What is wrong with how a row of what is there for one use is taken; empty: nothing that can be told."""
    used = columns_of(opening, USED_COLUMNS)
    for_once = opening.table.once or bool(opening.table.words & {"code", "codes"})
    if opening.gone or not (for_once or used) or not opens_the_door(look, opening):
        return ""
    around = near(look, function, opening)
    if not any(acts(each) for each in around) or any(
        deletes(look.beside(each.module), each, opening) for each in around
    ):
        return ""
    if used:
        asked = is_asked(look, function, opening, used)
        return "" if asked else f"{min(used)} of {opening.table.name} is stored, and nobody asks for it"
    if "refresh" in opening.table.words or any(
        is_used_up(look.beside(each.module), each, 0) for each in around
    ):
        return ""
    return f"a row of {opening.table.name} is looked up, has its effect, and stays"


def acts(function: Function) -> bool:
    """Whether somebody is signed in, gets tokens or an account, or a password is set."""
    for each in function.calls:
        name = called_function(each.node)
        words = set(words_of(name))
        if (words & ACTS or {"sign", "in"} <= words or {"log", "in"} <= words) and not words & {
            "verify",
            "check",
            "validate",
            "required",
            "is",
            "get",
            "form",
        }:
            return True
        if words & MAKES and not words & {"csrf", "card", "reset"} and words & {"token", "tokens"}:
            return True
        made = words_of(unparsed(each.node.func)) if words & {"create", "add", "new"} else ()
        if not (PEOPLE | {"membership", "memberships"}).isdisjoint(made):
            return True
        if each.node.args and any(SETS_PASSWORD.search(text) for text in texts_in(each.node.args[0])):
            return True
    return any(
        isinstance(each, ast.Attribute) and isinstance(each.ctx, ast.Store) and USES.search(each.attr)
        for each in function.walk()
    )


def texts_in(node: ast.expr) -> list[str]:
    return [
        each.value for each in walk(node) if isinstance(each, ast.Constant) and isinstance(each.value, str)
    ]


PEOPLE = ACCOUNTS - {"row", "record", "found", "match", "who"}
MAKES = frozenset(["new", "create", "make", "mint", "generate", "issue"])
SETS_PASSWORD = re.compile(
    r"(?is)^\s*update\s+\W?\w+\W?\s+set\b.*?\b\w*(?:passw|pwd|clave|senha|kennwort)\w*\W?\s*="
)
ACTS = frozenset(
    ["admit", "anmelden", "beginnen", "begin", "issue", "login", "signin", "start", "password", "passwort",
     "kennwort", "clave", "senha", "tokens", "register", "authenticate", "accept", "enter", "einloggen"]
)  # fmt: skip


def deletes(look: Look, function: Function, opening: Opening) -> bool:
    """Whether a row goes, or what opens it is another from then on."""
    secret = {each for each in opening.table.columns if is_secret(each)}
    for node in function.walk():
        if isinstance(node, ast.Delete):
            return True
        if isinstance(node, ast.Call):
            own = look.shared.flow.calls.callees(node, look.scope(node))
            if set(words_of(called_function(node))) & GOES and not own:
                return True
            texts = [text for each in node.args[:1] for text in look.values(each).texts]
            if any("delete from" in " ".join(text.lower().split()) for text in texts):
                return True
        if isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store):
            name = called(node)
            if not secret.isdisjoint({name}) or not ENDS.isdisjoint(words_of(name)):
                return True
    return False


GOES = frozenset(
    ["consume", "delete", "destroy", "discard", "expunge", "forget", "invalidate", "pop", "purge", "remove",
     "getdel", "burn", "redeem", "loeschen", "eliminar", "borrar", "revoke", "rotate"]
)  # fmt: skip


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
