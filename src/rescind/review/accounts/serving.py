"""What is done with what was found: a password is held against it, or something is sent to whom it is."""

from __future__ import annotations

import ast
import re

from rescind.reading import Class, Function, unparsed, walk
from rescind.review.accounts.verifying import Verifying
from rescind.review.flow.names import bindings_at
from rescind.review.look import Look
from rescind.review.naming.called import arguments, called, called_function
from rescind.review.naming.words import secret_kind, words_of
from rescind.review.once import in_circles, once

SENDS = frozenset(
    ["send", "sends", "mail", "email", "notify", "notification", "deliver", "enqueue", "sms", "letter",
     "message", "publish", "dispatch", "delay", "deliverer", "mailer", "post", "text", "whatsapp",
     "enviar", "envia", "enviarle", "correo", "carta", "avisar", "mandar", "envoyer", "envoie", "courrier",
     "senden", "sende", "schicke", "schicken", "verschicken", "brief", "skicka", "brev", "invia", "inviare",
     "manda", "spedisci", "wyslij", "verstuur", "stuur"]
)  # fmt: skip
JOINED = re.compile(r"(?:send|mail|notif)\w|\w+(?:mail|sms)$")
POSTS = (
    "smtplib.", "django.core.mail.", "flask_mail.", "fastapi_mail.", "aiosmtplib.", "email.message.",
    "sendgrid.", "twilio.", "postmarker.", "anymail.", "mailersend.", "boto3.", "vonage.", "messagebird.",
)  # fmt: skip
RANDOM = ("secrets.", "random.", "pyotp.", "uuid.uuid4", "os.urandom", "itsdangerous.")
REACHED_BY = frozenset(
    ["email", "mail", "phone", "mobile", "address", "telephone", "telefon", "telefono", "epost", "correo",
     "courriel", "adresse", "msisdn", "sms", "handy", "telefoon", "poczta", "correio"]
)  # fmt: skip
ASKED = frozenset(["hint", "question", "pregunta", "frage", "pista", "hinweis", "indice", "domanda"])
PERSONS = (
    "django.contrib.auth.models.", "django.contrib.auth.base_user.", "flask_login.UserMixin",
    "flask_security.UserMixin", "fastapi_users", "django.contrib.auth.get_user_model",
)  # fmt: skip


def is_tried(look: Look, function: Function, name: str) -> bool:
    """Whether a password that is given is held against something: ``row.fits(form["pin"])``,
    ``verify(row["hash"], password)``, ``checkpw(given, kept)`` with ``kept = row["hash"]`` before."""
    if any(given_one(each.node, name) for each in function.calls):
        return True
    if any(
        given(look, each, name, strictly=False)
        for each in Verifying(look).calls(function, 0)
        if not delivers(look, each)
    ):
        return True
    return any(
        isinstance(each, ast.Compare) and tried_by({each.left, *each.comparators}, name)
        for each in function.walk()
    )


def given_one(node: ast.Call, name: str) -> bool:
    if not NEW.isdisjoint(words_of(called_function(node))):
        return False  # a new one
    given = set(arguments(node))
    own = isinstance(node.func, ast.Attribute) and getattr(node.func.value, "id", "") == name
    return tried_by(given, name) or (own and any(is_password(each) for each in given))


NEW = frozenset(["change", "choose", "create", "reset", "save", "set", "store", "update", "write"])


def tried_by(parts: set[ast.expr], name: str) -> bool:
    own = {each for each in parts if is_of(each, name)}
    return bool(own) and any(is_password(each) for each in parts - own)


def is_of(node: ast.expr, name: str) -> bool:
    """The hash of the row, ``row.hash``, ``row["pin"]``, or the hash itself."""
    held = node.value if isinstance(node, ast.Attribute | ast.Subscript) else node
    return isinstance(held, ast.Name) and held.id == name


def is_password(node: ast.expr) -> bool:
    return any(secret_kind(called(each)) == "password" for each in walk(node) if isinstance(each, ast.expr))


