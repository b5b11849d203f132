"""RSC644: a new password that ends nothing."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import ClassVar

from rescind.reading import Function, unparsed, walk
from rescind.review.accounts.accounts import ACCOUNTS
from rescind.review.accounts.new_passwords import is_of_framework, keeps_hash
from rescind.review.credentials.signed_in import of_people
from rescind.review.finding import Class, Finding, Severity
from rescind.review.flow.names import bindings_at
from rescind.review.look import Look
from rescind.review.naming.called import called, called_function
from rescind.review.naming.words import ABOUT, words_of
from rescind.review.once import once
from rescind.review.rule import Rule
from rescind.review.sessions.by_hand import by_hand
from rescind.review.sessions.ending import ends_sign_ins
from rescind.review.sessions.lasting import has_to_end

SPEAKS = frozenset(
    ["password", "passwd", "pwd", "passphrase", "pw", "passwort", "contrasena", "senha", "kennwort", "clave",
     "mdp", "motdepasse",
     "wachtwoord", "haslo", "parola"]
)  # fmt: skip
CHANGES = frozenset(
    ["change", "changes", "reset", "update", "set", "new", "forgot", "forgotten", "recover", "recovery",
     "edit", "renew", "replace", "patch", "put", "post", "save", "modify", "password", "passwd", "cambiar",
     "admin", "aendern", "cambio", "nuevo", "nueva", "nova", "novo", "neu", "neues", "restablecer",
     "zuruecksetzen",
     "actualizar", "setzen", "alterar", "redefinir", "changer", "recuperar",
     "wijzig", "wijzigen", "zmien", "zmiana", "nowe", "cambia", "modifica", "nuova", "nouveau",
     "modifier", "reinitialiser", "reimposta", "herstel", "imposta"]
)  # fmt: skip
BEGINS = frozenset(
    ["register", "registration", "signup", "create", "seed", "bootstrap", "import", "migrate", "rehash",
     "upgrade", "install", "setup", "init", "login", "signin", "authenticate", "ensure", "make", "add",
     "verify", "check", "validate", "hash", "generate", "clean", "from", "test", "load"]
)  # fmt: skip
# With these a password is something about one, or of something else than an account.
NO_ACCOUNT = frozenset(
    ["reset", "changed", "at", "must", "change", "expires", "attempts", "token", "history", "last",
     "updated", "input", "field", "widget", "confirm", "old", "is", "has", "needs", "required", "error",
     "registration", "smtp", "db", "database", "archive", "room", "wifi", "proxy", "share", "link", "zip",
     "pdf", "ldap", "mail", "email", "imap", "remote", "join", "meeting", "enrollment", "bind", "ftp",
     "ssh", "sudo", "keystore", "private", "certificate"]
)  # fmt: skip
NO_ROWS = frozenset(
    ["form", "data", "config", "cfg", "session", "settings", "payload", "kwargs", "context", "cls", "args",
     "environ"]
)  # fmt: skip
UPDATE = re.compile(
    r"(?is)^\s*update\s+\W?(\w+)\W?\s+set\b(?P<others>.*?)\b(?:"
    + "|".join(sorted(SPEAKS))
    + r"|\w+_password)\w*\W?\s*="
)
# With an invitation comes the first password.
FIRST = frozenset(
    ["accept", "activate", "activation", "invitation", "invite", "join", "onboard", "onboarding", "register",
     "registration", "signup", "welcome", "beitreten", "einladung", "convite", "invitacion"]
)  # fmt: skip
REHASH = re.compile(r"(?i)rehash|needs_update|upgrade|deprecated|legacy|outdated")
FIX = (
    "end all sessions and tokens of the account in the same transaction, or move on a version that they carry"
)


class RSC644(Rule):
    """A new password ends none of the sessions of before.

    What it checks:
        Functions that write another password, by changing, resetting or editing an account, where the project
        keeps sessions in a store, signs in into Django's by hand, or gives out tokens.

    Why it matters:
        Who knew the old password is signed in and stays: the change does not help against them.

    How it is decided:
        By what is written: an attribute, a column or a key called as a password. Neither the function, what
        it calls, nor those who call it, end sessions or tokens or move on a version. Where some of those who
        call it do, the others are told. Django's own sessions carry a digest of the password, so a change
        ends them; those into which a project writes itself who it is carry none. A column of the account that
        is held against the session is a version. First passwords and new hashes of the same password are
        fine.

    Fix:
        End all sessions and tokens of the account in the same transaction, or move on a version that they
        carry.

    References:
        ASVS 7.4.3, CWE-613

    Since:
        0.1
    """

    kind: ClassVar[Class] = "long_lived"
    severity: ClassVar[Severity] = "medium"

    def check(self, look: Look) -> Iterator[Finding]:
        text = look.module.text.lower()
        if look.is_test or not any(word in text for word in SPEAKS):
            return
        if not (has_to_end(look) or by_hand(look)) or tied(look):
            return
        for function in look.module.functions:
            node = next((each for each in function.walk() if writes(look, each)), None)
            if node is None:
                yield from self.entry(look, function)
                continue
            if not changes(look, function, node) or REHASH.search(look.module.source_of(function.node)):
                continue
            if not ended(look, function) and not some_end(look, function):
                yield self.finding(look, node, SAID, confidence="medium", fix=FIX)

    def entry(self, look: Look, function: Function) -> Iterator[Finding]:
        """One way to a new password that ends nothing, beside others of the same function that do."""
        if BEGINS & set(words_of(function.name)) or not SPEAKS & set(
            words_of(look.module.source_of(function.node))
        ):
            return
        for call in function.calls:
            for each in look.shared.flow.calls.callees(call.node, look.scope(call.node)):
                home = look.beside(each.module)
                known = any(writes(home, one) for one in each.walk()) and not ends_sign_ins(
                    home, each, anything=False
                )
                if known and some_end(home, each) and not ended(look, function):
                    yield self.finding(look, call.node, SAID, confidence="medium", fix=FIX)
                    return


SAID = "a new password, and whoever is signed in with the old one stays"


def some_end(look: Look, function: Function) -> bool:
    """Whether somebody who calls a function ends sign-ins: those who do not are told by themselves."""
    return any(
        ends_sign_ins(look.beside(each.module), each, anything=False) for each in those_above(look, function)
    )


def those_above(look: Look, function: Function) -> set[Function]:
    return {
        caller
        for call in look.shared.flow.calls.callers(function)
        if (caller := call.module.function_of(call.node)) is not None and caller is not function
    }


def changes(look: Look, function: Function, node: ast.AST) -> bool:
    """Whether a function is there to change a password, or an account as a whole, or writes it into an
    account that was found."""
    words = set(words_of(function.name))
    paths = {word for route in look.shared.flow.entries.routes(function) for word in words_of(route.path)}
    if words & BEGINS and not words & {"change", "reset", "set", "update"}:
        return False
    if function.cls is not None:
        words |= set(words_of(function.cls.name))
    if words & {"registration", "register", "signup", "seed"} or paths & FIRST or words & FIRST:
        return False
    if function.cls is not None and words_of(function.name)[0] == "set" and not those_above(look, function):
        return False  # of what keeps accounts: whoever will call it changes one
    return (bool((words | paths) & CHANGES) or was_found(look, node)) and not is_primitive(function)


def was_found(look: Look, node: ast.AST) -> bool:
    """``user = User.objects.get(...)``, and no new object."""
    target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "func", None)
    base = getattr(target, "value", None)
    if not isinstance(base, ast.Name):
        return False
    values = [one.value for one in bindings_at(base, look.scope(base))]
    plain = [each.value if isinstance(each, ast.Await) else each for each in values]
    return bool(plain) and all(
        isinstance(each, ast.Call) and not called_function(each)[:1].isupper() and not is_made(each)
        for each in plain
    )


def is_made(node: ast.Call) -> bool:
    return not {"create", "new", "make", "build", "add", "register"}.isdisjoint(
        words_of(called_function(node))
    )


def is_primitive(function: Function) -> bool:
    """``def set_password(self, text): self.password = ...``: it is those who call it that change one."""
    return function.cls is not None and all(
        isinstance(each.value, ast.Name) and each.value.id == "self"
        for each in function.walk()
        if isinstance(each, ast.Attribute) and isinstance(each.ctx, ast.Store) and is_password(each.attr)
    ) and any(
        isinstance(each, ast.Attribute) and isinstance(each.ctx, ast.Store) and is_password(each.attr)
        for each in function.walk()
    )  # fmt: skip


def is_password(name: str) -> bool:
    words = words_of(name)
    if not words or SPEAKS.isdisjoint(words) or words[-1] in ABOUT:
        return False
    return NO_ACCOUNT.isdisjoint(words)


def writes(look: Look, node: ast.AST) -> bool:
    """Another password that goes into an account."""
    if isinstance(node, ast.Assign):
        return any(goes_into(look, target, node.value) for target in node.targets)
    if not isinstance(node, ast.Call):
        return False
    name = called_function(node)
    if isinstance(node.func, ast.Attribute) and (name == "set_password" or sets_own(look, node)):
        return bool(node.args or node.keywords) and (not of_django(look) or is_own_account(look, node))
    if node.args and (name in RUNS or says_update(node.args[0])):
        found = [match for text in statements(look, node.args[0]) if (match := UPDATE.search(text))]
        return any(not each["others"].strip() or not ACCOUNTS.isdisjoint(words_of(each[1])) for each in found)
    if name in CHANGES_ROWS:
        base = getattr(node.func, "value", node.func)
        if not NO_ROWS.isdisjoint(words_of(called(base))) or is_dictionary(look, base):
            return False
        given = [each.arg or "" for each in node.keywords]
        given += [str(key.value) for each in node.args for one in walk(each) if isinstance(one, ast.Dict)
                  for key in one.keys if isinstance(key, ast.Constant)]  # fmt: skip
        return any(is_password(each) for each in given)
    return name == "setattr" and len(node.args) == 3 and is_password(called_constant(node.args[1]))


RUNS = frozenset(["execute", "fetchval", "fetchrow", "run", "exec"])
CHANGES_ROWS = frozenset(
    ["change", "edit", "filter_update", "find_one_and_update", "modify", "patch", "update", "update_one",
     "update_user", "values"]
)  # fmt: skip


def is_dictionary(look: Look, node: ast.expr) -> bool:
    """``options = {"timeout": 5}``: what is put together here for a call, and no row."""
    bound = bindings_at(node, look.scope(node)) if isinstance(node, ast.Name) else ()
    return bool(bound) and all(
        isinstance(each.value, ast.Dict)
        or (isinstance(each.value, ast.Call) and getattr(each.value.func, "id", "") == "dict")
        for each in bound
    )


def says_update(node: ast.expr) -> bool:
    """``db.ejecutar("UPDATE ...")``, however what runs it is called."""
    return (
        isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.value.lstrip()[:7].lower() == "update "
    )


def sets_own(look: Look, node: ast.Call) -> bool:
    """``account.hash_password(text)`` of a method that keeps it in the object."""
    named = is_password(called_function(node))
    return any(
        (named and is_primitive(each)) or keeps_hash(look.beside(each.module), each)
        for each in look.shared.flow.calls.callees(node, look.scope(node))
    )


def is_own_account(look: Look, node: ast.Call) -> bool:
    """Whether it is no account of Django, and its sign-ins are written into sessions by hand."""
    found = look.shared.flow.calls.callees(node, look.scope(node))
    return bool(found) and by_hand(look) and not any(map(is_of_framework, found))


def called_constant(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def statements(look: Look, node: ast.expr) -> list[str]:
    """Texts of SQL, also inside of ``text(...)`` and as f-strings."""
    inner = node.args[0] if isinstance(node, ast.Call) and node.args else node
    found = look.values(inner).texts
    if not found and isinstance(inner, ast.JoinedStr):
        found = ["".join(str(each.value) if isinstance(each, ast.Constant) else "x" for each in inner.values)]
    return found


def goes_into(look: Look, target: ast.expr, value: ast.expr) -> bool:
    """``user.password_hash = ...``, ``USERS[name]["password"] = ...``; not a form, and not nothing."""
    if isinstance(value, NO_VALUES) or not isinstance(target, ast.Attribute | ast.Subscript):
        return False
    base = called(target.value)
    if not NO_ROWS.isdisjoint(words_of(unparsed(target.value))):
        return False
    if base == "self" or (isinstance(target, ast.Subscript) and not isinstance(target.slice, ast.Constant)):
        return False
    if of_django(look) and called(target) == "password" and not by_hand(look):
        return False
    return is_password(called(target)) and not is_copy(look, target, value)


# Nothing, or what is asked of a field: ``schema["password"] = [not_empty, long_enough]``.
NO_VALUES = (ast.Constant, ast.List, ast.Dict, ast.Set)


def is_copy(look: Look, target: ast.expr, value: ast.expr) -> bool:
    """``new.password_hash = old.password_hash``"""
    if not isinstance(value, ast.Attribute | ast.Subscript) or called(value) != called(target):
        return False
    return not any(each.kind == "request" for each in look.origins(value))


def of_django(look: Look) -> bool:
    """Whether the sessions are Django's, which end by themselves: no tokens, no other sessions."""
    if "django" not in look.module.text or of_people(look):
        return False
    return not look.shared.imports("rest_framework_simplejwt", "rest_framework.authtoken", "knox", "jwt")


