"""RSC903: connections whose other end nobody checks."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import ClassVar

from rescind.reading import Call, walk
from rescind.review.finding import Class, Finding, Severity
from rescind.review.flow.conditions import conditions
from rescind.review.look import Look, Setting, settings_of
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
    "niquests.",
    "boto3.",
    "curl_cffi.",
)
CALLS = {"ssl._create_unverified_context", "ssl._create_stdlib_context"}
VERBS = frozenset(
    ["get", "post", "put", "patch", "delete", "head", "options", "request", "ws_connect", "send"]
)
# What drivers of stores and brokers call it: whatever is given so is about certificates.
OFF = {
    "tlsAllowInvalidCertificates": True,
    "tlsAllowInvalidHostnames": True,
    "tlsInsecure": True,
    "disable_ssl_certificate_validation": True,
    "validate_cert": False,
    "validate_certs": False,
    "verify_ssl_certs": False,
    "insecure_skip_verify": True,
    "verify_certs": False,
    "assert_hostname": False,
}
REQUIRES = frozenset(["cert_reqs", "ssl_cert_reqs"])
NEVER = frozenset(["OPT_X_TLS_NEVER", "OPT_X_TLS_ALLOW"])
NOT_REQUIRED = frozenset(["CERT_NONE", "NONE"])
IN_ADDRESS = re.compile(
    r"(?i)[?&;](?:trustservercertificate=(?:yes|true)|ssl_cert_reqs=(?:cert_)?none|tlsAllowInvalidCertificates=true|tlsInsecure=true)"
)
IN_TEXT = ("ssl_cert_reqs=", "tls", "trustserver")
# What a connection by SSH does with a key that it does not know.
POLICIES = frozenset(["AutoAddPolicy", "WarningPolicy"])


class RSC903(Rule):
    """The certificate of the other end is not verified.

    What it checks:
        ``verify=False`` and ``ssl=False`` of HTTP clients, ``verify``, ``check_hostname`` and
        ``verify_mode`` that are set on sessions and contexts, unverified contexts of ``ssl``,
        and what drivers of stores, brokers, directories and SSH call it: ``ssl_cert_reqs``,
        ``tlsAllowInvalidCertificates``, ``OPT_X_TLS_NEVER``, ``AutoAddPolicy``.

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
            if any(name.name in CALLS for name in call.named) or trusts_anybody(look, call):
                yield self.said(look, call.node)
            elif is_of_client(look, call) and not is_here(look, call):
                given = (each for each in options_given(look, call) if is_false(look, each.value))
                yield from (self.said(look, each.node) for each in given)
        for setting in look.settings:
            if says_so(look, setting) or (
                is_turned_off(look, setting)
                and not (is_chosen(look, setting.node) or is_wanted(look, setting.node))
            ):
                yield self.said(look, setting.node)
        for node in look.module.nodes_of(ast.Constant) if look.speaks_of(IN_TEXT) else ():
            if isinstance(node.value, str) and IN_ADDRESS.search(node.value):
                yield self.said(look, node)

    def said(self, look: Look, node: ast.AST) -> Finding:
        return self.finding(
            look,
            node,
            "the certificate of the other end is not verified",
            severity="high" if look.near_auth(node) else "medium",
            fix="leave it on, and name a private authority",
        )


def is_of_client(look: Look, call: Call) -> bool:
    """A client by its name, a request of one that is known by its verb alone, or what is bound to one."""
    if call.name.startswith(CLIENTS):
        return True
    if call.name == "functools.partial" and call.node.args:
        return look.name(call.node.args[0]).startswith(CLIENTS)
    if not isinstance(call.node.func, ast.Attribute) or call.node.func.attr not in VERBS:
        return False
    own = any(each.definition is not None for each in call.named)
    return not own and look.shared.imports("requests", "httpx", "aiohttp", "niquests")


def options_given(look: Look, call: Call) -> Iterator[Setting]:
    """``verify=...``, be it by ``**OPTIONS``."""
    for each in call.node.keywords:
        if each.arg in OPTIONS:
            yield Setting(each.arg, each.value, each)
        for option in look.values(each.value).options if each.arg is None else ():
            if isinstance(option.node, ast.Dict) and option.module is look.module:
                yield from (one for one in settings_of(option.node) if one.name in OPTIONS)


