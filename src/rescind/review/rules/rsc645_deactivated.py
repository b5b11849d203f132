"""RSC645: an account that is shut, and whose sessions and tokens go on."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import ClassVar

from rescind.reading import Function, unparsed, walk
from rescind.review.accounts.accounts import ACCOUNTS
from rescind.review.credentials.signed_in import is_asked_there, someone_does_not_ask, taken
from rescind.review.finding import Class, Finding, Severity
from rescind.review.look import Look
from rescind.review.naming.called import called, called_function
from rescind.review.naming.words import words_of
from rescind.review.once import once
from rescind.review.rule import Rule
from rescind.review.sessions.ending import ends_sign_ins
from rescind.review.sessions.lasting import has_to_end
from rescind.review.sessions.refused import refusals, shuts_by
from rescind.review.sessions.signing_in import is_sign_in, signs_in

# What an account is when it is shut, or is no more.
SHUT = frozenset(
    ["banned", "blocked", "bloqueado", "bloqueada", "deactivated", "disabled", "gesperrt", "inactive",
     "inactivo", "suspended", "suspendido", "baja", "desactivado", "terminated", "frozen", "archived",
     "geblokkeerd", "gedeactiveerd", "zablokowany", "nieaktywny", "zawieszony", "sospeso",
     "disattivato", "bloccato", "bloque", "desactive", "suspendu"]
)  # fmt: skip
OPEN = frozenset(
    ["active", "enabled", "aktiv", "activo", "activa", "ativo", "actif", "attivo", "actief", "aktywny"]
)
STATES = frozenset(["status", "state", "estado", "zustand"])
TEXT = SHUT | OPEN | {"status"}
UPDATE = re.compile(r"(?is)^\s*update\s+\W?(\w+)\W?\s+set\s+\W?(\w+)\W?\s*=\s*('?\w+'?|\?|%s|\$1|:\w+)")
NO_ACCOUNT = frozenset(
    ["session", "sessions", "token", "key", "application", "invitation", "job", "task", "worker",
     "plugin", "form", "widget", "button", "feature", "flag", "cache", "rule", "webhook",
     "subscription", "product", "item", "settings", "config", "thread", "timer", "field", "device",
     "cls", "self", "connection", "socket", "process", "plan", "project"]
)  # fmt: skip
FIX = "end the sessions and tokens of the account, or ask for it wherever one of them is taken"


class RSC645(Rule):
    """An account is shut, and whoever is signed in to it stays.

    What it checks:
        Functions that set an account to inactive, disabled, locked or the like, where the project keeps
        sessions in a store or gives out tokens.

    Why it matters:
        Somebody who left or was thrown out goes on working with the session or the token they have.

    How it is decided:
        By the attribute or column that is written: called as being shut, or one by which a sign-in
        refuses who has the right password, such as ``moved_out`` or ``NOT retired``. It is asked for
        where people sign in, and nowhere else, and neither the function, what it calls, nor those who call
        it, end sessions or tokens of others than whoever asks. What the project itself never sets is told
        where a session is taken without it. Django's own ``is_active`` is asked for with
        every request.

    Fix:
        End the sessions and tokens of the account in the same transaction, or ask for the attribute wherever
        a session or a token is taken.

    References:
        ASVS 7.4.2, CWE-613

    Since:
        0.1
    """

    kind: ClassVar[Class] = "long_lived"
    severity: ClassVar[Severity] = "medium"

    def prepare(self, look: Look) -> None:
        refusals(look)

    def check(self, look: Look) -> Iterator[Finding]:
        for node, column in () if look.is_test else unasked_doors(look):
            said = f"who is shut stays signed in: {column} is asked for at the sign-in alone"
            yield self.finding(look, node, said, confidence="medium", fix=FIX)
        if look.is_test or not (look.speaks_of(TEXT) or look.speaks_of(map(str.lower, refusals(look)))):
            return
        for function in look.module.functions:
            if is_sign_in(look, function) and not {"deactivate", "disable"} & set(words_of(function.name)):
                continue
            for node in function.nodes_of(ast.Assign, ast.Call):
                name = shuts(look, node, function)
                if name and only_at_sign_in(look, name) and has_to_end(look) and not ended(look, function):
                    said = "the account is shut, and whoever is signed in to it stays"
                    yield self.finding(look, node, said, confidence="medium", fix=FIX)
                    break


def unasked_doors(look: Look) -> Iterator[tuple[ast.AST, str]]:
    """Where a session is taken and nobody asks for what a sign-in refuses, of what the project itself never
    sets: somebody does so by another way."""
    for each in taken(look):
        if each.look is not look:
            continue
        here = set(words_of(look.module.source_of(each.function.node))) - READ_BY
        for column, refused in refusals(look).items():
            if not any(here & one.owners for one in refused):
                continue  # of other people
            words = set(words_of(column))
            of_framework = column == "is_active" and look.speaks_of(["django"])
            if not words & (SHUT | OPEN) or of_framework or column in set_somewhere(look):
                continue
            if not is_asked_there(each, column):
                yield each.found.node, column
                break


# How rows are read, which says nothing of whose they are.
READ_BY = frozenset(
    ["by", "data", "db", "email", "execute", "filter", "find", "first", "found", "get", "id", "lower", "none",
     "objects", "one", "or", "query", "row", "scalar", "select", "session", "str", "where"]
)  # fmt: skip


@once
def set_somewhere(look: Look) -> frozenset[str]:
    """The columns by which a function of the project shuts an account, or opens it."""
    found: set[str] = set()
    for home in look.everywhere(*(name.lower() for name in refusals(look))):
        found |= {
            called(target)
            for node in home.module.nodes_of(ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Attribute | ast.Subscript)
        }
        found |= {name for function in home.module.functions for node in function.nodes_of(ast.Call)
                  if (name := shuts(home, node, function))}  # fmt: skip
    return frozenset(found)


def shuts(look: Look, node: ast.AST, function: Function) -> str:
    """The attribute or column by which an account is shut; empty: the node does not do so."""
    if isinstance(node, ast.Assign):
        target = node.targets[0]
        if not isinstance(target, ast.Attribute | ast.Subscript):
            return ""
        name = called(target)
        if of_account(target.value, function) and is_shutting(name, node.value):
            return name
        return name if shuts_by(look, name, node.value, written_to(function, target.value)) else ""
    if not isinstance(node, ast.Call):
        return ""
    name = called_function(node)
    if name in WRITES:
        people = not ACCOUNTS.isdisjoint(words_of(unparsed(node.func))) or name == "values"
        said = set(words_of(unparsed(node.func)))
        return next(
            (
                key
                for key, value in written(node)
                if (people and is_shutting(key, value)) or shuts_by(look, key, value, said)
            ),
            "",
        )
    if name in {"execute", "fetchval", "fetchrow", "run", "exec"} and node.args:
        inner = node.args[0]
        inner = inner.args[0] if isinstance(inner, ast.Call) and inner.args else inner
        return next((column for text in look.values(inner).texts if (column := of_text(look, text))), "")
    return ""


WRITES = frozenset(
    ["update", "values", "update_one", "find_one_and_update", "update_user", "hset", "aupdate", "update_many"]
)


def written_to(function: Function, node: ast.expr) -> set[str]:
    """The words of what an attribute is set on; of ``self`` those of its class."""
    words = set(words_of(unparsed(node)))
    if words == {"self"} and function.cls is not None:
        words = set(words_of(function.cls.name))
    for each in function.parameters:
        if each.name == unparsed(node) and each.annotation is not None:
            words |= set(words_of(unparsed(each.annotation)))
    return words


def of_text(look: Look, text: str) -> str:
    """The column by which a statement shuts an account."""
    found = UPDATE.match(text)
    if found is None:
        return ""
    if not PEOPLE.isdisjoint(words_of(found[1])):
        shut = is_shutting(found[2], ast.Constant(number(found[3])))
        if shut:
            return found[2]
    table = set(words_of(found[1]))
    for column, value in SETS.findall(text[found.start(2) :]):
        given = ast.Constant(None) if value.lower() == "null" else ast.Constant(number(value))
        if shuts_by(look, column, given, table):
            return str(column)
    return ""


SETS = re.compile(r"(?i)(?:^|,)\s*\W?(\w+)\W?\s*=\s*('?[\w.]+'?|\?|%s|\$\d|:\w+)")


PEOPLE = ACCOUNTS | {
    "usuarios",
    "usuario",
    "nutzer",
    "benutzer",
    "mitglieder",
    "kunden",
    "clientes",
    "personas",
    "employees",
    "staff",
}


def number(text: str) -> str | bool:
    """Of a value in a statement: ``0``, ``false``, ``'disabled'``."""
    text = text.strip("'").lower()
    known = {"0": False, "false": False, "1": True, "true": True}
    return known.get(text, text)


def written(node: ast.Call) -> Iterator[tuple[str, ast.expr]]:
    yield from ((each.arg, each.value) for each in node.keywords if each.arg)
    for each in node.args:
        for one in walk(each):
            if isinstance(one, ast.Dict):
                for key, value in zip(one.keys, one.values, strict=True):
                    if isinstance(key, ast.Constant) and isinstance(key.value, str):
                        yield key.value, value


def of_account(node: ast.expr, function: Function) -> bool:
    """Whether an account is shut, or what may be one: ``instance`` of a view of tokens is none."""
    words = set(words_of(unparsed(node)))
    if words <= {"self", "object", "obj", "instance"} and function.cls is not None:
        words = (words - {"self"}) | set(words_of(function.cls.name))
    return NO_ACCOUNT.isdisjoint(words)


def is_shutting(name: str, value: ast.expr) -> bool:
    words = set(words_of(name))
    known = value.value if isinstance(value, ast.Constant) else None
    if words & SHUT:
        moment = isinstance(value, ast.Call) and not words & {"by", "reason"}
        return known is True or (moment and words <= SHUT | {"at", "is", "on", "since", "until", "account"})
    if words & OPEN and words <= OPEN | {"is", "account", "user", "login"}:
        return known is False
    if words & STATES and len(words) == 1:
        text = known if isinstance(known, str) else value.attr if isinstance(value, ast.Attribute) else ""
        return not SHUT.isdisjoint(words_of(text))
    return False


@once
def only_at_sign_in(look: Look, name: str) -> bool:
    """Whether it is asked for where people sign in, and by nobody who takes a session or a token."""
    asked = {signs_in(look.beside(function.module), function) for function in those_who_ask(look, name)}
    of_django = name == "is_active" and look.shared.imports("django")
    forgotten = someone_does_not_ask(look, name, "django" if of_django else "")
    if forgotten is None:
        return asked == {True} and not of_django
    return forgotten and (True in asked or of_django)


def those_who_ask(look: Look, name: str) -> Iterator[Function]:
    """The functions that read it: in a test, as a condition of a query, or in a statement."""
    for beside in look.everywhere(name.lower()):
        for function in beside.module.functions:
            if any(reads(each, name) for each in function.walk()):
                yield function


def reads(node: ast.AST, name: str) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr == name and isinstance(node.ctx, ast.Load)
    if isinstance(node, ast.Subscript):
        return isinstance(node.ctx, ast.Load) and called(node) == name
    if isinstance(node, ast.Call):
        if called_function(node) in {
            "filter",
            "filter_by",
            "get",
            "get_or_none",
            "find_one",
            "exclude",
            "where",
        }:
            keys = [key for arg in node.args if isinstance(arg, ast.Dict) for key in arg.keys]
            if any(isinstance(each, ast.Constant) and each.value == name for each in keys):
                return True
            given = {(each.arg or "").partition("__")[0] for each in node.keywords}
            return name in given or called(node) == name
        return False
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) < 1_000:
        text = node.value.lower()
        return "select " in text and re.search(rf"\b{re.escape(name.lower())}\b", text) is not None
    return False


def ended(look: Look, function: Function) -> bool:
    """Whether it ends sign-ins, or somebody who calls it does."""
    if ends_sign_ins(look, function, anything=False, others=True):
        return True
    above = {
        caller
        for call in look.shared.flow.calls.callers(function)
        if (caller := call.module.function_of(call.node)) is not None and caller is not function
    }
    return any(ends_sign_ins(look.beside(each.module), each, anything=False, others=True) for each in above)
