"""Functions that may tell somebody who is not signed in whether an account exists."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rescind.reading import Function
from rescind.review.guards import signed_in
from rescind.review.look import Look
from rescind.review.telling import for_people
from rescind.review.words import words_of

SIGNS_UP = frozenset(
    ["register", "registration", "signup", "join", "registered", "create", "invite", "taken", "profile"]
)
ASKS = frozenset(
    ["answer", "auth", "authenticate", "available", "begin", "check", "code", "email", "exists",
     "find", "forgot", "forgotten", "identify", "known", "link", "login", "logon", "lookup", "lost", "magic",
     "mail", "otp", "password", "pin", "recover", "recovery", "remind", "reminder", "request", "resend",
     "reset", "restore", "send", "sign", "signin", "signon", "start", "token"]
)  # fmt: skip
# In words that were written together.
INSIDE = re.compile(r"forgot|reset|recover|remind|resend|signin|login|passwor|magiclink")
ADMINISTERS = frozenset(["admin", "administrator", "superuser", "staff", "backoffice", "console"])


def asking(look: Look) -> tuple[Function, ...]:
    """Those of a module that nobody has to be signed in for, and that sign nobody up; made once."""
    known = look.shared.asking.get(look.module)
    if known is None:
        known = look.shared.asking[look.module] = tuple(found(look))
    return known


def found(look: Look) -> Iterator[Function]:
    if for_people(look) or not ADMINISTERS.isdisjoint(look.module.file.split("/")):
        return
    for function in look.module.functions:
        words = words_around(look, function)
        own = set(words_of(function.name))
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


def asks(look: Look, function: Function) -> bool:
    """Whether it is there for signing in, for a new password, for a code."""
    words = words_around(look, function)
    words |= set(words_of(function.cls.name if function.cls is not None else ""))
    if any(INSIDE.search(word) for word in words):
        return True
    return bool(ASKS & words) and look.shared.near(function)
