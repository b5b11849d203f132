"""RSC903: connections whose other end nobody checks."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import ClassVar

from rescind.reading import walk
from rescind.review.finding import Class, Finding, Severity
from rescind.review.flow.conditions import conditions
from rescind.review.look import Look, Setting
from rescind.review.naming.called import called, called_function
from rescind.review.naming.words import words_of
from rescind.review.rule import Rule
from rescind.review.settings.switched import switch, truth

OPTIONS = {
    "verify": False,
    "verify_ssl": False,
    "ssl": False,
    "check_hostname": False,
    "ssl_verify": False,
    "verify_certs": False,
}
CLIENTS = (
    "requests.",
    "httpx.",
    "aiohttp.",
    "urllib3.",
    "elasticsearch.",
    "ldap3.",
    "hvac.",
    "oauthlib.",
    "requests_oauthlib.",
    "authlib.",
)
CALLS = {"ssl._create_unverified_context", "ssl._create_stdlib_context"}


class RSC903(Rule):
    """The certificate of the other end is not verified.

    What it checks:
        ``verify=False`` and ``ssl=False`` of HTTP clients, ``verify``, ``check_hostname`` and
        ``verify_mode`` that are set on sessions and contexts, and unverified contexts of ``ssl``.

    Why it matters:
        Anybody on the way can answer: tokens, codes and passwords go to them, and what they say is believed.

    How it is decided:
        By the value, followed through names. A value from the environment counts only if it is off by
        default; so does what stands below a switch that is called for it, as ``if not self.verify_ssl``.

    Fix:
        Leave it on; a private authority belongs into ``verify="/path/ca.pem"`` or ``load_verify_locations``.

    References:
        ASVS 12.3.2, CWE-295

    Since:
        0.1
    """

    kind: ClassVar[Class] = "transport"
    severity: ClassVar[Severity] = "high"

    def check(self, look: Look) -> Iterator[Finding]:
        for call in look.calls:
            if any(name.name in CALLS for name in call.named):
                yield self.said(look, call.node)
            elif call.name.startswith(CLIENTS):
                given = (each for each in call.node.keywords if each.arg in OPTIONS)
                yield from (self.said(look, call.node) for each in given if is_false(look, each.value))
        for setting in look.settings:
            if is_turned_off(look, setting) and not (
                is_chosen(look, setting.node) or is_wanted(look, setting.node)
            ):
                yield self.said(look, setting.node)

    def said(self, look: Look, node: ast.AST) -> Finding:
        return self.finding(
            look,
            node,
            "the certificate of the other end is not verified",
            severity="high" if look.near_auth(node) else "medium",
            fix="leave it on, and name a private authority",
        )


def is_turned_off(look: Look, setting: Setting) -> bool:
    """``client.verify = False``, ``context.verify_mode = ssl.CERT_NONE``"""
    if not isinstance(setting.node, ast.Assign) or not isinstance(setting.node.targets[0], ast.Attribute):
        return False
    if setting.name == "verify_mode":
        return look.name(setting.value) == "ssl.CERT_NONE"
    return setting.name in {"verify", "check_hostname"} and is_false(look, setting.value)


def is_chosen(look: Look, node: ast.AST) -> bool:
    """Whether a setting turns it on again in the same function, or nothing is wanted of the other end but the
    certificate that it shows."""
    function = look.function(node)
    if function is None:
        return False
    on = any(
        called(each.targets[0]) == "verify_mode" and look.name(each.value) == "ssl.CERT_REQUIRED"
        for each in function.walk()
        if isinstance(each, ast.Assign)
    )
    return on or any(called_function(each.node) in SHOWS for each in function.calls)


def is_wanted(look: Look, node: ast.AST) -> bool:
    """Whether it stands below a switch that is called for it, ``elif not self.verify_ssl``, and which the
    source does not turn off."""
    for condition in conditions(look.module, node):
        for each in walk(condition.test):
            if isinstance(each, ast.Name | ast.Attribute) and not SWITCHES.isdisjoint(words_of(called(each))):
                found = switch(look, each)
                negated = isinstance(condition.test, ast.UnaryOp) is condition.holds
                if found is None or truth(found[0]) is negated:
                    return True
    return False


SWITCHES = frozenset(["check", "insecure", "noverify", "skip", "unverified", "validate", "verify"])
SHOWS = frozenset(["getpeercert", "get_peer_certificate", "get_server_certificate", "get_peer_cert_chain"])


def is_false(look: Look, node: ast.expr) -> bool:
    values = look.values(node)
    return bool(values.options) and all(option.value is False for option in values.options)
