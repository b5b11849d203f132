"""RSC904: what lets in goes over a network that everybody on the way can read."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import ClassVar

from rescind.reading import Call, unparsed, walk
from rescind.review.finding import Class, Confidence, Finding, Severity
from rescind.review.look import Look, Setting
from rescind.review.naming.called import called, called_function
from rescind.review.naming.words import secret_kind
from rescind.review.outside.hosts import host_of, is_near, leading
from rescind.review.rule import Rule
from rescind.review.settings.configured import named_settings
from rescind.review.settings.settings import is_meant
from rescind.review.settings.stages import for_development

WORDS = ("smtp", "ftp", "imap", "pop3", "telnet", "ldap", "http://", "redis://", "amqp://", "mqtt", "use_tls",
         "starttls")  # fmt: skip
# Where somebody signs in: the call, the place of the password, and what has to be said before.
SIGN_INS = (
    (re.compile(r"^smtplib\.SMTP(?:\(\))?\.login$"), 1, "starttls"),
    (re.compile(r"^aiosmtplib\.(?:\w+\.)*SMTP(?:\(\))?\.login$"), 1, "tls"),
    (re.compile(r"^ftplib\.FTP(?:\(\))?\.login$"), 1, "FTP_TLS"),
    (re.compile(r"^ftplib\.FTP$"), 2, "FTP_TLS"),
    (re.compile(r"^imaplib\.IMAP4(?:\(\))?\.login$"), 1, "starttls"),
    (re.compile(r"^poplib\.POP3(?:\(\))?\.pass_$"), 0, "stls"),
    (re.compile(r"^telnetlib\.Telnet(?:\(\))?\.write$"), 0, "telnetlib3"),
)
MAKES = re.compile(
    r"^(?:smtplib\.SMTP|ftplib\.FTP|imaplib\.IMAP4|poplib\.POP3|aiosmtplib\.SMTP|telnetlib\.Telnet)$"
)
BINDS = frozenset(["simple_bind", "simple_bind_s", "bind_s"])
CLIENTS = ("requests.", "httpx.", "aiohttp.", "urllib.request.", "urllib3.", "niquests.")
VERBS = frozenset(["get", "post", "put", "patch", "delete", "head", "request", "send"])
HEADERS = re.compile(
    r"(?i)^(?:proxy-)?authorization$|^cookie$|^x-[\w-]*(?:key|token|secret|auth)$|^api-?key$"
)
# Addresses in which a name and a password stand, of what has a name of its own for the same over TLS.
ADDRESS = re.compile(r"^(?:redis|amqp|mqtt|ftp|http|ldap|stomp)://[^/\s@]*:[^/\s@]+@(?P<host>[\w.-]+)")
FIX = "use TLS: starttls() before the password, ldaps://, https://, rediss://"


class RSC904(Rule):
    """A password, a key or a token is sent where everybody on the way reads it.

    What it checks:
        Sign-ins by ``smtplib``, ``imaplib``, ``poplib``, ``ftplib``, ``telnetlib`` and LDAP without TLS;
        requests to ``http://`` with ``auth``, with headers that let in or with a password among what is
        sent; addresses such as ``redis://:password@host``; ``EMAIL_USE_TLS = False`` beside a password.

    Why it matters:
        Whoever is on the way, in the same café or data centre, signs in with what they have read.

    How it is decided:
        By the host: this machine, names without a dot, private addresses and the names of clusters are fine.
        Where it is not known, only what the source says for certain counts: a sign-in by mail or files on a
        connection that nobody has secured before, in the function or its class. Settings for development
        and tests are fine.

    Fix:
        ``starttls()`` before ``login()``, ``FTP_TLS``, ``ldaps://``, ``https://``, ``rediss://``.

    References:
        ASVS 12.2.1, ASVS 12.3.1, CWE-319, CWE-523

    Since:
        0.1
    """

    kind: ClassVar[Class] = "transport"
    severity: ClassVar[Severity] = "high"

    def check(self, look: Look) -> Iterator[Finding]:
        if look.is_test or not look.speaks_of(WORDS):
            return
        for call in look.calls:
            sure = of_sign_in(look, call) or of_directory(look, call) or of_request(look, call)
            if sure and not for_development(look, call.node):
                yield self.said(look, call.node, sure)
        for text in look.module.nodes_of(ast.Constant, ast.JoinedStr) if "://" in look.module.text else ():
            if in_address(look, text) and not for_development(look, text):
                yield self.said(look, text, "high")
        for setting in look.settings:
            if (of_mail(look, setting) or of_ldap(look, setting)) and is_meant(look, setting):
                yield self.said(look, setting.value, "medium")

    def said(self, look: Look, node: ast.AST, sure: Confidence) -> Finding:
        said = "what lets in is sent as it is: whoever is on the way reads it"
        return self.finding(look, node, said, confidence=sure, fix=FIX)


def of_sign_in(look: Look, call: Call) -> Confidence | None:
    """``smtplib.SMTP(host).login(name, password)`` and its like, without TLS before."""
    for pattern, place, secures in SIGN_INS:
        if not any(pattern.match(each.name) for each in call.named):
            continue
        given = call.node.args[place] if len(call.node.args) > place else call.argument("password")
        given = given or call.argument("passwd")
        if (
            given is None
            or is_nobody(look, call, given)
            or secures.lower() in around(look, call.node).lower()
        ):
            return None
        hosts = [host for made in makers(look, call) for host in hosts_given(look, made)]
        if any(map(is_near, hosts)):
            return None
        return "high" if hosts else "medium"
    return None


def is_nobody(look: Look, call: Call, given: ast.expr) -> bool:
    """Whether no password is given: ``login("anonymous", "guest@")``, an empty text, no secret at all."""
    if isinstance(given, ast.Constant) and not given.value:
        return True
    if called_function(call.node) == "write":
        return not any(
            secret_kind(called(each)) == "password" for each in walk(given) if isinstance(each, ast.expr)
        )
    names = look.values(call.node.args[0]).texts if call.node.args else ()
    return any(each.lower() in {"anonymous", "ftp"} for each in names)


def around(look: Look, node: ast.AST) -> str:
    """The text of the class, or of the function, in which something stands."""
    function = look.function(node)
    if function is None:
        return look.module.text
    return look.module.source_of((function.cls or function).node)


def makers(look: Look, call: Call) -> Iterator[Call]:
    """The calls by which a connection is made, in the same class or function."""
    if MAKES.match(call.name):
        yield call
        return
    function = look.function(call.node)
    within = function.cls.node if function is not None and function.cls is not None else None
    for each in look.calls if function is None or within is not None else function.calls:
        if MAKES.match(each.name) and (within is None or within in look.module.above(each.node)):
            yield each


def hosts_given(look: Look, call: Call) -> list[str]:
    given = call.argument("host", 0) or call.argument("hostname")
    return (
        [each.rpartition("//")[2].partition(":")[0] for each in look.values(given).texts]
        if given is not None
        else []
    )


def of_directory(look: Look, call: Call) -> Confidence | None:
    """``ldap.initialize("ldap://...").simple_bind_s(dn, password)``, and ldap3's."""
    name, text = called_function(call.node), ""
    if name in BINDS and len(call.node.args) > 1 and not isinstance(call.node.args[1], ast.Constant):
        text = around(look, call.node)
        asked = [each for each in look.calls if each.name == "ldap.initialize"]
    elif call.name == "ldap3.Connection" and (call.argument("password", 2) is not None):
        text = around(look, call.node)
        asked = [each for each in look.calls if each.name == "ldap3.Server"]
        text += unparsed(call.node)
    if not text or re.search(r"(?i)start_?tls|ldaps|use_ssl|TLS_BEFORE_BIND|NTLM|SASL", text):
        return None
    found = [host_of(leading(look, each.node.args[0])) for each in asked if each.node.args]
    plain = [host for scheme, host in found if scheme == "ldap" and host]
    if len(asked) != 1 or "use_ssl" in unparsed(asked[0].node):
        return None
    return "high" if plain and not any(map(is_near, plain)) else None


