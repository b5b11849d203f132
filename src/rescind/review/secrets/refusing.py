"""What a comparison is for: who is wrong in it is told that they are nobody, so it is one that signs in."""

from __future__ import annotations

import ast
import re

from rescind.reading import walk
from rescind.review.flow.names import bindings_at
from rescind.review.look import Look
from rescind.review.naming.called import called, called_function
from rescind.review.naming.words import words_of
from rescind.review.secrets.comparing import Side, unwrapped
from rescind.review.secrets.ordinary import ABOUT

REFUSES = re.compile(
    r"Unauthori[sz]ed|\b401\b|AuthenticationFailed|NotAuthenticated|NotAuthorized|HTTP_401"
    r"|Bad(?:Credentials|Login|Token|Code)|Invalid(?:Credentials|Login|Token|Code|Password)|LoginFailed|WrongPassword"
)
# Of classes of frameworks that hand their method what somebody brought to be let in.
TAKES = ("HttpBearer", "APIKeyHeader", "APIKeyQuery", "APIKeyCookie", "HttpBasicAuth", "APIKeyAuth")
# What says who somebody is, where they belong or how old something is, and opens nothing.
PUBLIC = ABOUT | frozenset(
    ["city", "company", "count", "country", "counter", "date", "day", "device", "domain", "epoch", "etag",
     "generation", "group", "host", "house", "ip", "lang", "language", "lastmodified", "locale", "login",
     "mail", "month", "nickname", "number", "org", "organisation", "organization", "origin", "owner", "pk",
     "region", "revision", "seq", "sequence", "serial", "shop", "site", "team", "tenant", "title", "user",
     "username", "year", "zone", "currency", "client", "time", "timestamp", "agent", "referer"]
)  # fmt: skip
KNOWN = frozenset(["claims", "payload", "session", "user", "decoded", "current", "identity", "g", "self"])


def signs_in(look: Look, node: ast.AST) -> bool:
    """Whether who is wrong in a comparison is told that they are nobody: 401, ``AuthenticationFailed``."""
    if not isinstance(node, ast.Compare) or not isinstance(node.ops[0], ast.Eq | ast.NotEq):
        return False
    branch = look.module.statement_of(node)
    if not isinstance(branch, ast.If) or not any(each is node for each in walk(branch.test)):
        return False
    wrong = branch.body
    if isinstance(node.ops[0], ast.Eq):
        wrong = branch.orelse or behind(look, branch)
    last = wrong[-1:] if isinstance(node.ops[0], ast.NotEq) else wrong[:1]
    return any(REFUSES.search(ast.unparse(each)) is not None for each in last)


def behind(look: Look, branch: ast.If) -> list[ast.stmt]:
    """What comes after a branch, in its block."""
    block = getattr(look.module.parent_of(branch), "body", [])
    at = (
        next((n for n, each in enumerate(block) if each is branch), None) if isinstance(block, list) else None
    )
    return block[at + 1 :] if at is not None else []


def lets_in(look: Look, node: ast.AST, left: Side, right: Side) -> bool:
    """Whether one side is what somebody brought to be let in, and the other what it has to be."""
    for given, held in ((left, right), (right, left)):
        brought = is_brought(look, given.node)
        if not brought and not (given.only_request and signs_in(look, node)):
            continue
        if not brought and any(each.part in {"path", "host", "url"} for each in given.origins):
            continue
        if is_kept(look, held) and not any(is_public(each.node) for each in (given, held)):
            return True
    return False


def is_public(node: ast.expr) -> bool:
    inner = unwrapped(node)
    if isinstance(inner, ast.Call) and called_function(inner) in {"int", "float", "bool"}:
        return True
    return not PUBLIC.isdisjoint(words_of(called(inner))[-1:])


def is_kept(look: Look, side: Side) -> bool:
    """A column of a row, a setting, a part of what is kept under something that was brought."""
    inner = unwrapped(side.node)
    if side.kinds & {"request", "session", "remote"}:
        return False
    if isinstance(inner, ast.Attribute | ast.Subscript):
        return KNOWN.isdisjoint(words_of(called(inner.value)))
    if not isinstance(inner, ast.Name):
        return False
    if inner.id.isupper() or side.kinds & {"store", "environment"}:
        return True
    return any(
        one.kind == "unpacked" and isinstance(one.value, ast.Call) and called_function(one.value) == "get"
        for one in bindings_at(inner, look.scope(inner))
    )


def is_brought(look: Look, node: ast.expr) -> bool:
    """``token`` of ``def authenticate(self, request, token)`` in a class of ``ninja.security``."""
    inner = unwrapped(node)
    if not isinstance(inner, ast.Name) or inner.id in {"self", "request"}:
        return False
    function = look.function(node)
    if function is None or function.cls is None or function.name != "authenticate":
        return False
    taken = any(each.name == inner.id for each in function.parameters)
    return taken and any(each.name.endswith(TAKES) for each in function.cls.mro)
