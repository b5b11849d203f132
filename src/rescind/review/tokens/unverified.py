"""Tokens that are read without verifying them: by which calls, and where that does no harm."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from rescind.reading import Call, Function, Module, walk
from rescind.review.look import Look
from rescind.review.naming.called import called, called_function
from rescind.review.naming.words import words_of
from rescind.review.secrets.telling import for_people
from rescind.review.secrets.written import written
from rescind.review.tokens.tokens import (
    DECODES,
    UNVERIFIED,
    bound_to,
    calls_of,
    is_checked,
    keys_read,
    options,
)

# What a holder may look at in its own token, and what chooses the key by which it is verified afterwards.
HARMLESS = {"exp", "iat", "nbf", "header", "alg", "typ"}
CHOOSES = {"iss", "kid", "aud", "tenant", "tid", "client_id", "azp"}
LOADS = {"json.loads", "orjson.loads", "msgspec.json.decode", "ujson.loads", "simplejson.loads"}
VERIFY = {"verify", "compare_digest", "validate", "check", "constant_time_compare", "unsign"}
SPLIT = re.compile(r"""(?:split|partition)\(["']\.["']""")
OF_REQUEST = re.compile(r"\w+\.(?:headers|get_header)\b")  # which a token came in, and no part of it
BASE64 = re.compile(r"b64_?decode|base64_?(?:url_?)?decode|b64url|decode_base64|from_?base64|urlsafe_decode")
# Where a token comes from that nobody handed in.
OWN = {"remote", "environment", "own"}
MINTS = frozenset(["create", "make", "issue", "generate", "encode", "mint", "sign", "refresh", "exchange"])
JWCRYPTO = {"jwcrypto.jwt.JWT", "jwcrypto.jws.JWS"}
GUARDS = re.compile(
    r"(?i)(?:^|_)(?:requires?_auth|auth_required|jwt_required|login_required|token_required|authenticated)"
)


def unverified_reads(look: Look) -> Iterator[tuple[Call, str]]:
    """The calls of a module that take claims out of a token which nobody verified, and what is wrong."""
    for call in calls_of(look, *DECODES, UNVERIFIED):
        unverified = any(UNVERIFIED.match(each.name) for each in call.named)
        if (unverified or not is_checked(look, call)) and not is_harmless(look, call):
            yield call, "claims of a token whose signature nobody verified"
    yield from by_wrapper(look)
    for call in look.calls if "jwcrypto" in look.module.text else ():
        if any(each.name in JWCRYPTO for each in call.named) and keyless(call):
            yield call, "a token is taken apart without a key: nobody verified it"
    for call in look.calls if "loads_unsafe" in look.module.text else ():
        if called_function(call.node) == "loads_unsafe" and not asked(look, call):
            yield call, "what was signed is taken, whatever its signature says"
    for call in look.calls if SPLIT.search(look.module.text) else ():
        if any(each.name in LOADS for each in call.named) and by_hand(look, call):
            yield call, "the claims of a token are read by hand, and nobody verified them"


def by_wrapper(look: Look) -> Iterator[tuple[Call, str]]:
    """``read(token, verify=False)`` where ``read`` gives the option on to what decodes."""
    for call in look.calls if "verify" in look.module.text else ():
        given = [each for each in call.node.keywords if "verif" in (each.arg or "")]
        off = {each.arg for each in given if getattr(each.value, "value", None) is False}
        for each in call.named if off else ():
            function = each.definition
            if isinstance(function, Function) and any(
                switched_by(inner) & off
                for inner in calls_of(look.beside(function.module), *DECODES)
                if look.beside(function.module).function(inner.node) is function
            ):
                if not is_harmless(look, call):
                    yield call, "claims of a token whose signature nobody verified"
                break


def switched_by(call: Call) -> set[str]:
    """The parameters that say whether a decoding call verifies the signature."""
    given = call.argument("options", 3)
    values = [call.argument("verify")]
    if isinstance(given, ast.Dict):
        values += [
            value
            for key, value in zip(given.keys, given.values, strict=True)
            if isinstance(key, ast.Constant) and key.value == "verify_signature"
        ]
    return {each.id for each in values if isinstance(each, ast.Name)}


def keyless(call: Call) -> bool:
    """``JWT(jwt=token)``, ``JWS().deserialize(token)`` in a function that gives no key."""
    function = call.module.function_of(call.node)
    if function is None or call.argument("key", 5) is not None:
        return False
    given = call.argument("jwt", 2) is not None
    for each in function.calls:
        name = called_function(each.node)
        if name in {"verify", "validate"} or (name == "deserialize" and len(each.node.args) > 1):
            return False
        if any(one.arg == "key" for one in each.node.keywords):
            return False
        given = given or name == "deserialize"
    return given and any(
        isinstance(node, ast.Attribute) and node.attr in {"objects", "payload", "claims"}
        for node in function.walk()
    )


def asked(look: Look, call: Call) -> bool:
    """Whether the first of the two that ``loads_unsafe`` gives, which says if it is signed, is looked at."""
    statement, function = look.module.statement_of(call.node), look.function(call.node)
    target = statement.targets[0] if isinstance(statement, ast.Assign) else None
    if not isinstance(target, ast.Tuple) or function is None or not isinstance(target.elts[0], ast.Name):
        return False
    name = target.elts[0].id
    return any(
        isinstance(each, ast.Name) and each.id == name
        for node in function.walk()
        if isinstance(node, ast.If | ast.IfExp | ast.Assert)
        for each in walk(node.test)
    )


def by_hand(look: Look, call: Call) -> bool:
    """``json.loads(b64decode(token.split(".")[1]))`` in a function that makes no MAC and verifies nothing."""
    function = look.function(call.node)
    if function is None or not call.node.args or (keys_read(look, call) or {"sub"}) <= HARMLESS:
        return False
    source = look.module.source_of(function.node)
    if not SPLIT.search(source) or not BASE64.search(source):
        return False
    for each in function.calls:
        attr = called_function(each.node)
        if each.name.startswith(("hmac.", "cryptography.", "jwt.", "jose.")) or attr in VERIFY:
            return False
        if "verify" in words_of(attr) or "signature" in words_of(attr):
            return False
    made = OF_REQUEST.sub("", written(look, call.node.args[0]))
    if not BASE64.search(made) or re.search(r"\[0\]|header", made):
        return False
    return not own_token(look, call) and not for_people(look) and not stored_token(function)


def stored_token(function: Function) -> bool:
    """Whether a function reads what it has stored itself, as clients do."""
    return not {"cached", "stored", "saved", "local"}.isdisjoint(words_of(function.name))


def is_harmless(look: Look, call: Call) -> bool:
    keys = keys_read(look, call)
    if keys is not None and keys <= HARMLESS:
        return True
    function = look.function(call.node)
    chooses = keys is not None and keys <= CHOOSES | HARMLESS
    if chooses and (verifies(function, call) or verified_by_callers(look, function, call)):
        return True
    if for_people(look) or own_token(look, call):
        return True
    if function is not None and keys and {"key", "secret"} & set(words_of(function.name)):
        return True  # finds the key by which the token is verified
    return function is not None and (is_guarded(function) or verified_beside(look, call, function))


def verified_by_callers(look: Look, function: Function | None, call: Call) -> bool:
    """Whether whoever asks this function for what chooses the key verifies the token with it."""
    callers = list(look.shared.flow.calls.callers(function)) if function is not None else []
    return bool(callers) and all(verifies(each.module.function_of(each.node), call) for each in callers)


def is_guarded(function: Function) -> bool:
    """Whether a decorator has verified the token before the function runs."""
    return any(
        GUARDS.search(each.name.rpartition(".")[2] or called(each.node)) for each in function.decorators
    )


def own_token(look: Look, call: Call) -> bool:
    """Whether the token was not handed in: made here, or fetched from whoever gives them out."""
    function = look.function(call.node)
    names = {
        each.id for argument in call.node.args[:1] for each in walk(argument) if isinstance(each, ast.Name)
    }
    for each in function.walk() if function is not None and names else ():
        if not isinstance(each, ast.Assign) or not isinstance(each.targets[0], ast.Name):
            continue
        value = each.value.value if isinstance(each.value, ast.Await) else each.value
        if each.targets[0].id in names and isinstance(value, ast.Call):
            words = set(words_of(called_function(value)))
            if words & MINTS and (words & {"token", "jwt", "code"} or words == {"encode"}):
                return True
    kinds = {each.kind for argument in call.node.args[:1] for each in look.origins(argument)}
    return bool(kinds) and kinds <= OWN


def verifies(function: Function | None, call: Call, depth: int = 1) -> bool:
    """Whether a function, or one that it calls, verifies a token in another call than this."""
    for other in function.calls if function is not None else ():
        if other.node is call.node:
            continue
        for each in other.named:
            inner = each.definition if isinstance(each.definition, Function) else None
            known = any(pattern.match(each.name) for pattern in DECODES)
            if known or (depth and verifies(inner, call, depth - 1)):
                return True
    return False


def verified_beside(look: Look, call: Call, function: Function) -> bool:
    """Whether the same token, or its signature, is verified too, so that what is read here only helps."""
    token = call.node.args[0] if call.node.args else None
    if token is None or in_handler(look.module, call.node):
        return False
    text = look.module.source_of(token)
    returned = bound_to(look, call) in {each.id for each in function.returns if isinstance(each, ast.Name)}
    line = call.node.lineno
    for other in function.calls:
        if other.node is call.node:
            continue
        first = other.node.args[0] if other.node.args else None
        same = first is not None and look.module.source_of(first) == text
        before = other.node.lineno < line and around(look.module, other.node) <= around(
            look.module, call.node
        )
        if called_function(other.node) == "verify" and other.node.args and before and not same:
            return True
        if same and (before or (other.node.lineno > line and not returned)) and is_verifying(look, other):
            return True
    return False


def is_verifying(look: Look, call: Call, depth: int = 2) -> bool:
    """Whether a call verifies the token that it is given, itself or in what it calls."""
    if any(pattern.match(each.name) for pattern in DECODES for each in call.named):
        return options(look, call).get("verify_signature") is not False
    return depth > 0 and any(
        is_verifying(look.beside(each.definition.module), inner, depth - 1)
        for each in call.named
        if isinstance(each.definition, Function)
        for inner in each.definition.calls
    )


def in_handler(module: Module, node: ast.AST) -> bool:
    """Whether a node stands in ``except``: what is done when verifying failed."""
    return any(isinstance(each, ast.ExceptHandler) for each in within(module, node))


def around(module: Module, node: ast.AST) -> set[ast.AST]:
    """The branches that a node stands in."""
    return {each for each in within(module, node) if isinstance(each, ast.If | ast.ExceptHandler | ast.IfExp)}


def within(module: Module, node: ast.AST) -> Iterator[ast.AST]:
    for each in module.above(node):
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef):
            return
        yield each
