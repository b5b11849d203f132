"""RSC603: sessions that live in the browser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from rescind.review.finding import Class, Finding, Severity
from rescind.review.look import Look
from rescind.review.rule import Rule
from rescind.review.settings.settings import is_meant, overridden

ENGINES = {"django.contrib.sessions.backends.signed_cookies"}


class RSC603(Rule):
    """Sessions live in the browser, where nobody can end them.

    What it checks:
        ``SESSION_ENGINE`` of Django.

    Why it matters:
        A copy of the cookie is good until it ends, whatever is done on the server: signing out deletes only
        the browser's. What is in it can be read by its holder.

    How it is decided:
        By the value: the engine of signed cookies.

    Fix:
        Keep sessions on the server: ``django.contrib.sessions.backends.cached_db``.

    References:
        ASVS 7.4.1, CWE-613

    Since:
        0.1
    """

    kind: ClassVar[Class] = "cookie"
    severity: ClassVar[Severity] = "medium"

    def check(self, look: Look) -> Iterator[Finding]:
        for setting in look.settings:
            if setting.name != "SESSION_ENGINE" or ENGINES.isdisjoint(look.values(setting.value).texts):
                continue
            if is_meant(look, setting) and not overridden(look, setting):
                yield self.finding(
                    look, setting.value, "sessions live in the browser: nobody can end them",
                    fix="keep them on the server: django.contrib.sessions.backends.cached_db",
                )  # fmt: skip
