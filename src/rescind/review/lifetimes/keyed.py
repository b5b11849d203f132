"""What stands in a store under a key that says what it is of: ``otp:4711``, ``session:9f3c``."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from rescind.reading import Call, Function, unparsed, walk
from rescind.review.flow.names import bindings_at
from rescind.review.look import Look
from rescind.review.naming.called import arguments, called, called_function, variables
from rescind.review.naming.words import secret_kind, words_of
from rescind.review.once import once

# What is there for one use, with what stands before it: ``shop:otp:``, ``sms_code_``.
ONE_USE = re.compile(
    r"(?i)(?:[a-z0-9]+[:_.-])*(?:otps?|codes?|magic|resets?|pw_?reset|recovery|invit\w*|einladung\w*|einmal\w*"
    r"|onetime|verif\w*|challenges?)(?:[_-]?(?:token|code|link)s?)?[:_./-]"
)
# What is called so lets somebody in, and what is called so does not.
LETS_IN = frozenset(
    ["magic", "login", "signin", "session", "access", "reset", "remember", "auth", "invite", "sso"]
)
HARMLESS_LINKS = frozenset(["unsubscribe", "csrf", "state", "next"])
OF_SESSION = re.compile(
    r"(?i)(?:\w+:)*(?:session|sess|sid|token|refresh|login|sitzung|sesion)s?:"
    r"|(?:\w+[:_-])*(?:magic(?:[_-]?links?)?|resets?|pw_?reset|password[_-]?resets?|recovery|invit\w*|remember(?:[_-]?me)?)[:_-]"
)
ENDS = frozenset(
    ["ex", "px", "exat", "pxat", "ttl", "expire", "timeout", "time", "expiry", "expires", "keepttl"]
)
READS = frozenset(["get", "hget", "hgetall", "aget"])
ASKS = READS | {"exists", "ttl", "getex", "incr", "aincr", "info", "debug", "warning"}


def one_use_reads(look: Look, function: Function) -> Iterator[tuple[ast.Call, frozenset[str]]]:
    """``redis.get(f"otp:{phone}")``, with what its key begins with."""
    for node in function.nodes_of(ast.Call):
        if called_function(node) not in READS or not node.args:
            continue
        if not isinstance(node.func, ast.Attribute) or called(node.func.value) == "session":
            continue
        if look.values(node.args[0]).texts:
            continue  # one entry for all
        texts = frozenset(each for each in starts(look, node.args[0]) if ONE_USE.match(each))
        if texts:
            yield node, texts


def is_written_again(look: Look, function: Function, read: ast.Call, texts: frozenset[str]) -> bool:
    """Whether a function does more with such a key than ask what stands there: takes it out, overwrites it,
    or gives it to a function of a project that may."""
    held = unparsed(read.args[0])
    for node in function.nodes_of(ast.Call):
        if node is read or called_function(node) in ASKS:
            continue
        for each in node.args:
            if unparsed(each) == held or (texts & set(starts(look, each))):
                return True
    return False


def starts(look: Look, node: ast.expr, depth: int = 3) -> list[str]:
    """What a key begins with: of ``f"session:{sid}"``, ``"session:%s" % sid``, ``PREFIX + sid``,
    ``key_of(sid)``."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        return starts(look, node.func.value, depth)
    if isinstance(node, ast.BinOp):
        return starts(look, node.left, depth)
    if isinstance(node, ast.JoinedStr) and node.values:
        first = node.values[0]
        return starts(look, first.value if isinstance(first, ast.FormattedValue) else first, depth)
    if isinstance(node, ast.Call):
        made = look.shared.flow.calls.callees(node, look.scope(node))
        given = [(each.module, value) for each in made for value in each.returns]
        return [
            text
            for module, value in given
            if not isinstance(value, ast.Call)
            for text in starts(look.beside(module), value, depth)
        ]
    found = [each.value for each in look.values(node).options if isinstance(each.value, str)]
    if not found and depth and isinstance(node, ast.Name):
        bound = bindings_at(node, look.scope(node))
        values = [one.value for one in bound if isinstance(one.value, ast.JoinedStr | ast.BinOp | ast.Call)]
        return [text for each in values for text in starts(look, each, depth - 1)]
    return found


def kept(look: Look, call: Call) -> bool:
    """``redis.set(f"session:{sid}", data)`` without an end, where nothing sets one afterwards."""
    func, args = call.node.func, call.node.args
    if not isinstance(func, ast.Attribute) or func.attr not in {"set", "hset", "hmset"}:
        return False
    if args and isinstance(args[0], ast.Constant):
        return False  # one entry for all
    if forever(call):
        return any(OF_SESSION.match(text) or opens(text) for text in starts(look, args[0]))
    if len(args) != 2 and (func.attr == "set" or not args):
        return False
    if "cache" in words_of(called(func.value)):
        return False  # of Django, which has an end of its own
    if not any(OF_SESSION.match(text) for text in starts(look, args[0])) and not of_sid(look, args[0]):
        return False
    return not ends_later(look, call)


