"""RSC401: passwords under a fast hash."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import islice
from typing import ClassVar

from rescind.reading import Call, Function, walk
from rescind.review.accounts.asked_for import is_sent
from rescind.review.accounts.hooks import takes_password
from rescind.review.accounts.only_compared import is_comparing, is_old
from rescind.review.finding import Class, Finding, Severity
from rescind.review.flow.names import bindings_at
from rescind.review.look import Look
from rescind.review.naming.called import CARRIERS, WRAPPERS, called, called_function, variables
from rescind.review.naming.words import secret_kind, words_of
from rescind.review.once import once
from rescind.review.rule import Rule
from rescind.review.secrets.digests import FAST, SLOW, callee, fast_parameters, handed_on, hashed_by, is_fast
from rescind.review.secrets.digests import is_slow as is_slow_function
from rescind.review.secrets.written import is_owner
from rescind.review.settings.stages import for_development

# Words of names of what was hashed already.
HASHED = frozenset(
    ["hash", "hashed", "digest", "encrypted", "crypted", "encoded", "salted", "stored", "derived"]
)
CALLERS = 6
# What people know and others guess, besides passwords.
GUESSED = frozenset(["answer", "pin", "passphrase"])
# A protocol's own, which no server may choose.
PROTOCOL = re.compile(
    r"(?i)\brealm\b|cnonce|subsonic|\bapop\b|ntlm|\bscram\b|scram[_-]|scramble_?(?:native|caching|old)|challenge|native_password|\bwsse\b"
)
BREACHED = re.compile(r"(?i)pwned|breach|hibp|leaked|/range/|bloom|common_?passwords|banned")


CUT = re.compile(r"\[:5\]")


class RSC401(Rule):
    """A password is kept under a hash that is made to be fast.

    What it checks:
        MD5, SHA-1, SHA-2, SHA-3, BLAKE2, CRC and Python's own ``hash`` of passwords, PINs and answers to
        security questions, with a salt or without; passlib's weak schemes.

    Why it matters:
        Whoever has the table tries billions of passwords in a second.

    How it is decided:
        By what is hashed: something called a password, a parameter of a function that is there to hash
        passwords, or one for which callers give a password, or a framework does: validators of fields,
        listeners and types of columns; where a helper is there for something else, the call that gives it
        one is told. It is fine where the digest goes on into bcrypt, argon2,
        scrypt or PBKDF2, where a service is asked whether the password is known from a breach, where a
        protocol wants it, and in what only reads old hashes. Checksums, names in caches, MACs and digests
        of random tokens are no passwords.

    Fix:
        ``argon2.PasswordHasher().hash(password)``.

    References:
        ASVS 11.4.2, CWE-916, CWE-759

    Since:
        0.1
    """

    kind: ClassVar[Class] = "weak_hash"
    severity: ClassVar[Severity] = "high"

    def check(self, look: Look) -> Iterator[Finding]:
        for call in look.calls:
            fast = is_fast(look, call)
            if fast and of_password(look, call) and not goes_on(look, call):
                what = "a password under a hash that is made to be fast"
            elif not fast and by_helper(look, call):
                what = "a password through a helper that hashes fast, which is there for something else"
            else:
                continue
            if not for_development(look, call.node):
                fix = "use argon2.PasswordHasher, and rehash at the next sign-in"
                yield self.finding(look, call.node, what, fix=fix)


def of_password(look: Look, call: Call) -> bool:
    if call.name.startswith("passlib."):
        return True
    function = look.function(call.node)
    if function is not None and (
        words_of(function.name)[-1:] in SIGNS or is_of_machine(words_of(function.name))
    ):
        return False
    for argument in hashed_by(look, call):
        for each in walk(argument):
            if (
                isinstance(each, ast.Name | ast.Attribute | ast.Subscript | ast.Call)
                and not is_owner(look, each)
                and is_password(look, each, function)
            ):
                return True
    return False


# Of a shop's or a bank's protocol: what it calls a password is a key that signs.
SIGNS = [(each,) for each in ("checksum", "mac", "sign", "signature", "signed")]


def by_helper(look: Look, call: Call) -> bool:
    """``self.pin = fingerprint(pin)``, of a helper that others give what is no password."""
    function = callee(call)
    if function is None or not is_kept(look, call) or not is_neutral(look, function):
        return False
    if is_told(look, function) or BREACHED.search(function.module.name):
        return False
    fast = fast_parameters(look, function)
    given = [value for name, value in handed_on(look, call) if name in fast] if fast else []
    around = look.function(call.node)
    of_people = any(
        is_password(look, each, around)
        for value in given
        for each in walk(value)
        if isinstance(each, ast.expr)
    )
    return of_people and not goes_on(look, call)


@once
def is_told(look: Look, function: Function) -> bool:
    """Whether the helper is told itself, or is there for a protocol."""
    home = look.beside(function.module)
    return wanted(function.module.source_of(function.node)) or any(
        is_fast(home, each) and of_password(home, each) for each in function.calls
    )


def is_kept(look: Look, call: Call) -> bool:
    """Whether what comes out is put away, into a column, a row, a statement, and not only compared."""
    for above in look.module.above(call.node):
        if isinstance(above, ast.Compare | ast.JoinedStr | ast.Subscript) or is_comparing(above):
            return False
        if isinstance(above, ast.keyword) and secret_kind(above.arg or "") == "password":
            return True  # ``User(password=...)``, ``filter(password=...)``
        if isinstance(above, ast.stmt):
            targets = above.targets if isinstance(above, ast.Assign) else []
            return isinstance(above, ast.Expr) or any(not isinstance(each, ast.Name) for each in targets)
    return False


@once
def is_neutral(look: Look, function: Function) -> bool:
    """Whether some give a helper what is no password: then it is right, and who gives it one is wrong."""
    if secret_kind(function.name) == "password" or not fast_parameters(look, function):
        return False
    fast = fast_parameters(look, function)
    for call in islice(look.shared.flow.calls.callers(function), 4 * CALLERS):
        home = look.beside(call.module)
        given = [value for name, value in handed_on(home, call, function) if name in fast]
        if not home.is_test and given and all(is_something_else(value) for value in given):
            return True
    return False


def is_something_else(node: ast.expr) -> bool:
    """Whether what is given is called as something that is no password; of ``text`` that is not known."""
    names = [
        called(each) for each in walk(node) if isinstance(each, ast.Name | ast.Attribute | ast.Subscript)
    ]
    return (
        any(names)
        and not any(names_password(each) for each in walk(node))
        and not any(words_of(each)[-1:] in UNCLEAR for each in names)
    )


UNCLEAR = [
    (each,) for each in ("chiaro", "clair", "claro", "clear", "data", "entered", "given", "input", "klartext",
                         "new", "old", "plain", "raw", "s", "secret", "string", "text", "typed", "value",
                         "word", "x")
]  # fmt: skip


def names_password(node: ast.AST) -> bool:
    if not isinstance(node, ast.Name | ast.Attribute | ast.Subscript | ast.Call):
        return False
    words = words_of(called(node))
    return (
        HASHED.isdisjoint(words)
        and not is_of_machine(words)
        and (secret_kind(called(node)) == "password" or not GUESSED.isdisjoint(words[-1:]))
    )


def is_of_machine(words: tuple[str, ...]) -> bool:
    """``app_password``: made by a machine for a machine, and as long as a key."""
    return "app" in words and "password" in words


def is_password(look: Look, node: ast.expr, function: Function | None, depth: int = 2) -> bool:
    if not HASHED.isdisjoint(words_of(called(node))) and not is_put_together(look, node):
        return False
    if names_password(node):
        base = bare(node)
        bound = bindings_at(base, look.scope(base)) if isinstance(base, ast.Name) else ()
        return not bound or not all(one.value is not None and is_random(look, one.value) for one in bound)
    if not isinstance(node, ast.Name) or function is None:
        return False
    is_parameter = any(each.name == node.id for each in function.parameters)
    if is_parameter and (takes_password(look, function) or is_to_hash(function, node.id)):
        return True
    if depth and given_password(look, node, function):
        return True
    for one in look.scope(node).lookup(node.id) if depth else ():
        if one.kind != "assign" or one.value is None or one.scope.module is not look.module:
            continue
        if isinstance(one.value, ast.Await) or is_random(look, one.value):  # what was found by it, or made
            continue
        if look.name(getattr(one.value, "func", one.value)) == "getpass.getpass":
            return True
        parts = [each for each in walk(one.value) if isinstance(each, ast.Name | ast.Subscript)]
        if not is_slow(look, one.value) and any(
            is_password(look, each, function, depth - 1) for each in parts
        ):
            return True
    return False


def is_to_hash(function: Function, name: str) -> bool:
    """Whether a function is there to hash passwords, and this parameter of it is one."""
    words = set(words_of(function.name))
    if secret_kind(function.name) == "password" and any(
        isinstance(each.node, ast.Attribute) and each.node.attr == "setter" for each in function.decorators
    ):
        return name in {each.name for each in function.parameters[1:]}
    hashes = words & HASHING and secret_kind(function.name.replace("hash_", "").replace("_hash", ""))
    return hashes == "password" and BESIDE.isdisjoint(words_of(name))


HASHING = frozenset(
    ["check", "create", "crypt", "digest", "encode", "encrypt", "hash", "hashed", "make", "save", "set",
     "store", "verify"]
)  # fmt: skip
# What such a function is given besides.
BESIDE = frozenset(["algorithm", "method", "pepper", "rounds", "salt", "self", "stored"])


def bare(node: ast.expr) -> ast.expr:
    """Without ``.encode()`` and the like behind it."""
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CARRIERS:
        node = node.func.value
    return node


def is_random(look: Look, node: ast.expr) -> bool:
    """``secrets.token_urlsafe(24)``: nobody guesses it, whatever it is called."""
    return isinstance(node, ast.Call) and RANDOM.match(look.name(node.func)) is not None


RANDOM = re.compile(r"^(?:secrets\.token_\w+|os\.urandom)$")


def is_put_together(look: Look, node: ast.expr) -> bool:
    """``salted = salt + password``: called so, and no hash yet."""
    if not isinstance(node, ast.Name):
        return False
    values = [one.value for one in bindings_at(node, look.scope(node)) if one.kind == "assign"]
    return bool(values) and all(
        isinstance(value, ast.BinOp | ast.JoinedStr | ast.Call)
        and all(called_function(each) in KEEPS for each in walk(value) if isinstance(each, ast.Call))
        for value in values
    )


# What makes no hash of what it is given.
KEEPS = {*CARRIERS, *WRAPPERS, "format", "get", "join"}


def given_password(look: Look, node: ast.Name, function: Function, depth: int = 2) -> bool:
    """Whether callers give a password for a parameter whose name does not say so: ``md5(text)``, or those who
    call them for one of theirs that they hand on."""
    if not any(each.name == node.id for each in function.parameters) or is_old(look, function):
        return False
    if is_neutral(look, function):
        return False
    for call in islice(look.shared.flow.calls.callers(function), CALLERS):
        home = look.beside(call.module)
        for given in (
            value for name, value in handed_on(home, call, function) if name == node.id and not home.is_test
        ):
            if names_password(given) or was_password(home, given):
                return not goes_on(home, call)
            above = call.module.function_of(call.node)
            if above is None or not depth or not isinstance(given, ast.Name) or goes_on(home, call):
                continue
            if given_password(home, given, above, depth - 1):
                return True
    return False


def was_password(look: Look, node: ast.expr) -> bool:
    """Whether a name of something else was set to a password: ``word = request.form["password"]``."""
    base = bare(node)
    bound = bindings_at(base, look.scope(base)) if isinstance(base, ast.Name) else ()
    return bool(bound) and all(
        one.kind == "assign"
        and isinstance(one.value, ast.Subscript | ast.Call | ast.Attribute)
        and names_password(one.value)
        for one in bound
    )


def is_slow(look: Look, node: ast.AST) -> bool:
    return any(isinstance(each, ast.Call) and SLOW.match(look.name(each.func)) for each in walk(node))


def to_slow(look: Look, function: Function) -> bool:
    """Whether what a function gives back goes into a slow hash, wherever it is called."""
    callers = list(islice(look.shared.flow.calls.callers(function), CALLERS))
    return bool(callers) and all(
        any(
            isinstance(above, ast.Call) and SLOW.match(look.beside(call.module).name(above.func))
            for above in call.module.above(call.node)
        )
        for call in callers
    )


def wanted(source: str) -> bool:
    """Whether a protocol, or a list of breaches, wants it that way."""
    return any(each.search(source) for each in (PROTOCOL, BREACHED, CUT))


def goes_on(look: Look, call: Call) -> bool:
    """Whether the digest is not what is kept: it goes into a slow hash, to a list of breaches, or to a
    server that asks for it."""
    for above in look.module.above(call.node):
        if isinstance(above, ast.Call) and SLOW.match(look.name(above.func)):
            return True
        if isinstance(above, ast.stmt):
            break
    statement, function = look.module.statement_of(call.node), look.function(call.node)
    if function is None:
        return False
    if is_sent(look, call.node, function):
        return True
    source = f"{function.qualname} {look.module.source_of(function.node)}"
    if is_old(look, function) or any(
        (SLOW.match(each.name) and not FAST.match(each.name))
        or called_function(each.node) == "hashpw"
        or ((inner := callee(each)) is not None and is_slow_function(inner))
        for each in function.calls
        if each.node is not call.node
    ):
        return True
    if wanted(source) or BREACHED.search(look.module.name):
        return True
    if isinstance(statement, ast.Return) and to_slow(look, function):
        return True
    target = statement.targets[0] if isinstance(statement, ast.Assign) else None
    if not isinstance(target, ast.Name):
        return False
    returned = any(
        getattr(each, "id", "") == target.id or target.id in variables(each) for each in function.returns
    )
    return (returned and to_slow(look, function)) or any(
        SLOW.match(each.name)
        and any(isinstance(one, ast.Name) and one.id == target.id for one in walk(each.node))
        for each in function.calls
    )
