"""RSC401: passwords under a fast hash."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import islice
from typing import ClassVar

from rescind.reading import Call, Function, walk
from rescind.review.finding import Class, Finding, Severity
from rescind.review.flow.calls import bind
from rescind.review.look import Look
from rescind.review.naming.called import called, called_function
from rescind.review.naming.words import secret_kind, words_of
from rescind.review.rule import Rule
from rescind.review.settings.stages import for_development

FAST = re.compile(
    r"^(?:hash|zlib\.(?:crc32|adler32)|hmac\.(?:new|digest)|hashlib\.(?:md5|sha1|sha224|sha256|sha384|sha512|sha3_\w+|blake2[bs]|new)|md5\.(?:new|md5)|sha\.(?:new|sha)"
    r"|Crypto(?:dome)?\.Hash\.\w+\.new|crypt\.crypt|passlib\.hash\.(?:md5_crypt|des_crypt|sha1_crypt|hex_\w+|ldap_(?:md5|sha1)"
    r"|ldap_salted_\w+|lmhash|nthash|mysql\w+|apr_md5_crypt|bsdi_crypt|bigcrypt|crypt16|unix_disabled|plaintext)\.\w+)$"
)  # fmt: skip
SLOW = re.compile(
    r"^(?:bcrypt\.|argon2\.|passlib\.|pwdlib\.|hashlib\.(?:scrypt|pbkdf2_hmac)|werkzeug\.security\.|django\.contrib\.auth)"
)
# What people know and others guess, besides passwords.
# Words of names of what was hashed already.
HASHED = frozenset(
    ["hash", "hashed", "digest", "encrypted", "crypted", "encoded", "salted", "stored", "derived"]
)
CALLERS = 6
GUESSED = frozenset(["answer", "pin", "passphrase"])
OLD = frozenset(["legacy", "older", "former", "deprecated", "migrate", "migration", "upgrade", "rehash"])
# A protocol's own, which no server may choose.
PROTOCOL = re.compile(r"(?i)\brealm\b|cnonce|subsonic|\bapop\b|ntlm|scram")
BREACHED = re.compile(r"(?i)pwned|breach|hibp|leaked|/range/")


class RSC401(Rule):
    """A password is kept under a hash that is made to be fast.

    What it checks:
        MD5, SHA-1, SHA-2, SHA-3, BLAKE2, CRC and Python's own ``hash`` of passwords, PINs and answers to
        security questions, with a salt or without; passlib's weak schemes.

    Why it matters:
        Whoever has the table tries billions of passwords in a second.

    How it is decided:
        By what is hashed: something called a password, a parameter of a function that is there to hash
        passwords, or one for which callers give a password. It is fine where the digest goes on into bcrypt,
        argon2, scrypt or PBKDF2, where a service is asked whether the password is known from a breach, and
        where a protocol wants it. Checksums, names in caches, MACs and digests of random tokens are no
        passwords.

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
            if (
                (any(FAST.match(each.name) for each in call.named) or by_name(look, call))
                and of_password(look, call)
                and not goes_on(look, call)
            ):
                if for_development(look, call.node):
                    continue
                fix = "use argon2.PasswordHasher, and rehash at the next sign-in"
                yield self.finding(
                    look, call.node, "a password under a hash that is made to be fast", fix=fix
                )


def by_name(look: Look, call: Call) -> bool:
    """``getattr(hashlib, algorithm)(password)``."""
    func = call.node.func
    return (
        isinstance(func, ast.Call)
        and getattr(func.func, "id", "") == "getattr"
        and bool(func.args)
        and look.name(func.args[0]) == "hashlib"
    )


def of_password(look: Look, call: Call) -> bool:
    if call.name.startswith("passlib."):
        return True
    given = [
        *call.node.args,
        *(each.value for each in call.node.keywords if each.arg in {"data", "string", "secret", "msg"}),
    ]
    given = given[1:] if call.name.startswith("hmac.") else given
    given += updates(look, call)
    function = look.function(call.node)
    for argument in given:
        for each in walk(argument):
            if isinstance(each, ast.Name | ast.Attribute | ast.Subscript | ast.Call) and is_password(
                look, each, function
            ):
                return True
    return False


def updates(look: Look, call: Call) -> list[ast.expr]:
    """What is given to ``update`` of a hash that was made empty, or with a salt."""
    above, function = look.module.parent_of(call.node), look.function(call.node)
    target = above.targets[0] if isinstance(above, ast.Assign) else None
    if not isinstance(target, ast.Name) or function is None:
        return []
    found: list[ast.expr] = []
    for each in function.calls:
        func = each.node.func
        if (
            isinstance(func, ast.Attribute)
            and func.attr == "update"
            and getattr(func.value, "id", "") == target.id
        ):
            found += each.node.args
    return found


