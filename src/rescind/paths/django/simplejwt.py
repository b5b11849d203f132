"""Tokens of SimpleJWT: what the settings make of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rescind.paths.django.accounts import Account
from rescind.paths.django.sessions import placed, privilege
from rescind.paths.model import Behaviour, Credential

if TYPE_CHECKING:
    from rescind.paths.django.rest import Rest

MODULE = "rest_framework_simplejwt."
READING = MODULE + "authentication.JWTAuthentication"
STATELESS = MODULE + "authentication.JWTStatelessUserAuthentication"
SLIDING = MODULE + "tokens.SlidingToken"
REFRESHES = {MODULE + "views.TokenRefreshView", MODULE + "views.TokenBlacklistView"}
BLACKLIST = MODULE + "token_blacklist"
RULE = MODULE + "authentication.default_user_authentication_rule"
DEFAULTS = {
    "ACCESS_TOKEN_LIFETIME": 300.0,
    "REFRESH_TOKEN_LIFETIME": 86_400.0,
    "SLIDING_TOKEN_LIFETIME": 300.0,
    "SLIDING_TOKEN_REFRESH_LIFETIME": 86_400.0,
}


def settings_of(rest: Rest) -> dict[str, Any]:
    return DEFAULTS | {
        key: value for key, value in (rest.settings.get("SIMPLE_JWT") or {}).items() if value is not None
    }


def access(rest: Rest, made: dict[str, Any], looked_at: set[str], roles: set[str]) -> Credential:
    """What is sent with each request: an access token, or a sliding one."""
    given = settings_of(rest)
    classes = given.get("AUTH_TOKEN_CLASSES") or []
    sliding = any(SLIDING in each.get("bases", ()) for each in classes)
    seconds = max(
        [each["lifetime"] for each in classes if each.get("lifetime")] or [given["ACCESS_TOKEN_LIFETIME"]]
    )
    natural = Behaviour("expiry", f"it carries its own end: {seconds:,.0f} s", float(seconds))
    reads = STATELESS not in made["bases"]
    out = signed_out(rest, natural, listed=sliding)
    if not reads:
        told = replace(natural, why=f"{made['name'].rpartition('.')[2]} reads no user; {natural.why}")
        role = Behaviour("n/a", "no role was found that is asked for") if not roles else replace(told)
        return Credential("access token", "jwt", natural.seconds, out, told, told, role, rest.evidence())
    return Credential(
        "sliding token" if sliding else "access token",
        "jwt",
        None if sliding else natural.seconds,
        out,
        disabled(rest, given, looked_at, natural),
        password(given, natural),
        privilege(roles),
        rest.evidence(),
    )


def signed_out(rest: Rest, natural: Behaviour, *, listed: bool) -> Behaviour:
    """``listed``: the list of tokens that are refused is asked for this kind."""
    at = rest.ends.sign_out.does.get("blacklist")
    installed = BLACKLIST in (rest.settings.get("INSTALLED_APPS") or ())
    if not listed:
        return replace(
            natural,
            why=f"nothing is asked about it: the blacklist app holds refresh tokens; {natural.why}",
        )
    if not installed:
        return replace(natural, why=f"{BLACKLIST} is not installed; {natural.why}")
    if at is None:
        if rest.ends.sign_out.unread:
            return Behaviour("unknown", f"what {rest.ends.sign_out.unread} does was not read")
        return replace(natural, why=f"nothing puts it on the list when somebody signs out; {natural.why}")
    why = (
        f"the list of the blacklist app is asked on each request, and signing out puts it there: {placed(at)}"
    )
    return rest.sessions.routed() or Behaviour("immediate", why)


def disabled(rest: Rest, given: dict[str, Any], looked_at: set[str], natural: Behaviour) -> Behaviour:
    checks = given.get("CHECK_USER_IS_ACTIVE", True)
    account = Account(
        bool(checks),
        False,
        "is_active of the user's row is looked at on each request"
        if checks
        else "CHECK_USER_IS_ACTIVE is False",
        "",
    )
    return rest.flagged(account, looked_at, natural)


def password(given: dict[str, Any], natural: Behaviour) -> Behaviour:
    if given.get("CHECK_REVOKE_TOKEN"):
        return Behaviour(
            "immediate",
            "it holds a hash of the password, which is compared on each request (CHECK_REVOKE_TOKEN)",
        )
    return replace(
        natural, why=f"CHECK_REVOKE_TOKEN is not set: the password is not looked at; {natural.why}"
    )


def refresh(rest: Rest) -> Credential:
    """What new access tokens are asked for with."""
    given = settings_of(rest)
    seconds = float(given["REFRESH_TOKEN_LIFETIME"])
    rotates = bool(given.get("ROTATE_REFRESH_TOKENS"))
    again = "; each use gives a new one, without end" if rotates else ""
    natural = Behaviour("expiry", f"it carries its own end: {seconds:,.0f} s{again}", seconds)
    rule = given.get("USER_AUTHENTICATION_RULE", RULE)
    checks = given.get("CHECK_USER_IS_ACTIVE", True)
    if rule != RULE:
        gone = Behaviour("unknown", f"USER_AUTHENTICATION_RULE is {rule}: look there")
    else:
        account = Account(
            bool(checks),
            False,
            "is_active of the user's row is looked at when it is used"
            if checks
            else "CHECK_USER_IS_ACTIVE is False",
            "",
        )
        gone = rest.flagged(account, set(), natural)
    kept = replace(natural, why=f"the password is not looked at; {natural.why}")
    return Credential(
        "refresh token",
        "jwt",
        None if rotates else seconds,
        signed_out(rest, natural, listed=True),
        gone,
        kept,
        Behaviour("n/a", "no role is asked for"),
        rest.evidence(),
    )