def of_request(look: Look, call: Call) -> Confidence | None:
    """``requests.post("http://...", auth=(name, password))``"""
    if not (call.name.startswith(CLIENTS) or called_function(call.node) in VERBS):
        return None
    given = call.node.args[:2]
    addresses = [*given, *(each.value for each in call.node.keywords if each.arg in {"url", "base_url"})]
    found = [host_of(leading(look, each)) for each in addresses]
    if not any(scheme == "http" and host and not is_near(host) for scheme, host in found):
        return None
    if not call.name.startswith(CLIENTS) and not look.shared.imports(
        "requests", "httpx", "aiohttp", "niquests"
    ):
        return None
    return "high" if sends_secret(look, call) else None


def sends_secret(look: Look, call: Call) -> bool:
    """By ``auth``, by a header that lets in, or among what is sent."""
    for each in call.node.keywords:
        if each.arg == "auth" and not (isinstance(each.value, ast.Constant) and not each.value.value):
            return True
        for option in look.values(each.value).options if each.arg in SENT else ():
            for key in getattr(option.node, "keys", ()):
                name = str(key.value) if isinstance(key, ast.Constant) else ""
                if (
                    HEADERS.search(name)
                    if each.arg == "headers"
                    else secret_kind(name) in {"password", "key"}
                ):
                    return True
    return False