def is_password(look: Look, node: ast.expr, function: Function | None, depth: int = 2) -> bool:
    name = called(node)
    if not HASHED.isdisjoint(words_of(name)):
        return False
    if secret_kind(name) == "password" or words_of(name)[-1:] in [(word,) for word in GUESSED]:
        return True
    if not isinstance(node, ast.Name) or function is None:
        return False
    about = set(words_of(function.name))
    if secret_kind(function.name) == "password" and any(
        isinstance(each.node, ast.Attribute) and each.node.attr == "setter" for each in function.decorators
    ):
        return node.id in {each.name for each in function.parameters[1:]}
    hashes = (
        about
        & {
            "hash",
            "encrypt",
            "crypt",
            "digest",
            "encode",
            "check",
            "verify",
            "make",
            "hashed",
            "set",
            "store",
            "save",
            "create",
        }
        and secret_kind(function.name.replace("hash_", "").replace("_hash", "")) == "password"
    )
    if (
        hashes
        and any(each.name == node.id for each in function.parameters)
        and not {"salt", "pepper", "rounds", "self", "method", "algorithm", "stored"} & set(words_of(node.id))
    ):
        return True
    if depth and given_password(look, node, function):
        return True
    for one in look.scope(node).lookup(node.id) if depth else ():
        if one.kind != "assign" or one.value is None or one.scope.module is not look.module:
            continue
        parts = [each for each in walk(one.value) if isinstance(each, ast.Name | ast.Subscript)]
        if not is_slow(look, one.value) and any(
            is_password(look, each, function, depth - 1) for each in parts
        ):
            return True
    return False


def given_password(look: Look, node: ast.Name, function: Function, depth: int = 2) -> bool:
    """Whether callers give a password for a parameter whose name does not say so: ``md5(text)``, or those who
    call them for one of theirs that they hand on."""
    if not any(each.name == node.id for each in function.parameters) or is_old(function):
        return False
    for call in islice(look.shared.flow.calls.callers(function), CALLERS):
        given = bind(function, call.node, call.module.scope_of(call.node)).get(node.id)
        if given is not None and not look.beside(call.module).is_test:
            name = called(given[0])
            if secret_kind(name) == "password" and HASHED.isdisjoint(words_of(name)):
                return not goes_on(look.beside(call.module), call)
            above = call.module.function_of(call.node)
            on = depth and above is not None and not goes_on(look.beside(call.module), call)
            if on and above is not None and isinstance(given[0], ast.Name):
                home = look.beside(call.module)
                if given_password(home, given[0], above, depth - 1):
                    return True
    return False


def is_slow(look: Look, node: ast.AST) -> bool:
    return any(isinstance(each, ast.Call) and SLOW.match(look.name(each.func)) for each in walk(node))


def is_old(function: Function) -> bool:
    """Whether a function says that it is there for what was stored before."""
    about = f"{function.qualname} {ast.get_docstring(function.node) or ''}"
    return not OLD.isdisjoint(words_of(about))


def names(node: ast.AST) -> set[str]:
    return {each.id for each in walk(node) if isinstance(each, ast.Name)}


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


def goes_on(look: Look, call: Call) -> bool:
    """Whether the digest is not what is kept: it goes into a slow hash, or to a list of breaches."""
    for above in look.module.above(call.node):
        if isinstance(above, ast.Call) and SLOW.match(look.name(above.func)):
            return True
        if isinstance(above, ast.stmt):
            break
    statement, function = look.module.statement_of(call.node), look.function(call.node)
    if function is None:
        return False
    source = look.module.source_of(function.node)
    if is_old(function) or any(
        (SLOW.match(each.name) and not FAST.match(each.name)) or called_function(each.node) == "hashpw"
        for each in function.calls
        if each.node is not call.node
    ):
        return True
    if (
        PROTOCOL.search(source)
        or BREACHED.search(source)
        or BREACHED.search(look.module.name)
        or re.search(r"\[:5\]", source)
    ):
        return True
    if isinstance(statement, ast.Return) and to_slow(look, function):
        return True
    target = statement.targets[0] if isinstance(statement, ast.Assign) else None
    if not isinstance(target, ast.Name):
        return False
    returned = any(
        getattr(each, "id", "") == target.id or target.id in names(each) for each in function.returns
    )
    return (returned and to_slow(look, function)) or any(
        SLOW.match(each.name)
        and any(isinstance(one, ast.Name) and one.id == target.id for one in walk(each.node))
        for each in function.calls
    )