def is_here(look: Look, call: Call) -> bool:
    """``requests.get("https://localhost:8443/health", verify=False)``: nobody is on the way."""
    given = [
        *call.node.args[:2],
        *(each.value for each in call.node.keywords if each.arg in {"url", "base_url"}),
    ]
    texts = [text for each in given for text in look.values(each).texts]
    return bool(texts) and any(HERE.match(each) for each in texts)


HERE = re.compile(r"^\w+://(?:localhost|127(?:\.\d+){3}|\[::1\])(?![\w.-])")


def trusts_anybody(look: Look, call: Call) -> bool:
    """``client.tls_insecure_set(True)``, ``ldap.set_option(OPT_X_TLS_REQUIRE_CERT, OPT_X_TLS_NEVER)``,
    ``set_missing_host_key_policy(AutoAddPolicy())``"""
    name, args = called_function(call.node), call.node.args
    if name == "tls_insecure_set":
        return not args or getattr(args[0], "value", None) is True
    if name == "set_option" and len(args) == 2:
        return called(args[0]) == "OPT_X_TLS_REQUIRE_CERT" and called(args[1]) in NEVER
    if name == "setopt" and len(args) == 2:  # of curl
        off = getattr(args[1], "value", None) == 0
        return off and called(args[0]) in {"SSL_VERIFYPEER", "SSL_VERIFYHOST"}
    if call.name.startswith("asyncssh.") and (hosts := call.argument("known_hosts")) is not None:
        return isinstance(hosts, ast.Constant) and hosts.value is None
    if name == "set_missing_host_key_policy" and args:
        policy = args[0].func if isinstance(args[0], ast.Call) else args[0]
        return called(policy) in POLICIES
    return call.name in {"ldap3.Tls", "ldap3.core.tls.Tls"} and any(
        each.arg == "validate" and look.name(each.value) == "ssl.CERT_NONE" for each in call.node.keywords
    )


def says_so(look: Look, setting: Setting) -> bool:
    """``tlsInsecure=True``, ``{"ssl_cert_reqs": "none"}``"""
    if not isinstance(setting.node, ast.keyword | ast.Constant) or is_wanted(look, setting.node):
        return False
    if setting.name in OFF:
        inside = look.module.parent_of(look.module.parent_of(setting.node) or setting.node)
        values = look.values(setting.value).options
        given = isinstance(setting.node, ast.keyword) or not isinstance(inside, ast.Assign | ast.AnnAssign)
        return given and bool(values) and all(each.value is OFF[setting.name] for each in values)
    if setting.name not in REQUIRES:
        return False
    if isinstance(setting.value, ast.Constant) and setting.value.value is None:
        return setting.name == "ssl_cert_reqs"
    said = {called(setting.value), *look.values(setting.value).texts}
    return any(each.upper() in NOT_REQUIRED for each in said)


def is_turned_off(look: Look, setting: Setting) -> bool:
    """``client.verify = False``, ``context.verify_mode = ssl.CERT_NONE``"""
    target = setting.node.targets[0] if isinstance(setting.node, ast.Assign) else None
    if isinstance(target, ast.Subscript):
        return setting.name == "verify" and is_passed_on(look, target) and is_false(look, setting.value)
    if not isinstance(target, ast.Attribute):
        return False
    if setting.name == "verify_mode":
        return look.name(setting.value) == "ssl.CERT_NONE"
    if setting.name == "_create_default_https_context":
        return look.name(setting.value) in CALLS
    if setting.name == "hostkeys":  # of pysftp
        return isinstance(setting.value, ast.Constant) and setting.value.value is None
    own = isinstance(target.value, ast.Name) and target.value.id in {"self", "cls"}
    names = {"verify", "check_hostname"} | (set() if own else {"verify_ssl"})
    return setting.name in names and is_false(look, setting.value)


def is_passed_on(look: Look, target: ast.Subscript) -> bool:
    """``kwargs["verify"] = False``, of what the function was given and hands to a request."""
    function = look.function(target)
    return (
        function is not None
        and any(each.kind == "stars" and each.name == called(target.value) for each in function.parameters)
        and any(called_function(each.node) in VERBS for each in function.calls)
    )


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