SENT = frozenset(["data", "headers", "json"])


def in_address(look: Look, node: ast.Constant | ast.JoinedStr) -> bool:
    """``"redis://:s3cret@cache.example.com"``, ``f"amqp://app:{PASSWORD}@mq.example.com"``"""
    above = look.module.parent_of(node)
    if isinstance(above, ast.Expr | ast.JoinedStr):
        return False  # a text that explains, a part of a text
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    text = "".join(str(each.value) if isinstance(each, ast.Constant) else "{}" for each in parts)
    found = ADDRESS.match(text.replace("{}", "x") if "@{}" not in text else "")
    return found is not None and "." in found["host"] and not is_near(found["host"])


def of_mail(look: Look, setting: Setting) -> bool:
    """``EMAIL_USE_TLS = False`` beside a password, where nothing else makes it safe."""
    if setting.name not in {"EMAIL_USE_TLS", "MAIL_USE_TLS", "MAIL_STARTTLS"}:
        return False
    if not isinstance(setting.value, ast.Constant) or setting.value.value is not False:
        return False
    every, begins = named_settings(look), setting.name.partition("_")[0]
    others = [one.value for name in (f"{begins}_USE_SSL", "MAIL_SSL_TLS") for _, one in every.get(name, ())]
    if any(not isinstance(each, ast.Constant) or each.value for each in others):
        return False
    named = [one for name in ("EMAIL_HOST_PASSWORD", "MAIL_PASSWORD") for _, one in every.get(name, ())]
    hosts = [text for name in ("EMAIL_HOST", "MAIL_SERVER") for home, one in every.get(name, ())
             for text in home.values(one.value).texts]  # fmt: skip
    given = [each for each in named if not (isinstance(each.value, ast.Constant) and not each.value.value)]
    return bool(given) and not any(map(is_near, hosts))


def of_ldap(look: Look, setting: Setting) -> bool:
    """``AUTH_LDAP_SERVER_URI = "ldap://people.example.com"`` without ``AUTH_LDAP_START_TLS``."""
    if setting.name != "AUTH_LDAP_SERVER_URI" or named_settings(look).get("AUTH_LDAP_START_TLS"):
        return False
    scheme, host = host_of(leading(look, setting.value))
    return scheme == "ldap" and bool(host) and not is_near(host)