def ends_later(look: Look, call: Call) -> bool:
    """Whether an entry is given an end with it, or right afterwards."""
    if any(each.arg is None or each.arg in ENDS for each in call.node.keywords):
        return True
    function = look.function(call.node)
    return function is not None and any(
        isinstance(each.node.func, ast.Attribute) and each.node.func.attr in {"expire", "expireat", "pexpire"}
        for each in function.calls
    )


def unused_end(look: Look, call: Call) -> bool:
    """``self.client.set(key, data)`` in ``def write(self, sid, data, life)``: the life is not used."""
    func, function = call.node.func, look.function(call.node)
    if not isinstance(func, ast.Attribute) or func.attr != "set" or len(call.node.args) != 2:
        return False
    if function is None or function.cls is None or ends_later(look, call):
        return False
    used = {each.id for each in function.walk() if isinstance(each, ast.Name)}
    names = [each.name for each in function.parameters]
    said = {word for name in (*names, function.cls.name, look.module.name) for word in words_of(name)}
    return not OF_SESSIONS.isdisjoint(said) and any(
        not LASTS.isdisjoint(words_of(each)) and each not in used for each in names
    )


def handed_out(look: Look, call: Call) -> bool:
    """``client.hset("gate:" + sha256(token), data)`` of a token that the function has made and gives to
    whoever asked: it opens what stands there, and no part of the project ends or takes that out."""
    func, args, function = call.node.func, call.node.args, look.function(call.node)
    if not isinstance(func, ast.Attribute) or func.attr not in {"set", "hset", "hmset"} or not args:
        return False
    if function is None or len(args) > 2 or ends_later(look, call) or "cache" in words_of(called(func.value)):
        return False
    made = [each for each in walk(args[0]) if isinstance(each, ast.Name) and is_token(look, each)]
    if not any(each.id in variables(value) for each in made for value in function.returns):
        return False
    begins = [text for text in starts(look, args[0]) if text.strip(":_-/. ")]
    return bool(begins) and not any(
        OF_PROGRAMS & set(words_of(text)) or is_taken_out(look, text) for text in begins
    )


def is_token(look: Look, node: ast.Name) -> bool:
    if secret_kind(node.id) != "token" and OF_SESSIONS.isdisjoint(words_of(node.id)):
        return False
    values = [each.value for each in bindings_at(node, look.scope(node))]
    return bool(values) and all(
        isinstance(each, ast.Call) and look.name(each.func).startswith("secrets.token_") for each in values
    )


@once
def is_taken_out(look: Look, text: str) -> bool:
    """Whether any part of the project takes entries out whose key begins so, or gives them an end."""
    return any(
        called_function(call.node) in TAKES_OUT
        and any(text in starts(home, each) for each in arguments(call.node))
        for home in look.everywhere("delete", "unlink", "expire")
        for call in home.calls
    )


LASTS = frozenset(
    ["life", "lifetime", "ttl", "age", "seconds", "expires", "expire", "expiry", "timeout", "duration",
     "expiration", "validity"]
)  # fmt: skip
OF_SESSIONS = frozenset(["sid", "sess", "session", "sessions", "sitzung", "sesion", "token", "tokens"])
OF_PROGRAMS = HARMLESS_LINKS | {"api", "key", "keys", "job", "webhook", "hook", "upload", "share", "export"}
TAKES_OUT = frozenset(["delete", "adelete", "unlink", "expire", "expireat", "pexpire", "hdel", "delete_many"])


def opens(text: str) -> bool:
    """``parent-login-``, of a key under which something stays that signs in."""
    words = set(words_of(text))
    return bool(words & (LETS_IN - {"access", "auth"})) and not words & (
        HARMLESS_LINKS | {"failed", "attempts"}
    )


def of_sid(look: Look, node: ast.expr) -> bool:
    """``f"app:{sid}"`` in a module of sessions."""
    words = words_of(look.module.name.rpartition(".")[2])
    return (
        bool({"session", "sessions"} & set(words))
        and isinstance(node, ast.JoinedStr)
        and any(
            isinstance(each, ast.Name) and each.id in {"sid", "session_id", "sessid"} for each in walk(node)
        )
    )


def forever(call: Call) -> bool:
    """``cache.set(key, data, None)`` of Django."""
    timeout = call.argument("timeout", 2)
    return isinstance(timeout, ast.Constant) and timeout.value is None and bool(call.node.args)
