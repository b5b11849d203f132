"""RSC641: settings by which sessions, tokens and links last for years."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import ClassVar

from rescind.review.finding import Class, Finding, Severity
from rescind.review.look import Look, Setting
from rescind.review.rule import Rule
from rescind.review.settings import is_meant, overridden

DAY = 86_400.0
# In seconds, or a timedelta: up to how many days it is fine.
LONGEST = {
    "SESSION_COOKIE_AGE": 180, "PERMANENT_SESSION_LIFETIME": 180, "REMEMBER_COOKIE_DURATION": 366,
    "PASSWORD_RESET_TIMEOUT": 30, "JWT_ACCESS_TOKEN_EXPIRES": 90, "JWT_REFRESH_TOKEN_EXPIRES": 366,
    "ACCESS_TOKEN_LIFETIME": 90, "REFRESH_TOKEN_LIFETIME": 366, "SLIDING_TOKEN_LIFETIME": 90,
    "JWT_EXPIRATION_DELTA": 90, "JWT_REFRESH_EXPIRATION_DELTA": 366, "SESSION_LIFETIME": 180,
    "SESSION_MAX_AGE": 180, "ACCESS_TOKEN_EXPIRE_SECONDS": 90, "REFRESH_TOKEN_EXPIRE_SECONDS": 366,
}  # fmt: skip
UNITS = {"SECONDS": 1.0, "MINUTES": 60.0, "HOURS": 3_600.0, "DAYS": DAY, "WEEKS": 7 * DAY}
ENDLESS = {"JWT_ACCESS_TOKEN_EXPIRES", "JWT_REFRESH_TOKEN_EXPIRES", "JWT_VERIFY_EXPIRATION"}
FIX = "minutes for access tokens, hours or days for sessions, an hour for links"


class RSC641(Rule):
    """Sessions, tokens or links last for years, or for ever.

    What it checks:
        Settings of lifetimes of Django, Flask, SimpleJWT, Flask-JWT-Extended and Flask-Login, and settings of
        applications that are called ``ACCESS_TOKEN_EXPIRE_MINUTES`` and the like.

    Why it matters:
        What leaks once is good for as long as it lasts.

    How it is decided:
        By the value, followed through names: access tokens beyond 90 days, sessions beyond 180, what renews
        or remembers beyond a year, links beyond 30 days, and lifetimes that are switched off.

    Fix:
        Minutes for access tokens, hours or days for sessions, an hour for links.

    References:
        ASVS 7.3.2, ASVS 6.4.3, CWE-613

    Since:
        0.1
    """

    kind: ClassVar[Class] = "long_lived"
    severity: ClassVar[Severity] = "medium"

    def check(self, look: Look) -> Iterator[Finding]:
        for setting in look.settings:
            what = lasting(look, setting)
            if what and is_meant(look, setting) and not overridden(look, setting):
                yield self.finding(look, setting.value, what, fix=FIX)


def lasting(look: Look, setting: Setting) -> str:
    name = setting.name.upper()
    unit, most = 1.0, LONGEST.get(name)
    last = name.rpartition("_")[2]
    if most is None and last in UNITS and ("TOKEN" in name or "SESSION" in name or "RESET" in name):
        unit, most = UNITS[last], 366 if "REFRESH" in name or "REMEMBER" in name else 180
    if most is None or isinstance(setting.node, ast.arg):
        return ""
    only = look.values(setting.value).only
    if only is None:
        return ""
    if name in ENDLESS and only.value is False:
        return f"{setting.name} is off: what is given out never ends"
    if isinstance(only.value, bool) or not isinstance(only.value, int | float):
        return ""
    days = only.value * unit / DAY
    return f"{setting.name} is {days:,.0f} days" if days > most else ""
