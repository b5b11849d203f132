"""RSC621: signing in under the id that the visitor brought."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import ClassVar

from rescind.reading import Function
from rescind.review.finding import Class, Finding, Severity
from rescind.review.look import Look
from rescind.review.rule import Rule
from rescind.review.words import words_of

WHO = frozenset(
    ["account", "acting", "customer", "employee", "identity", "login", "member", "person", "principal",
     "rider", "uid", "user", "userid", "username", "who"]
)  # fmt: skip
NEW = re.compile(
    r"\b(?:clear|cycle_key|flush|regenerate\w*|rotate\w*|new_session|invalidate|renew\w*|fresh|reset_session|login|login_user"
    r"|new|_open|remove|drop|destroy|change_sid|new_sid|create)\("
)  # fmt: skip
ON_SERVER = ("django", "flask_session", "aiohttp_session", "beaker")


class RSC621(Rule):
    """Somebody is signed in under the id of session that the visitor brought.

    What it checks:
        Functions that write who somebody is into a session which the server keeps: of Django, Flask-Session
        and aiohttp-session.

    Why it matters:
        Who planted the id, by a link or from a neighbouring host, is signed in along with the visitor.

    How it is decided:
        By the key that is written and by whether the function begins another session: ``cycle_key``,
        ``clear``, ``new_session``, a framework's own sign-in. Sessions whose contents are the cookie have no
        id that could be planted.

    Fix:
        Rotate first: ``request.session.cycle_key()``, or sign in by the framework's own function.

    References:
        ASVS 7.2.4, CWE-384

    Since:
        0.1
    """

    kind: ClassVar[Class] = "fixation"
    severity: ClassVar[Severity] = "high"

    def check(self, look: Look) -> Iterator[Finding]:
        if "session" not in look.module.text or not on_server(look):
            return
        for function in look.module.functions:
            written = next(signing(function), None)
            if written is not None and not NEW.search(
                look.module.source_of(function.node).partition("\n")[2]
            ):
                said = "signed in under the id of session that the visitor brought"
                yield self.finding(
                    look, written, said, fix="begin another session first: cycle_key(), clear()"
                )


def on_server(look: Look) -> bool:
    """Whether the module's framework keeps sessions under an id."""
    texts = (
        [module.text for module in look.project.modules]
        if "flask" in look.module.text
        else [look.module.text]
    )
    return any(f"import {name}" in text or f"from {name}" in text for text in texts for name in ON_SERVER)


def signing(function: Function) -> Iterator[ast.Assign]:
    """``session["user"] = row["id"]``; what is set to nothing signs out."""
    for node in function.walk():
        target = node.targets[0] if isinstance(node, ast.Assign) else None
        if (
            not isinstance(node, ast.Assign)
            or not isinstance(target, ast.Subscript)
            or isinstance(node.value, ast.Constant)
        ):
            continue
        base = getattr(target.value, "attr", getattr(target.value, "id", ""))
        key = target.slice.value if isinstance(target.slice, ast.Constant) else ""
        if "session" in words_of(base) and isinstance(key, str) and WHO & set(words_of(key)):
            yield node
