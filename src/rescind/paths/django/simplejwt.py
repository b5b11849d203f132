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
    if classes == "?":
        classes = [{"name": "?", "lifetime": "?"}]
    sliding = bool(classes) and all(each["name"] == SLIDING for each in classes)
    lives = [each["lifetime"] for each in classes if each.get("lifetime")]
    natural = carried(lives or [given["ACCESS_TOKEN_LIFETIME"]])
    out = signed_out(rest, natural, "sliding" if sliding else "")
    if STATELESS in made["bases"]:
        told = replace(natural, why=f"{made['name'].rpartition('.')[2]} reads no user; {natural.why}")
        role = told if roles else Behaviour("n/a", "no role was found that is asked for")
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


def carried(lives: list[Any], again: str = "") -> Behaviour:
    """The longest of them; none where one is not certain."""
    if not all(isinstance(each, int | float) for each in lives):
        return Behaviour("expiry", f"it carries its own end, which is not known here{again}")
    return Behaviour("expiry", f"it carries its own end: {max(lives):,.0f} s{again}", float(max(lives)))


def signed_out(rest: Rest, natural: Behaviour, kind: str) -> Behaviour:
    """``kind``: ``sliding`` or ``refresh`` where the list of tokens that are refused is asked; else empty."""
    end = rest.ends.sign_out
    if not kind:
        return replace(
            natural, why=f"nothing is asked about it: the blacklist app holds refresh tokens; {natural.why}"
        )
    if BLACKLIST not in (rest.settings.get("INSTALLED_APPS") or ()):
        return replace(natural, why=f"{BLACKLIST} is not installed; {natural.why}")
    at = end.does.get(kind)
    if at is not None:
        why = f"the list of the blacklist app is asked each time, and signing out puts it there: {placed(at)}"
        return rest.sessions.routed() or Behaviour("immediate", why)
    if "listed" in end.does:
        return Behaviour(
            "unknown", f"which token is put on the list is not known: {placed(end.does['listed'])}"
        )
    if end.unread:
        return Behaviour("unknown", f"what {end.unread} does was not read")
    return replace(natural, why=f"nothing puts it on the list when somebody signs out; {natural.why}")


def disabled(rest: Rest, given: dict[str, Any], looked_at: set[str], natural: Behaviour) -> Behaviour:
    checks = given.get("CHECK_USER_IS_ACTIVE", True)
    if not isinstance(checks, bool):
        return Behaviour("unknown", "CHECK_USER_IS_ACTIVE is set to what could not be read")
    said = "is_active of the user's row is looked at each time" if checks else "CHECK_USER_IS_ACTIVE is False"
    return rest.flagged(Account(checks, False, said, ""), looked_at, natural)


def password(given: dict[str, Any], natural: Behaviour) -> Behaviour:
    checks = given.get("CHECK_REVOKE_TOKEN", False)
    if not isinstance(checks, bool):
        return Behaviour("unknown", "CHECK_REVOKE_TOKEN is set to what could not be read")
    if checks:
        why = "it holds a hash of the password, which is compared on each request (CHECK_REVOKE_TOKEN)"
        return Behaviour("immediate", why)
    why = f"CHECK_REVOKE_TOKEN is not set: the password is not looked at; {natural.why}"
    return replace(natural, why=why)


def refresh(rest: Rest) -> Credential:
    """What new access tokens are asked for with."""
    given = settings_of(rest)
    rotates = bool(given.get("ROTATE_REFRESH_TOKENS"))
    natural = carried(
        [given["REFRESH_TOKEN_LIFETIME"]], "; each use gives a new one, without end" if rotates else ""
    )
    rule = given.get("USER_AUTHENTICATION_RULE", RULE)
    gone = (
        disabled(rest, given, set(), natural)
        if rule == RULE
        else Behaviour("unknown", f"USER_AUTHENTICATION_RULE is {rule}: look there")
    )
    kept = replace(natural, why=f"the password is not looked at; {natural.why}")
    return Credential(
        "refresh token",
        "jwt",
        None if rotates else natural.seconds,
        signed_out(rest, natural, "refresh"),
        gone,
        kept,
        Behaviour("n/a", "no role is asked for"),
        rest.evidence(),
    )
