"""Functions that may tell somebody who is not signed in whether an account exists."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rescind.reading import Class, Function
from rescind.review.access.signed import signed_in
from rescind.review.access.within import heirs
from rescind.review.look import Look
from rescind.review.naming.words import words_of
from rescind.review.once import once_here
from rescind.review.secrets.telling import for_people

SIGNS_UP = frozenset(
    ["register", "registration", "signup", "join", "registered", "create", "invite", "taken", "profile"]
)
OF_SIGN_UP = frozenset(["register", "registration", "signup"])
ASKS = frozenset(
    ["answer", "auth", "authenticate", "available", "begin", "check", "code", "email", "exists",
     "find", "forgot", "forgotten", "identify", "known", "link", "login", "logon", "lookup", "lost", "magic",
     "mail", "otp", "password", "pin", "recover", "recovery", "remind", "reminder", "request", "resend",
     "reset", "restore", "send", "sign", "signin", "signon", "start", "token", "verification", "verify",
     "confirm", "activate", "activation", "challenge", "question", "hint", "entrar", "acceder", "unlock"]
)  # fmt: skip
# In words that were written together.
INSIDE = re.compile(
    r"forgot|reset|recover|remind|resend|signin|login|passwor|magiclink|vergessen|olvid|restablec|anmeld|zugang"
    r"|contrase|mdpoubli|esqueci|senha|recuper|acesso"
)
CODES = frozenset(["code", "codes", "otp", "pin", "link", "magic", "question", "codigo", "sms"])
ABOUT_CODES = frozenset(
    ["begin", "check", "confirm", "enviar", "magic", "new", "request", "security", "send", "senden",
     "start", "verify"]
)  # fmt: skip
ADMINISTERS = frozenset(["admin", "administrator", "superuser", "staff", "backoffice", "console"])


@once_here
def asking(look: Look) -> tuple[Function, ...]:
    """Those of a module that nobody has to be signed in for, and that sign nobody up."""
    return tuple(found(look))


def found(look: Look) -> Iterator[Function]:
    if for_people(look) or not ADMINISTERS.isdisjoint(look.module.file.split("/")):
        return
    for function in look.module.functions:
        words = words_around(look, function)
        own = set(words_of(function.name))
        if function.cls is not None and own & {"clean", "validate"}:
            words |= OF_SIGN_UP & set(words_of(function.cls.name))
        if words & SIGNS_UP and not own & {"login", "signin", "authenticate", "forgot", "reset"}:
            continue
        if not signed_in(look, function):
            yield function


def words_around(look: Look, function: Function) -> set[str]:
    """Of its name and its paths."""
    words = set(words_of(function.name))
    for route in look.shared.flow.entries.routes(function):
        words |= set(words_of(route.path))
    return words


def below(look: Look, cls: Class) -> list[str]:
    """The names of the classes of the project that a class is an ancestor of."""
    return [each.name for each in heirs(look).get(cls.qualname, [])]


def asks(look: Look, function: Function) -> bool:
    """Whether it is there for signing in, for a new password, for a code."""
    words = words_around(look, function)
    if function.cls is not None:
        words |= {word for each in (function.cls.name, *below(look, function.cls)) for word in words_of(each)}
    if any(INSIDE.search(word) for word in words):
        return True
    if CODES & words and ABOUT_CODES & words:
        return True
    return bool(ASKS & words) and look.shared.near(function)
