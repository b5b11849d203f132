"""RSC641: settings by which sessions, tokens and links last for years."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import ClassVar

from rescind.reading import Call, Named, unparsed
from rescind.reading.values import Seconds
from rescind.review.credentials.kept import tables
from rescind.review.finding import Class, Finding, Severity
from rescind.review.lifetimes.durations import default_seconds, longest, wrong_unit
from rescind.review.lifetimes.stored import ENDS, stored_for_years
from rescind.review.look import Look, Setting
from rescind.review.naming.called import called, called_function
from rescind.review.naming.words import words_of
from rescind.review.once import once
from rescind.review.rule import Rule
from rescind.review.sessions.authority import names_of, of_authority
from rescind.review.sessions.read_cookies import is_asked_for, read_for_people
from rescind.review.settings.settings import is_meant, overridden
from rescind.review.settings.stages import for_development

DAY = 86_400.0
# In seconds, or a timedelta: up to how many days it is fine.
LONGEST = {
    "SESSION_COOKIE_AGE": 180, "PERMANENT_SESSION_LIFETIME": 180, "REMEMBER_COOKIE_DURATION": 366,
    "PASSWORD_RESET_TIMEOUT": 30, "JWT_ACCESS_TOKEN_EXPIRES": 90, "JWT_REFRESH_TOKEN_EXPIRES": 366,
    "ACCESS_TOKEN_LIFETIME": 90, "REFRESH_TOKEN_LIFETIME": 366, "SLIDING_TOKEN_LIFETIME": 90,
    "JWT_EXPIRATION_DELTA": 90, "JWT_REFRESH_EXPIRATION_DELTA": 366, "SESSION_LIFETIME": 180,
    "SESSION_MAX_AGE": 180, "ACCESS_TOKEN_EXPIRE_SECONDS": 90, "REFRESH_TOKEN_EXPIRE_SECONDS": 366,
}  # fmt: skip
UNITS = {
    "SECS": 1.0, "SECONDS": 1.0, "MINS": 60.0, "MINUTE": 60.0, "MINUTES": 60.0, "HOUR": 3_600.0,
    "HOURS": 3_600.0, "DAY": DAY, "DAYS": DAY, "WEEKS": 7 * DAY, "MONTHS": 30 * DAY, "YEARS": 365 * DAY,
}  # fmt: skip
ENDLESS = {
    "TOKEN_TTL",
    "SESSION_TTL",
    "ACCESS_TOKEN_LIFETIME",
    "JWT_ACCESS_TOKEN_EXPIRES",
    "JWT_REFRESH_TOKEN_EXPIRES",
    "JWT_VERIFY_EXPIRATION",
}
LASTS = frozenset(
    ["age", "duration", "expiration", "expire", "expires", "expiry", "lifetime", "lasts", "maxage",
     "timeout", "ttl",
     "valid", "validity"]
)  # fmt: skip
CODES = frozenset(
    ["code", "email", "password", "token"]
)  # fmt: skip
OTHER = frozenset(
    ["cache", "cleanup", "csrf", "db", "grace", "interval", "lock", "pool", "query", "sqlalchemy",
     "retention", "warn"]
)  # fmt: skip
TEXT = re.compile(
    r"set_cookie|_days=|set_expiry|create_\w*token|JWTStrategy|make_token|issue_token|max_age|lifetime|timeout=|ttl=|expires_in|setex|expire|until="
)
MAKES = {
    "create_access_token",
    "create_refresh_token",
    "create_token",
    "JWTStrategy",
    "make_token",
    "issue_token",
}
STORED = re.compile(rf"\b\w*?(?:{'|'.join(sorted(ENDS))})\w*\s?=[^=]")  # ``gueltig_bis=``
FIX = "minutes for access tokens, hours or days for sessions, an hour for links"


class RSC641(Rule):
    """Sessions, tokens or links last for years, or for ever.

    What it checks:
        Settings of lifetimes of Django, Flask, SimpleJWT, Flask-JWT-Extended and Flask-Login, and settings of
        applications that are called ``ACCESS_TOKEN_EXPIRE_MINUTES``, ``session_days`` and the like; cookies
        that let in, by ``max_age`` or ``expires``; what keeps sessions, by ``max_age`` and ``timeout``;
        ``set_expiry`` of Django's sessions; tokens, by ``expires_delta``; rows of tables that let in.

    Why it matters:
        What leaks once is good for as long as it lasts.

    How it is decided:
        By the value, followed through names: access tokens beyond 90 days, sessions beyond 180, what renews
        or remembers beyond a year, links beyond 30 days, and lifetimes that are switched off. A cookie that
        remembers may be there for less than a year. A number that is called as minutes and is counted in
        hours lasts longer than it says.

    Fix:
        Minutes for access tokens, hours or days for sessions, an hour for links.

    References:
        ASVS 7.3.2, ASVS 6.4.3, CWE-613

    Since:
        0.1
    """

    kind: ClassVar[Class] = "long_lived"
    severity: ClassVar[Severity] = "medium"

    def prepare(self, look: Look) -> None:
        read_for_people(look)

    def check(self, look: Look) -> Iterator[Finding]:
        text = look.module.text
        spoken = TEXT.search(text) or (any(each in text for each in ENDS) and STORED.search(text))
        for call in look.calls if spoken else ():
            what = too_long(look, call) or kept_for(look, call) or stored_for_years(look, call, opened(look))
            if what and not for_development(look, call.node):
                yield self.finding(look, call.node, what, fix=FIX)
        for setting in look.settings:
            what = lasting(look, setting)
            if what and is_meant(look, setting) and not overridden(look, setting):
                yield self.finding(look, setting.value, what, fix=FIX)


@once
def opened(look: Look) -> frozenset[str]:
    """The names of the tables whose rows let in."""
    return frozenset(name for name, table in tables(look).items() if table.lets_in)


def lasting(look: Look, setting: Setting) -> str:
    unit, most = limit(owned_name(look, setting))
    if most == 0 or isinstance(setting.node, ast.arg):
        return ""
    only = look.values(setting.value).only
    if only is None or (isinstance(setting.value, ast.Call) and isinstance(only.value, Named)):
        days = default_seconds(look, setting.value, unit) / DAY
        return f"{setting.name} is {days:,.0f} days where nobody says otherwise" if days > most else ""
    if setting.name.upper() in ENDLESS and (only.value is False or only.value is None):
        return f"{setting.name} is off: what is given out never ends"
    if isinstance(only.value, bool) or not isinstance(only.value, int | float):
        return ""
    days = only.value * (1.0 if isinstance(only.value, Seconds) else unit) / DAY
    return f"{setting.name} is {days:,.0f} days" if days > most else ""


def owned_name(look: Look, setting: Setting) -> str:
    """Of ``lifetime`` in a class of issuers, or in a module of tokens, ``issuer_lifetime``; of
    ``{"session": {"ttl_days": 30}}`` ``session_ttl_days``."""
    words = words_of(setting.name)
    if isinstance(setting.node, ast.Constant) and not LASTS.isdisjoint(words) and not limit(setting.name)[1]:
        return f"{section_of(look, setting.node)}_{setting.name}"
    if len(words) != 1 or LASTS.isdisjoint(words) or not isinstance(setting.node, ast.Assign | ast.AnnAssign):
        return setting.name
    within = look.scope(setting.node).node
    if isinstance(within, ast.ClassDef):
        return f"{within.name}_{setting.name}"
    return (
        f"{look.module.name.rpartition('.')[2]}_{setting.name}"
        if isinstance(within, ast.Module)
        else setting.name
    )


def section_of(look: Look, key: ast.Constant) -> str:
    """The key, the keyword or the name that the dictionary of a key stands under."""
    inside = look.module.parent_of(key)
    above = look.module.parent_of(inside) if inside is not None else None
    if isinstance(above, ast.Dict):
        keys = (each for each, value in zip(above.keys, above.values, strict=True) if value is inside)
        return next((str(each.value) for each in keys if isinstance(each, ast.Constant)), "")
    if isinstance(above, ast.keyword):
        return above.arg or ""
    if isinstance(above, ast.Assign | ast.AnnAssign):
        return called(above.targets[0] if isinstance(above, ast.Assign) else above.target)
    return ""


def limit(name: str) -> tuple[float, int]:
    """The unit of a lifetime in seconds, and how many days are fine; 0: it is no lifetime."""
    known = LONGEST.get(name.upper())
    if known is not None:
        return 1.0, known
    words = words_of(name)
    if len(words) < 2 or not OTHER.isdisjoint(words):
        return 1.0, 0
    unit = UNITS.get(words[-1].upper(), 0.0)
    if not unit and LASTS.isdisjoint(words):
        return 1.0, 0
    about = set(words)
    if about & {"refresh", "remember", "remembered"}:
        return unit or 1.0, 366
    if about & {"reset", "magic", "invite", "invitation", "verification", "link"} and about & (LASTS | CODES):
        return unit or 1.0, 30
    if about & {"access", "jwt", "token", "bearer", "issuer", "tokens", "apikey"} and (
        about & LASTS or about & {"token", "access"}
    ):
        return unit or 1.0, 90 if "access" in about else 180
    if {"api", "key"} <= about:
        return unit or 1.0, 366
    return (unit or 1.0, 180) if about & {"session", "sessions", "login", "visit"} else (1.0, 0)


def too_long(look: Look, call: Call) -> str:
    """Of ``set_cookie(max_age=...)``, ``set_expiry(...)``, ``create_access_token(expires_delta=...)``."""
    name = called_function(call.node)
    if name == "set_cookie":
        given = call.argument("max_age") or call.argument("expires")
        key = call.argument("key", 0) or call.argument("name", 0)
        value = call.argument("value", 1)
        if given is None or not (
            of_authority(look, key, value) or is_asked_for(look, key, value, signed=False)
        ):
            return ""
        days = days_of(look, given, moment=given is call.argument("expires"))
        unit = wrong_unit(look, given)
        if unit:
            return f"a cookie that lets in is kept longer than it says: {unit}"
        remembers = {"remember", "device"} & {word for each in names_of(look, key) for word in words_of(each)}
        return (
            f"a cookie that lets in is kept for {days:,.0f} days"
            if days > (364 if remembers else 180)
            else ""
        )
    if name in {"set_secure_cookie", "set_signed_cookie", "get_secure_cookie", "get_signed_cookie"}:
        given = call.argument("expires_days") or call.argument("max_age_days")
        only = look.values(given).only if given is not None else None
        days = float(only.value) if only is not None and isinstance(only.value, int | float) else 0.0
        lets_in = of_authority(look, call.argument("name", 0), None) or says_who(look, call.node)
        return f"a cookie that lets in is good for {days:,.0f} days" if days > 364 and lets_in else ""
    if name == "set_expiry" and call.node.args and "session" in unparsed(call.node.func):
        days = days_of(look, call.node.args[0])
        return f"the session is kept for {days:,.0f} days" if days > 180 else ""
    if name in MAKES:
        given = (
            call.argument("expires_delta") or call.argument("lifetime") or call.argument("lifetime_seconds")
        )
        only = look.values(given).only if given is not None else None
        if only is not None and (only.value is False or (only.value is None and name == "JWTStrategy")):
            return "the token has no end"
        days = days_of(look, given) if given is not None else 0.0
        return f"the token lasts for {days:,.0f} days" if days > (366 if "refresh" in name else 180) else ""
    return ""


def says_who(look: Look, node: ast.AST) -> bool:
    """Whether a cookie is set or read by a function that signs somebody in, or tells who it is."""
    function = look.function(node)
    words = set(words_of(function.name)) if function is not None else set()
    return bool(words & {"admit", "login", "signin", "authenticate"}) or {"current", "user"} <= words


def days_of(look: Look, node: ast.expr, *, moment: bool = True) -> float:
    """The longest of what an expression may be, in days; of ``now + timedelta(...)`` what is added."""
    return longest(look, node, moment=moment) / DAY


def kept_for(look: Look, call: Call) -> str:
    """Of ``SessionMiddleware(app, max_age=...)``, ``AuthTktAuthenticationPolicy(secret, max_age=...)``."""
    name = called_function(call.node)
    if name in {"Middleware", "add_middleware"} and call.node.args:
        name = called(call.node.args[0])
    words = set(words_of(name))
    if not words & {"session", "auth", "cookie", "tkt", "jwt", "token", "remember"} or words & NO_KEEPER:
        return ""
    for each in call.node.keywords:
        if each.arg in {
            "max_age",
            "cookie_max_age",
            "lifetime",
            "lifetime_seconds",
            "timeout",
            "ttl",
            "expires_in",
        }:
            if name == "SessionMiddleware" and each.arg == "max_age" and is_switched_off(look, each.value):
                return "how old the session is is never asked"
            days = days_of(look, each.value, moment=False)
            if days > (366 if words & {"remember", "refresh"} else 180):
                return f"what lets in is kept for {days:,.0f} days"
            unit = wrong_unit(look, each.value)
            if unit:
                return f"what lets in is kept longer than it says: {unit}"
    return ""


def is_switched_off(look: Look, node: ast.expr) -> bool:
    only = look.values(node).only
    return only is not None and only.value is None and look.speaks_of(["starlette", "fastapi"])


NO_KEEPER = frozenset(
    ["client", "http", "sql", "csrf", "set", "delete", "request", "response", "oauth", "cache"]
)
