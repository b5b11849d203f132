"""Handlers whose sender shows by what is in the request that they may: a password, a code, a signature."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from rescind.reading import Function, unparsed, walk
from rescind.review.access.harmless import shows_code
from rescind.review.access.who import COOKIE, refuses, turns_away
from rescind.review.accounts.verifying import Verifying
from rescind.review.look import Look
from rescind.review.naming.called import called, called_function
from rescind.review.naming.words import secret_kind, words_of
from rescind.review.once import once

# With these something is held against a secret, or opened with one.
HELD = re.compile(
    r"compare_digest|constant_time|\bhmac\b|jwt\.decode|\bunsign|verify_signature|check_signature|checkpw"
    r"|check_?password|verify_?password|construct_event|verif\w*_?token|check_token|redeem\w*\("
)
LOADS = re.compile(r"\b(?!json|orjson|ujson|yaml|simplejson|tomllib|csv)(\w+)\.loads\(")
# Who knows one of these was given it: nobody guesses them.
GIVEN = frozenset(["refresh", "invite", "invitation", "magic", "mark", "ticket", "voucher", "nonce", "code",
                   "signature", "token", "otp", "digest", "hmac", "secret"])  # fmt: skip
ABOUT = frozenset(
    ["id", "ids", "pk", "type", "name", "country", "status", "post", "zip", "postal", "language", "currency",
     "error", "product", "color", "colour", "csrf", "at", "expires"]
)  # fmt: skip


@once
def proves(look: Look, function: Function) -> bool:
    """Whether a handler asks by itself for something that only some have, whatever it is called."""
    body = "\n".join(look.module.source_of(each) for each in function.node.body)
    if HELD.search(body) or (LOADS.search(body) and "pickle" not in body):
        return True
    if any(asks_sender(look, each.node) for each in function.calls):
        return True
    if any(refuses_unsigned(node) for node in function.walk()):
        return True
    if any(turns_away(node) and conditional(look, function, node) for node in function.walk()):
        return True
    if any(shows_code(look, node, GIVEN) and refuses_in(node) for node in function.walk()):
        return True
    if any(refuses_by_header(look, function, node) for node in function.walk()) or Verifying(look).calls(
        function
    ):
        return True
    return any(by_secret(each.node) or by_digest(look, each.node) for each in function.calls)


def by_digest(look: Look, call: ast.Call) -> bool:
    """``Recovery.objects.filter(mark=Recovery.mark_of(body.t))``, where that makes a digest."""
    pairs = [each.value for each in call.keywords if each.arg] if called_function(call) in FINDS else ()
    for value in pairs:
        known = (
            look.shared.flow.calls.callees(value, look.scope(value)) if isinstance(value, ast.Call) else []
        )
        if any(DIGESTS.search(each.module.source_of(each.node)) is not None for each in known):
            return True
    return False


FINDS = frozenset(
    ["get", "filter", "filter_by", "find_one", "get_or_404", "get_object_or_404", "first", "get_or_none"]
)


def asks_sender(look: Look, call: ast.Call) -> bool:
    """``lab = laboratory_of(req)``, that says 401 to whoever shows nothing."""
    if not any(getattr(each, "id", "") in {"request", "req"} for each in call.args):
        return False
    known = look.shared.flow.calls.callees(call, look.scope(call))
    return any(turns_away(node) for each in known for node in each.walk())


def refuses_unsigned(node: ast.AST) -> bool:
    """``except BadSignature: raise Http404``: what was sent had to be signed."""
    if not isinstance(node, ast.ExceptHandler) or node.type is None:
        return False
    leaves = isinstance(node.body[-1], ast.Raise | ast.Return)
    return leaves and bool(SIGNED & set(words_of(unparsed(node.type))))


SIGNED = frozenset(["signature", "jwt", "jws", "jose"])


def refuses_in(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and any(refuses(one) for one in node.body)


def conditional(look: Look, function: Function, node: ast.AST) -> bool:
    """Whether it stands below a condition: what always refuses asks nothing."""
    at = look.module.parent_of(node)
    while at is not None and at is not function.node:
        if isinstance(at, ast.If | ast.ExceptHandler | ast.Match):
            return True
        at = look.module.parent_of(at)
    return False


def refuses_by_header(look: Look, function: Function, node: ast.AST) -> bool:
    """``if request.headers.get("X-Mac") != expected: abort(400)``"""
    if not isinstance(node, ast.If) or not any(refuses(one) for one in node.body):
        return False
    compared = [
        one
        for one in walk(node.test)
        if isinstance(one, ast.Compare) and isinstance(one.ops[0], ast.Eq | ast.NotEq)
    ]
    texts = [unparsed(one) for one in compared]
    if any(HEADER.search(each) is not None and not USUAL.search(each) for each in texts):
        return True
    entries = look.shared.flow.entries
    marked = {each.name: entries.marked(function, each) for each in function.parameters} if texts else {}
    headers = {name for name, given in marked.items() if given is not None and given.part == "header"}
    sides = [side for one in compared for side in (one.left, *one.comparators)]
    return any(called(side) in headers and not USUAL.search(called(side)) for side in sides)


HEADER = re.compile(r"(?i)headers?\b|\bMETA\b|get_header\(")
USUAL = re.compile(
    r"(?i)content-?_?type|accept|if-|origin|referer|host\b|x-requested-with|user-agent|idempoten"
)


def by_secret(call: ast.Call) -> bool:
    """``tokens.redeem(body.refresh)``, ``get_object_or_404(Guest, invite_code=code)``"""
    pairs: list[tuple[str, ast.expr]] = [("", each) for each in call.args] + [
        (each.arg or "", each.value) for each in call.keywords
    ]
    for _, value in pairs:
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            if any(is_given(each[1]) for each in WHERE.finditer(value.value)):
                return True
        elif DIGESTS.search(unparsed(value)) is not None:
            return True
    return any(
        is_given(column) or is_given(called(one))
        for column, value in pairs
        for one in asked_with(value)
        if not isinstance(one, ast.Constant) and not COOKIE.search(unparsed(one))
    )


# Of statements: the columns that something is looked for by.
WHERE = re.compile(r"(?i)(?:where|and)\s+[\"`]?(?:\w+\.)?(\w+)[\"`]?\s*=\s*(?:\$\d|\?|%|:)")
DIGESTS = re.compile(r"\bhashlib\.|\bsha(?:256|512|3_256)\(|\bblake2[bs]\(")


def asked_with(node: ast.expr) -> Iterator[ast.expr]:
    """What a call is given, out of comparisons, digests and lists."""
    if isinstance(node, ast.Compare):
        yield from asked_with(node.comparators[0])
    elif isinstance(node, ast.Tuple | ast.List):
        yield from (one for each in node.elts for one in asked_with(each))
    elif isinstance(node, ast.Dict):
        yield from (one for each in node.values for one in asked_with(each))
    elif isinstance(node, ast.Call) and node.args and not called(node):
        yield from (one for each in node.args for one in asked_with(each))
    else:
        yield node


def is_given(name: str) -> bool:
    words = words_of(name)
    if not words or ABOUT & set(words):
        return False
    return secret_kind(name) in {"token", "code", "digest"} or words[-1] in GIVEN
