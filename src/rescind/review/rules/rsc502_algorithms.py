"""RSC502: which algorithms a token may be signed with."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any, ClassVar

from rescind.reading import Call, walk
from rescind.review.finding import Class, Finding, Severity
from rescind.review.look import Look
from rescind.review.naming.called import called, called_function
from rescind.review.naming.words import words_of
from rescind.review.rule import Rule
from rescind.review.settings.stages import for_development
from rescind.review.tokens.tokens import (
    DECODES,
    ENCODES,
    JOSE,
    PYJWT,
    algorithms,
    calls_of,
    is_checked,
    says_algorithm,
)

SETTINGS = {"ALGORITHM", "JWT_ALGORITHM", "JWT_DECODE_ALGORITHMS", "JWT_ALGORITHMS"}
# What gives keys that know their algorithm.
SELECTS = {"get_signing_key", "PyJWK", "import_key"}
# Elsewhere algorithms are named for an object that decodes later.
OTHERS = (
    (re.compile(r"^authlib\.jose\.(?:\w+\.)*(?:JsonWebToken|JsonWebSignature|JWT)$"), "algorithms", 0),
    (re.compile(r"^jwcrypto\.jwt\.JWT$"), "algs", 4),
    (re.compile(r"^python_jwt\.verify_jwt$"), "allowed_algs", 2),
    (re.compile(r"^joserfc\.(?:jws\.JWSRegistry|jws\.deserialize_compact)$"), "algorithms", 2),
)
LIBRARIES = ("authlib", "jwcrypto", "python_jwt", "joserfc")
EVERY = re.compile(r"get_default_algorithms|\bALGORITHMS\.(?:ALL|SUPPORTED)\b|requires_cryptography")
PUBLIC = frozenset(["public", "pub", "pubkey", "publickey", "cert", "certificate", "x509", "jwks"])
FIX = 'name one algorithm that fits the key: algorithms=["ES256"]'


class RSC502(Rule):
    """A token may choose the algorithm by which it is verified.

    What it checks:
        ``algorithms=`` of PyJWT, python-jose, Authlib, joserfc, jwcrypto and python_jwt, and settings of
        algorithms.

    Why it matters:
        With ``none`` nothing is verified. With HMAC beside a public key the public key is the secret, and
        everybody has that.

    How it is decided:
        By the values: ``none``, algorithms of HMAC beside those of public keys or with a key that is called
        public, what the token's own header says, or no list at all where the library then takes all; in code
        that takes tokens apart by itself a signature that is asked for unless the header says ``none``. An
        algorithm that belongs to a key which is found by ``kid`` is fine.

    Fix:
        Name one algorithm that fits the key.

    References:
        ASVS 9.1.2, CWE-347, CWE-327

    Since:
        0.1
    """

    kind: ClassVar[Class] = "jwt"
    severity: ClassVar[Severity] = "critical"

    def check(self, look: Look) -> Iterator[Finding]:
        yield from self.decoded(look)
        yield from self.elsewhere(look)
        for compared in by_hand(look):
            yield self.finding(
                look, compared, "a token whose header says none is believed without a signature", fix=FIX
            )
        for call in calls_of(look, ENCODES):
            node = call.argument("algorithm", 2)
            if node is not None and "none" in accepted(look, node):
                yield self.finding(look, call.node, "the token is not signed: its algorithm is none", fix=FIX)

    def decoded(self, look: Look) -> Iterator[Finding]:
        """Calls that decode."""
        for call in calls_of(look, *DECODES):
            if not is_checked(look, call):
                continue
            node = algorithms(look, call)
            if node is None:
                known = any(JOSE.match(each.name) or PYJWT.match(each.name) for each in call.named)
                if known and not told(look, call):
                    yield self.finding(
                        look, call.node, "no algorithms are named: the token's own is taken", fix=FIX
                    )
            elif says_algorithm(look, node) and not listed(look, call):
                yield self.finding(look, call.node, "the token's own header says how it is verified", fix=FIX)
            elif what := wide(look, node) or shared(look, call, node):
                yield self.finding(look, call.node, what, fix=FIX)

    def elsewhere(self, look: Look) -> Iterator[Finding]:
        """Objects that decode later, and settings."""
        for call in look.calls if any(each in look.module.text for each in LIBRARIES) else ():
            given = [call.argument(name, at) for pattern, name, at in OTHERS if pattern.match(call.name)]
            what = next((said for each in given if each is not None and (said := wide(look, each))), "")
            if what:
                yield self.finding(look, call.node, what, fix=FIX)
        for setting in look.settings:
            if (
                setting.name in SETTINGS
                and not isinstance(setting.node, ast.keyword)
                and not for_development(look, setting.node)
            ):
                what = wide(look, setting.value)
                if what:
                    yield self.finding(look, setting.value, what, fix=FIX)


def by_hand(look: Look) -> Iterator[ast.Compare]:
    """``if header["alg"] != "none": check(signature)`` in code that takes tokens apart by itself."""
    for node in look.module.nodes_of(ast.Compare) if look.speaks_of(NONE) else ():
        branch, function = look.module.statement_of(node), look.function(node)
        if not isinstance(branch, ast.If) or function is None or not says_none(node):
            continue
        if branch.test is not node and not isinstance(branch.test, ast.BoolOp):
            continue
        if TAKES_APART.isdisjoint(called_function(each) for each in function.nodes_of(ast.Call)):
            continue
        if isinstance(node.ops[0], ast.Eq) and isinstance(branch.body[-1], ast.Return):
            continue  # claims that are given back at once: RSC501
        unsigned = branch.body if isinstance(node.ops[0], ast.Eq | ast.In) else branch.orelse
        if not any(is_refused(each) for each in unsigned[-1:]):
            yield node


NONE = ('"none"', "'none'")
TAKES_APART = frozenset(["split", "rsplit", "partition", "rpartition"])


def says_none(node: ast.Compare) -> bool:
    """Whether it is asked whether an algorithm is none, or one of a list in which none stands: then only
    others are refused."""
    left, right = node.left, node.comparators[0]
    sides = [
        each for each in (left, right) if isinstance(each, ast.Constant | ast.Tuple | ast.List | ast.Set)
    ]
    asked = next((each for each in (left, right) if each not in sides), None)
    if len(sides) != 1 or asked is None or ALG.isdisjoint(words_of(called(asked))):
        return False
    texts = [str(each.value).lower() for each in walk(sides[0]) if isinstance(each, ast.Constant)]
    if isinstance(node.ops[0], ast.In | ast.NotIn):
        return isinstance(node.ops[0], ast.NotIn) and "none" in texts and len(set(texts)) > 1
    return isinstance(node.ops[0], ast.Eq | ast.NotEq) and texts == ["none"]


ALG = frozenset(["alg", "algo", "algorithm"])


def is_refused(node: ast.stmt) -> bool:
    """``raise``, ``return None``, ``return False``"""
    if isinstance(node, ast.Return):
        return node.value is None or (isinstance(node.value, ast.Constant) and not node.value.value)
    return isinstance(node, ast.Raise | ast.Continue)


def told(look: Look, call: Call) -> bool:
    """Whether the algorithm may be told by a key that has one, or by arguments that are not read here."""
    given = [*call.node.args, *call.node.keywords]
    if any(
        isinstance(each, ast.Starred) or (isinstance(each, ast.keyword) and not each.arg) for each in given
    ):
        return True
    key = call.argument("key", 1)
    if isinstance(key, ast.Attribute) and key.attr == "key":
        return False
    if isinstance(key, ast.Call):
        return any(name in look.module.source_of(key.func) for name in SELECTS)
    return key is not None and any(name in each.name for each in look.named(key) for name in SELECTS)


def listed(look: Look, call: Call) -> bool:
    """Whether the function holds the header's algorithm against a list first."""
    function = look.function(call.node)
    return function is not None and any(
        isinstance(each, ast.Compare)
        and isinstance(each.ops[0], ast.In | ast.NotIn)
        and says_algorithm(look, each.left)
        for each in function.walk()
    )


