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
from rescind.review.settings.switched import is_off

OFF = {
    "SESSION_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY", "REMEMBER_COOKIE_SECURE", "REMEMBER_COOKIE_HTTPONLY",
    "JWT_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "AUTH_COOKIE_SECURE", "AUTH_COOKIE_HTTPONLY",
    "JWT_AUTH_SECURE",
    "JWT_AUTH_HTTPONLY", "AUTH_COOKIE_HTTP_ONLY", "SECURITY_COOKIE_SECURE", "QUART_AUTH_COOKIE_SECURE",
    "QUART_AUTH_COOKIE_HTTP_ONLY", "SECURE_COOKIES_BY_DEFAULT",
}  # fmt: skip
SITE = {
    "SESSION_COOKIE_SAMESITE", "REMEMBER_COOKIE_SAMESITE", "JWT_COOKIE_SAMESITE", "AUTH_COOKIE_SAMESITE",
    "JWT_AUTH_SAMESITE",
}  # fmt: skip
# CherryPy and Beaker have the part that a setting belongs to in its name.
DOTTED = re.compile(
    r"^(?:\w+\.)*(?:sessions?|auth|cookies?|remember)\.(?:cookie_)?(?:secure|http_?only|https_only)$"
)
# Arguments of middlewares and stores that set the cookie of a session, and what has them.
ARGUMENTS = {
    "https_only", "secure", "httponly", "cookie_secure", "cookie_httponly", "cookie_https_only", "http_only",
}  # fmt: skip
FRAMED = re.compile(r"(?i)frame[-_]ancestors|x[-_]?frame|iframe|embed")
BY_HEADER = re.compile(r"JWTAuthentication|TokenAuthentication|OAuth2Authentication")
SITES = {"same_site", "samesite", "cookie_samesite", "cookie_same_site"}
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
        By the value, followed through names; of a switch that is read from outside, by what it is where
        nobody sets it. Settings for development and tests are fine, and so is what
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
    if not named and not (name in ARGUMENTS | SITES and of_session(look, setting)):
        return ""
    if upper in SITE or name in SITES:
        return of_site(look, upper, setting.value)
    if is_off(look, setting.value):
        return f"{name} is off: the cookie of sessions loses a flag"
    return ""


def of_site(look: Look, name: str, node: ast.expr) -> str:
    only = look.values(node).only
    if only is None:
        return ""
    none = isinstance(only.value, str) and only.value.lower() == "none"
    if (only.value is None and name in SITE) or only.value is False or (none and not meant_to(look, name)):
        return f"{name} is off: other sites send the cookie along"
    return ""


def meant_to(look: Look, name: str) -> bool:
    """Whether other sites may send the cookie along: it has ``Secure``, and they show the pages in a frame,
    or people sign in by a header, or forms and scripts bring a token of their own."""
    if not secured(look, name):
        return False
    if name.startswith("JWT_"):
        return not any(
            each.name == "JWT_COOKIE_CSRF_PROTECT" and is_off(look, each.value) for each in look.settings
        )
    return FRAMED.search(look.module.text) is not None or (
        BY_HEADER.search(look.module.text) is not None and "SessionAuthentication" not in look.module.text
    )


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
    if "csrf" in " ".join(names).lower():
        return False  # its token is for scripts
    for each in parts:
        if isinstance(each, ast.Name | ast.Attribute):
            names += [named.name.rpartition(".")[2] for named in look.named(each)]
    if any(name in {"set_cookie", "delete_cookie", "Cookie"} for name in names):
        return False
    return any(name.startswith(HOLDERS) or name.endswith(ENDS) for name in names)
