"""What a comparison is for: who is wrong in it is told that they are nobody, so it is one that signs in."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import takewhile

from rescind.reading import unparsed, walk
from rescind.review.flow.names import bindings_at
from rescind.review.look import Look
from rescind.review.naming.called import called, called_function
from rescind.review.naming.words import words_of
from rescind.review.once import once
from rescind.review.secrets.columns import columns_of_numbers
from rescind.review.secrets.comparing import Side, side_of, unwrapped
from rescind.review.secrets.digests import callee, fast_parameters, handed_on
from rescind.review.secrets.ordinary import ABOUT

REFUSES = re.compile(
    r"Unauthori[sz]ed|\b401\b|Authentication(?:Failed|Error)|NotAuthenticated|NotAuthorized|HTTP_401"
    r"|Bad(?:Credentials|Login|Token|Code)|Invalid(?:Credentials|Login|Token|Code|Password)|LoginFailed|WrongPassword"
)
TURNS_AWAY = re.compile(
    REFUSES.pattern
    + r"|\b40[34]\b|HTTP_40[34]|Forbidden|PermissionDenied|NotFound|Http404|AccessDenied|not_found\("
)
# Names that end in these are what somebody has to say to be let in, unless what stands before says otherwise.
SAID = frozenset(
    ["clave", "code", "codes", "codice", "codigo", "chiave", "chave", "key", "kode", "kod", "kennung",
     "losung", "marke", "parole", "password", "phrase", "pin", "secret", "sleutel", "schluessel",
     "token", "word", "wort", "digest", "hash", "sum", "cle", "jeton", "codigos", "kodu", "segno"]
)  # fmt: skip
OF_THINGS = frozenset(
    ["airport", "area", "article", "bank", "barcode", "branch", "cache", "cell", "color", "colour",
     "column", "content", "cost", "country", "county", "course", "currency", "department", "error",
     "exit", "file", "foreign", "http", "idempotency", "item", "lang", "language", "line", "locale",
     "material", "natural", "page", "partition", "plan", "postal", "post", "postcode", "primary",
     "product", "project", "public", "reason", "region", "response", "room", "sku", "sort", "source",
     "state", "station", "status", "tariff", "tax", "text", "type", "unit", "zip", "zone", "body",
     "data", "check", "object", "row", "version"]
)  # fmt: skip
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
    return refused(look, node, REFUSES)


def turns_away(look: Look, node: ast.AST) -> bool:
    """Whether who is wrong in a comparison is told that they may not, or that nothing is there: 403, 404."""
    return refused(look, node, TURNS_AWAY)


def refused(look: Look, node: ast.AST, words: re.Pattern[str]) -> bool:
    if not isinstance(node, ast.Compare) or not isinstance(node.ops[0], ast.Eq | ast.NotEq):
        return False
    wrong = wrong_way(look, node, look.module.statement_of(node))
    return any(words.search(unparsed(each)) is not None for each in wrong)


def wrong_way(look: Look, node: ast.Compare, branch: ast.AST | None) -> list[ast.stmt]:
    """What is done where a comparison does not hold, as far as it is the first or the last of it."""
    if isinstance(branch, ast.Assign) and isinstance(node.ops[0], ast.Eq):
        return without(look, branch)
    if not isinstance(branch, ast.If) or not any(each is node for each in walk(branch.test)):
        return []
    above = takewhile(lambda each: each is not branch, look.module.above(node))
    turned = sum(isinstance(each, ast.UnaryOp) and isinstance(each.op, ast.Not) for each in above)
    if isinstance(node.ops[0], ast.Eq) == (turned % 2 == 0):
        return (branch.orelse or behind(look, branch) or behind_loop(look, branch))[:1]
    return branch.body[-1:]


def without(look: Look, line: ast.Assign) -> list[ast.stmt]:
    """``found = next((each for each in rows if each.code == code), None)``, and what is done if there is
    none."""
    name, after = called(line.targets[0]), behind(look, line)[:1]
    test = after[0].test if after and isinstance(after[0], ast.If) else None
    missing = (
        (isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not) and called(test.operand) == name)
        or (isinstance(test, ast.Compare) and isinstance(test.ops[0], ast.Is) and called(test.left) == name)
    )  # fmt: skip
    return after[0].body[-1:] if missing and name and isinstance(after[0], ast.If) else []


def behind_loop(look: Look, branch: ast.If) -> list[ast.stmt]:
    """What comes after a loop over rows in which the right one is looked for."""
    loop = look.module.parent_of(branch)
    if not isinstance(loop, ast.For | ast.AsyncFor) or not isinstance(branch.body[-1], ast.Return):
        return []
    return loop.orelse or behind(look, loop)


def behind(look: Look, branch: ast.stmt) -> list[ast.stmt]:
    """What comes after a statement, in its block."""
    block = getattr(look.module.parent_of(branch), "body", [])
    at = (
        next((n for n, each in enumerate(block) if each is branch), None) if isinstance(block, list) else None
    )
    return block[at + 1 :] if at is not None else []


def lets_in(look: Look, node: ast.AST, left: Side, right: Side) -> bool:
    """Whether one side is what somebody brought to be let in, and the other what it has to be."""
    away = turns_away(look, node)
    for given, held in ((left, right), (right, left)):
        sent = of_digest(look, given) if away else None
        brought = is_brought(look, given.node) or (sent is not None and sent.only_request)
        if not brought and not (
            given.only_request and (signs_in(look, node) or (away and has_to_say(look, given, held)))
        ):
            continue
        if not brought and any(each.part in {"path", "host", "url"} for each in given.origins):
            continue
        if is_kept(look, held) and not any(is_public(each.node) for each in (given, held)):
            return True
    return False


def of_digest(look: Look, side: Side) -> Side | None:
    """Of ``digest(given)`` what was digested: who has to send something for it has to know it."""
    inner = unwrapped(side.node)
    call = look.call(inner) if isinstance(inner, ast.Call) else None
    function = callee(call) if call is not None else None
    fast = fast_parameters(look, function) if function is not None else frozenset()
    given = (
        [value for name, value in handed_on(look, call, function) if name in fast] if call and fast else []
    )
    return side_of(look, given[0]) if len(given) == 1 else None


def has_to_say(look: Look, given: Side, held: Side) -> bool:
    """Whether what is kept is called as what lets in, is made at random, or is of the settings and held
    against a header."""
    name = called(unwrapped(held.node))
    words = words_of(name)
    if name in columns_of_numbers(look):
        return False
    if not SAID.isdisjoint(words[-1:]) and OF_THINGS.isdisjoint(words):
        return True
    header = any(each.part == "header" for each in given.origins)
    return (header and "environment" in held.kinds) or name in columns_at_random(look)


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
    if isinstance(inner, ast.Call):  # ``self.words.get(name)``
        base = inner.func.value if isinstance(inner.func, ast.Attribute) else None
        ours = isinstance(base, ast.Attribute) or (isinstance(base, ast.Name) and base.id.isupper())
        known = side.kinds & {"environment", "parameter", "store"}
        return (
            called_function(inner) == "get"
            and ours
            and bool(known)
            and KNOWN.isdisjoint(words_of(called(base or inner)))
        )
    if not isinstance(inner, ast.Name):
        return False
    if inner.id.isupper() or side.kinds & {"store", "environment"}:
        return True
    return any(
        one.kind == "unpacked" and isinstance(one.value, ast.Call) and called_function(one.value) == "get"
        for one in bindings_at(inner, look.scope(inner))
    )


def is_brought(look: Look, node: ast.expr) -> bool:
    """``token`` of ``def authenticate(self, request, token)`` in a class of ``ninja.security``, and what is
    taken out of the header ``Authorization`` last."""
    inner = unwrapped(node)
    if not isinstance(inner, ast.Name) or inner.id in {"self", "request"}:
        return False
    if of_authorization(look, inner):
        return True
    function = look.function(node)
    if function is None or function.cls is None or function.name != "authenticate":
        return False
    taken = any(each.name == inner.id for each in function.parameters)
    return taken and any(each.name.endswith(TAKES) for each in function.cls.mro)


def of_authorization(look: Look, node: ast.Name) -> bool:
    """``word`` of ``name, _, word = b64decode(rest).decode().partition(":")``: behind the name and the
    scheme comes what lets in."""
    bound = bindings_at(node, look.scope(node))
    target = bound[0].node.targets[0] if bound and isinstance(bound[0].node, ast.Assign) else None
    last = target.elts[-1] if isinstance(target, ast.Tuple) else None
    if len(bound) != 1 or bound[0].kind != "unpacked" or getattr(last, "id", "") != node.id:
        return False
    function = look.function(node)
    text = look.module.source_of(function.node) if function is not None else ""
    return re.search(r"(?i)[\"'_]authorization\b", text) is not None and any(
        each.kind == "request" and each.part == "header" for each in look.origins(node)
    )


AT_RANDOM = re.compile(
    r"^(?:secrets\.\w+|os\.urandom|uuid\.uuid[14]|random\.(?:choices?|randint|randrange|getrandbits|sample|SystemRandom.*)"
    r"|django\.utils\.crypto\.get_random_string)$"
)
NAMED_ANYTHING = frozenset(
    ["id", "name", "key", "value", "number", "slug", "file", "filename", "color", "colour", "order"]
)


@once
def columns_at_random(look: Look) -> frozenset[str]:
    """The columns into which something random is put: ``row.word = token_urlsafe(9)``, ``Row(word=made)``."""
    found: set[str] = set()
    for module in look.project.modules:
        if not any(word in module.text for word in ("secrets", "random", "uuid")):
            continue
        home = look.beside(module)
        for call in home.calls if not home.is_test else ():
            if any(AT_RANDOM.match(each.name) for each in call.named):
                found |= set(put_into(home, call.node))
    return frozenset(found - NAMED_ANYTHING)


def put_into(look: Look, node: ast.AST, depth: int = 1) -> Iterator[str]:
    """The keywords, attributes and keys that a value goes into, over one name in between."""
    for above in look.module.above(node):
        if isinstance(above, ast.keyword) and above.arg:
            yield above.arg
        if isinstance(above, ast.Assign):
            for target in above.targets:
                if not isinstance(target, ast.Name):
                    yield called(target)
                elif depth and look.function(node) is not None:
                    yield from of_name(look, node, target.id)
        if isinstance(above, ast.stmt):
            return


def of_name(look: Look, node: ast.AST, name: str) -> Iterator[str]:
    function = look.function(node)
    for use in function.walk() if function is not None else ():
        if isinstance(use, ast.Name) and use.id == name and isinstance(use.ctx, ast.Load):
            yield from put_into(look, use, 0)
