"""RSC911: forged requests are not refused."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import ClassVar

from rescind.reading import Function
from rescind.review.finding import Class, Finding, Severity
from rescind.review.look import Look
from rescind.review.rule import Rule
from rescind.review.settings import is_meant, overridden

OFF = {"JWT_COOKIE_CSRF_PROTECT", "WTF_CSRF_ENABLED", "WTF_CSRF_CHECK_DEFAULT", "JWT_CSRF_IN_COOKIES"}
EXEMPT = "django.views.decorators.csrf.csrf_exempt"
SIGNED_IN = (
    "django.contrib.auth.decorators.login_required", "django.contrib.auth.decorators.permission_required",
    "django.contrib.auth.decorators.user_passes_test",
    "django.contrib.admin.views.decorators.staff_member_required",
)  # fmt: skip
SESSIONS = "django.contrib.sessions.middleware.SessionMiddleware"
SIGN_IN = "django.contrib.auth.middleware.AuthenticationMiddleware"
CSRF = "CsrfViewMiddleware"


class RSC911(Rule):
    """The protection against forged requests is taken off where a cookie signs in.

    What it checks:
        ``csrf_exempt`` on views for those who are signed in, settings that switch the protection off, and
        Django's ``MIDDLEWARE`` with sessions and without ``CsrfViewMiddleware``.

    Why it matters:
        Any page that a signed-in visitor opens sends forms in their name.

    How it is decided:
        A view that asks for a sign-in by cookie counts; one that asks for a header or a signature does not.
        Of middlewares it counts where users sign in by session, as Django REST framework's tokens do not.

    Fix:
        Leave the protection on; exempt only what machines call with a signature.

    References:
        ASVS 3.5.1, CWE-352

    Since:
        0.1
    """

    kind: ClassVar[Class] = "transport"
    severity: ClassVar[Severity] = "high"

    def check(self, look: Look) -> Iterator[Finding]:
        if "csrf_exempt" in look.module.text:
            for function in look.module.functions:
                exempt = function.decorated_with(EXEMPT)
                if exempt is not None and by_cookie(look, function):
                    said = "a view for those who are signed in takes forged requests"
                    yield self.finding(look, exempt.node, said, fix="remove csrf_exempt")
        for setting in look.settings:
            only = look.values(setting.value).only if setting.name in OFF else None
            if (
                only is not None
                and only.value is False
                and is_meant(look, setting)
                and not overridden(look, setting)
            ):
                yield self.finding(
                    look,
                    setting.value,
                    f"{setting.name} is off: forged requests are taken",
                    fix="leave it on",
                )
            elif (
                setting.name == "MIDDLEWARE" and unprotected(look, setting.value) and is_meant(look, setting)
            ):
                said = "sessions sign in, and nothing refuses forged requests"
                yield self.finding(
                    look, setting.value, said, fix="add django.middleware.csrf.CsrfViewMiddleware"
                )


def by_cookie(look: Look, function: Function) -> bool:
    """Whether a view asks for a sign-in, and for no header."""
    source = look.module.source_of(function.node)
    if "headers" in source or "META" in source or "compare_digest" in source:
        return False
    return function.decorated_with(*SIGNED_IN) is not None or ".user" in source or ".session" in source


def unprotected(look: Look, node: ast.expr) -> bool:
    for option in look.values(node).options:
        if isinstance(option.value, list | tuple) and SESSIONS in option.value and SIGN_IN in option.value:
            protected = any(isinstance(each, str) and CSRF in each for each in option.value)
            return not protected and not by_tokens(look)
    return False


def by_tokens(look: Look) -> bool:
    """Whether Django REST framework signs in by tokens alone."""
    for setting in look.settings:
        if setting.name == "DEFAULT_AUTHENTICATION_CLASSES":
            classes = [each.value for each in look.values(setting.value).options]
            return bool(classes) and not any("SessionAuthentication" in str(each) for each in classes)
    return False
