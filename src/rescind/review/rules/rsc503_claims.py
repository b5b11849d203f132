"""RSC503: tokens that ended or are for somebody else."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import ClassVar

from rescind.reading import Call, Function, walk
from rescind.review.finding import Class, Finding, Severity
from rescind.review.look import Look
from rescind.review.naming.called import called_function
from rescind.review.rule import Rule
from rescind.review.settings.stages import for_development
from rescind.review.tokens.tokens import (
    AUTHLIB,
    JOSE,
    JOSERFC,
    PYJWT,
    bound_to,
    calls_of,
    is_checked,
    keys_read,
    options,
)

OFF = {
    "verify_exp": ("exp", "tokens that ended are accepted"),
    "verify_aud": ("aud", "tokens for others are accepted"),
    "verify_iss": ("iss", "tokens of any issuer are accepted"),
    "verify_nbf": ("nbf", "tokens are accepted before their time"),
}
# Of a token that ended these are read to renew or to revoke what it belongs to.
ENDS_BY = {"exp", "jti", "sid"}
SETTINGS = {"JWT_VERIFY_EXPIRATION", "VERIFY_EXPIRATION", "JWT_VERIFY_CLAIMS"}
ALLOWS = {"flask_jwt_extended.decode_token"}


class RSC503(Rule):
    """A token's end, audience or issuer is not validated.

    What it checks:
        ``verify_exp``, ``verify_aud`` and their like switched off, and claims that Authlib or joserfc decoded
        and nobody validated: with these libraries decoding verifies the signature alone.

    Why it matters:
        A token that ended, or that another service was given, lets in for ever.

    How it is decided:
        By the options, and by whether the claims are validated in the function or by what the function gives
        them to. An option that is off is fine where the function, what it gives the claims to or who calls it
        looks at the claim, and where a token that ended is read to revoke what it belongs to.

    Fix:
        Leave the options on and name the audience; ``claims.validate()``,
        ``JWTClaimsRegistry(exp={"essential": True}).validate(token.claims)``.

    References:
        ASVS 9.2.1, ASVS 9.2.3, CWE-613, CWE-345

    Since:
        0.1
    """

    kind: ClassVar[Class] = "jwt"
    severity: ClassVar[Severity] = "high"

    def check(self, look: Look) -> Iterator[Finding]:
        yield from self.options(look)
        for call in calls_of(look, AUTHLIB, JOSERFC):
            if not validated(look, call):
                yield self.finding(
                    look, call.node, "the claims are never validated: tokens that ended are accepted",
                    fix="call claims.validate(), or JWTClaimsRegistry(...).validate(token.claims)",
                )  # fmt: skip
        for call in look.calls:
            allowed = (
                call.argument("allow_expired") if any(each.name in ALLOWS for each in call.named) else None
            )
            if allowed is not None and (only := look.values(allowed).only) and only.value is True:
                yield self.finding(look, call.node, OFF["verify_exp"][1], fix="leave allow_expired out")
        for setting in look.settings:
            if setting.name in SETTINGS and not for_development(look, setting.node):
                only = look.values(setting.value).only
                if only is not None and (only.value is False or misses_end(only.value)):
                    yield self.finding(look, setting.value, OFF["verify_exp"][1], fix="leave it on")

    def options(self, look: Look) -> Iterator[Finding]:
        """Of calls that verify the signature, what else they are told not to look at."""
        for call in calls_of(look, PYJWT, JOSE):
            given = options(look, call) if is_checked(look, call) else {}
            off = [OFF[name] for name in OFF if given.get(name) is False]
            for claim, what in off[:1]:
                if not compared(look, call, claim):
                    fix = "leave the option on, and name audience and issuer"
                    yield self.finding(look, call.node, what, fix=fix)
            leeway = call.argument("leeway")
            for each in look.values(leeway).options if leeway is not None else ():
                if isinstance(each.value, int | float) and each.value >= 86_400:
                    said = "tokens that ended a day ago are accepted"
                    yield self.finding(look, call.node, said, fix="a leeway is for clocks: seconds")


def compared(look: Look, call: Call, claim: str) -> bool:
    """Whether the function looks at the claim, or what it gives the claims to, or who calls it."""
    function = look.function(call.node)
    if function is not None and looks_at(function, claim, call, bound_to(look, call)):
        return True
    keys = keys_read(look, call)
    return keys is not None and (claim in keys or (claim == "exp" and keys <= ENDS_BY))


def misses_end(value: object) -> bool:
    """``JWT_VERIFY_CLAIMS = ["signature"]``."""
    return isinstance(value, list | tuple) and "exp" not in value


def looks_at(function: Function, claim: str, call: Call | None, name: str = "", depth: int = 1) -> bool:
    """``claims["exp"]``, ``claims.get("exp")`` and ``"exp" in claims`` in a function and what it calls."""
    for each in function.walk():
        key: ast.AST | None = None
        if isinstance(each, ast.Subscript) and isinstance(each.ctx, ast.Load):
            key = each.slice
        elif isinstance(each, ast.Call) and called_function(each) == "get" and each.args:
            key = each.args[0]
        elif isinstance(each, ast.Compare):
            key = next(
                (one for one in walk(each) if isinstance(one, ast.Constant) and one.value == claim), None
            )
        if isinstance(key, ast.Constant) and key.value == claim:
            return True
    return depth > 0 and any(
        isinstance(inner.definition, Function) and looks_at(inner.definition, claim, None, depth=depth - 1)
        for other in function.calls
        if call is not None and other.node is not call.node and gives(other, call, name)
        for inner in other.named
    )


def gives(other: Call, call: Call, name: str) -> bool:
    """Whether a call is given the claims."""
    return any(
        each is call.node or (name and isinstance(each, ast.Name) and each.id == name)
        for each in other.node.args
    )


def validated(look: Look, call: Call) -> bool:
    """Whether the result is validated: by a method of its own, or by what it is given to."""
    function = look.function(call.node)
    if function is None:
        return True
    name = bound_to(look, call)
    names = {name, *made_of(function, name)}
    for each in function.calls:
        attr = called_function(each.node)
        about = not name or any(isinstance(node, ast.Name) and node.id in names for node in walk(each.node))
        if about and ("validate" in attr or "check_claims" in attr or "verify_claims" in attr):
            return True
    return compared(look, call, "exp") or by_callers(look, call)


def made_of(function: Function, name: str) -> Iterator[str]:
    """``claims`` of ``claims = IDToken(token.claims, options)``: what validates them may be an object."""
    for node in function.walk():
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            given = {each.id for one in node.value.args for each in walk(one) if isinstance(each, ast.Name)}
            if name in given:
                yield from (each.id for each in node.targets if isinstance(each, ast.Name))


def by_callers(look: Look, call: Call) -> bool:
    """Whether every caller of a function that gives the claims back validates them."""
    function = look.function(call.node)
    name = bound_to(look, call)
    if function is None or not any(
        each is call.node or (isinstance(each, ast.Name) and each.id == name) for each in function.returns
    ):
        return False
    callers = look.shared.callers(function.qualname)
    return bool(callers) and all(
        (above := each.module.function_of(each.node)) is not None
        and any(
            isinstance(one.node.func, ast.Attribute) and one.node.func.attr == "validate"
            for one in above.calls
        )
        for each in callers
    )
