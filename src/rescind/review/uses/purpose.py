"""What a value is made for: the names under which it is kept, given on, or given back."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import islice

from rescind.reading import Call, Class, Function, Module, walk
from rescind.review.credentials.kept import INSERT
from rescind.review.credentials.signed_in import columns_that_open
from rescind.review.flow.calls import bind
from rescind.review.look import Look
from rescind.review.naming.called import arguments, called, called_function
from rescind.review.naming.words import secret_kind, words_of
from rescind.review.once import once
from rescind.review.secrets.digests import callee, fast_parameters
from rescind.review.uses.held import is_held_against

# Of a name that is one of these alone the code around has to say that it is about authentication.
VAGUE = frozenset(
    ["chave", "codice", "convite", "einladung", "invitacion", "kod", "kode", "llave", "sesiones",
     "sessions", "sitzungen",
     "token", "tokens", "state", "session", "code", "nonce", "pass", "pin", "reset", "verification", "tan",
     "ticket"]
)  # fmt: skip
# Verbs of functions whose other words say what they are given.
TAKE = frozenset(
    ["add", "assign", "create", "issue", "mail", "put", "save", "send", "set", "sms", "store", "text",
     "update", "write"]
)  # fmt: skip
SIGNS_IN = re.compile(r"(?i)oauth|openid|oidc|authorize")
FOR_ONE = frozenset(
    ["activation", "apikey", "chave", "clave", "code", "codice", "convite", "einladung", "einmalcode",
     "invitacion", "kod", "kode",
     "codigo", "contrasena", "csrf", "jeton", "kennwort", "llave", "mdp", "schluessel", "senha", "sesiones",
     "sessao", "sessions", "sitzungen", "testigo",
     "nonce", "otp", "passcode", "passwd", "password", "passwort",
     "pin", "reset", "secret", "sesion", "session",
     "sessionid", "sid", "sitzung", "state", "token", "tokens", "totp", "verification"]
)  # fmt: skip
# What a person types may be short, where it does not last.
TYPED = frozenset(
    ["code", "codice", "codigo", "kod", "kode", "otp", "pin", "totp", "passcode", "verification", "prefix"]
)
# Names with these are of something that everybody may know.
OPEN = frozenset(
    ["anonymous", "captcha", "color", "colour", "continuation", "count", "country", "cursor", "delay",
     "error", "file", "filename", "http", "index", "lang", "language", "lock", "name", "next", "page", "path",
     "public", "request", "retry", "seed", "sample", "status", "test", "trace", "zip"]
)  # fmt: skip


SALTS = frozenset(["sal", "sale", "salz", "sel", "sol", "zout"])  # elsewhere
OF_SESSIONS = frozenset(["session", "sess", "sesion", "sessao", "sitzung", "visit"])
# Who has their token goes first, and is let in nowhere.
LOCKS = frozenset(["election", "lease", "lock", "locks", "mutex", "semaphore"])
# Before ``code`` and ``token``: what lets somebody in.
LETS_IN = frozenset(
    ["activate", "activation", "confirm", "confirmation", "invitation", "invite", "login", "magic",
     "recovery", "reset", "unlock", "verification", "verify"]
)  # fmt: skip
# Fields that say what they hold by the name of their class alone: ``RefreshToken.value``.
HELD = frozenset(["code", "codes", "hash", "key", "string", "value"])
ADDS = {"append", "add", "extend", "insert"}
CALLERS = 8  # calls of a function whose own name does not say what it makes


def is_for_secret(look: Look, node: ast.AST, *, typed: bool = True, depth: int = 2) -> bool:
    """Whether a value becomes a token, a code, a password or the id of a session.

    Args:
        typed: codes and passwords that a person types count too.
        depth: over how many names and calls it is followed.
    """
    function = look.function(node)
    if function is not None and not LOCKS.isdisjoint(words_of(function.qualname)):
        return False
    every = list(names_for(look, node, depth))
    if any("salt" in words_of(name) or name in SALTS for name in every[:1]):
        return False
    names = [
        name
        for name in every
        if (speaks(name) and is_meant(look, node, name))
        or name in columns_that_open(look)
        or is_held_against(look, name)
    ]
    return bool(names) and (typed or not any(is_typed(name) for name in names))


def is_for_password(look: Look, node: ast.AST) -> bool:
    """Whether a value becomes a password, which is hashed slowly."""
    return any(secret_kind(name) == "password" for name in names_for(look, node))


def of_insert(look: Look, node: ast.Call, argument: ast.AST) -> Iterator[str]:
    """The column that a value goes into: ``execute("INSERT INTO links (token) ...", made)``"""
    first = node.args[0] if node.args else None
    if not isinstance(first, ast.Constant) or not isinstance(first.value, str) or argument is first:
        return
    found = INSERT.search(first.value)
    if found is None:
        return
    columns = [each.strip().strip('"`[]').lower() for each in found[2].split(",")]
    given = node.args[1:]
    if len(given) == 1 and isinstance(given[0], ast.Tuple | ast.List):
        given = given[0].elts
    for name, value in zip(columns, given, strict=False):
        if any(each is argument for each in walk(value)):
            yield name


def ends_soon(look: Look, node: ast.Call, argument: ast.AST) -> bool:
    """Whether a row is made of it that is good for minutes or hours: ``create(kod=made, konec=now +
    timedelta(minutes=10))``."""
    puts = not PUTS.isdisjoint(words_of(called_function(node))[:1]) or called_function(node)[:1].isupper()
    if puts and is_told(look, node, argument):
        given = arguments(node)
        rows = [each for each in given if isinstance(each, ast.Dict)]
        given += [value for row in rows for value in row.values]
        return any(
            each is not argument and isinstance(each, ast.BinOp) and is_soon(look, each.right)
            for each in given
        )
    return False


def is_told(look: Look, row: ast.Call, node: ast.AST) -> bool:
    """Whether somebody is told it in words, besides: in a message, and not in the row."""
    node = node.value if isinstance(node, ast.keyword) else node
    function = look.function(row)
    return (
        isinstance(node, ast.Name)
        and function is not None
        and any(
            isinstance(each, ast.Name) and each.id == node.id and row not in look.module.above(each)
            for text in function.nodes_of(ast.JoinedStr)
            for each in walk(text)
            if any(isinstance(above, ast.Call) for above in look.module.above(text))
        )
    )


def is_soon(look: Look, node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Call)
        and look.name(node.func) == "datetime.timedelta"
        and not node.args
        and all(each.arg in {"seconds", "minutes", "hours"} for each in node.keywords)
    )


def is_typed(name: str) -> bool:
    return secret_kind(name) == "password" or not TYPED.isdisjoint(words_of(name))


def is_meant(look: Look, node: ast.AST, name: str) -> bool:
    """Whether a vague name stands in code about authentication: simulations have states, parsers tokens."""
    words = words_of(name)
    if len(words) > 1 or words[0] not in VAGUE:
        return True
    if isinstance(look.scope(node).node, ast.ClassDef) or lets_in(look, node, words[0]):  # a column
        return True
    if words[0] == "token" and is_spelled(look, node):
        return True
    return look.near_auth(node) and (words[0] != "state" or SIGNS_IN.search(look.module.text) is not None)


def is_spelled(look: Look, node: ast.AST) -> bool:
    """Whether something random becomes a text: a token of a language is not made that way."""
    if not isinstance(node, ast.Call) or not RANDOM.match(look.name(node.func)):
        return False
    if called_function(node) in {"token_hex", "token_urlsafe"}:
        return True
    letters = called_function(node) in {"choice", "choices", "sample"}
    for above in look.module.above(node):
        if isinstance(above, ast.stmt):
            return False
        if letters and not (isinstance(above, ast.Call) and called_function(above) == "join"):
            continue
        if isinstance(above, ast.JoinedStr) or getattr(above, "attr", "") in {"hex", "join", "format"}:
            return True
        if isinstance(above, ast.Call) and called_function(above) in {"str", "hex", "join", "format"}:
            return True
    return False


RANDOM = re.compile(r"^(?:uuid\.uuid[16]|random\.\w+|secrets\.token_\w+)$")


def lets_in(look: Look, node: ast.AST, word: str) -> bool:
    """Whether the function or class around says what a code or token is for: ``Invitations.make``."""
    function = look.function(node)
    cls = function.cls if function is not None else None
    around = {*words_of(function.name if function is not None else ""), *words_of(cls.name if cls else "")}
    around |= {each.removesuffix("s") for each in around}
    return word in {"code", "token"} and not around.isdisjoint(LETS_IN)


def speaks(name: str) -> bool:
    name = name.removesuffix("_for")
    words = set(words_of(name))
    if words & OPEN or name == "session_state":
        return False
    if words & OF_SESSIONS and words_of(name)[-1] in {"number", "no", "nr", "id", "ref"}:
        return True
    return secret_kind(name) in {"password", "token", "code", "key"} or bool(
        words & FOR_ONE and words_of(name)[-1] in FOR_ONE
    )


def names_for(look: Look, node: ast.AST, depth: int = 2) -> Iterator[str]:
    """The names of targets, arguments, keys and functions that an expression goes into."""
    below = node
    for above in look.module.above(node):
        if isinstance(above, ast.keyword) and above.arg:
            yield above.arg
        elif isinstance(above, ast.Call) and below is not above.func:
            yield from of_call(look, above, below)
            yield from of_receiver(look, above, depth)
        elif isinstance(above, ast.JoinedStr):
            yield from of_text(above, below)
        elif isinstance(above, ast.Dict):
            at = next((n for n, each in enumerate(above.values) if each is below), None)
            key = above.keys[at] if at is not None else None
            if isinstance(key, ast.Constant):
                yield str(key.value)
        elif (
            isinstance(above, ast.Compare | ast.Lambda | ast.IfExp) and getattr(above, "test", None) is below
        ):
            return
        elif isinstance(above, ast.stmt):
            yield from of_statement(look, above, node, depth)
            return
        below = above


def paired(target: ast.expr, value: ast.expr | None, source: ast.AST) -> list[ast.expr]:
    """The targets that a value goes into: of ``a, b = x, y`` that of its place."""
    if not isinstance(target, ast.Tuple):
        return [target]
    if isinstance(value, ast.Tuple) and len(value.elts) == len(target.elts):
        return [
            one
            for one, part in zip(target.elts, value.elts, strict=True)
            if any(each is source for each in walk(part))
        ]
    return target.elts


def of_statement(look: Look, node: ast.stmt, source: ast.AST, depth: int) -> Iterator[str]:
    function = look.function(node)
    if isinstance(node, ast.Return) and function is not None and not isinstance(node.value, ast.Tuple):
        yield function.name
        if (not speaks(function.name) or words_of(function.name)[:-1] == ()) and depth:
            for call in islice(look.shared.flow.calls.callers(function), CALLERS):
                yield from names_for(look.beside(call.module), call.node, depth - 1)
            for module, default in defaults(look).get(function.qualname, ()):
                yield from names_for(look.beside(module), default, depth - 1)
    targets = (
        node.targets
        if isinstance(node, ast.Assign)
        else [node.target]
        if isinstance(node, ast.AnnAssign | ast.AugAssign)
        else []
    )
    for target in targets:
        for each in paired(target, getattr(node, "value", None), source):
            yield called(each)
            yield from of_field(look, each)
            if (
                isinstance(each, ast.Name)
                and function is not None
                and kept_as_digest(look, function, each.id)
            ):
                yield "login_code"
            if isinstance(each, ast.Name) and depth and function is not None:
                yield from of_uses(look, function, each.id, depth)


def of_field(look: Look, target: ast.expr) -> Iterator[str]:
    """Of ``value: str = field(...)`` in a class what the class says it is: ``RefreshToken``."""
    cls = look.scope(target).node
    if isinstance(cls, ast.ClassDef) and isinstance(target, ast.Name) and target.id in HELD:
        yield from (each for each in (f"{cls.name}_{target.id}", cls.name) if secret_kind(each))


def kept_as_digest(look: Look, function: Function, name: str) -> bool:
    """Whether only a digest of something is put away, and it is given out itself: that is a secret."""
    given = any(isinstance(each, ast.Name) and each.id == name for each in function.returns)
    given = given or any(
        called_function(each) == "set_cookie"
        and any(isinstance(one, ast.Name) and one.id == name for one in arguments(each)[1:])
        for each in function.nodes_of(ast.Call)
    )
    return given and any(
        makes_digest(look, each)
        and any(isinstance(one, ast.Name) and one.id == name for part in each.args for one in walk(part))
        and any(isinstance(above, ast.Call) and above.args and called_function(above) in PUTS
                for above in look.module.above(each))
        for each in function.nodes_of(ast.Call)
    )  # fmt: skip


def makes_digest(look: Look, node: ast.Call) -> bool:
    """``hashlib.sha256(made)``, and a function of the project that gives that back."""
    call = look.call(node)
    made = callee(call)
    return call.name.startswith("hashlib.") or (made is not None and bool(fast_parameters(look, made)))


PUTS = frozenset(
    ["add", "create", "execute", "insert", "insert_one", "put", "save", "set", "setex", "store", "write"]
)
MAKES_EACH = frozenset(["default", "default_factory", "insert_default", "factory"])


@once
def defaults(look: Look) -> dict[str, list[tuple[Module, ast.expr]]]:
    """Where functions of the project make the value of a column or field, by their names."""
    found: dict[str, list[tuple[Module, ast.expr]]] = {}
    for module in look.project.modules:
        for node in module.nodes_of(ast.keyword) if "default" in module.text else ():
            if node.arg in MAKES_EACH:
                name = look.beside(module).name(node.value)
                if name:
                    found.setdefault(name, []).append((module, node.value))
    return found


BEFORE = re.compile(r"(\w+)[=:/]$")


def of_text(node: ast.JoinedStr, value: ast.AST) -> Iterator[str]:
    """Of ``f"session:{made}"`` and ``f"{base}/reset/{made}"`` the word before."""
    at = next((n for n, each in enumerate(node.values) if each is value), 0)
    before = node.values[at - 1] if at else None
    said = BEFORE.search(str(before.value)) if isinstance(before, ast.Constant) else None
    if said is not None:
        yield f"{said[1]}_token" if said[1] in KEYED else said[1]


KEYED = frozenset(["session", "token", "reset", "sesion", "sitzung"])


def of_uses(look: Look, function: Function, name: str, depth: int) -> Iterator[str]:
    for use in function.walk():
        if isinstance(use, ast.Name) and use.id == name and isinstance(use.ctx, ast.Load):
            yield from names_for(look, use, depth - 1)


def of_receiver(look: Look, node: ast.Call, depth: int) -> Iterator[str]:
    """Of ``letters.append(x)`` what becomes of the letters."""
    func, function = node.func, look.function(node)
    if (
        isinstance(func, ast.Attribute)
        and func.attr in ADDS
        and isinstance(func.value, ast.Name | ast.Attribute)
    ):
        yield called(func.value)
        if isinstance(func.value, ast.Name) and depth and function is not None:
            yield from of_uses(look, function, func.value.id, depth)


def of_call(look: Look, node: ast.Call, argument: ast.AST) -> Iterator[str]:
    """The parameter that an argument becomes, the key of a store beside it, and what is made of it."""
    for each in Call(node, look.module, look.project.callee(node, look.scope(node))).named:
        made = each.definition
        if isinstance(made, Class):
            fields = [name for name in made.scope.bindings if not name.startswith("_")]
            at = next((n for n, one in enumerate(node.args) if one is argument), None)
            if (
                at is not None
                and at < len(fields)
                and "__init__" not in fields
                and "__init__" not in made.scope.bindings
            ):
                yield fields[at]
            member = made.member("__init__")
            made = member.definition if member is not None else None
        if isinstance(made, Function):
            yield from (
                name for name, (value, _) in bind(made, node, look.scope(node)).items() if value is argument
            )
    yield from of_insert(look, node, argument)
    if ends_soon(look, node, argument):
        yield "login_code"
    last = called_function(node)
    if not TAKE.isdisjoint(words_of(last)[:1]) and secret_kind(last) and argument in node.args:
        yield last
    for other in node.args if last in {"set", "setex", "hset", "put", "add", "set_cookie"} else ():
        texts = (
            [part.value for part in walk(other) if isinstance(part, ast.Constant)]
            if other is not argument
            else []
        )
        yield from (each.rstrip(":") for each in texts if isinstance(each, str))