def given(look: Look, node: ast.Call, name: str, *, strictly: bool = True) -> bool:
    """Whether a call is given what was found, or a part of it; not strictly: also by another name."""
    every = arguments(node)
    every += [node.func.value] if isinstance(node.func, ast.Attribute) and not strictly else []
    for each in every:
        for part in walk(each):
            if not isinstance(part, ast.Name):
                continue
            if part.id == name:
                return True
            bound = [] if strictly else [one.value for one in bindings_at(part, look.scope(part))]
            if any(holds(value, name) for value in bound if value is not None):
                return True
    return False


def holds(value: ast.expr, name: str) -> bool:
    """``row["hash"] if row else NOBODY``"""
    parts = [value.body, value.orelse] if isinstance(value, ast.IfExp) else [value]
    return any(is_of(one, name) for each in parts for one in walk(each) if isinstance(one, ast.expr))


def is_served(look: Look, function: Function, name: str, line: int, *, by_random: bool = True) -> bool:
    """Whether something is sent to whom was found, a code is made for them, or their question is shown.

    Args:
        name: what holds who was found.
        line: where it was asked.
        by_random: whether it is enough that something random is made.
    """
    if turned_away(function, line):
        return False
    later = [each.node for each in function.calls if each.node.lineno >= line]
    if by_random and any(makes_random(look, each) for each in later):
        return True
    return any(serves(look, each, name) for each in later) or shows_question(function, name)


def turned_away(function: Function, line: int) -> bool:
    """Whether whoever is nobody was refused before somebody was asked for."""
    return any(
        isinstance(each, ast.Raise | ast.Return)
        and each.lineno < line
        and REFUSED.search(unparsed(each)) is not None
        for each in function.walk()
    )


REFUSED = re.compile(r"\b40[13]\b|Forbidden|Unauthori[sz]ed|PermissionDenied|NotAuthenticated")


def makes_random(look: Look, node: ast.Call) -> bool:
    return any(
        each.name.startswith(RANDOM) and "compare_digest" not in each.name for each in look.call(node).named
    )


def serves(look: Look, node: ast.Call, name: str) -> bool:
    if not given(look, node, name) or not delivers(look, node):
        return False
    every = arguments(node)
    whole = [each for each in every if isinstance(each, ast.Name) and each.id == name]
    return bool(whole) or any(
        not REACHED_BY.isdisjoint(words_of(called(part)))
        for each in every
        for part in walk(each)
        if isinstance(part, ast.Attribute | ast.Subscript | ast.Call) and is_of(part_of(part), name)
    )


def part_of(node: ast.Attribute | ast.Subscript | ast.Call) -> ast.expr:
    return node.func.value if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else node


def delivers(look: Look, node: ast.Call, depth: int = 2) -> bool:
    """A letter, a message: by what the call is called, or by what the function uses in the end."""
    words = words_of(unparsed(node.func))
    if not SENDS.isdisjoint(words) or any(JOINED.match(each) for each in words):
        return True
    for each in look.shared.flow.calls.callees(node, look.scope(node)) if depth else ():
        if posts(look, each, depth):
            return True
    return False


@once
@in_circles(bool)
def posts(look: Look, function: Function, depth: int) -> bool:
    """Whether a function of the project sends something on."""
    home = look.beside(function.module)
    return any(
        any(one.name.startswith(POSTS) for one in call.named) or delivers(home, call.node, depth - 1)
        for call in function.calls
    )


def shows_question(function: Function, name: str) -> bool:
    """``return {"question": row["question"]}``"""
    return any(
        isinstance(each, ast.Attribute | ast.Subscript)
        and is_of(each, name)
        and not ASKED.isdisjoint(words_of(called(each)))
        for value in function.returns
        for each in walk(value)
    )


def keeps_people(look: Look, value: ast.expr) -> bool:
    """Whether a model that is asked is one of people: its rows have a password, or the framework says so."""
    for each in walk(value):
        if isinstance(each, ast.Name) and each.id[:1].isupper():
            for one in look.named(each):
                if one.name.startswith(PERSONS):
                    return True
                if isinstance(one.definition, Class) and has_password(look, one.definition):
                    return True
    return False


@once
def has_password(_look: Look, cls: Class) -> bool:
    if any(each.name.startswith(PERSONS) for each in cls.mro):
        return True
    names = [
        name
        for each in cls.mro
        if isinstance(each.definition, Class)
        for name in each.definition.scope.bindings
    ]
    return any(secret_kind(each) == "password" or "password" in words_of(each) for each in names)
