"""RSC913: a sign-in at another service that anybody may have begun."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import ClassVar

from rescind.reading import Function, Scope, unparsed, walk
from rescind.review.finding import Class, Finding, Severity
from rescind.review.look import Look
from rescind.review.naming.called import arguments, called, called_function
from rescind.review.rule import Rule
from rescind.review.tokens.begun import ASKS, EXCHANGES, is_held, is_read

TOLD_WITH = frozenset(["authorization_code", "client_secret", "client_id", "redirect_uri"])
OTHERWISE = re.compile(r"(?i)nonce|verifier|pkce|csrf")
BOUND = re.compile(r"(?i)state|nonce|verifier|pkce|csrf")
CODE = re.compile(r"^code$")
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
        calls in the project, speaks of a nonce or verifier, and a state is at most taken from the query,
        asked for, told, sent on or held against a constant. Libraries that keep the state themselves are
        left out.

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
            if takes_code(look, function) and not is_bound(look, function):
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
    if "code" not in given and not any(is_read(look, node, CODE) for node in function.walk()):
        return False
    return (
        any(exchanges(look, each.node) for each in function.calls)
        and LETS_IN.search(all_of(look, function)) is not None
    )


def exchanges(look: Look, node: ast.Call) -> bool:
    """``fetch_token(...)``, ``post(TOKEN_URL, data={"code": code, ...})``, or a helper that does that."""
    name = called_function(node)
    if name in EXCHANGES or (name in ASKS and speaks_of_code(node)):
        return True
    if not any(is_code(look, each) for each in arguments(node)):
        return False
    return any(
        called_function(call.node) in ASKS and speaks_of_code(function.node)
        for function in look.shared.flow.calls.callees(node, look.scope(node))
        for call in function.calls
    )


def is_code(look: Look, node: ast.expr) -> bool:
    return called(node) == "code" and (isinstance(node, ast.Name) or is_read(look, node, CODE))


def speaks_of_code(node: ast.AST) -> bool:
    texts = {str(each.value) for each in walk(node) if isinstance(each, ast.Constant)}
    return "code" in texts and bool(texts & TOLD_WITH)


def is_bound(look: Look, function: Function) -> bool:
    """Whether what a handler does, in functions of the project that it calls or in its decorators, too, binds
    the answer to the visit that began."""
    before = [each.node for each in function.decorators]
    functions = [function, *called_by(look, function)]
    for node, scope in depended(look, function):
        before.append(node)
        functions += [each.definition for each in look.project.resolve(node, scope)
                      if isinstance(each.definition, Function)]  # fmt: skip
    text = "\n".join(each.module.source_of(each.node) for each in functions)
    asked = " ".join(map(unparsed, before))
    return bool(OTHERWISE.search(text) or BOUND.search(asked)) or is_held(look, functions)


def depended(look: Look, function: Function) -> Iterator[tuple[ast.expr, Scope]]:
    """``state: str = Depends(kept_state)``: what is called before a handler of FastAPI."""
    for each in function.parameters:
        given = look.shared.flow.entries.marked(function, each)
        if given is not None and given.depends is not None:
            yield given.depends


def called_by(look: Look, function: Function) -> list[Function]:
    callees = look.shared.flow.calls.callees
    return [each for call in function.calls for each in callees(call.node, look.scope(call.node))]


def all_of(look: Look, function: Function) -> str:
    """The text of a function and of those of the project that it calls."""
    functions = [function, *called_by(look, function)]
    return "\n".join(each.module.source_of(each.node) for each in functions)
