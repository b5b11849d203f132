"""RSC913: a sign-in at another service that anybody may have begun."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import ClassVar

from rescind.reading import Function, unparsed, walk
from rescind.review.finding import Class, Finding, Severity
from rescind.review.look import Look
from rescind.review.naming.called import called, called_function
from rescind.review.rule import Rule

EXCHANGES = frozenset(
    ["fetch_token", "fetch_access_token", "exchange_code", "exchange_code_for_token", "get_access_token",
     "obtain_token", "acquire_token_by_authorization_code", "authorization_code", "exchange",
     "step2_exchange"]
)  # fmt: skip
BOUND = re.compile(r"(?i)state|nonce|verifier|pkce|csrf")
LETS_IN = re.compile(
    r"session\[|session\.\w|login_user\(|\blogin\(|set_cookie\(|create_access_token|create_token|sign_in|set_signed_cookie"
    r"|set_secure_cookie|forget\(|remember\(|jwt\.encode|issue_token|create_session|start_session"
)


class RSC913(Rule):
    """The answer of a provider signs in, whoever asked for it.

    What it checks:
        Handlers that get a `code` from OAuth or OpenID Connect, change it for a token and sign somebody in,
        and hold no `state`, `nonce` or verifier against the visit that began it.

    Why it matters:
        A page sends the visitor to the address with the code of somebody else: they are signed in to the
        account of the attacker, or have it joined to their own.

    How it is decided:
        The handler reads `code` from the query, gives it away, and signs in; nothing of it, and of what it
        calls in the project, speaks of a state. Libraries that keep the state themselves are left out.

    Fix:
        Keep a random `state` in the session, and compare it before the code is used.

    References:
        ASVS 10.2.1, CWE-352, RFC 6749 section 10.12

    Since:
        0.1
    """

    kind: ClassVar[Class] = "transport"
    severity: ClassVar[Severity] = "high"

    def check(self, look: Look) -> Iterator[Finding]:
        if not re.search(r"[\"']code[\"']|\bcode\s*[:,)]", look.module.text):
            return
        for function in look.module.functions:
            if takes_code(look, function) and not BOUND.search(all_of(look, function)):
                yield self.finding(
                    look,
                    function.node,
                    "a code signs in, and nobody asks who began it",
                    confidence="medium",
                    fix="keep a random state in the session and compare it",
                )


def takes_code(look: Look, function: Function) -> bool:
    """Whether a handler changes a code of the query for a token, and signs in."""
    entries = look.shared.flow.entries
    given = {each.name for each in function.parameters} if entries.routes(function) else set()
    if "code" not in given and not any(reads_code(look, node) for node in function.walk()):
        return False
    return (
        any(exchanges(each.node) for each in function.calls)
        and LETS_IN.search(all_of(look, function)) is not None
    )


def reads_code(look: Look, node: ast.AST) -> bool:
    """``request.args["code"]``"""
    if not isinstance(node, ast.Subscript | ast.Call) or called(node) != "code":
        return False
    holder = node.value if isinstance(node, ast.Subscript) else getattr(node.func, "value", None)
    part = look.shared.flow.web.part
    return "query" in {
        part(node, look.scope(node)),
        part(holder, look.scope(node)) if holder is not None else "",
    }


def exchanges(node: ast.Call) -> bool:
    """``fetch_token(...)``, ``post(TOKEN_URL, data={"code": code, ...})``"""
    name = called_function(node)
    if name in EXCHANGES:
        return True
    texts = {str(each.value) for each in walk(node) if isinstance(each, ast.Constant)}
    return (
        name in {"post", "request", "fetch", "urlopen", "urlencode"}
        and "code" in texts
        and (bool(texts & {"authorization_code", "client_secret", "client_id", "redirect_uri"}))
    )


def all_of(look: Look, function: Function) -> str:
    """The text of a function and of those of the project that it calls, and its decorators."""
    callees = [
        each
        for call in function.calls
        for each in look.shared.flow.calls.callees(call.node, look.scope(call.node))
    ]
    texts = [each.module.source_of(each.node) for each in callees]
    texts += [unparsed(each.node) for each in function.decorators]
    return "\n".join([inside(function), *texts])


def inside(function: Function) -> str:
    """The text of a function, without parameters that are only taken: a ``state`` that nobody looks at."""
    used = {each.id for each in function.walk() if isinstance(each, ast.Name)}
    text = function.module.source_of(function.node)
    for each in function.parameters:
        if each.name not in used and each.name == "state":
            return "\n".join(unparsed(one) for one in function.node.body)
    return text
