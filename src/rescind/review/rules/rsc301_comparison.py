"""RSC301: secrets compared in a way that takes longer the more of them is right."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import ClassVar, TypeGuard

from rescind.review.finding import Class, Confidence, Finding, Severity, Step
from rescind.review.flow.conditions import ends
from rescind.review.look import Look
from rescind.review.naming.called import called, called_function
from rescind.review.naming.words import kind_of_words, secret_kind, speaks_of_auth, words_of
from rescind.review.rule import Rule
from rescind.review.secrets.columns import columns_of_numbers
from rescind.review.secrets.comparing import (
    SUBJECTS,
    Side,
    asks_person,
    beginning,
    by_name,
    gone_over,
    in_query,
    is_column,
    is_guess,
    is_id,
    is_key_of_settings,
    is_member,
    of_header,
    renewed,
    repeats,
    roots,
    side_of,
    unwrapped,
    verifies,
)
from rescind.review.secrets.named import is_published
from rescind.review.secrets.ordinary import (
    LOOKED_UP,
    compares_hashes,
    guesses_nothing,
    is_key_of_mapping,
    is_public_claim,
    is_word,
    leaves_out,
    of_addresses,
    opened,
    popped,
    stored,
    takes_over,
    tells,
)
from rescind.review.secrets.refusing import is_brought, lets_in, turns_away

OPERATORS = (ast.Eq, ast.NotEq, ast.In, ast.NotIn)
SAME = {"__eq__", "__ne__", "__hash__", "__lt__", "__contains__", "__repr__"}
LISTS = {"codes", "passwords", "tokens", "keys", "secrets", "pins", "otps"}
NAMES = {
    "password": "a password", "token": "a token", "code": "a one-time code", "digest": "a digest",
    "key": "a key",
}  # fmt: skip


class RSC301(Rule):
    """A secret is compared with an operator that stops at the first difference.

    What it checks:
        ``==``, ``!=`` and ``in`` on tokens, codes, passwords, keys, signatures and MACs, and loops over
        ``zip`` that end at the first difference.

    Why it matters:
        The time that the answer takes says how much of a guess is right: a MAC of 64 digits falls in 64
        times 16 attempts instead of 16 to the power of 64.

    How it is decided:
        One side has to be a secret: made by ``hmac`` or a digest of a password, through any number of
        functions; or called like one; or compared by a function that is there to verify one; or it is
        held against what a request says, and whoever is wrong is told that they are nobody (401) or that
        nothing is there (403, 404), where the name says that it lets in or it is made at random. The
        other has to be what somebody hands in. Two fields of one form, two rows, what a person types
        twice, constants, lengths, prefixes, clauses of a query and values of the visitor's own session
        that are good for one try are fine, and so is looking up a digest, or what is a key of a dictionary
        or in a set: they compare hashes. Whoever has a token reads its ``kid`` and its ``jti``.

    Fix:
        ``hmac.compare_digest(given, kept)``, on bytes of both.

    References:
        ASVS 11.2.4, CWE-208

    Since:
        0.1
    """

    kind: ClassVar[Class] = "timing"
    severity: ClassVar[Severity] = "high"

    def check(self, look: Look) -> Iterator[Finding]:
        for node in look.module.nodes_of(ast.Compare, ast.Call, ast.For):
            if isinstance(node, ast.Compare) and len(node.ops) == 1 and isinstance(node.ops[0], OPERATORS):
                every = (self.compared(look, node, *pair) for pair in pairs(node.left, node.comparators[0]))
                yield from [found for found in every if found is not None][:1]
            elif (
                isinstance(node, ast.Call)
                and "operator" in look.module.text
                and len(node.args) == 2
                and look.name(node.func) in {"operator.eq", "operator.ne"}
            ):
                found = self.compared(look, node, node.args[0], node.args[1])
                yield from [found] if found is not None else []
            elif isinstance(node, ast.For):
                yield from self.looped(look, node)

    def compared(
        self, look: Look, node: ast.Compare | ast.Call, left: ast.expr, right: ast.expr
    ) -> Finding | None:
        if one_of(right, node):
            every = (self.compared(look, node, left, each) for each in right.elts)
            return next((found for found in every if found is not None), None)
        if not (could_be(left) and could_be(right)) or is_excused(look, node) or in_query(look, node):
            return None
        if is_column(look, left) or is_column(look, right):
            return None
        if isinstance(node, ast.Compare) and right is node.comparators[0] and is_in(node):
            return self.listed(look, node, left, right)
        zipped = self.zipped(look, node)
        if zipped is not None:
            return zipped
        if not worth_a_look(look, node, left, right):
            return None
        sides = side_of(look, left), side_of(look, right)
        what = secret_of(look, node, *sides)
        return self.said(look, node, what, sides) if what and not harmless(look, *sides) else None

    def zipped(self, look: Look, node: ast.AST) -> Finding | None:
        """``all(a == b for a, b in zip(x, y))``"""
        above = look.module.parent_of(node)
        source = above.generators[0].iter if isinstance(above, ast.GeneratorExp | ast.ListComp) else None
        if not isinstance(source, ast.Call) or called_function(source) != "zip" or len(source.args) != 2:
            return None
        sides = side_of(look, source.args[0]), side_of(look, source.args[1])
        secret = any(each.made or each.kind in NAMES for each in sides)
        return self.said(look, node, "a secret, piece by piece,", sides) if secret else None

    def listed(self, look: Look, node: ast.Compare, left: ast.expr, right: ast.expr) -> Finding | None:
        """``given in codes``: a list of secrets is gone through one by one."""
        if is_key_of_mapping(look, left) or compares_hashes(look, right):
            return None
        right = gone_over(right)
        words = words_of(called(right) or (called_function(right) if isinstance(right, ast.Call) else ""))
        if not words or words[-1] not in LISTS or words_of(called(unwrapped(left)))[-1:] in LOOKED_UP:
            return None
        function = look.function(node)
        around = words_of(function.name) if function is not None else ()
        given, kept = side_of(look, left), side_of(look, right)
        kind = look.secret(right) or given.kind or kind_of_words([*around, words[-1]]) or of_header(given)
        from_outside = "request" in given.kinds or is_guess(left) or is_brought(look, left)
        named = not given.kind and not is_guess(left) and by_name(look, right)
        if kind and from_outside and not given.made and not kept.only_request and not named:
            return self.said(look, node, "a list of secrets", (given, kept))
        return None

    def looped(self, look: Look, node: ast.For) -> Iterator[Finding]:
        """``for a, b in zip(x, y): if a != b: return False``, or by index."""
        texts = gone_through(node)
        for each in node.body if texts else []:
            if isinstance(each, ast.If) and isinstance(each.test, ast.Compare) and ends(each.body):
                compared = (each.test.left, *each.test.comparators)
                indexed = [side.value for side in compared if isinstance(side, ast.Subscript)]
                sides = [side_of(look, text) for text in (*texts, *indexed)]
                if len(sides) > 1 and any(side.made or side.kind in NAMES for side in sides):
                    yield self.said(look, each.test, "a secret, piece by piece,", (sides[0], sides[1]))

    def said(self, look: Look, node: ast.AST, what: str, sides: tuple[Side, Side]) -> Finding:
        given = next((each for side in sides for each in side.origins if each.kind == "request"), None)
        sure = given is not None or any(side.made for side in sides)
        confidence: Confidence = "high" if sure else "medium"
        place = look.module.place(node)
        trace = (*given.steps, Step(place.file, place.line, "is compared")) if given is not None else ()
        return self.finding(
            look,
            node,
            f"{what} is compared in a time that tells how much of it is right",
            severity="high"
            if any(side.made or side.kind in {"token", "key", "digest"} for side in sides)
            else "medium",
            confidence=confidence,
            trace=trace,
            fix="use hmac.compare_digest on bytes of both",
        )


def gone_through(node: ast.For) -> list[ast.expr]:
    """What a loop goes through letter by letter: of ``zip``, ``enumerate``, ``range(len(x))``."""
    if not isinstance(node.iter, ast.Call):
        return []
    name, arguments = called_function(node.iter), node.iter.args
    if name in {"zip", "zip_longest", "enumerate"}:
        return list(arguments[:2])
    inner = arguments[0] if name == "range" and len(arguments) == 1 else None
    return inner.args[:1] if isinstance(inner, ast.Call) and called_function(inner) in {"len", "min"} else []


def one_of(right: ast.expr, node: ast.AST) -> TypeGuard[ast.Tuple | ast.List]:
    """``given in (code(now), code(before))``"""
    if not isinstance(node, ast.Compare) or not isinstance(right, ast.Tuple | ast.List):
        return False
    return is_in(node) and right is node.comparators[0]


def is_in(node: ast.Compare) -> bool:
    return isinstance(node.ops[0], ast.In | ast.NotIn)


def pairs(left: ast.expr, right: ast.expr) -> list[tuple[ast.expr, ast.expr]]:
    """``(name, password) == (NAME, PASSWORD)`` compares two pairs."""
    if isinstance(left, ast.Tuple) and isinstance(right, ast.Tuple):
        return list(zip(left.elts, right.elts, strict=False))
    return [(left, right)]


def could_be(node: ast.expr) -> bool:
    """No constant, number or list of constants."""
    inner = unwrapped(node)
    if is_member(inner):
        return False
    if isinstance(
        inner, ast.Constant | ast.UnaryOp | ast.Compare | ast.List | ast.Set | ast.Dict | ast.Tuple
    ):
        return False
    if isinstance(inner, ast.Call):
        return called_function(inner) not in {
            "len",
            "type",
            "int",
            "id",
            "float",
            "lower",
            "count",
            "getattr",
            "dict",
            "pow",
        }
    return True


def is_excused(look: Look, node: ast.AST) -> bool:
    """Assertions, what equality of objects is, ``if old != new: old = new``, what is left of a list."""
    statement = look.module.statement_of(node)
    if isinstance(statement, ast.Assert) or (isinstance(statement, ast.If) and takes_over(statement, node)):
        return True
    if leaves_out(look, node) or of_addresses(look, node) or is_published(look, node):
        return True
    if guesses_nothing(look, node, statement):
        return True
    function = look.function(node)
    return function is not None and function.name in SAME


def worth_a_look(look: Look, node: ast.AST, left: ast.expr, right: ast.expr) -> bool:
    """Before anything is followed: a name, a call or the function says that there may be a secret."""
    if verifies(look, node) or look.near_auth(node) or turns_away(look, node):
        return True
    if any(look.secret(each) for each in (left, right)):
        return True
    inner = [unwrapped(each) for each in (left, right)]
    cut = any(beginning(look, each) for each in inner)
    return (
        cut
        or any(isinstance(each, ast.Call | ast.JoinedStr | ast.BinOp) for each in inner)
        or all(isinstance(each, ast.Name) for each in inner)
    )


def secret_of(look: Look, node: ast.AST, left: Side, right: Side) -> str:
    """What secret is compared; nothing: none."""
    if all(is_id(each.node) and not each.kind for each in (left, right)):
        return ""
    if left.made or right.made:
        return "a MAC or a digest of a secret"
    if any(of_header(one) and is_key_of_settings(other) for one, other in ((left, right), (right, left))):
        return NAMES["key"]
    handed = any("request" in side.kinds for side in (left, right))
    if any(is_ordinary(side.node) for side in (left, right)):
        return ""
    for side, other in ((left, right), (right, left)):
        if side.kind in {"password", "code", "key"} and side.kinds | other.kinds:
            return NAMES[side.kind]
        if side.kind == "token" and (
            handed or is_guess(other.node) or speaks_of_more(look, node, side, other)
        ):
            return NAMES["token"]
        if side.kind == "digest" and says_digest(side.node) and (handed or verifies(look, node)):
            return NAMES["digest"]
    if lets_in(look, node, left, right):
        return "what signs in"
    names = {words_of(called(unwrapped(side.node))) for side in (left, right)}
    if ("code",) in names and look.near_auth(node) and handed and "store" in left.kinds | right.kinds:
        return NAMES["code"]
    if verifies(look, node) and kept(left, right):
        named = any(is_guess(side.node) or speaks(side.node) for side in (left, right))
        return "a secret" if handed or named else ""
    return ""


# Last words of names that say what something is, whom it belongs to, where it leads: nobody guesses those.
ORDINARY = frozenset(
    ["alg", "algorithm", "application", "aud", "audience", "azp", "client", "domain", "email", "host",
     "authuser", "iss", "issuer", "lang", "language", "locale", "method", "owner", "pk", "prefix",
     "provider", "resource", "role", "scheme", "scope", "serial", "status", "type", "uri", "url",
     "user", "username", "ver", "version"]
)  # fmt: skip


def is_ordinary(node: ast.expr) -> bool:
    """``client_id``, ``request.method``, ``current_user``; the id of a session is none of them."""
    name = called(unwrapped(node))
    first, last = words_of(name)[:1], words_of(name)[-1:]
    ordinary = not ORDINARY.isdisjoint(last) or first in {("is",), ("has",)}
    return ordinary or (last in {("id",), ("ids",)} and not secret_kind(name))


def speaks(node: ast.expr) -> bool:
    """Whether it is called as something that a function verifies."""
    return not SUBJECTS.isdisjoint(words_of(called(unwrapped(node)))[-1:])


def kept(left: Side, right: Side) -> bool:
    return bool((left.kinds | right.kinds) & {"store", "environment", "parameter", "session"})


# Tokens of a grammar or a vocabulary.
PARSED = frozenset(
    ["begin", "bos", "end", "eof", "eos", "first", "last", "next", "open", "pad", "sep", "start",
     "stop", "unk"]
)  # fmt: skip


def speaks_of_more(look: Look, node: ast.AST, side: Side, other: Side) -> bool:
    """Whether a token is one that lets somebody in: parsers and queues have tokens, too."""
    names = [called(unwrapped(each.node)) for each in (side, other)]
    if any(name.lower().endswith(("id", "session_key")) or PARSED & set(words_of(name)) for name in names):
        return False
    if not any(each.kinds & {"parameter", "environment", "store"} for each in (side, other)):
        return False
    function = look.function(node)
    around = f"{look.module.name}.{function.qualname if function is not None else ''}"
    words = [word for word in words_of(around) if word not in {"token", "tokens"}]
    return any(compound(each.node) for each in (side, other)) or speaks_of_auth("_".join(words))


OWNERS = frozenset(
    ["user", "account", "member", "person", "invite", "invitation", "session", "reset", "device",
    "client", "link", "settings", "config",
     "customer", "subscriber", "request", "profile", "login", "guest", "admin", "environ"]
)  # fmt: skip


def compound(node: ast.expr) -> bool:
    """``api_token`` rather than ``token``, which parsers have too."""
    inner = unwrapped(node)
    owner = called(inner.value) if isinstance(inner, ast.Attribute | ast.Subscript) else ""
    return len(words_of(called(inner))) > 1 or not OWNERS.isdisjoint(words_of(owner))


def says_digest(node: ast.expr) -> bool:
    """A signature or MAC, or the digest of something secret; a checksum is none."""
    inner = unwrapped(node)
    words = set(words_of(called(inner) or (called_function(inner) if isinstance(inner, ast.Call) else "")))
    return bool(words & {"signature", "signatures", "sig", "hmac", "mac", "sign", "signed"}) or bool(
        words & {"password", "token", "key", "secret", "passwd", "code", "api"}
    )


def harmless(look: Look, left: Side, right: Side) -> bool:
    if not {called(unwrapped(left.node)), called(unwrapped(right.node))}.isdisjoint(columns_of_numbers(look)):
        return True
    if not (left.made or right.made) and (tells(look, left) or tells(look, right)):
        return True
    if (
        any(is_word(look, side.node) or is_public_claim(side.node) for side in (left, right))
        or roots(left.node) == roots(right.node) != set()
    ):
        return True
    if left.only_request and right.only_request:
        return True
    if "request" not in left.kinds | right.kinds and renewed(left.node, right.node):
        return True
    both = left.made and right.made and not left.kinds | right.kinds
    if both or (left.kinds | right.kinds == {"store"} and left.made == right.made):
        return True
    if any(side.kinds == {"remote"} or opened(side.node) for side in (left, right)):
        return True
    kinds, twice = {left.kind, right.kind}, any(repeats(side.node) for side in (left, right))
    if twice and "password" in kinds and kinds <= {"password", ""} and not (left.made or right.made):
        return left.kinds == right.kinds or not stored(left, right)
    if any(asks_person(look, side.node) for side in (left, right)):
        return True
    return any(popped(side.node) for side in (left, right)) and "session" in left.kinds | right.kinds
