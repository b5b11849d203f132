"""RSC602: settings that take the flags off the cookies of sessions."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import ClassVar

from rescind.review.finding import Class, Finding, Severity
from rescind.review.look import Look, Setting
from rescind.review.rule import Rule
from rescind.review.settings.settings import is_meant, overridden

OFF = {
    "SESSION_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY", "REMEMBER_COOKIE_SECURE", "REMEMBER_COOKIE_HTTPONLY",
    "JWT_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "AUTH_COOKIE_SECURE", "AUTH_COOKIE_HTTPONLY",
    "JWT_AUTH_SECURE",
    "JWT_AUTH_HTTPONLY", "AUTH_COOKIE_HTTP_ONLY", "SECURITY_COOKIE_SECURE", "QUART_AUTH_COOKIE_SECURE",
    "QUART_AUTH_COOKIE_HTTP_ONLY",
}  # fmt: skip
SITE = {
    "SESSION_COOKIE_SAMESITE", "REMEMBER_COOKIE_SAMESITE", "JWT_COOKIE_SAMESITE", "AUTH_COOKIE_SAMESITE",
    "JWT_AUTH_SAMESITE",
}  # fmt: skip
# CherryPy and Beaker have the part that a setting belongs to in its name.
DOTTED = re.compile(r"^(?:(?:tools|beaker)\.)?sessions?\.(?:secure|httponly)$")
# Arguments of middlewares and stores that set the cookie of a session, and what has them.
ARGUMENTS = {
    "https_only", "secure", "httponly", "cookie_secure", "cookie_httponly", "cookie_https_only", "http_only",
}  # fmt: skip
HOLDERS = ("Session", "Cookie", "Jwt", "JWT", "Auth")
ENDS = ("Storage", "SessionMiddleware", "SessionFactory", "Config", "CookieAuth", "SessionInterface")


class RSC602(Rule):
    """A setting takes a flag off the cookie of a session.

    What it checks:
        ``SESSION_COOKIE_SECURE``, ``REMEMBER_COOKIE_HTTPONLY``, ``JWT_COOKIE_SECURE`` and their like in
        settings of Django and configurations of Flask and Quart; ``https_only=False`` of Starlette's
        ``SessionMiddleware``; ``tools.sessions.secure`` of CherryPy and ``session.secure`` of Beaker; the
        same of other middlewares and stores of sessions.

    Why it matters:
        Over plain HTTP everybody on the way has the session; without ``HttpOnly`` every script has it; with
        ``SameSite`` off other sites act with it.

    How it is decided:
        By the value, followed through names. Settings for development and tests are fine, and so is what
        another module of settings sets again. A flag that is not mentioned is the framework's matter.

    Fix:
        Set it to true, in development alone to false.

    References:
        ASVS 3.3.1, ASVS 3.3.2, ASVS 3.3.4, CWE-614, CWE-1004, CWE-1275

    Since:
        0.1
    """

    kind: ClassVar[Class] = "cookie"
    severity: ClassVar[Severity] = "medium"

    def check(self, look: Look) -> Iterator[Finding]:
        for setting in look.settings:
            what = said(look, setting)
            if what and is_meant(look, setting) and not overridden(look, setting):
                fix = f"set {setting.name} for users, and take it off in development alone"
                yield self.finding(look, setting.value, what, fix=fix)


def said(look: Look, setting: Setting) -> str:
    name = setting.name
    upper = name.upper()
    named = upper in OFF | SITE or DOTTED.match(name) is not None
    if not named and not (name in ARGUMENTS and of_session(look, setting)):
        return ""
    only = look.values(setting.value).only
    if only is None:
        return ""
    if only.value is False:
        return f"{name} is off: the cookie of sessions loses a flag"
    if upper in SITE and (only.value is None or (only.value == "None" and not secured(look, upper))):
        return f"{name} is off: other sites send the cookie along"
    return ""


def secured(look: Look, name: str) -> bool:
    """Whether the very cookie that other sites are to send has ``Secure``."""
    flag = name.replace("SAMESITE", "SECURE")
    values = [look.values(each.value).only for each in look.settings if each.name.upper() == flag]
    return any(each is None or each.value is not False for each in values)


def of_session(look: Look, setting: Setting) -> bool:
    """Whether it is an argument of something that keeps sessions."""
    call = look.module.parent_of(setting.node)
    if not isinstance(setting.node, ast.keyword) or not isinstance(call, ast.Call):
        return False
    parts = [call.func, *call.args[:1]]
    names = [getattr(each, "attr", getattr(each, "id", "")) for each in parts]
    for each in parts:
        if isinstance(each, ast.Name | ast.Attribute):
            names += [named.name.rpartition(".")[2] for named in look.named(each)]
    if any(name in {"set_cookie", "delete_cookie", "Cookie"} for name in names):
        return False
    return any(name.startswith(HOLDERS) or name.endswith(ENDS) for name in names)