def shared(look: Look, call: Call, node: ast.expr) -> str:
    """``decode(token, PUBLIC_KEY, algorithms=["HS256"])``: what everybody has is the secret."""
    key, names = call.argument("key", 1), accepted(look, node)
    if key is None or not names or not all(each.startswith("HS") for each in names) or look.values(node).gaps:
        return ""
    said = not PUBLIC.isdisjoint(words_of(called(key)))
    if said or any("BEGIN PUBLIC" in each or "BEGIN CERT" in each for each in look.values(key).texts):
        return "a public key verifies HMAC: everybody has it, and signs with it"
    return ""


def accepted(look: Look, node: ast.expr) -> set[str]:
    """The algorithms that stand in the source, ``none`` in small letters."""
    flat: list[Any] = []
    for option in look.values(node).options:
        flat += option.value if isinstance(option.value, list | tuple | set | frozenset) else [option.value]
    return {each if each.lower() != "none" else "none" for each in flat if isinstance(each, str)}


def wide(look: Look, node: ast.expr) -> str:
    """What is wrong with the algorithms of an expression, or nothing."""
    names = accepted(look, node)
    if EVERY.search(look.module.source_of(node)):
        return "every algorithm that the library knows is accepted"
    if "none" in names:
        return "the algorithm none is accepted: whoever sends the token writes it"
    kinds = {
        "HS" if each.startswith("HS") else "public"
        for each in names
        if each[:2] in {"HS", "RS", "ES", "PS", "Ed"}
    }
    return "HMAC is accepted beside public keys: the public key is then the secret" if len(kinds) > 1 else ""