@once
def tied(look: Look) -> bool:
    """Whether what is given out carries something of the password, which is held against it later."""
    return any(
        REVOKES.search(home.module.text) or any(map(carries_password, home.module.functions))
        for home in look.everywhere()
    )


# Tokens of SimpleJWT carry a digest of the password then.
REVOKES = re.compile(r"[\"']CHECK_REVOKE_TOKEN[\"']\s*:\s*True\b")


def carries_password(function: Function) -> bool:
    words = set(words_of(function.name))
    if not words & {"token", "claims", "session", "stamp", "fingerprint", "current", "load", "get", "auth"}:
        return False
    if not words & {"fingerprint", "stamp", "hash", "load", "current", "id", "session", "state", "claims"}:
        return False
    if words & SPEAKS:
        return False
    return any(
        isinstance(each, ast.Attribute | ast.Subscript)
        and isinstance(each.ctx, ast.Load)
        and is_password(called(each))
        and not is_handed_on(function, each)
        for each in function.walk()
    )


def is_handed_on(function: Function, node: ast.AST) -> bool:
    """``User(password_hash=row["password_hash"])``: an account that is loaded, and nothing is compared."""
    above = function.module.parent_of(node)
    if isinstance(above, ast.keyword):
        return is_password(above.arg or "")
    if isinstance(above, ast.Dict):
        return any(
            value is node and isinstance(key, ast.Constant) and is_password(str(key.value))
            for key, value in zip(above.keys, above.values, strict=True)
        )
    return isinstance(above, ast.Call) and called_function(above)[:1].isupper()


LINKS = frozenset(
    ["reset", "forgot", "forgotten", "recover", "recovery", "restablecer", "recuperar", "zuruecksetzen",
     "redefinir",
     "vergessen", "link"]
)  # fmt: skip


def ended(look: Look, function: Function) -> bool:
    """Whether it ends sign-ins, or everybody who calls it does; that a link is used up is no such end."""
    link = ""
    if not LINKS.isdisjoint(words_of(function.name)):
        link = next(
            (each.name for each in function.parameters if {"token", "code"} & set(words_of(each.name))), ""
        )
    if ends_sign_ins(look, function, anything=False, aside=link):
        return True
    above = those_above(look, function)
    return bool(above) and all(
        ends_sign_ins(look.beside(each.module), each, anything=False) for each in above
    )
